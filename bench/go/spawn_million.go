// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["spawn_million"] = workload{n: 1000000, body: spawnMillion, expected: identity}
}

func spawnMillion(n int) int {
	var all sync.WaitGroup
	all.Add(n)
	done := func() { all.Done() } // one closure for all: Go allocates nothing but the goroutine
	for i := 0; i < n; i++ {
		go done()
	}
	all.Wait()
	return n
}
