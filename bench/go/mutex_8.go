// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["mutex_8"] = workload{n: 4000000, multiple: varied(8), body: mutex8, expected: identity}
}

func mutex8(n int) int {
	goroutines := varied(8)
	shared := new(guarded)
	var all sync.WaitGroup
	all.Add(goroutines)
	for g := 0; g < goroutines; g++ {
		go func(each int) {
			for i := 0; i < each; i++ {
				shared.lock.Lock()
				shared.counter++
				shared.lock.Unlock()
			}
			all.Done()
		}(n / goroutines)
	}
	all.Wait()
	return shared.counter
}
