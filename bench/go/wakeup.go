// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

func init() {
	workloads["wakeup"] = workload{n: 2000, itself: wakeup}
}

var over atomic.Bool
var spun atomic.Int64

func compute(length time.Duration) {
	until := time.Now().Add(length)
	turns := int64(0)
	for time.Now().Before(until) {
		turns++
	}
	spun.Add(turns)
}

func busy() {
	for !over.Load() {
		compute(20 * time.Microsecond)
		runtime.Gosched()
	}
}

func hog() {
	turns := int64(0)
	for !over.Load() {
		turns++
	}
	spun.Add(turns)
}

func chatty(others *sync.WaitGroup) {
	there, back := make(chan struct{}), make(chan struct{})
	others.Go(func() {
		for u := range there {
			back <- u
		}
	})
	others.Go(func() {
		for !over.Load() {
			there <- struct{}{}
			<-back
		}
		close(there)
	})
}

func startOthers(name string, others *sync.WaitGroup) {
	switch name {
	case "idle":
	case "busy":
		for i := 0; i < 100; i++ {
			others.Go(busy)
		}
	case "chatty":
		for i := 0; i < 64; i++ {
			chatty(others)
		}
	case "hog":
		for i := runtime.GOMAXPROCS(0); i > 0; i-- {
			others.Go(hog)
		}
	default:
		fmt.Fprintf(os.Stderr, "wakeup: there is no case '%s'\n", name)
		os.Exit(2)
	}
}

func printLateness(what string, all []time.Duration) {
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	at := func(part float64) int64 { return all[int(part*float64(len(all)-1))].Nanoseconds() }
	fmt.Println(what, len(all), at(0.5), at(0.99), at(0.999), at(1))
}

func wakeup(samples int) {
	var others sync.WaitGroup
	name := os.Getenv("BENCH_CASE")
	if name == "" {
		name = "idle"
	}
	startOthers(name, &others)
	line := make(chan time.Time)
	received := make(chan struct{})
	var timer, channel []time.Duration
	go func() {
		for sent := range line {
			channel = append(channel, time.Since(sent))
		}
		close(received)
	}()
	start := time.Now()
	for i := 1; i <= samples; i++ {
		due := start.Add(time.Duration(i) * time.Millisecond)
		time.Sleep(time.Until(due))
		timer = append(timer, time.Since(due))
		line <- time.Now()
	}
	close(line)
	<-received
	over.Store(true)
	others.Wait()
	printLateness("timer", timer)
	printLateness("channel", channel)
}
