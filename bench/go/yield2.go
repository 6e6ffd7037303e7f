// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["yield2"] = workload{n: 3000000, multiple: 2, expected: identity,
		body: func(n int) int { return yieldAmong(2, n) }}
}
