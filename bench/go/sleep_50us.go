// SPDX-License-Identifier: Apache-2.0

package main

import "time"

func init() {
	workloads["sleep_50us"] = workload{n: 2000, report: sleep50us}
}

func sleep50us(n int) float64 {
	const length = 50 * time.Microsecond
	var late []float64
	for i := 0; i < n; i++ {
		begin := time.Now()
		time.Sleep(length)
		late = append(late, float64((time.Since(begin) - length).Nanoseconds()))
	}
	return median(late)
}
