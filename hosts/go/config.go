package inkotls

// #include "glue.h"
import "C"

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"io"
	"runtime"
	"runtime/cgo"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Config has the settings of clients and servers. Its fields have the names and the meaning that
// they have in [crypto/tls.Config]. One Config serves any number of connections, and its connections
// resume the sessions of each other. A Config must not be modified after it was first used.
type Config struct {
	// Certificates are those of this side. A client presents the first that fits the request of the
	// server. A server chooses by the names in the certificates, and presents the first to all others.
	// A PrivateKey that is not an RSA, ECDSA or Ed25519 key in memory is a [crypto.Signer], which may
	// wait: it signs on a thread of its own.
	Certificates []tls.Certificate

	// NameToCertificate maps the names that clients ask for to certificates. Without Certificates, a
	// client that asks for another name is refused with the alert unrecognized_name.
	NameToCertificate map[string]*tls.Certificate

	// RootCAs is what a client trusts. Default: what the platform trusts.
	RootCAs *Roots

	// ClientAuth says whether a server asks for a certificate, which ClientCAs have issued. The values
	// VerifyClientCertIfGiven and RequireAndVerifyClientCert are supported.
	ClientAuth tls.ClientAuthType
	ClientCAs  *Roots

	// ServerName is the name that the server must prove. A Dialer takes it from the address.
	ServerName string

	// NextProtos are the protocols of ALPN, the preferred one first.
	NextProtos []string

	// MinVersion and MaxVersion are tls.VersionTLS12 or tls.VersionTLS13. Default: both versions.
	MinVersion, MaxVersion uint16

	// CipherSuites and CurvePreferences are in order of preference. Default: those of the library.
	CipherSuites     []uint16
	CurvePreferences []tls.CurveID

	// SessionTicketsDisabled disables resumption.
	SessionTicketsDisabled bool

	// EarlyData lets a client send early data (Conn.WriteEarlyData).
	EarlyData bool
	// MaxEarlyData is how much early data a server accepts, in bytes. Default: 0.
	MaxEarlyData uint32

	// VerifyPeer decides whether to trust the peer, instead of the standard verification, which
	// Verification.Verify runs. It may wait: it runs on a thread of its own, and several calls may
	// run at the same time. The context is that of HandshakeContext. If the error is or wraps a
	// CertificateError, the peer receives the alert of that reason. VerifyPeer is not called when a
	// session is resumed. It is dangerous: if it returns nil, the connection is open to whoever
	// answered.
	VerifyPeer func(context.Context, *Verification) error

	// KeyLogWriter receives the secrets of all connections in the NSS key log format, one line per
	// call. It is dangerous: anyone who has the secrets can decrypt the connections.
	KeyLogWriter io.Writer

	client, server lazy
	tickets        *ticketKeys
}

// ticketKeys are the keys of tickets that contain the session.
type ticketKeys struct{ handle *C.inkotls_ticket_keys }

// SetSessionTicketKeys makes a server seal sessions in tickets, with the first of up to 16 keys; every
// key opens tickets. By default sessions are in the memory of the server, and clients of TLS 1.2 that
// resume by tickets only, such as those of crypto/tls, resume none. The first call must come before the
// Config is used. Later calls replace the keys, also while connections use the Config. Calls must not
// be made at the same time.
func (c *Config) SetSessionTicketKeys(keys [][32]byte) error {
	data, size := unsafe.Pointer(unsafe.SliceData(keys)), C.size_t(32*len(keys))
	text := func(status C.inkotls_status) error {
		return failure(status, func() *C.char { return C.inkotls_status_text(status) })
	}
	if c.tickets != nil {
		defer runtime.KeepAlive(c)
		return text(C.inkotls_ticket_keys_set(c.tickets.handle, data, size))
	}
	var handle *C.inkotls_ticket_keys
	if err := text(C.inkotls_ticket_keys_new(data, size, &handle)); err != nil {
		return err
	}
	c.tickets = &ticketKeys{handle}
	runtime.AddCleanup(c.tickets, func(handle *C.inkotls_ticket_keys) { C.inkotls_ticket_keys_release(handle) }, handle)
	return nil
}

// Clone returns a copy, which may be modified. Its connections do not resume the sessions of c, except
// by tickets of SetSessionTicketKeys.
func (c *Config) Clone() *Config {
	return &Config{
		Certificates: c.Certificates, NameToCertificate: c.NameToCertificate, RootCAs: c.RootCAs,
		ClientAuth: c.ClientAuth, ClientCAs: c.ClientCAs, ServerName: c.ServerName, NextProtos: c.NextProtos,
		MinVersion: c.MinVersion, MaxVersion: c.MaxVersion, CipherSuites: c.CipherSuites,
		CurvePreferences: c.CurvePreferences, SessionTicketsDisabled: c.SessionTicketsDisabled,
		EarlyData: c.EarlyData, MaxEarlyData: c.MaxEarlyData, VerifyPeer: c.VerifyPeer, KeyLogWriter: c.KeyLogWriter,
		tickets: c.tickets,
	}
}

// lazy is a config that is built when it is first used.
type lazy struct {
	once  sync.Once
	built *built
	err   error
}

func (l *lazy) get(build func(*resources) error) (*built, error) {
	l.once.Do(func() {
		r := new(resources)
		if l.err = build(r); l.err != nil {
			r.release()
			return
		}
		l.built = &built{r}
		live.Add(1)
		runtime.AddCleanup(l.built, func(r *resources) { r.release(); live.Add(-1) }, r)
	})
	return l.built, l.err
}

// live is the number of configs and connections of the library that exist.
var live atomic.Int64

// built is a config of the library. Its resources are released when neither a Config nor a
// connection refers to it any more.
type built struct{ *resources }

type resources struct {
	client    *C.inkotls_client_config
	server    *C.inkotls_server_config
	callbacks []cgo.Handle
}

func (r *resources) release() {
	C.inkotls_client_config_release(r.client)
	C.inkotls_server_config_release(r.server)
	for _, callback := range r.callbacks {
		callback.Delete()
	}
}

func (r *resources) callback(value any) C.uintptr_t {
	handle := cgo.NewHandle(value)
	r.callbacks = append(r.callbacks, handle)
	return C.uintptr_t(handle)
}

func (c *Config) clientConfig() (*built, error) {
	return c.client.get(func(r *resources) error {
		defer runtime.KeepAlive(c)
		builder := C.inkotls_client_builder_new()
		defer func() { C.inkotls_client_builder_free(builder) }()
		done := func(status C.inkotls_status) error {
			return failure(status, func() *C.char { return C.inkotls_client_builder_error(builder) })
		}
		err := c.settings(done, settings{
			version: func(n C.int32_t) C.inkotls_status { return C.inkotls_client_builder_add_protocol_version(builder, n) },
			suite:   func(n C.int32_t) C.inkotls_status { return C.inkotls_client_builder_add_cipher_suite(builder, n) },
			group:   func(n C.int32_t) C.inkotls_status { return C.inkotls_client_builder_add_named_group(builder, n) },
			alpn: func(p unsafe.Pointer, n C.size_t) C.inkotls_status {
				return C.inkotls_client_builder_add_alpn(builder, p, n)
			},
			verifier: func() C.inkotls_status { return C.go_set_client_verifier(builder, r.callback(c.VerifyPeer)) },
			keyLog:   func() C.inkotls_status { return C.go_set_client_key_log(builder, r.callback(c.KeyLogWriter)) },
		})
		if err == nil && c.RootCAs != nil {
			err = done(C.inkotls_client_builder_set_roots(builder, c.RootCAs.handle))
		}
		if err == nil && c.SessionTicketsDisabled {
			err = done(C.inkotls_client_builder_set_session_cache(builder, 0))
		}
		if err == nil && c.EarlyData {
			err = done(C.inkotls_client_builder_set_early_data(builder, 1))
		}
		for i := range c.Certificates {
			if err == nil {
				err = r.identity(&c.Certificates[i], func(identity *C.inkotls_identity) error {
					return done(C.inkotls_client_builder_add_identity(builder, identity))
				})
			}
		}
		if err == nil {
			err = done(C.inkotls_client_builder_build(builder, &r.client))
		}
		if err == nil {
			builder = nil // consumed
		}
		return err
	})
}

func (c *Config) serverConfig() (*built, error) {
	return c.server.get(func(r *resources) error {
		defer runtime.KeepAlive(c)
		builder := C.inkotls_server_builder_new()
		defer func() { C.inkotls_server_builder_free(builder) }()
		done := func(status C.inkotls_status) error {
			return failure(status, func() *C.char { return C.inkotls_server_builder_error(builder) })
		}
		err := c.settings(done, settings{
			version: func(n C.int32_t) C.inkotls_status { return C.inkotls_server_builder_add_protocol_version(builder, n) },
			suite:   func(n C.int32_t) C.inkotls_status { return C.inkotls_server_builder_add_cipher_suite(builder, n) },
			group:   func(n C.int32_t) C.inkotls_status { return C.inkotls_server_builder_add_named_group(builder, n) },
			alpn: func(p unsafe.Pointer, n C.size_t) C.inkotls_status {
				return C.inkotls_server_builder_add_alpn(builder, p, n)
			},
			verifier: func() C.inkotls_status { return C.go_set_server_verifier(builder, r.callback(c.VerifyPeer)) },
			keyLog:   func() C.inkotls_status { return C.go_set_server_key_log(builder, r.callback(c.KeyLogWriter)) },
		})
		if err == nil {
			err = c.setClientAuth(builder, done)
		}
		if err == nil && c.SessionTicketsDisabled {
			err = done(C.inkotls_server_builder_set_session_cache(builder, 0))
		}
		if err == nil && c.tickets != nil {
			err = done(C.inkotls_server_builder_set_ticket_keys(builder, c.tickets.handle))
		}
		if err == nil && c.MaxEarlyData > 0 {
			err = done(C.inkotls_server_builder_set_max_early_data(builder, C.uint32_t(c.MaxEarlyData)))
		}
		if err == nil {
			err = c.setIdentities(builder, done, r)
		}
		if err == nil {
			err = done(C.inkotls_server_builder_build(builder, &r.server))
		}
		if err == nil {
			builder = nil // consumed
		}
		return err
	})
}

// settings are those that clients and servers have.
type settings struct {
	version, suite, group func(C.int32_t) C.inkotls_status
	alpn                  func(unsafe.Pointer, C.size_t) C.inkotls_status
	verifier, keyLog      func() C.inkotls_status
}

func (c *Config) settings(done func(C.inkotls_status) error, set settings) error {
	var errs []error
	if c.MinVersion != 0 || c.MaxVersion != 0 {
		count := 0
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			if version >= c.MinVersion && (c.MaxVersion == 0 || version <= c.MaxVersion) {
				errs = append(errs, done(set.version(C.int32_t(version))))
				count++
			}
		}
		if count == 0 {
			return unsupported("no supported version is between MinVersion and MaxVersion")
		}
	}
	for _, suite := range c.CipherSuites {
		errs = append(errs, done(set.suite(C.int32_t(suite))))
	}
	for _, group := range c.CurvePreferences {
		errs = append(errs, done(set.group(C.int32_t(group))))
	}
	for _, protocol := range c.NextProtos {
		data, size := bytesOf([]byte(protocol))
		errs = append(errs, done(set.alpn(data, size)))
	}
	if c.VerifyPeer != nil {
		errs = append(errs, done(set.verifier()))
	}
	if c.KeyLogWriter != nil {
		errs = append(errs, done(set.keyLog()))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) setClientAuth(builder *C.inkotls_server_builder, done func(C.inkotls_status) error) error {
	var mode C.int32_t
	switch c.ClientAuth {
	case tls.NoClientCert:
		return nil
	case tls.VerifyClientCertIfGiven:
		mode = C.INKOTLS_CLIENT_AUTH_OPTIONAL
	case tls.RequireAndVerifyClientCert:
		mode = C.INKOTLS_CLIENT_AUTH_REQUIRED
	default:
		return unsupported("ClientAuth must verify: use VerifyPeer to accept other certificates")
	}
	roots := c.ClientCAs
	if roots == nil {
		roots = NewRoots() // VerifyPeer may do without; otherwise the library says what is missing
	}
	defer runtime.KeepAlive(roots)
	return done(C.inkotls_server_builder_set_client_auth(builder, mode, roots.handle))
}

// setIdentities sets one identity, or a map of identities whose entry "" is that of all other names.
func (c *Config) setIdentities(builder *C.inkotls_server_builder, done func(C.inkotls_status) error, r *resources) error {
	if len(c.Certificates) == 0 && len(c.NameToCertificate) == 0 {
		return nil // the library says what is missing
	}
	if len(c.Certificates) == 1 && len(c.NameToCertificate) == 0 {
		return r.identity(&c.Certificates[0], func(identity *C.inkotls_identity) error {
			return done(C.inkotls_server_builder_set_identity(builder, identity))
		})
	}
	names := C.inkotls_sni_map_new()
	defer C.inkotls_sni_map_release(names)
	set := func(certificate *tls.Certificate, serverNames ...string) error {
		return r.identity(certificate, func(identity *C.inkotls_identity) error {
			for _, name := range serverNames {
				data, size := bytesOf([]byte(name))
				if status := C.inkotls_sni_map_set(names, (*C.char)(data), size, identity); status != 0 {
					return nameError(name, status)
				}
			}
			return nil
		})
	}
	for i, certificate := range slices.Backward(c.Certificates) {
		leaf, err := leafOf(&certificate)
		if err != nil {
			return err
		}
		serverNames := leaf.DNSNames
		if i == 0 {
			serverNames = append([]string{""}, serverNames...)
		}
		if err := set(&certificate, serverNames...); err != nil {
			return err
		}
	}
	for name, certificate := range c.NameToCertificate {
		if err := set(certificate, name); err != nil {
			return err
		}
	}
	return done(C.inkotls_server_builder_set_sni_map(builder, names))
}

func leafOf(certificate *tls.Certificate) (*x509.Certificate, error) {
	if certificate.Leaf != nil || len(certificate.Certificate) == 0 {
		return certificate.Leaf, nil
	}
	return x509.ParseCertificate(certificate.Certificate[0])
}

// nameError returns the error of a server name, which no handle keeps.
func nameError(name string, status C.inkotls_status) error {
	message := C.GoString(C.inkotls_status_text(status))
	data, size := bytesOf([]byte(name))
	var text [512]byte
	var length C.size_t
	if C.inkotls_invalid_name_text((*C.char)(data), size, (*C.char)(unsafe.Pointer(&text[0])), C.size_t(len(text)), &length) == 0 {
		message = string(text[:length])
	}
	return &Error{Status: Status(status), Alert: NoAlert, Message: message}
}

// identity passes an identity to use, which copies it.
func (r *resources) identity(certificate *tls.Certificate, use func(*C.inkotls_identity) error) error {
	identity := C.inkotls_identity_new()
	defer C.inkotls_identity_free(identity)
	done := func(status C.inkotls_status) error {
		return failure(status, func() *C.char { return C.inkotls_identity_error(identity) })
	}
	for _, der := range certificate.Certificate {
		data, size := bytesOf(der)
		if err := done(C.inkotls_identity_add_chain_der(identity, data, size)); err != nil {
			return err
		}
	}
	if err := r.setKey(identity, certificate, done); err != nil {
		return err
	}
	if len(certificate.OCSPStaple) > 0 {
		data, size := bytesOf(certificate.OCSPStaple)
		if err := done(C.inkotls_identity_set_ocsp_staple(identity, data, size)); err != nil {
			return err
		}
	}
	return use(identity)
}

func (r *resources) setKey(identity *C.inkotls_identity, certificate *tls.Certificate, done func(C.inkotls_status) error) error {
	switch key := certificate.PrivateKey.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return err
		}
		defer clear(der)
		data, size := bytesOf(der)
		return done(C.inkotls_identity_set_key_der(identity, data, size))
	case crypto.Signer:
		schemes, err := schemesOf(key, certificate.SupportedSignatureAlgorithms)
		if err != nil {
			return err
		}
		return done(C.go_set_signer(identity, (*C.uint16_t)(unsafe.SliceData(schemes)), C.size_t(len(schemes)), r.callback(key)))
	case nil:
		return nil // the library says what is missing
	}
	return unsupported("a private key is neither in memory nor a crypto.Signer")
}
