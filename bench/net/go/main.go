// SPDX-License-Identifier: Apache-2.0

// The servers in Go: `bench_net echo`, a goroutine per connection that writes what it reads, and `bench_net http`,
// net/http with a handler. What they are asked is said in ../README.md.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
)

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil || len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bench_net echo|http", err)
		os.Exit(2)
	}
	fmt.Println("listening", listener.Addr().(*net.TCPAddr).Port)
	if os.Args[1] == "http" {
		http.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			io.WriteString(w, "Hello, World!")
		})
		fmt.Fprintln(os.Stderr, http.Serve(listener, nil))
		os.Exit(1)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go echo(connection)
	}
}
