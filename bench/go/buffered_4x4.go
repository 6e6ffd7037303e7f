// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["buffered_4x4"] = workload{n: 5000000, multiple: varied(4), body: buffered4x4, expected: sumBelow}
}

func buffered4x4(n int) int {
	parties := varied(4)
	line := make(chan int, 128)
	var sent, received sync.WaitGroup
	sent.Add(parties)
	for first := 0; first < parties; first++ {
		go func(first int) {
			for i := first; i < n; i += parties {
				line <- i
			}
			sent.Done()
		}(first)
	}
	sums := make([]int, parties)
	received.Add(parties)
	for c := range sums {
		go func(mine *int) {
			sum := 0
			for i := range line {
				sum += i
			}
			*mine = sum
			received.Done()
		}(&sums[c])
	}
	sent.Wait()
	close(line)
	received.Wait()
	sum := 0
	for _, s := range sums {
		sum += s
	}
	return sum
}
