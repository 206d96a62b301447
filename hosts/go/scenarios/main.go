// scenarios LIBRARY PKI: the scenarios of hosts/scenarios.md.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"syscall"

	"inkotls"
)

// A scenario fails by a panic with a message.
var scenarios = []struct {
	name string
	run  func()
}{
	{"connect", connect}, {"verify", verify}, {"refuse", refuse}, {"alpn", alpn}, {"sni", sni},
	{"client-certificate", clientCertificate}, {"resumption", resumption}, {"early-data", earlyData},
	{"concurrent", concurrent}, {"slow-verifier", slowVerifier}, {"cut-and-close", cutAndClose},
	{"bulk", bulk}, {"cancel", cancel}, {"use-after-close", useAfterClose},
}

func main() {
	// cgo has linked the library: the path says which one it must be.
	library, err := filepath.EvalSymlinks(os.Args[1])
	check(err)
	library, err = filepath.Abs(library)
	check(err)
	maps, err := os.ReadFile("/proc/self/maps")
	check(err)
	expect(bytes.Contains(maps, []byte(library+"\n")), "this program is not linked with", library)

	failed := false
	for _, scenario := range scenarios {
		if err := try(scenario.run); err != nil {
			failed = true
			fmt.Printf("not ok %s: %v\n", scenario.name, err)
		} else {
			fmt.Printf("ok %s\n", scenario.name)
		}
	}
	if failed {
		os.Exit(1)
	}
}

func try(run func()) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("%v", value)
		}
	}()
	run()
	return nil
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func expect(holds bool, seen ...any) {
	if !holds {
		panic(fmt.Sprintln(seen...))
	}
}

func pki(name string) string { return filepath.Join(os.Args[2], name) }

func pair(name string) tls.Certificate {
	certificate, err := tls.LoadX509KeyPair(pki(name+".pem"), pki(name+".key"))
	check(err)
	return certificate
}

func server(name string) *inkotls.Config {
	return &inkotls.Config{Certificates: []tls.Certificate{pair(name)}}
}

func client() *inkotls.Config { return &inkotls.Config{RootCAs: roots(), ServerName: "localhost"} }

func roots() *inkotls.Roots {
	pem, err := os.ReadFile(pki("ca.pem"))
	check(err)
	roots := inkotls.NewRoots()
	check(roots.AddPEM(pem))
	return roots
}

func listen() net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	return l
}

// tcp returns the two ends of a connection.
func tcp() (net.Conn, net.Conn) {
	l := listen()
	defer l.Close()
	a, err := net.Dial("tcp", l.Addr().String())
	check(err)
	b, err := l.Accept()
	check(err)
	return a, b
}

// run runs both sides of a connection at the same time, and closes both. It returns their errors.
func run(clientConfig, serverConfig *inkotls.Config, use, serve func(*inkotls.Conn) error) (clientErr, serverErr error) {
	a, b := tcp()
	served := make(chan error)
	go func() {
		s := inkotls.Server(b, serverConfig)
		err := serve(s)
		s.Close()
		served <- err
	}()
	c := inkotls.Client(a, clientConfig)
	clientErr = use(c)
	c.Close()
	return clientErr, <-served
}

// ask and answer are what the two sides do in most scenarios: both read a clean end.
func ask(c *inkotls.Conn) error {
	if _, err := c.Write([]byte("ping")); err != nil {
		return err
	}
	if err := c.CloseWrite(); err != nil {
		return err
	}
	return receive(c, "pong")
}

func answer(c *inkotls.Conn) error {
	if err := receive(c, "ping"); err != nil {
		return err
	}
	if _, err := c.Write([]byte("pong")); err != nil {
		return err
	}
	return c.CloseWrite()
}

func receive(c *inkotls.Conn, want string) error {
	got, err := io.ReadAll(c)
	if err == nil && string(got) != want {
		err = fmt.Errorf("%q instead of %q", got, want)
	}
	return err
}

// talk runs ask and answer, which must succeed, and returns what both sides report.
func talk(clientConfig, serverConfig *inkotls.Config) (c, s tls.ConnectionState) {
	clientErr, serverErr := run(clientConfig, serverConfig,
		func(conn *inkotls.Conn) error { defer func() { c = conn.ConnectionState() }(); return ask(conn) },
		func(conn *inkotls.Conn) error { defer func() { s = conn.ConnectionState() }(); return answer(conn) })
	check(errors.Join(clientErr, serverErr))
	return c, s
}

func handshake(c *inkotls.Conn) error { return c.Handshake() }

func connect() {
	c, s := talk(client(), server("ecdsa"))
	expect(c.Version == tls.VersionTLS13 && s.Version == tls.VersionTLS13, c.Version, s.Version)
}

func verify() {
	openssl := exec.Command("openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-rev", "-cert", pki("chained.pem"),
		"-key", pki("chained.key"), "-cert_chain", pki("chained.pem"))
	output, err := openssl.StdoutPipe()
	check(err)
	check(openssl.Start())
	defer openssl.Process.Kill()
	var address string
	for lines := bufio.NewScanner(output); address == "" && lines.Scan(); {
		if found := regexp.MustCompile(`^ACCEPT (.*:\d+)`).FindStringSubmatch(lines.Text()); found != nil {
			address = found[1]
		}
	}
	c, err := inkotls.Dial("tcp", address, client())
	check(err)
	_, err = c.Write([]byte("ping\n"))
	check(err)
	line, err := bufio.NewReader(c).ReadString('\n')
	expect(err == nil && line == "gnip\n", line, err)
	subject := c.ConnectionState().PeerCertificates[0].Subject.String()
	expect(subject == "CN=inkotls example chained", subject)
	check(c.Close())
	check(openssl.Wait())

	l, err := inkotls.Listen("tcp", "127.0.0.1:0", server("ecdsa"))
	check(err)
	defer l.Close()
	openssl = exec.Command("openssl", "s_client", "-quiet", "-no_ign_eof", "-verify_return_error", "-CAfile", pki("ca.pem"),
		"-connect", l.Addr().String())
	openssl.Stdin = bytes.NewReader([]byte("ping\n"))
	check(openssl.Start())
	defer openssl.Process.Kill()
	s, err := l.Accept()
	check(err)
	line, err = bufio.NewReader(s).ReadString('\n')
	expect(err == nil && line == "ping\n", line, err)
	_, err = s.Write([]byte("pong\n"))
	check(err)
	check(s.Close())
	check(openssl.Wait())
}

func refuse() {
	for name, reason := range map[string]inkotls.CertificateError{
		"expired": inkotls.CertificateExpired, "other": inkotls.CertificateWrongName,
		"stranger": inkotls.CertificateUnknownIssuer, "revoked": inkotls.CertificateRevoked,
	} {
		config := client()
		if name == "revoked" {
			crl, err := os.ReadFile(pki("ca.crl.pem"))
			check(err)
			check(config.RootCAs.AddCRLPEM(crl))
		}
		clientErr, serverErr := run(config, server(name), handshake, handshake)
		var refused, told *inkotls.Error
		expect(errors.As(clientErr, &refused) && refused.CertificateError == reason && len(refused.Message) > 20, name, clientErr)
		expect(errors.As(serverErr, &told) && told.Status == inkotls.StatusAlertReceived && told.Alert == refused.Alert, name, serverErr)
	}
}

func alpn() {
	serverConfig, clientConfig := server("ecdsa"), client()
	serverConfig.NextProtos = []string{"http/1.1"}
	clientConfig.NextProtos = []string{"h2", "http/1.1"}
	c, s := talk(clientConfig, serverConfig)
	expect(c.NegotiatedProtocol == "http/1.1" && s.NegotiatedProtocol == "http/1.1", c, s)
	clientConfig = client()
	clientConfig.NextProtos = []string{"h2"}
	clientErr, serverErr := run(clientConfig, serverConfig, handshake, handshake)
	expect(errors.Is(clientErr, inkotls.Alert(120)), clientErr)
	expect(errors.Is(serverErr, inkotls.StatusHandshakeFailed), serverErr)
}

func sni() {
	ecdsa, other := pair("ecdsa"), pair("other")
	serverConfig := &inkotls.Config{NameToCertificate: map[string]*tls.Certificate{"localhost": &ecdsa, "other.test": &other}}
	for name, certificate := range serverConfig.NameToCertificate {
		config := client()
		config.ServerName = name
		c, s := talk(config, serverConfig)
		expect(s.ServerName == name && bytes.Equal(c.PeerCertificates[0].Raw, certificate.Certificate[0]), c, s)
	}
	config := client()
	config.ServerName = "unknown.test"
	err, _ := run(config, serverConfig, handshake, handshake)
	expect(errors.Is(err, inkotls.Alert(112)), err)
}

func clientCertificate() {
	serverConfig := server("ecdsa")
	serverConfig.ClientAuth, serverConfig.ClientCAs = tls.RequireAndVerifyClientCert, roots()
	config := client()
	config.Certificates = []tls.Certificate{pair("client")}
	_, s := talk(config, serverConfig)
	expect(s.PeerCertificates[0].Subject.String() == "CN=inkotls example client", s)
	// The server has named its authority, so that the stranger sends no certificate, either.
	strange := client()
	strange.Certificates = []tls.Certificate{pair("stranger-client")}
	for _, config := range []*inkotls.Config{client(), strange} {
		err, _ := run(config, serverConfig, ask, answer)
		expect(errors.Is(err, inkotls.Alert(116)), err)
	}
}

func resumption() {
	clientConfig, serverConfig := client(), server("ecdsa")
	for _, isSecond := range []bool{false, true} {
		c, s := talk(clientConfig, serverConfig)
		expect(c.DidResume == isSecond && s.DidResume == isSecond, c.DidResume, s.DidResume)
	}
}

func earlyData() {
	clientConfig, serverConfig := client(), server("ecdsa")
	clientConfig.EarlyData, serverConfig.MaxEarlyData = true, 1000
	talk(clientConfig, serverConfig)
	clientErr, serverErr := run(clientConfig, serverConfig, func(c *inkotls.Conn) error {
		if _, err := c.WriteEarlyData([]byte("early")); err != nil {
			return err
		}
		err := ask(c)
		expect(c.EarlyDataAccepted(), "the client reports that early data was not accepted")
		return err
	}, func(c *inkotls.Conn) error {
		var early [5]byte
		if n, err := c.ReadEarlyData(early[:]); err != nil || string(early[:n]) != "early" {
			return fmt.Errorf("early data: %q, %w", early[:n], err)
		}
		return answer(c)
	})
	check(errors.Join(clientErr, serverErr))
}

func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	check(err)
	return len(entries)
}

func concurrent() {
	const count = 1000
	clientConfig, serverConfig := client(), server("ecdsa")
	l, err := inkotls.Listen("tcp", "127.0.0.1:0", serverConfig)
	check(err)
	defer l.Close()
	before := descriptors()
	errs := make(chan error, 2*count)
	go func() {
		for range count {
			s, err := l.Accept()
			check(err)
			go func() {
				_, err := io.Copy(s, s)
				errs <- errors.Join(err, s.Close())
			}()
		}
	}()
	var open sync.WaitGroup
	open.Add(count)
	for i := range count {
		go func() {
			c, err := inkotls.Dial("tcp", l.Addr().String(), clientConfig)
			open.Done()
			if err != nil {
				errs <- err
				return
			}
			open.Wait()
			number := fmt.Sprint(i)
			_, err = c.Write([]byte(number))
			errs <- errors.Join(err, c.CloseWrite(), receive(c, number), c.Close())
		}()
	}
	for range 2 * count {
		check(<-errs)
	}
	expect(descriptors() == before, descriptors(), "descriptors instead of", before)
}

func slowVerifier() {
	const count = 8
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	var gate [2]int
	check(syscall.Pipe(gate[:]))
	threads := make(chan int, count)
	slow := client()
	slow.VerifyPeer = func(_ context.Context, v *inkotls.Verification) error {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		threads <- syscall.Gettid()
		if _, err := syscall.Read(gate[0], make([]byte, 1)); err != nil { // blocks the thread
			return err
		}
		return v.Verify()
	}
	errs := make(chan error, count)
	for range count {
		go func() {
			clientErr, serverErr := run(slow, server("ecdsa"), ask, answer)
			errs <- errors.Join(clientErr, serverErr)
		}()
	}
	seen := map[int]bool{}
	for range count {
		seen[<-threads] = true
	}
	expect(len(seen) == count, "the callbacks share threads:", seen)
	clientErr, serverErr := run(client(), server("ecdsa"), func(c *inkotls.Conn) error {
		for range 100 {
			if _, err := c.Write([]byte("x")); err != nil {
				return err
			}
			if _, err := c.Read(make([]byte, 1)); err != nil {
				return err
			}
		}
		return c.CloseWrite()
	}, func(s *inkotls.Conn) error {
		_, err := io.Copy(s, s)
		return err
	})
	check(errors.Join(clientErr, serverErr))
	expect(len(errs) == 0, "a handshake ended before the gate was opened")
	check(syscall.Close(gate[1]))
	for range count {
		check(<-errs)
	}
	check(syscall.Close(gate[0]))
}

func cutAndClose() {
	for _, cut := range []bool{true, false} {
		clientErr, serverErr := run(client(), server("ecdsa"), func(c *inkotls.Conn) error {
			_, err := c.Read(make([]byte, 1))
			return err
		}, func(s *inkotls.Conn) error {
			err := s.Handshake()
			if cut {
				return errors.Join(err, s.NetConn().Close())
			}
			return errors.Join(err, s.CloseWrite())
		})
		check(serverErr)
		expect(clientErr == map[bool]error{true: io.ErrUnexpectedEOF, false: io.EOF}[cut], cut, clientErr)
	}
}

func bulk() {
	const size = 160 << 20
	duplex := func(seed byte) func(*inkotls.Conn) error {
		// Both sides know what the other one sends: random bytes with its seed.
		stream := func(seed byte) io.Reader { return io.LimitReader(rand.NewChaCha8([32]byte{seed}), size) }
		return func(c *inkotls.Conn) error {
			sent := make(chan error)
			go func() {
				_, err := io.CopyBuffer(struct{ io.Writer }{c}, stream(seed), make([]byte, 64<<10))
				sent <- errors.Join(err, c.CloseWrite())
			}()
			got, want := sha256.New(), sha256.New()
			_, err := io.CopyBuffer(got, struct{ io.Reader }{c}, make([]byte, 64<<10))
			io.Copy(want, stream(1-seed))
			if err == nil && !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
				err = errors.New("what arrived is not what was sent")
			}
			return errors.Join(err, <-sent)
		}
	}
	clientErr, serverErr := run(client(), server("ecdsa"), duplex(0), duplex(1))
	check(errors.Join(clientErr, serverErr))
}

// watched reports each Read before it waits.
type watched struct {
	*net.TCPConn
	reads chan struct{}
}

func (w watched) Read(b []byte) (int, error) {
	w.reads <- struct{}{}
	return w.TCPConn.Read(b)
}

func cancel() {
	l := listen()
	defer l.Close()
	serverConfig := server("ecdsa")
	reads := make(chan struct{})
	canceled := func(side func(net.Conn, *inkotls.Config) *inkotls.Conn, config *inkotls.Config, conn net.Conn, waits int) {
		c := side(watched{conn.(*net.TCPConn), reads}, config)
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error)
		go func() { done <- c.HandshakeContext(ctx) }()
		for range waits {
			<-reads
		}
		stop()
		err := <-done
		expect(err == context.Canceled, err)
		c.Close()
	}

	// A server that has received half of a ClientHello.
	a, b := net.Pipe()
	go inkotls.Client(a, client()).Handshake()
	hello := make([]byte, 4096)
	n, err := b.Read(hello)
	check(err)
	b.Close()
	a, err = net.Dial("tcp", l.Addr().String())
	check(err)
	_, err = a.Write(hello[:n/2])
	check(err)
	b, err = l.Accept()
	check(err)
	canceled(inkotls.Server, serverConfig, b, 2)
	n, err = a.Read(hello)
	expect(n == 0 && err != nil, "the socket of the server is open")
	a.Close()

	// A client that waits for the ServerHello.
	a, err = net.Dial("tcp", l.Addr().String())
	check(err)
	b, err = l.Accept()
	check(err)
	canceled(inkotls.Client, client(), a, 1)
	_, err = io.Copy(io.Discard, b)
	expect(err == nil, "the socket of the client is open:", err)
	b.Close()

	// The next client.
	served := make(chan error)
	go func() {
		conn, err := l.Accept()
		check(err)
		s := inkotls.Server(conn, serverConfig)
		served <- errors.Join(answer(s), s.Close())
	}()
	c, err := inkotls.Dial("tcp", l.Addr().String(), client())
	check(err)
	check(errors.Join(ask(c), c.Close(), <-served))
}

func useAfterClose() {
	a, b := tcp()
	served := make(chan error)
	go func() {
		s := inkotls.Server(b, server("ecdsa"))
		served <- errors.Join(receive(s, ""), s.Close())
	}()
	reads := make(chan struct{}, 100)
	c := inkotls.Client(watched{a.(*net.TCPConn), reads}, client())
	check(c.Handshake())
	for len(reads) > 0 {
		<-reads
	}
	waited := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		waited <- err
	}()
	<-reads // it waits for the transport
	check(c.Close())
	err := <-waited
	expect(errors.Is(err, net.ErrClosed), "the task that waited:", err)
	_, err = c.Read(make([]byte, 1))
	expect(errors.Is(err, net.ErrClosed), "Read:", err)
	_, err = c.Write([]byte("x"))
	expect(errors.Is(err, net.ErrClosed), "Write:", err)
	err = c.Close()
	expect(errors.Is(err, net.ErrClosed), "Close:", err)
	check(<-served)
}
