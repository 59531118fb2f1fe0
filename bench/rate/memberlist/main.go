// SPDX-License-Identifier: BSD-3-Clause

// A HashiCorp memberlist node to be pinged, for `starling-bench compare`: its defaults for a LAN, on
// loopback. Prints its UDP port, then, for each line read, the CPU time in ns that it used so far.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io/ioutil"
	"os"
	"syscall"

	"github.com/hashicorp/memberlist"
)

func main() {
	compress := flag.Bool("compress", true, "as memberlist does by default")
	flag.Parse()
	config := memberlist.DefaultLANConfig()
	config.Name = "bench"
	config.BindAddr = "127.0.0.1"
	config.BindPort = 0
	config.AdvertisePort = 0
	config.EnableCompression = *compress
	config.LogOutput = ioutil.Discard
	list, err := memberlist.Create(config)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(list.LocalNode().Port)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			os.Exit(1)
		}
		fmt.Println(usage.Utime.Nano() + usage.Stime.Nano())
	}
}
