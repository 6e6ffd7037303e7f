// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	workloads["memory_deep"] = workload{n: 10000, report: memoryDeep}
}

//go:noinline
func goDeep(levels int) int {
	var here [1024]byte
	for i := range here {
		here[i] = byte(levels)
	}
	if levels == 0 {
		return 0
	}
	return goDeep(levels-1) + int(here[1023]) - levels
}

// Go shrinks stacks when it collects garbage, by half each time, and gives memory back later: both are hurried here.
func memoryDeep(n int) float64 {
	var waiting, released int64
	gate := make(chan struct{})
	var all sync.WaitGroup
	all.Add(n)
	resident, pageTables := footprint()
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&waiting, int64(1+goDeep(32)))
			if _, open := <-gate; !open {
				atomic.AddInt64(&released, 1)
			}
			all.Done()
		}()
	}
	for atomic.LoadInt64(&waiting) != int64(n) {
		runtime.Gosched()
	}
	for i := 0; i < 3; i++ {
		runtime.Gosched()
	}
	for i := 0; i < 6; i++ {
		time.Sleep(500 * time.Millisecond)
		debug.FreeOSMemory()
	}
	residentAfter, pageTablesAfter := footprint()
	close(gate)
	all.Wait()
	if released != int64(n) {
		fmt.Fprintf(os.Stderr, "memory_deep: %d of %d released\n", released, n)
		os.Exit(1)
	}
	return float64(residentAfter+pageTablesAfter-resident-pageTables) / float64(n)
}
