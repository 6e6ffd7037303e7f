// SPDX-License-Identifier: Apache-2.0

package main

import "sync"

func init() {
	workloads["mutex_uncontended"] = workload{n: 20000000, body: mutexUncontended, expected: identity}
}

type guarded struct {
	lock    sync.Mutex
	counter int
}

func mutexUncontended(n int) int {
	shared := new(guarded)
	for i := 0; i < n; i++ {
		shared.lock.Lock()
		shared.counter++
		shared.lock.Unlock()
	}
	return shared.counter
}
