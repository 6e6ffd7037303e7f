// SPDX-License-Identifier: Apache-2.0

package main

import (
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	workloads["sleepers"] = workload{n: 1000000, body: sleepers, expected: identity}
}

func sleepers(n int) int {
	var slept int64
	var all sync.WaitGroup
	for i := 0; i < n; i++ {
		all.Add(1)
		go func() {
			time.Sleep(time.Second)
			atomic.AddInt64(&slept, 1)
			all.Done()
		}()
	}
	all.Wait()
	return int(slept)
}
