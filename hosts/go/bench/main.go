// bench PKI: what this package costs beside crypto/tls: both sides in one process, over TCP on loopback,
// with the same certificate, suite (AES-128-GCM) and group (X25519). A ratio above 1 means faster than
// crypto/tls.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"inkotls"
)

const rounds = 7

type stream interface {
	net.Conn
	Handshake() error
	CloseWrite() error
}

// peer is one of the two packages.
type peer struct {
	client, server func(net.Conn) stream
}

var (
	listener  net.Listener
	accepting sync.Mutex
)

// transport returns the two ends of a connection.
func transport() (net.Conn, net.Conn) {
	accepting.Lock()
	defer accepting.Unlock()
	a, err := net.Dial("tcp", listener.Addr().String())
	check(err)
	b, err := listener.Accept()
	check(err)
	return a, b
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ours(certificate tls.Certificate, pem []byte, resumes bool) peer {
	roots := inkotls.NewRoots()
	check(roots.AddPEM(pem))
	config := &inkotls.Config{Certificates: []tls.Certificate{certificate}, ServerName: "localhost", SessionTicketsDisabled: !resumes,
		CipherSuites: []uint16{tls.TLS_AES_128_GCM_SHA256}, CurvePreferences: []tls.CurveID{tls.X25519}}
	client := config.Clone()
	client.Certificates, client.RootCAs = nil, roots
	return peer{
		func(c net.Conn) stream { return inkotls.Client(c, client) },
		func(c net.Conn) stream { return inkotls.Server(c, config) },
	}
}

func theirs(certificate tls.Certificate, pem []byte, resumes bool) peer {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: !resumes,
		CurvePreferences: []tls.CurveID{tls.X25519}}
	client := &tls.Config{RootCAs: pool, ServerName: "localhost", CurvePreferences: config.CurvePreferences}
	if resumes {
		client.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	return peer{
		func(c net.Conn) stream { return tls.Client(c, client) },
		func(c net.Conn) stream { return tls.Server(c, config) },
	}
}

func (p peer) run(use, serve func(stream)) {
	a, b := transport()
	var wait sync.WaitGroup
	wait.Go(func() {
		s := p.server(b)
		serve(s)
		s.Close()
	})
	c := p.client(a)
	use(c)
	c.Close()
	wait.Wait()
}

// handshakes makes connections, each of which moves one byte, so that tickets arrive.
func handshakes(count, tasks int) func(peer) {
	return func(p peer) {
		var wait sync.WaitGroup
		for range tasks {
			wait.Go(func() {
				for range count / tasks {
					p.run(func(c stream) {
						io.ReadFull(c, make([]byte, 1))
						check(c.CloseWrite())
						io.Copy(io.Discard, c)
					}, func(s stream) {
						_, err := s.Write([]byte("x"))
						check(err)
						io.Copy(io.Discard, s)
						check(s.CloseWrite())
					})
				}
			})
		}
		wait.Wait()
	}
}

func bulk(size int64) func(peer) {
	return func(p peer) {
		p.run(func(c stream) {
			n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{c}, make([]byte, 64<<10))
			if n != size || err != nil {
				log.Fatal(n, err)
			}
		}, func(s stream) {
			buf := make([]byte, 64<<10)
			for left := size; left > 0; left -= int64(len(buf)) {
				_, err := s.Write(buf)
				check(err)
			}
			check(s.CloseWrite())
			io.Copy(io.Discard, s)
		})
	}
}

// duplex moves size bytes in each direction at the same time.
func duplex(size int) func(peer) {
	both := func(s stream) {
		var wait sync.WaitGroup
		wait.Go(func() {
			buf := make([]byte, 64<<10)
			for left := size; left > 0; left -= len(buf) {
				_, err := s.Write(buf)
				check(err)
			}
			check(s.CloseWrite())
		})
		io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{s}, make([]byte, 64<<10))
		wait.Wait()
	}
	return func(p peer) { p.run(both, both) }
}

func roundTrips(count, size int) func(peer) {
	return func(p peer) {
		p.run(func(c stream) {
			buf := make([]byte, size)
			for range count {
				_, err := c.Write(buf)
				check(err)
				_, err = io.ReadFull(c, buf)
				check(err)
			}
			check(c.CloseWrite())
			io.Copy(io.Discard, c)
		}, func(s stream) {
			io.CopyBuffer(struct{ io.Writer }{s}, struct{ io.Reader }{s}, make([]byte, size))
		})
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure returns the time and the time of processors that work takes.
func measure(work func(peer), p peer) (elapsed, used time.Duration) {
	runtime.GC()
	start, startCPU := time.Now(), cpu()
	work(p)
	return time.Since(start), cpu() - startCPU
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

func main() {
	dir := os.Args[1]
	certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "ecdsa.pem"), filepath.Join(dir, "ecdsa.key"))
	check(err)
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	check(err)
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Printf("%s, %d processors, inkotls beside crypto/tls, the median of %d rounds\n", runtime.Version(), runtime.GOMAXPROCS(0), rounds)
	fmt.Printf("%-34s %16s %16s %8s %16s\n", "", "inkotls", "crypto/tls", "ratio", "ratio per CPU")
	for _, row := range []struct {
		name, unit string
		amount     float64
		resumes    bool
		work       func(peer)
	}{
		{"full handshakes, 1 at a time", "/s", 500, false, handshakes(500, 1)},
		{"full handshakes, 32 at a time", "/s", 1600, false, handshakes(1600, 32)},
		{"resumed handshakes, 1 at a time", "/s", 500, true, handshakes(500, 1)},
		{"bulk, one direction", " MB/s", 256, false, bulk(256 << 20)},
		{"bulk, both directions", " MB/s", 256, false, duplex(128 << 20)},
		{"round trips of 1 byte", "/s", 5000, false, roundTrips(5000, 1)},
		{"round trips of 4 KiB", "/s", 5000, false, roundTrips(5000, 4096)},
	} {
		peers := []peer{ours(certificate, pem, row.resumes), theirs(certificate, pem, row.resumes)}
		var speeds [2][]float64
		var ratios, cpuRatios []float64
		for round := range rounds + 1 {
			var elapsed, used [2]time.Duration
			for i, p := range peers {
				elapsed[i], used[i] = measure(row.work, p)
			}
			if round == 0 {
				continue // warms up, and leaves sessions
			}
			for i := range peers {
				speeds[i] = append(speeds[i], row.amount/elapsed[i].Seconds())
			}
			ratios = append(ratios, elapsed[1].Seconds()/elapsed[0].Seconds())
			cpuRatios = append(cpuRatios, used[1].Seconds()/used[0].Seconds())
		}
		fmt.Printf("%-34s %16s %16s %8.2f %16.2f\n", row.name, fmt.Sprintf("%.0f%s", median(speeds[0]), row.unit),
			fmt.Sprintf("%.0f%s", median(speeds[1]), row.unit), median(ratios), median(cpuRatios))
	}
}
