// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"sync"
)

func init() {
	workloads["yield1000"] = workload{n: 3000000, multiple: varied(1000), expected: identity,
		body: func(n int) int { return yieldAmong(varied(1000), n) }}
}

func yieldAmong(goroutines, n int) int {
	done := make([]int, goroutines)
	var all sync.WaitGroup
	all.Add(goroutines)
	for g := 0; g < goroutines; g++ {
		go func(mine *int, each int) {
			i := 0
			for ; i < each; i++ {
				runtime.Gosched()
			}
			*mine = i
			all.Done()
		}(&done[g], n/goroutines)
	}
	all.Wait()
	sum := 0
	for _, d := range done {
		sum += d
	}
	return sum
}
