// SPDX-License-Identifier: Apache-2.0

// The Go peer: `bench_go <workload> [n] [rounds]` does what bench_<workload> of weft does, with the same sends,
// receives and waits, and prints the same line (see ../harness.hpp). One file per workload; each registers itself.
// The questions they ask are stated in ../workloads/<workload>.cpp.
package main

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

type workload struct {
	n        int                 // operations per round unless the caller says otherwise
	multiple int                 // n is rounded up to a multiple of it; 0: any n
	body     func(n int) int     // does n operations and returns its checksum
	expected func(n int) int     // what the checksum must be
	share    func(n int) int     // how many operations n makes; nil: n
	report   func(n int) float64 // instead of body: measures something else than time, and checks itself
	itself   func(n int)         // instead of body: measures and prints by itself
}

var workloads = map[string]workload{}

func identity(n int) int { return n }
func sumBelow(n int) int { return n * (n - 1) / 2 }

func usage() {
	fmt.Fprintln(os.Stderr, "usage: bench_go <workload> [n] [rounds]")
	os.Exit(2)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil || value <= 0 {
		usage()
	}
	return value
}

// What a curve varies (../curves.txt): the number in BENCH_X, or else the one that the table's row asks for.
func varied(usual int) int {
	if text := os.Getenv("BENCH_X"); text != "" {
		return number(text)
	}
	return usual
}

func median(values []float64) float64 {
	sort.Float64s(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

func measure(name string, w workload, n, rounds int) (value float64, sum int) {
	var each []float64
	share := float64(n)
	if w.share != nil {
		share = float64(w.share(n))
	}
	for round := 0; round < rounds; round++ {
		begin := time.Now()
		sum = w.body(n)
		each = append(each, float64(time.Since(begin).Nanoseconds())/share)
		if sum != w.expected(n) {
			fmt.Fprintf(os.Stderr, "%s: the checksum is %d, expected %d\n", name, sum, w.expected(n))
			os.Exit(1)
		}
	}
	return median(each), sum
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 4 {
		usage()
	}
	name := os.Args[1]
	w, known := workloads[name]
	if !known {
		usage()
	}
	n, rounds := w.n, 1
	if len(os.Args) > 2 {
		n = number(os.Args[2])
	}
	if len(os.Args) > 3 {
		rounds = number(os.Args[3])
	}
	if w.multiple > 0 {
		n = (n + w.multiple - 1) / w.multiple * w.multiple
	}
	if w.itself != nil {
		w.itself(n)
		return
	}
	if w.report != nil {
		fmt.Printf("%s %d %.2f %d\n", name, n, w.report(n), n)
		return
	}
	value, sum := measure(name, w, n, rounds)
	fmt.Printf("%s %d %.2f %d\n", name, n, value, sum)
}
