// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["spawn_join"] = workload{n: 500000, body: spawnJoin, expected: sumBelow}
}

// Go has no join with a result; a wait group and a variable are the cheapest way to have one.
func spawnJoin(n int) int {
	sum := 0
	result := 0
	var joined sync.WaitGroup
	for i := 0; i < n; i++ {
		joined.Add(1)
		go func(i int) {
			result = i
			joined.Done()
		}(i)
		joined.Wait()
		sum += result
	}
	return sum
}
