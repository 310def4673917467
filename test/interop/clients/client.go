// A client of Go's own crypto/tls and net/http: reads tasks as JSON from its argument, asks, and writes what it was answered.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"os"
)

type task struct {
	URL  string `json:"url"`
	CA   string `json:"ca"`
	Cert string `json:"cert"`
	Key  string `json:"key"`
	// 1.2 where it is not 1.3.
	Version string `json:"version"`
	// By crypto/tls itself, which chooses by what the server hints; or whatever it hints.
	Regardless bool `json:"regardless"`
}

type answer struct {
	Status int    `json:"status"`
	Body   string `json:"body"`
}

func ask(t task) answer {
	ca, err := os.ReadFile(t.CA)
	if err != nil {
		return answer{Body: err.Error()}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	if t.Version == "1.3" {
		config.MinVersion, config.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
	}
	if t.Cert != "" {
		own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return answer{Body: err.Error()}
		}
		if t.Regardless {
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &own, nil }
		} else {
			config.Certificates = []tls.Certificate{own}
		}
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
	response, err := client.Get(t.URL)
	if err != nil {
		return answer{Body: err.Error()}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return answer{Body: err.Error()}
	}
	return answer{Status: response.StatusCode, Body: string(body)}
}

func main() {
	var tasks []task
	if err := json.Unmarshal([]byte(os.Args[1]), &tasks); err != nil {
		panic(err)
	}
	answers := []answer{}
	for _, t := range tasks {
		answers = append(answers, ask(t))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		panic(err)
	}
}
