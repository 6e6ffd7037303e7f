// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["stream"] = workload{n: 2000000, expected: sumBelow,
		body: func(n int) int { return oneToOne(0, n) }}
}
