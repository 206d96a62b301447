// get URL...: prints what each URL has, over HTTP/2 or HTTP/1.1. CA=FILE replaces the certificate
// authorities of the platform.
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"inkotls"
)

func main() {
	config := &inkotls.Config{NextProtos: []string{"h2", "http/1.1"}}
	if file := os.Getenv("CA"); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		config.RootCAs = inkotls.NewRoots()
		if err := config.RootCAs.AddPEM(pem); err != nil {
			log.Fatal(err)
		}
	}
	transport := &http.Transport{
		DialTLSContext:    (&inkotls.Dialer{Config: config}).DialContext,
		ForceAttemptHTTP2: true,
	}
	client := &http.Client{Transport: transport}
	for _, url := range os.Args[1:] {
		response, err := client.Get(url)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Fprintln(os.Stderr, response.Proto, response.Status)
		if _, err := io.Copy(os.Stdout, response.Body); err != nil {
			log.Fatal(err)
		}
		response.Body.Close()
	}
}
