// SPDX-License-Identifier: Apache-2.0

package main

import "time"

func init() {
	workloads["timers"] = workload{n: 3000000, body: armAndStop, expected: identity}
}

func ahead(i int) time.Duration {
	return time.Duration(3600000000+i*2654435761%3600000000) * time.Microsecond
}

var armed []*time.Timer

// The others are armed in the first round, which the median of three leaves out.
func armAndStop(n int) int {
	others := varied(1000)
	for i := len(armed); i < others; i++ {
		armed = append(armed, time.NewTimer(ahead(i)))
	}
	one := time.NewTimer(ahead(others))
	stopped := 0
	for i := 0; i < n; i++ {
		one.Reset(ahead(others + i))
		if one.Stop() {
			stopped++
		}
	}
	return stopped
}
