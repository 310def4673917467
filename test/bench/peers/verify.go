// What Go takes to read a client's certificate and verify it, the root and the intermediate known before: reads numbers from standard input, one a line,
// verifies as many certificates that it has not seen, and answers with nanoseconds of CPU each, all threads together.
//
// The argument is the folder of the fixtures.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func read(name string) []byte {
	content, err := os.ReadFile(filepath.Join(os.Args[1], name))
	if err != nil {
		panic(err)
	}
	return content
}

func certificate(der []byte) *x509.Certificate {
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return parsed
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(certificate(read("root.der")))
	intermediates.AddCert(certificate(read("issuing.der")))
	options := x509.VerifyOptions{Roots: roots, Intermediates: intermediates, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	var clients [][]byte
	for rest := read("clients.bin"); len(rest) > 0; {
		length := binary.BigEndian.Uint32(rest)
		clients = append(clients, rest[4:4+length])
		rest = rest[4+length:]
	}
	next := 0
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		count, err := strconv.Atoi(strings.TrimSpace(input.Text()))
		if err != nil {
			panic(err)
		}
		begun := cpu()
		for i := 0; i < count; i++ {
			if _, err := certificate(clients[next%len(clients)]).Verify(options); err != nil {
				panic(err)
			}
			next++
		}
		fmt.Printf("%.1f\n", float64((cpu() - begun).Nanoseconds())/float64(count))
	}
}
