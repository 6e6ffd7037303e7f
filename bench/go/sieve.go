// SPDX-License-Identifier: Apache-2.0

package main

func init() {
	workloads["sieve"] = workload{n: 2000, body: sieve, expected: sumOfPrimes}
}

func firstPrimes(n int) []int {
	var found []int
	for i := 2; len(found) < n; i++ {
		prime := true
		for _, p := range found {
			if p*p > i || !prime {
				break
			}
			prime = i%p != 0
		}
		if prime {
			found = append(found, i)
		}
	}
	return found
}

func sumOfPrimes(n int) int {
	sum := 0
	for _, p := range firstPrimes(n) {
		sum += p
	}
	return sum
}

func sieve(n int) int {
	last := firstPrimes(n)[n-1]
	in := make(chan int)
	go func(first chan int) {
		for i := 2; i <= last; i++ {
			first <- i
		}
		close(first)
	}(in)
	sum := 0
	for {
		prime, open := <-in
		if !open {
			return sum
		}
		sum += prime
		out := make(chan int)
		go func(in, out chan int) {
			for i := range in {
				if i%prime != 0 {
					out <- i
				}
			}
			close(out)
		}(in, out)
		in = out
	}
}
