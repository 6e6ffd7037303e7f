// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	workloads["memory_blocked"] = workload{n: 100000, report: memoryBlocked}
}

// footprint returns the resident bytes and the page table bytes of the process.
func footprint() (resident, pageTables int) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kilobytes, _ := strconv.Atoi(fields[1])
		switch fields[0] {
		case "VmRSS:":
			resident = kilobytes * 1024
		case "VmPTE:":
			pageTables = kilobytes * 1024
		}
	}
	return
}

func memoryBlocked(n int) float64 {
	var waiting, released int64
	gate := make(chan struct{})
	var all sync.WaitGroup
	all.Add(n)
	resident, pageTables := footprint()
	begin := time.Now()
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&waiting, 1)
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
	blocked := time.Now()
	residentAfter, pageTablesAfter := footprint()
	close(gate)
	all.Wait()
	end := time.Now()
	if released != int64(n) {
		fmt.Fprintf(os.Stderr, "memory_blocked: %d of %d released\n", released, n)
		os.Exit(1)
	}
	fmt.Fprintf(os.Stderr,
		"memory_blocked: %d alive: blocked after %d ms, released in %d ms; %d MiB and %d MiB of page tables\n", n,
		blocked.Sub(begin).Milliseconds(), end.Sub(blocked).Milliseconds(), (residentAfter-resident)>>20,
		(pageTablesAfter-pageTables)>>20)
	return float64(residentAfter+pageTablesAfter-resident-pageTables) / float64(n)
}
