// SPDX-License-Identifier: Apache-2.0

package main

const pipelineStages = 3

func init() {
	workloads["pipeline"] = workload{n: 1000000, body: pipeline, expected: func(n int) int { return sumBelow(n) + pipelineStages*n }}
}

func pipeline(n int) int {
	in := make(chan int, 128)
	go func(first chan int) {
		for i := 0; i < n; i++ {
			first <- i
		}
		close(first)
	}(in)
	for s := 0; s < pipelineStages; s++ {
		out := make(chan int, 128)
		go func(in, out chan int) {
			for i := range in {
				out <- i + 1
			}
			close(out)
		}(in, out)
		in = out
	}
	sum := 0
	for i := range in {
		sum += i
	}
	return sum
}
