// Go's opinion on certification paths: reads what oracle.c reads, and answers each case with `0 ok`, `-1` for an end entity that
// cannot be read, or `1`, and why.
//
// crypto/x509 knows neither certificate policies nor constraints of directory names, and refuses critical extensions that hold them. As it
// invites its callers to, this program takes upon itself to have handled these: they are left to OpenSSL, and all else is compared.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// policyMappings, policyConstraints, inhibitAnyPolicy, nameConstraints
var leftToOthers = []asn1.ObjectIdentifier{{2, 5, 29, 33}, {2, 5, 29, 36}, {2, 5, 29, 54}, {2, 5, 29, 30}}

func decoded(digits string) (*x509.Certificate, error) {
	der, err := hex.DecodeString(digits)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	var unhandled []asn1.ObjectIdentifier
	for _, critical := range certificate.UnhandledCriticalExtensions {
		if !isLeft(critical) {
			unhandled = append(unhandled, critical)
		}
	}
	certificate.UnhandledCriticalExtensions = unhandled
	return certificate, nil
}

func isLeft(critical asn1.ObjectIdentifier) bool {
	for _, left := range leftToOthers {
		if critical.Equal(left) {
			return true
		}
	}
	return false
}

func poolOf(field string) *x509.CertPool {
	pool := x509.NewCertPool()
	for _, digits := range strings.Split(field, ",") {
		if certificate, err := decoded(digits); err == nil {
			pool.AddCert(certificate)
		}
	}
	return pool
}

func verdictOn(fields []string) string {
	leaf, err := decoded(fields[7])
	if err != nil {
		return fmt.Sprintf("-1 %v", err)
	}
	seconds, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return fmt.Sprintf("-1 %v", err)
	}
	purpose := x509.ExtKeyUsageClientAuth
	if fields[2] == "any" {
		purpose = x509.ExtKeyUsageAny
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots:         poolOf(fields[5]),
		Intermediates: poolOf(fields[6]),
		CurrentTime:   time.Unix(seconds, 0),
		KeyUsages:     []x509.ExtKeyUsage{purpose},
	})
	if err != nil {
		return fmt.Sprintf("1 %v", err)
	}
	return "0 ok"
}

func main() {
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriter(os.Stdout)
	defer output.Flush()
	for {
		line, err := input.ReadString('\n')
		fields := strings.Split(strings.TrimSuffix(line, "\n"), " ")
		if len(fields) == 8 {
			fmt.Fprintln(output, strings.ReplaceAll(verdictOn(fields), "\n", " "))
		}
		if err != nil {
			return
		}
	}
}
