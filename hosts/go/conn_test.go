package inkotls

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// pki returns the path of a file that examples/pki.sh has made.
func pki(name string) string {
	return filepath.Join("../../build/pki", name)
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(pki(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func pair(t testing.TB, name string) tls.Certificate {
	t.Helper()
	certificate, err := tls.LoadX509KeyPair(pki(name+".pem"), pki(name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func ca(t testing.TB) *Roots {
	t.Helper()
	roots := NewRoots()
	if err := roots.AddPEM(file(t, "ca.pem")); err != nil {
		t.Fatal(err)
	}
	return roots
}

func server(t testing.TB) *Config { return &Config{Certificates: []tls.Certificate{pair(t, "ecdsa")}} }

func trusting(t testing.TB) *Config { return &Config{RootCAs: ca(t), ServerName: "localhost"} }

// tcp returns the two ends of a TCP connection, which the end of the test closes.
func tcp(t testing.TB) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err == nil {
		b, err = l.Accept()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

// connected returns both sides of a connection after the handshake.
func connected(t testing.TB, clientConfig, serverConfig *Config) (c, s *Conn) {
	t.Helper()
	a, b := tcp(t)
	c, s = Client(a, clientConfig), Server(b, serverConfig)
	if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
		t.Fatal(clientErr, serverErr)
	}
	t.Cleanup(func() { c.Close(); s.Close() })
	return c, s
}

type handshaker interface{ Handshake() error }

func handshakes(c, s handshaker) (clientErr, serverErr error) {
	done := make(chan error)
	go func() { done <- s.Handshake() }()
	return c.Handshake(), <-done
}

// stream is what both this package and crypto/tls have.
type stream interface {
	net.Conn
	handshaker
	CloseWrite() error
	ConnectionState() tls.ConnectionState
}

// exchange writes from one side to the other, and reads a clean end.
func exchange(t *testing.T, from, to stream, size int) {
	t.Helper()
	sent := make([]byte, size)
	rand.Read(sent)
	go func() {
		from.Write(sent)
		from.CloseWrite()
	}()
	got, err := io.ReadAll(to)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes of %d arrived: %v", len(got), size, err)
	}
}

func TestInterop(t *testing.T) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(file(t, "ca.pem"))
	for _, identity := range []string{"ecdsa", "rsa", "ed25519", "p384", "chained"} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			ours := &Config{Certificates: []tls.Certificate{pair(t, identity)}, RootCAs: ca(t), ServerName: "localhost",
				MaxVersion: version, NextProtos: []string{"go"}}
			theirs := &tls.Config{Certificates: ours.Certificates, RootCAs: pool, ServerName: "localhost",
				MaxVersion: version, NextProtos: []string{"go"}}
			for _, isClient := range []bool{true, false} {
				t.Run(fmt.Sprint(identity, tls.VersionName(version), isClient), func(t *testing.T) {
					a, b := tcp(t)
					var c, s stream = Client(a, ours), tls.Server(b, theirs)
					if !isClient {
						c, s = tls.Client(a, theirs), Server(b, ours)
					}
					if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
						t.Fatal(clientErr, serverErr)
					}
					for _, state := range []tls.ConnectionState{c.ConnectionState(), s.ConnectionState()} {
						if state.Version != version || state.NegotiatedProtocol != "go" || state.ServerName != "localhost" || !state.HandshakeComplete {
							t.Errorf("%+v", state)
						}
					}
					if len(c.ConnectionState().PeerCertificates) == 0 {
						t.Error("the client has no certificate of the server")
					}
					exchange(t, c, s, 300_000)
					exchange(t, s, c, 300_000)
				})
			}
		}
	}
}

// Sessions are resumed, and clients present certificates, with crypto/tls on the other side.
func TestInteropSessions(t *testing.T) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(file(t, "ca.pem"))
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		ours := &Config{Certificates: []tls.Certificate{pair(t, "ecdsa")}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ca(t),
			MaxVersion: version}
		if err := ours.SetSessionTicketKeys([][32]byte{{1}}); err != nil {
			t.Fatal(err)
		}
		theirs := &tls.Config{Certificates: ours.Certificates, ClientAuth: ours.ClientAuth, ClientCAs: pool, MaxVersion: version}
		ourClient := trusting(t)
		ourClient.Certificates = []tls.Certificate{pair(t, "client")}
		theirClient := &tls.Config{Certificates: ourClient.Certificates, RootCAs: pool, ServerName: "localhost",
			ClientSessionCache: tls.NewLRUClientSessionCache(0)}
		for _, isClient := range []bool{true, false} {
			for _, isSecond := range []bool{false, true} {
				a, b := tcp(t)
				var c, s stream = Client(a, ourClient), tls.Server(b, theirs)
				if !isClient {
					c, s = tls.Client(a, theirClient), Server(b, ours)
				}
				if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
					t.Fatal(clientErr, serverErr)
				}
				exchange(t, s, c, 1000)                                                 // brings the tickets
				if err := ours.SetSessionTicketKeys([][32]byte{{2}, {1}}); err != nil { // both open them
					t.Error(err)
				}
				if resumed := s.ConnectionState().DidResume; resumed != isSecond || c.ConnectionState().DidResume != isSecond {
					t.Errorf("%s, client %v, second %v: resumed %v", tls.VersionName(version), isClient, isSecond, resumed)
				}
				if name := s.ConnectionState().PeerCertificates[0].Subject.CommonName; name != "inkotls example client" {
					t.Error(name)
				}
			}
		}
	}
}

func TestErrors(t *testing.T) {
	a, b := tcp(t)
	s := Server(b, &Config{Certificates: []tls.Certificate{pair(t, "expired")}})
	clientErr, serverErr := handshakes(Client(a, trusting(t)), s)
	var e *Error
	if !errors.As(clientErr, &e) || e.Status != StatusInvalidPeerCertificate || e.Alert != 45 || !strings.Contains(e.Message, "expired") {
		t.Errorf("%#v", clientErr)
	}
	if !errors.Is(clientErr, CertificateExpired) || errors.Is(clientErr, CertificateRevoked) || errors.Is(clientErr, io.ErrUnexpectedEOF) {
		t.Error(clientErr)
	}
	if !errors.Is(serverErr, StatusAlertReceived) || !errors.Is(serverErr, Alert(45)) || Alert(45).Error() != "certificate_expired" {
		t.Errorf("%#v", serverErr)
	}
	if _, err := s.Write([]byte("x")); err == nil || err.Error() != serverErr.Error() {
		t.Error("a connection that has failed:", err)
	}
	for name, config := range map[string]*Config{
		"":              trusting(t).Clone(),
		"a.test:443":    {ServerName: "a.test:443", RootCAs: ca(t)},
		"no authority":  {ServerName: "localhost", RootCAs: NewRoots()},
		"no version":    {ServerName: "localhost", RootCAs: ca(t), MinVersion: 0x0305},
		"empty ALPN":    {ServerName: "localhost", RootCAs: ca(t), NextProtos: []string{""}},
		"no such suite": {ServerName: "localhost", RootCAs: ca(t), CipherSuites: []uint16{1}},
	} {
		if name == "" {
			config.ServerName = ""
		}
		c := Client(a, config)
		if err := c.Handshake(); !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		} else if _, again := c.Read(make([]byte, 1)); !errors.Is(again, err) {
			t.Errorf("%s: %v, then %v", name, err, again)
		}
	}
	if _, err := Listen("tcp", "127.0.0.1:0", &Config{}); !errors.Is(err, StatusInvalidCertificate) {
		t.Error("a server without a certificate:", err)
	}
	if _, err := Listen("tcp", "127.0.0.1:0", &Config{ClientAuth: tls.RequestClientCert}); !errors.Is(err, errors.ErrUnsupported) {
		t.Error("a certificate that is not verified:", err)
	}
	if err := new(Config).SetSessionTicketKeys(nil); !errors.Is(err, StatusInvalidArgument) {
		t.Error("no ticket key:", err)
	}
	if err := NewRoots().AddPEM([]byte("nothing")); !errors.Is(err, StatusInvalidCertificate) {
		t.Error(err)
	}
}

func TestEnds(t *testing.T) {
	buf := make([]byte, 8)
	c, s := connected(t, trusting(t), server(t))
	s.CloseWrite()
	if n, err := c.Read(buf); n != 0 || err != io.EOF {
		t.Error("close_notify:", n, err)
	}
	if _, err := c.Write([]byte("still")); err != nil {
		t.Error("writing after the peer has closed:", err)
	}
	if n, err := s.Read(buf); string(buf[:n]) != "still" {
		t.Error(n, err)
	}
	if _, err := s.Write([]byte("x")); !errors.Is(err, StatusInvalidState) {
		t.Error("writing after CloseWrite:", err)
	}
	c, s = connected(t, trusting(t), server(t))
	s.NetConn().(*net.TCPConn).CloseWrite()
	if n, err := c.Read(buf); n != 0 || err != io.ErrUnexpectedEOF {
		t.Error("a cut:", n, err)
	}
	a, b := tcp(t)
	b.Close()
	if err := Client(a, trusting(t)).Handshake(); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, new(*net.OpError)) {
		t.Error("a cut in the handshake:", err)
	}
}

func TestUseAfterClose(t *testing.T) {
	c, s := connected(t, trusting(t), server(t))
	reading := make(chan error)
	go func() {
		_, err := c.Read(make([]byte, 1))
		reading <- err
	}()
	waiting(t, c)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-reading; err != net.ErrClosed {
		t.Error("Read that waited:", err)
	}
	if _, err := s.Read(make([]byte, 1)); err != io.EOF {
		t.Error("the peer:", err)
	}
	calls := map[string]func() error{
		"Read":             func() error { _, err := c.Read(make([]byte, 1)); return err },
		"Write":            func() error { _, err := c.Write([]byte("x")); return err },
		"Close":            c.Close,
		"CloseWrite":       c.CloseWrite,
		"Handshake":        c.Handshake,
		"SetDeadline":      func() error { return c.SetDeadline(time.Now()) },
		"ExportKeying":     func() error { _, err := c.ExportKeyingMaterial("x", nil, 1); return err },
		"ReadEarlyData":    func() error { _, err := c.ReadEarlyData(make([]byte, 1)); return err },
		"never connected":  func() error { a, _ := tcp(t); n := Client(a, trusting(t)); n.Close(); return n.Handshake() },
		"without a config": func() error { a, _ := tcp(t); n := Server(a, &Config{}); n.Close(); return n.Close() },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !c.ConnectionState().HandshakeComplete || c.EarlyDataAccepted() {
		t.Error("the state after Close")
	}
}

// waiting returns when a goroutine waits in Read.
func waiting(t testing.TB, c *Conn) {
	t.Helper()
	for c.reading.TryLock() {
		c.reading.Unlock()
		runtime.Gosched()
	}
}

func TestCloseWhileWriting(t *testing.T) {
	c, s := connected(t, trusting(t), server(t))
	written := make(chan error)
	go func() {
		_, err := c.Write(make([]byte, 64<<20))
		written <- err
	}()
	if _, err := io.ReadFull(s, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	if err := <-written; err != net.ErrClosed {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, s); err != io.ErrUnexpectedEOF && !errors.As(err, new(*net.OpError)) {
		t.Error("the peer of a connection that was closed while it was written:", err)
	}
}

func TestDuplex(t *testing.T) {
	c, s := connected(t, trusting(t), server(t))
	var wait sync.WaitGroup
	for _, direction := range [][2]*Conn{{c, s}, {s, c}} {
		wait.Go(func() { exchange(t, direction[0], direction[1], 16<<20) })
	}
	wait.Wait()
}

func TestDeadlines(t *testing.T) {
	c, s := connected(t, trusting(t), server(t))
	c.SetReadDeadline(time.Now())
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	c.SetReadDeadline(time.Time{})

	// A Write that a deadline ends is repeated with the rest, and nothing is lost.
	sent := make([]byte, 16<<20)
	rand.Read(sent)
	s.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	n, err := s.Write(sent)
	if !errors.Is(err, os.ErrDeadlineExceeded) || n == 0 || n == len(sent) {
		t.Error(n, err)
	}
	s.SetWriteDeadline(time.Time{})
	go func() {
		s.Write(sent[n:])
		s.CloseWrite()
	}()
	if got, err := io.ReadAll(c); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes of %d arrived: %v", len(got), len(sent), err)
	}

	// So is a handshake.
	a, b := tcp(t)
	c, s = Client(a, trusting(t)), Server(b, server(t))
	c.SetDeadline(time.Now().Add(10 * time.Millisecond))
	if err := c.Handshake(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	c.SetDeadline(time.Time{})
	if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
		t.Error(clientErr, serverErr)
	}
}

func TestCancel(t *testing.T) {
	a, b := tcp(t)
	s := Server(b, server(t))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- s.HandshakeContext(ctx) }()
	waiting(t, s)
	cancel()
	if err := <-done; err != context.Canceled {
		t.Error(err)
	}
	if _, err := a.Read(make([]byte, 1)); err != io.EOF {
		t.Error("the socket is open:", err)
	}
	if err := s.Handshake(); err != context.Canceled {
		t.Error("a connection that was given up:", err)
	}
	s.Close()
}

// slow is a crypto.Signer that is not a key in memory.
type slow struct {
	crypto.Signer
	gate chan struct{}
	err  error
}

func (s slow) Sign(r io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	if s.gate != nil {
		<-s.gate
	}
	if s.err != nil {
		return nil, s.err
	}
	return s.Signer.Sign(r, digest, options)
}

func TestSigner(t *testing.T) {
	for _, identity := range []string{"ecdsa", "p384", "rsa", "ed25519"} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			certificate := pair(t, identity)
			certificate.PrivateKey = slow{Signer: certificate.PrivateKey.(crypto.Signer)}
			connected(t, trusting(t), &Config{Certificates: []tls.Certificate{certificate}, MaxVersion: version})
		}
	}
	certificate := pair(t, "ecdsa")
	refusal := errors.New("the token is locked")
	certificate.PrivateKey = slow{Signer: certificate.PrivateKey.(crypto.Signer), err: refusal}
	a, b := tcp(t)
	clientErr, serverErr := handshakes(Client(a, trusting(t)), Server(b, &Config{Certificates: []tls.Certificate{certificate}}))
	if !errors.Is(serverErr, StatusInvalidKey) || !errors.Is(serverErr, refusal) || !errors.Is(clientErr, StatusAlertReceived) {
		t.Error(clientErr, serverErr)
	}
}

func TestVerifyPeer(t *testing.T) {
	refusal := errors.New("not today")
	for name, test := range map[string]struct {
		verify func(context.Context, *Verification) error
		is     error
	}{
		"standard": {func(_ context.Context, v *Verification) error { return v.Verify() }, nil},
		"accepted": {func(_ context.Context, v *Verification) error {
			if v.ServerName != "localhost" || len(v.RawCertificates) != 1 || time.Since(v.Time) > time.Minute {
				return fmt.Errorf("%+v", v)
			}
			return nil
		}, nil},
		"refused": {func(context.Context, *Verification) error { return refusal }, refusal},
		"reason":  {func(context.Context, *Verification) error { return fmt.Errorf("%w", CertificateAccessDenied) }, CertificateAccessDenied},
		"panic":   {func(context.Context, *Verification) error { panic("oh") }, CertificateOther},
		"exit":    {func(context.Context, *Verification) error { runtime.Goexit(); return nil }, CertificateOther},
	} {
		config := trusting(t)
		config.VerifyPeer = test.verify
		a, b := tcp(t)
		clientErr, _ := handshakes(Client(a, config), Server(b, server(t)))
		if !errors.Is(clientErr, test.is) {
			t.Errorf("%s: %v", name, clientErr)
		}
	}
	config := trusting(t)
	config.ServerName = "other.test"
	config.VerifyPeer = func(_ context.Context, v *Verification) error { return v.Verify() }
	a, b := tcp(t)
	if err, _ := handshakes(Client(a, config), Server(b, server(t))); !errors.Is(err, CertificateWrongName) {
		t.Error(err)
	}
	var kept *Verification
	config = trusting(t)
	config.VerifyPeer = func(_ context.Context, v *Verification) error { kept = v; return nil }
	connected(t, config, server(t))
	if kept.Verify() != StatusInvalidState {
		t.Error("a Verification after VerifyPeer has returned")
	}
}

// A connection is given up while a callback waits. The callback keeps the handle until it returns.
func TestGivenUpWhileVerifying(t *testing.T) {
	before := live.Load()
	for _, how := range []string{"Close", "context"} {
		started, gate := make(chan struct{}), make(chan struct{})
		config := trusting(t)
		config.VerifyPeer = func(context.Context, *Verification) error {
			close(started)
			<-gate
			return nil
		}
		a, b := tcp(t)
		c, s := Client(a, config), Server(b, server(t))
		ctx, cancel := context.WithCancel(context.Background())
		go s.Handshake()
		done := make(chan error)
		go func() { done <- c.HandshakeContext(ctx) }()
		<-started
		if how == "Close" {
			c.Close()
		} else {
			cancel()
		}
		if err := <-done; !errors.Is(err, net.ErrClosed) && err != context.Canceled {
			t.Error(how, err)
		}
		c.Close()
		close(gate)
		s.Close()
		cancel()
	}
	released(t, before)
}

// released waits until the garbage collector has released what no connection uses any more.
func released(t *testing.T, count int64) {
	t.Helper()
	for until := time.Now().Add(20 * time.Second); live.Load() > count; runtime.Gosched() {
		runtime.GC()
		if time.Now().After(until) {
			t.Fatalf("%d handles are left", live.Load()-count)
		}
	}
}

// Connections and configs are released by Close, and those that were forgotten by the garbage collector.
func TestLeaks(t *testing.T) {
	runtime.GC()
	before := live.Load()
	func() {
		clientConfig, serverConfig := trusting(t), server(t)
		clientConfig.VerifyPeer = func(_ context.Context, v *Verification) error { return v.Verify() }
		for i := range 40 {
			a, b := tcp(t)
			c, s := Client(a, clientConfig), Server(b, serverConfig)
			if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
				t.Fatal(clientErr, serverErr)
			}
			count := live.Load()
			if i%2 == 0 {
				c.Close()
				s.Close()
				if live.Load() != count-2 {
					t.Fatal("Close does not free")
				}
			}
		}
	}()
	released(t, before)
}

// A record that is not TLS ends reading at once, also while another goroutine waits until it can write.
func TestFailure(t *testing.T) {
	for _, isWriting := range []bool{false, true} {
		a, b := tcp(t)
		c, s := Client(a, trusting(t)), tls.Server(b, &tls.Config{Certificates: []tls.Certificate{pair(t, "ecdsa")}})
		if clientErr, serverErr := handshakes(c, s); clientErr != nil || serverErr != nil {
			t.Fatal(clientErr, serverErr)
		}
		written := make(chan error, 1)
		if isWriting {
			go func() {
				_, err := c.Write(make([]byte, 64<<20))
				written <- err
			}()
			io.ReadFull(b, make([]byte, 1000))
		}
		b.Write(make([]byte, 100))
		for range 2 {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, StatusProtocolError) || !errors.Is(err, Alert(50)) {
				t.Error(err)
			}
		}
		if !isWriting {
			if _, err := s.Read(make([]byte, 1)); err == nil || err.Error() != "remote error: tls: error decoding message" {
				t.Error("the alert:", err)
			}
		}
		c.Close()
		if isWriting {
			if err := <-written; err == nil {
				t.Error("Write succeeded")
			}
		}
	}
}

// Goroutines that compute in the library at the same time do not need a thread each.
func TestThreads(t *testing.T) {
	threads := func() int {
		entries, err := os.ReadDir("/proc/self/task")
		if err != nil {
			t.Skip(err)
		}
		return len(entries)
	}
	before := threads()
	clientConfig, serverConfig := trusting(t), server(t)
	clientConfig.SessionTicketsDisabled = true
	var wait sync.WaitGroup
	for range 300 {
		a, b := tcp(t)
		wait.Go(func() {
			if clientErr, serverErr := handshakes(Client(a, clientConfig), Server(b, serverConfig)); clientErr != nil || serverErr != nil {
				t.Error(clientErr, serverErr)
			}
		})
	}
	wait.Wait()
	if after := threads(); after > before+20 {
		t.Errorf("%d threads, and %d before", after, before)
	}
}

// A client whose certificate is refused after it has sent data still receives the alert.
func TestAlertIsNotLost(t *testing.T) {
	serverConfig := server(t)
	serverConfig.ClientAuth, serverConfig.ClientCAs = tls.RequireAndVerifyClientCert, ca(t)
	for range 20 {
		a, b := tcp(t)
		c, s := Client(a, trusting(t)), Server(b, serverConfig)
		go func() {
			s.Handshake()
			s.Close()
		}()
		if err := c.Handshake(); err != nil {
			t.Fatal(err)
		}
		c.Write(make([]byte, 1000))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, Alert(116)) {
			t.Fatal(err)
		}
		c.Close()
	}
}

func TestKeyLog(t *testing.T) {
	var log bytes.Buffer
	config := trusting(t)
	config.KeyLogWriter = &log
	connected(t, config, server(t))
	if lines := strings.Count(log.String(), "\n"); lines != 5 || !strings.Contains(log.String(), "CLIENT_TRAFFIC_SECRET_0 ") {
		t.Error(log.String())
	}
}

func TestExporter(t *testing.T) {
	c, s := connected(t, trusting(t), server(t))
	a, err := c.ExportKeyingMaterial("EXPORTER-go", []byte("x"), 40)
	b, err2 := s.ExportKeyingMaterial("EXPORTER-go", []byte("x"), 40)
	if err != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Error(err, err2)
	}
	if _, err := c.ExportKeyingMaterial(strings.Repeat("x", 300), nil, 1); !errors.Is(err, StatusInvalidArgument) {
		t.Error(err)
	}
}

// The names in the certificates choose, and the first certificate is that of all other names.
func TestCertificates(t *testing.T) {
	config := &Config{Certificates: []tls.Certificate{pair(t, "ecdsa"), pair(t, "other")}}
	for name, subject := range map[string]string{"localhost": "localhost", "other.test": "other.test", "third.test": "localhost"} {
		client := trusting(t)
		client.ServerName = name
		client.VerifyPeer = func(context.Context, *Verification) error { return nil }
		c, _ := connected(t, client, config)
		if err := c.ConnectionState().PeerCertificates[0].VerifyHostname(subject); err != nil {
			t.Error(name, err)
		}
	}
}

// net/http over this package on both sides, and against crypto/tls.
func TestHTTP(t *testing.T) {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(file(t, "ca.pem"))
	body := strings.Repeat("body", 100_000)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		if r.TLS == nil || string(sent) != body {
			w.WriteHeader(http.StatusBadRequest)
		}
		fmt.Fprint(w, r.Proto, " ", body)
	})
	for _, protocol := range []string{"http/1.1", "h2"} {
		for _, sides := range []string{"both", "client", "server"} {
			t.Run(protocol+" "+sides, func(t *testing.T) {
				var url string
				if sides == "client" {
					test := httptest.NewUnstartedServer(handler)
					test.TLS = &tls.Config{Certificates: []tls.Certificate{pair(t, "ecdsa")}}
					test.EnableHTTP2 = true
					test.StartTLS()
					defer test.Close()
					url = test.URL
				} else {
					config := server(t)
					config.NextProtos = []string{"h2", "http/1.1"}
					listener, err := Listen("tcp", "127.0.0.1:0", config)
					if err != nil {
						t.Fatal(err)
					}
					httpServer := &http.Server{Handler: handler}
					go httpServer.Serve(listener)
					defer httpServer.Shutdown(context.Background())
					url = "https://" + listener.Addr().String()
				}
				transport := &http.Transport{ForceAttemptHTTP2: true}
				if sides == "server" {
					transport.TLSClientConfig = &tls.Config{RootCAs: pool, ServerName: "localhost", NextProtos: []string{protocol}}
					transport.ForceAttemptHTTP2 = protocol == "h2"
				} else {
					config := trusting(t)
					config.NextProtos = []string{protocol}
					transport.DialTLSContext = (&Dialer{Config: config}).DialContext
				}
				defer transport.CloseIdleConnections()
				httpClient := &http.Client{Transport: transport}
				var wait sync.WaitGroup
				for range 20 {
					wait.Go(func() {
						response, err := httpClient.Post(url, "text/plain", strings.NewReader(body))
						if err != nil {
							t.Error(err)
							return
						}
						defer response.Body.Close()
						got, err := io.ReadAll(response.Body)
						want := map[string]string{"h2": "HTTP/2.0 ", "http/1.1": "HTTP/1.1 "}[protocol] + body
						if err != nil || response.StatusCode != 200 || response.TLS == nil || string(got) != want {
							t.Error(response.Status, response.TLS != nil, err, len(got), string(got[:min(len(got), 20)]))
						}
					})
				}
				wait.Wait()
			})
		}
	}
}
