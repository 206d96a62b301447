// Package inkotls is TLS 1.2 and 1.3 over any [net.Conn], by the library inkotls.
//
// Its types have the names, the methods and the meaning of those of [crypto/tls], and a [Conn] is
// what net/http needs for HTTP/1.1 and HTTP/2, on both sides.
package inkotls

// #cgo LDFLAGS: -linkotls
// #include "glue.h"
import "C"

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"runtime/cgo"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	// feed accepts as much after WANT_READ.
	receiveSize = 16 << 10
	// The library queues 64 KiB, and the rest of a record.
	sendSize = 68 << 10

	// closeTimeout limits how long Close waits until it has sent close_notify, as in crypto/tls.
	closeTimeout = 5 * time.Second
	// lingerTimeout limits how long a closed connection waits until its peer has closed, too.
	lingerTimeout = time.Second
	// maxBlocking limits the threads on which VerifyPeer and crypto.Signers run.
	maxBlocking = 64
)

var (
	receiveBuffers = sync.Pool{New: func() any { return new([receiveSize]byte) }}
	sendBuffers    = sync.Pool{New: func() any { return new([sendSize]byte) }}

	// A thread that is inside of the library runs no other goroutine, and Go starts another one if the
	// call takes longer than some microseconds. Steps of a handshake take that long: as many run at
	// the same time as there are processors.
	computing = make(chan struct{}, runtime.GOMAXPROCS(0))
	blocking  = make(chan struct{}, maxBlocking)
)

// Conn is one side of a TLS connection over a [net.Conn]. All methods may be called at the same time.
type Conn struct {
	transport  net.Conn
	config     *built // keeps what callbacks use
	serverName string // of a client

	// handshaking, reading and writing are held while their calls wait for the transport: by the
	// goroutine that drives the handshake, by that which receives, and by that which sends.
	handshaking, reading, writing sync.Mutex

	input  input // guarded by reading
	failed error // why there is no handshake; guarded by handshaking
	isDone atomic.Bool
	state  tls.ConnectionState // set before isDone

	closing chan struct{}

	// mu guards what follows, and every call on handle. It is never held while something waits.
	mu      sync.Mutex
	handle  *C.inkotls_conn // nil after Close
	cleanup runtime.Cleanup
	unsent  []byte     // ciphertext that was drained, and must be sent before what is drained next
	idle    *sync.Cond // isBusy has ended
	isBusy  bool       // a thread runs a step that may block: the handle belongs to it
	isClosed,
	isPeerDone bool
	refused       error // what a callback returned
	writeDeadline time.Time
}

// Client returns the client side of a connection over conn. The config must have a ServerName.
func Client(conn net.Conn, config *Config) *Conn { return client(conn, config, config.ServerName) }

func client(conn net.Conn, config *Config, serverName string) *Conn {
	built, err := config.clientConfig()
	var handle *C.inkotls_conn
	if err == nil {
		name, size := bytesOf([]byte(serverName))
		if status := C.inkotls_conn_new_client(built.client, (*C.char)(name), size, &handle); status != 0 {
			err = nameError(serverName, status)
		}
	}
	c := newConn(conn, built, handle, err)
	c.serverName = serverName
	return c
}

// Server returns the server side of a connection over conn.
func Server(conn net.Conn, config *Config) *Conn {
	built, err := config.serverConfig()
	var handle *C.inkotls_conn
	if err == nil {
		status := C.inkotls_conn_new_server(built.server, &handle)
		err = failure(status, func() *C.char { return C.inkotls_status_text(status) })
	}
	return newConn(conn, built, handle, err)
}

func newConn(transport net.Conn, config *built, handle *C.inkotls_conn, err error) *Conn {
	c := &Conn{transport: transport, config: config, handle: handle, failed: err, closing: make(chan struct{})}
	c.idle = sync.NewCond(&c.mu)
	if handle != nil {
		type owned struct {
			handle *C.inkotls_conn
			config *built // which must be released later
		}
		live.Add(1)
		c.cleanup = runtime.AddCleanup(c, func(o owned) { free(o.handle) }, owned{handle, config})
	}
	return c
}

func free(handle *C.inkotls_conn) {
	C.inkotls_conn_free(handle)
	live.Add(-1)
}

// free frees the handle. The caller holds mu.
func (c *Conn) free() {
	if c.handle != nil {
		c.cleanup.Stop()
		free(c.handle)
		c.handle = nil
	}
}

// lock locks mu, for a call on the handle.
func (c *Conn) lock() error {
	c.mu.Lock()
	for c.isBusy && !c.isClosed {
		c.idle.Wait()
	}
	if c.isClosed {
		c.mu.Unlock()
		return net.ErrClosed
	}
	return nil
}

// do makes a call until it is done, and does what its statuses ask for. It returns how much plaintext
// was read or written. The caller holds handshaking until the handshake is done, reading if the call
// may receive, and writing unless the call is CALL_READ.
func (c *Conn) do(ctx context.Context, call C.enum_call, b []byte) (n int, err error) {
	isStep := call == C.CALL_HANDSHAKE || call == C.CALL_READ_EARLY_DATA
	var out []byte
	if call != C.CALL_READ {
		buffer := sendBuffers.Get().(*[sendSize]byte)
		defer sendBuffers.Put(buffer)
		out = buffer[:]
	}
	in := &input{}
	if isStep || call == C.CALL_READ {
		in = &c.input
	}
	for {
		if call == C.CALL_READ && in.isDry && len(in.data) == 0 && !in.isEOF {
			if err = c.receive(in); err != nil {
				return n, err
			}
		}
		if isStep {
			computing <- struct{}{}
		}
		result, unsent, failed := c.call(call, b, in, out)
		if isStep {
			<-computing
		}
		n += int(result.len)
		in.consume(int(result.fed))
		in.isDry = result.state&^C.INKOTLS_STATE_LOCAL_CLOSED&^C.INKOTLS_STATE_WANTS_WRITE == 0
		if len(unsent) > 0 {
			err = c.send(unsent)
			if isTimeout(err) {
				return n, err // what is unsent is sent later
			}
		}
		if failed != nil {
			return n, failed // says more than a failure to send an alert
		}
		switch result.status {
		case C.INKOTLS_STATUS_OK:
			if result.state&C.INKOTLS_STATE_WANTS_WRITE == 0 || err != nil || call == C.CALL_READ {
				return n, err
			}
			call, b = C.CALL_FLUSH, nil
		case C.INKOTLS_STATUS_WANT_WRITE:
			if call == C.CALL_READ {
				c.sendAlert()
			}
		case C.INKOTLS_STATUS_WANT_READ:
			if err == nil {
				err = c.receive(in)
			}
			if err != nil {
				return n, err
			}
		case C.INKOTLS_STATUS_WANT_BLOCKING:
			if err = c.runBlocking(ctx); err != nil {
				return n, err
			}
		}
	}
}

// call makes one call. It returns what must be sent, and the error of a negative status.
func (c *Conn) call(call C.enum_call, b []byte, in *input, out []byte) (result C.struct_result, unsent []byte, err error) {
	if err := c.lock(); err != nil {
		return result, nil, err
	}
	defer c.mu.Unlock()
	result = C.go_call(c.handle, call, (*C.uint8_t)(unsafe.SliceData(b)), C.size_t(len(b)),
		(*C.uint8_t)(unsafe.SliceData(in.data)), C.size_t(len(in.data)), in.eof(),
		(*C.uint8_t)(unsafe.SliceData(out)), C.size_t(len(out)))
	if len(out) > 0 {
		unsent = out[:result.drained]
		if c.unsent != nil {
			unsent = append(c.unsent, unsent...)
			c.unsent = nil
		}
	}
	if result.status < 0 {
		err = c.failure(result.status)
	}
	return result, unsent, err
}

// failure returns the error of a negative status. The caller holds mu.
func (c *Conn) failure(status C.inkotls_status) error {
	if c.isDone.Load() {
		switch status {
		case C.INKOTLS_STATUS_CLOSED:
			c.isPeerDone = true
			return io.EOF
		case C.INKOTLS_STATUS_UNEXPECTED_EOF:
			c.isPeerDone = true
			return io.ErrUnexpectedEOF
		}
	}
	err := &Error{Status: Status(status), Alert: NoAlert, Message: C.GoString(C.inkotls_conn_error(c.handle))}
	switch status {
	case C.INKOTLS_STATUS_NONE, C.INKOTLS_STATUS_INVALID_ARGUMENT, C.INKOTLS_STATUS_INVALID_STATE, C.INKOTLS_STATUS_UNSUPPORTED:
		return err // not a failure of the connection
	case C.INKOTLS_STATUS_ALERT_RECEIVED:
		err.Alert = Alert(C.inkotls_conn_alert_received(c.handle))
		return err
	case C.INKOTLS_STATUS_INVALID_PEER_CERTIFICATE:
		err.CertificateError = CertificateError(C.inkotls_conn_certificate_error(c.handle))
		err.Err = c.refused
	case C.INKOTLS_STATUS_INVALID_KEY:
		err.Err = c.refused
	}
	err.Alert = max(Alert(C.inkotls_conn_alert_sent(c.handle)), NoAlert)
	return err
}

// sendAlert sends the alert of a connection that has failed while it was read. If another goroutine is
// sending, which may take long, that goroutine or Close sends the alert.
func (c *Conn) sendAlert() {
	if c.writing.TryLock() {
		c.do(context.Background(), C.CALL_FLUSH, nil)
		c.writing.Unlock()
	} else if c.lock() == nil {
		c.drain(C.CALL_FLUSH)
		c.mu.Unlock()
	}
}

// drain keeps what a call queues, to be sent later. The caller holds mu.
func (c *Conn) drain(call C.enum_call) {
	for status := C.inkotls_status(C.INKOTLS_STATUS_WANT_WRITE); status == C.INKOTLS_STATUS_WANT_WRITE; {
		var out [1024]byte
		result := C.go_call(c.handle, call, nil, 0, nil, 0, 0, (*C.uint8_t)(&out[0]), C.size_t(len(out)))
		c.unsent = append(c.unsent, out[:result.drained]...)
		status = result.status
	}
}

// send sends ciphertext. The caller holds writing.
func (c *Conn) send(unsent []byte) error {
	n, err := c.transport.Write(unsent)
	if err != nil && isTimeout(err) {
		c.mu.Lock()
		c.unsent = append(slices.Clone(unsent[n:]), c.unsent...)
		c.mu.Unlock()
	}
	return c.transportError(err)
}

func isTimeout(err error) bool {
	timeout, ok := err.(net.Error)
	return ok && timeout.Timeout()
}

func (c *Conn) transportError(err error) error {
	select {
	case <-c.closing:
		return net.ErrClosed
	default:
		return err
	}
}

// input is ciphertext that was received and not accepted by the library yet. While a connection waits
// for its transport it has a buffer; otherwise it has none.
type input struct {
	buffer *[receiveSize]byte
	data   []byte
	isEOF  bool
	isDry  bool // a call could not go on with what the library has received
}

func (in *input) eof() C.int32_t {
	if in.isEOF && len(in.data) == 0 {
		return 1
	}
	return 0
}

func (in *input) consume(n int) {
	in.data = in.data[n:]
	if len(in.data) == 0 && in.buffer != nil {
		receiveBuffers.Put(in.buffer)
		in.buffer, in.data = nil, nil
	}
}

// receive waits for ciphertext. The caller holds reading.
func (c *Conn) receive(in *input) error {
	if len(in.data) > 0 {
		return nil // feed has not accepted all
	}
	in.buffer = receiveBuffers.Get().(*[receiveSize]byte)
	n, err := c.transport.Read(in.buffer[:])
	in.data = in.buffer[:n]
	if n > 0 {
		return nil // the next call returns the error
	}
	in.consume(0)
	if err == io.EOF {
		in.isEOF = true
		return nil
	}
	return c.transportError(err)
}

// runBlocking runs a step that may block, on a thread of its own.
func (c *Conn) runBlocking(ctx context.Context) error {
	select {
	case blocking <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return net.ErrClosed
	}
	if err := c.lock(); err != nil {
		<-blocking
		return err
	}
	c.isBusy = true
	c.mu.Unlock()
	finished := make(chan struct{})
	go func() {
		step := &running{ctx: ctx}
		handle := cgo.NewHandle(step)
		C.go_run_blocking(c.handle, C.uintptr_t(handle))
		handle.Delete()
		<-blocking
		c.mu.Lock()
		c.isBusy = false
		c.refused = step.err
		if c.isClosed {
			c.free()
		}
		c.idle.Broadcast()
		c.mu.Unlock()
		close(finished)
	}()
	// The connection can be given up while a callback waits: the goroutine then frees the handle.
	select {
	case <-finished:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-c.closing:
		return net.ErrClosed
	}
}

// Handshake calls HandshakeContext with the background context.
func (c *Conn) Handshake() error { return c.HandshakeContext(context.Background()) }

// HandshakeContext runs the handshake, which Read and Write otherwise do. If the context ends before
// the handshake, the connection cannot be used any more.
func (c *Conn) HandshakeContext(ctx context.Context) error {
	if c.isDone.Load() {
		return c.closed()
	}
	c.handshaking.Lock()
	defer c.handshaking.Unlock()
	if c.isDone.Load() {
		return c.closed()
	}
	return c.step(ctx, func() error {
		_, err := c.do(ctx, C.CALL_HANDSHAKE, nil)
		if err == nil {
			err = c.finish()
		}
		return err
	})
}

// step runs a part of the handshake, which ends with the context. The caller holds handshaking.
func (c *Conn) step(ctx context.Context, part func() error) error {
	if c.failed != nil {
		return c.failed
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	c.writing.Lock()
	defer c.writing.Unlock()
	stop := context.AfterFunc(ctx, func() { c.transport.Close() })
	err := part()
	if !stop() || err != nil && ctx.Err() != nil {
		c.transport.Close()
		c.failed = ctx.Err()
		return c.failed
	}
	return err
}

func (c *Conn) closed() error { return c.transportError(nil) }

// finish keeps the results of the handshake.
func (c *Conn) finish() error {
	if err := c.lock(); err != nil {
		return err
	}
	defer c.mu.Unlock()
	state := tls.ConnectionState{
		HandshakeComplete:          true,
		Version:                    uint16(C.inkotls_conn_protocol_version(c.handle)),
		CipherSuite:                uint16(C.inkotls_conn_cipher_suite(c.handle)),
		CurveID:                    tls.CurveID(max(C.inkotls_conn_named_group(c.handle), 0)),
		DidResume:                  C.inkotls_conn_is_resumed(c.handle) == 1,
		NegotiatedProtocolIsMutual: true,
		ServerName:                 c.serverName,
	}
	var data *C.uint8_t
	var name *C.char
	var length C.size_t
	if C.inkotls_conn_alpn(c.handle, &data, &length) == 0 {
		state.NegotiatedProtocol = C.GoStringN((*C.char)(unsafe.Pointer(data)), C.int(length))
	}
	if C.inkotls_conn_server_name(c.handle, &name, &length) == 0 {
		state.ServerName = C.GoStringN(name, C.int(length))
	}
	if C.inkotls_conn_ocsp_staple(c.handle, &data, &length) == 0 {
		state.OCSPResponse = C.GoBytes(unsafe.Pointer(data), C.int(length))
	}
	for C.inkotls_conn_peer_certificate(c.handle, C.size_t(len(state.PeerCertificates)), &data, &length) == 0 {
		certificate, err := x509.ParseCertificate(C.GoBytes(unsafe.Pointer(data), C.int(length)))
		if err != nil {
			return err // what a program decides about must be there
		}
		state.PeerCertificates = append(state.PeerCertificates, certificate)
	}
	c.state = state
	c.isDone.Store(true)
	return nil
}

// Read reads data. Its error is [io.EOF] if the peer has closed the connection, and
// [io.ErrUnexpectedEOF] if the transport has ended without that: data may be missing.
func (c *Conn) Read(b []byte) (int, error) {
	if err := c.Handshake(); err != nil || len(b) == 0 {
		return 0, err
	}
	c.reading.Lock()
	defer c.reading.Unlock()
	return c.do(context.Background(), C.CALL_READ, b)
}

// Write writes data. After a timeout it can go on with what it has not written.
func (c *Conn) Write(b []byte) (n int, err error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	// After the deadline nothing is written, although the library could queue it.
	c.mu.Lock()
	deadline := c.writeDeadline
	c.mu.Unlock()
	if !deadline.IsZero() && !time.Now().Before(deadline) {
		return 0, os.ErrDeadlineExceeded
	}
	for n < len(b) && err == nil {
		var written int
		written, err = c.do(context.Background(), C.CALL_WRITE, b[n:])
		n += written
	}
	return n, err
}

// CloseWrite sends close_notify. Reading can go on.
func (c *Conn) CloseWrite() error {
	if !c.isDone.Load() {
		return &Error{Status: StatusInvalidState, Alert: NoAlert, Message: "the handshake is not done"}
	}
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err := c.do(context.Background(), C.CALL_CLOSE, nil)
	return err
}

// Close sends close_notify, unless another goroutine is writing, and closes the transport. Other calls
// end with [net.ErrClosed]. If the peer has not closed yet, a TCP connection is closed in the
// background, when the peer has done so or after one second, because closing a socket with unread data,
// such as tickets, would destroy what was sent.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.isClosed {
		c.mu.Unlock()
		return net.ErrClosed
	}
	c.isClosed = true
	close(c.closing)
	c.idle.Broadcast()
	isWriting := !c.writing.TryLock()
	if !isWriting && c.isDone.Load() {
		c.drain(C.CALL_CLOSE)
	}
	unsent, isPeerDone := c.unsent, c.isPeerDone
	if !c.isBusy {
		c.free()
	}
	c.mu.Unlock()
	if isWriting {
		return c.transport.Close()
	}
	defer c.writing.Unlock()
	c.transport.SetReadDeadline(time.Unix(0, 1)) // ends a Read of another goroutine
	var err error
	if len(unsent) > 0 {
		c.transport.SetWriteDeadline(time.Now().Add(closeTimeout))
		_, err = c.transport.Write(unsent)
	}
	half, ok := c.transport.(interface{ CloseWrite() error })
	if ok && !isPeerDone && err == nil && half.CloseWrite() == nil {
		go c.linger()
		return nil
	}
	if closeErr := c.transport.Close(); err == nil {
		err = closeErr
	}
	return err
}

// linger reads until the peer has closed.
func (c *Conn) linger() {
	c.reading.Lock()
	defer c.reading.Unlock()
	c.transport.SetReadDeadline(time.Now().Add(lingerTimeout))
	io.Copy(io.Discard, c.transport)
	c.transport.Close()
}

// ConnectionState returns the results of the handshake, or the zero value before it is done. It has no
// VerifiedChains, and its ExportKeyingMaterial cannot be used: use that of Conn.
func (c *Conn) ConnectionState() tls.ConnectionState {
	if !c.isDone.Load() {
		return tls.ConnectionState{}
	}
	return c.state
}

// WriteEarlyData sends early data of a client, before the handshake, or answers that of a client. An
// error with [StatusNone] says that no (more) early data can be sent. Anyone who records early data
// can send it again.
func (c *Conn) WriteEarlyData(b []byte) (n int, err error) {
	err = c.early(func() error {
		for n < len(b) {
			written, err := c.do(context.Background(), C.CALL_WRITE_EARLY_DATA, b[n:])
			n += written
			if err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// ReadEarlyData reads what a client sent before the handshake was done, on a server. It must be called
// before Read, which does not return early data. The error is [io.EOF] when there is no more.
func (c *Conn) ReadEarlyData(b []byte) (n int, err error) {
	err = c.early(func() error {
		n, err = c.do(context.Background(), C.CALL_READ_EARLY_DATA, b)
		return err
	})
	if errors.Is(err, StatusNone) {
		err = io.EOF
	}
	return n, err
}

func (c *Conn) early(part func() error) error {
	c.handshaking.Lock()
	defer c.handshaking.Unlock()
	return c.step(context.Background(), part)
}

// EarlyDataAccepted reports whether the server has accepted early data.
func (c *Conn) EarlyDataAccepted() bool {
	if c.lock() != nil {
		return false
	}
	defer c.mu.Unlock()
	return C.inkotls_conn_is_early_data_accepted(c.handle) == 1
}

// ExportKeyingMaterial derives length bytes (RFC 8446, section 7.5). A nil context is no context.
func (c *Conn) ExportKeyingMaterial(label string, context []byte, length int) ([]byte, error) {
	if err := c.Handshake(); err != nil {
		return nil, err
	}
	if err := c.lock(); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	material := make([]byte, length)
	labelData, labelSize := bytesOf([]byte(label))
	contextData, contextSize := bytesOf(context)
	data, size := bytesOf(material)
	if status := C.inkotls_conn_export_keying_material(c.handle, labelData, labelSize, contextData, contextSize, data, size); status != 0 {
		return nil, c.failure(status)
	}
	return material, nil
}

// NetConn returns the transport. Reading or writing it breaks the connection.
func (c *Conn) NetConn() net.Conn { return c.transport }

// LocalAddr returns the address of this side.
func (c *Conn) LocalAddr() net.Addr { return c.transport.LocalAddr() }

// RemoteAddr returns the address of the peer.
func (c *Conn) RemoteAddr() net.Addr { return c.transport.RemoteAddr() }

// SetDeadline sets the deadlines of the transport. A call that a deadline ended may be made again.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

// SetReadDeadline sets the deadline of reading from the transport.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed {
		return net.ErrClosed
	}
	return c.transport.SetReadDeadline(t)
}

// SetWriteDeadline sets the deadline of writing to the transport.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.isClosed {
		return net.ErrClosed
	}
	c.writeDeadline = t
	return c.transport.SetWriteDeadline(t)
}
