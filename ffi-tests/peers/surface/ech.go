// A server with Encrypted ClientHello (RFC 9849), Go's.
//
//	ech PKI PUBLIC_NAME [-aead N] [-group p384] [-auth] [-retry=false] [-closed]
//
// It presents ecdsa.pem, for localhost, and other.pem, for other.test, by name. Its first line, in
// JSON, has its port, the list of its ECH config, and a list whose key it does not have. Then it
// says a line for each connection: what it saw, or why it failed.
package main

import (
	"bufio"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func withLength(data []byte) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(data))), data...)
}

// An ECHConfig (RFC 9849, section 4) of DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256.
func echConfig(id byte, key *ecdh.PrivateKey, aead uint16, name string) []byte {
	contents := []byte{id, 0, 0x20}
	contents = append(contents, withLength(key.PublicKey().Bytes())...)
	contents = append(contents, 0, 4, 0, 1, byte(aead>>8), byte(aead))
	contents = append(contents, 32, byte(len(name)))
	contents = append(contents, name...)
	contents = append(contents, 0, 0)
	return append([]byte{0xfe, 0x0d}, withLength(contents)...)
}

func say(line any) {
	fmt.Println(string(must(json.Marshal(line))))
}

func serve(conn net.Conn, config *tls.Config) {
	defer conn.Close()
	server := tls.Server(conn, config)
	if err := server.Handshake(); err != nil {
		say(map[string]any{"error": err.Error()})
		return
	}
	state := server.ConnectionState()
	in := bufio.NewReader(server)
	for line := "-"; line != "\r\n"; {
		var err error
		if line, err = in.ReadString('\n'); err != nil {
			say(map[string]any{"error": err.Error(), "name": state.ServerName})
			return
		}
	}
	fmt.Fprint(server, "HTTP/1.0 200 OK\r\n\r\nhello\n")
	server.Close()
	say(map[string]any{
		"name": state.ServerName, "accepted": state.ECHAccepted, "resumed": state.DidResume,
		"alpn": state.NegotiatedProtocol, "certificates": len(state.PeerCertificates),
	})
}

func main() {
	pki, name := os.Args[1], os.Args[2]
	flags := flag.NewFlagSet("ech", flag.ExitOnError)
	aead := flags.Uint("aead", 1, "the number of the AEAD")
	group := flags.String("group", "", "p384: the only group")
	auth := flags.Bool("auth", false, "require a client certificate")
	retry := flags.Bool("retry", true, "send the config to clients that do not have it")
	closed := flags.Bool("closed", false, "have no key")
	flags.Parse(os.Args[3:])

	file := func(name string) string { return filepath.Join(pki, name) }
	config := &tls.Config{NextProtos: []string{"own", "http/1.1"}}
	for _, each := range []string{"ecdsa", "other"} {
		pair := must(tls.LoadX509KeyPair(file(each+".pem"), file(each+".key")))
		config.Certificates = append(config.Certificates, pair)
	}
	if *group == "p384" {
		config.CurvePreferences = []tls.CurveID{tls.CurveP384}
	}
	if *auth {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM(must(os.ReadFile(file("ca.pem"))))
	}
	key := must(ecdh.X25519().GenerateKey(rand.Reader))
	ours := echConfig(1, key, uint16(*aead), name)
	stale := echConfig(2, must(ecdh.X25519().GenerateKey(rand.Reader)), uint16(*aead), name)
	if !*closed {
		config.EncryptedClientHelloKeys = []tls.EncryptedClientHelloKey{
			{Config: ours, PrivateKey: key.Bytes(), SendAsRetry: *retry},
		}
	}
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	say(map[string]any{
		"port":    listener.Addr().(*net.TCPAddr).Port,
		"configs": withLength(ours), "stale": withLength(stale),
	})
	for {
		serve(must(listener.Accept()), config)
	}
}
