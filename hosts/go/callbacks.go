package inkotls

// #include "glue.h"
import "C"

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"runtime/cgo"
	"slices"
	"time"
	"unsafe"
)

// running is a step that may block, while its callbacks run.
type running struct {
	ctx context.Context
	err error // what a callback returned
}

// call calls a callback, on a goroutine of its own: neither a panic nor runtime.Goexit may unwind
// through the library.
func (r *running) call(callback func() error) error {
	done := make(chan struct{})
	r.err = errors.New("a callback has ended its goroutine")
	go func() {
		defer close(done)
		defer func() {
			if value := recover(); value != nil {
				r.err = fmt.Errorf("panic in a callback: %v", value)
			}
		}()
		r.err = callback()
	}()
	<-done
	return r.err
}

// Verification is a peer that VerifyPeer decides about.
type Verification struct {
	// RawCertificates are what the peer presented, in DER, its own certificate first.
	RawCertificates [][]byte
	// ServerName is the name that a server must prove; on a server it is empty.
	ServerName   string
	OCSPResponse []byte
	Time         time.Time

	handle *C.inkotls_verification // nil when VerifyPeer has returned
}

// Verify runs the standard verification. Its error is a CertificateError.
func (v *Verification) Verify() error {
	if v.handle == nil {
		return StatusInvalidState
	}
	switch result := C.inkotls_verification_verify(v.handle); {
	case result == C.INKOTLS_VERDICT_ACCEPTED:
		return nil
	case result > 0:
		return CertificateError(result)
	default:
		return Status(result)
	}
}

func newVerification(handle *C.inkotls_verification) *Verification {
	v := &Verification{handle: handle}
	var data *C.uint8_t
	var text *C.char
	var length C.size_t
	var seconds C.int64_t
	for C.inkotls_verification_certificate(handle, C.size_t(len(v.RawCertificates)), &data, &length) == 0 {
		v.RawCertificates = append(v.RawCertificates, C.GoBytes(unsafe.Pointer(data), C.int(length)))
	}
	if C.inkotls_verification_server_name(handle, &text, &length) == 0 {
		v.ServerName = C.GoStringN(text, C.int(length))
	}
	if C.inkotls_verification_ocsp_staple(handle, &data, &length) == 0 {
		v.OCSPResponse = C.GoBytes(unsafe.Pointer(data), C.int(length))
	}
	if C.inkotls_verification_time(handle, &seconds) == 0 {
		v.Time = time.Unix(int64(seconds), 0)
	}
	return v
}

//export goVerify
func goVerify(verify, current C.uintptr_t, handle *C.inkotls_verification) C.int32_t {
	callback := cgo.Handle(verify).Value().(func(context.Context, *Verification) error)
	r := cgo.Handle(current).Value().(*running)
	v := newVerification(handle)
	err := r.call(func() error { return callback(r.ctx, v) })
	v.handle = nil
	var reason CertificateError
	switch {
	case err == nil:
		return C.INKOTLS_VERDICT_ACCEPTED
	case errors.As(err, &reason):
		return C.int32_t(reason)
	}
	return C.INKOTLS_CERTIFICATE_ERROR_OTHER
}

//export goSign
func goSign(key, current C.uintptr_t, scheme C.int32_t, message *C.uint8_t, length C.size_t, buf *C.uint8_t, size C.size_t) C.int32_t {
	signer := cgo.Handle(key).Value().(crypto.Signer)
	options := signerOptions(tls.SignatureScheme(scheme))
	digest := C.GoBytes(unsafe.Pointer(message), C.int(length))
	if hash := options.HashFunc(); hash != 0 {
		h := hash.New()
		h.Write(digest)
		digest = h.Sum(nil)
	}
	var signature []byte
	err := cgo.Handle(current).Value().(*running).call(func() (err error) {
		signature, err = signer.Sign(rand.Reader, digest, options)
		return err
	})
	if err != nil || len(signature) > int(size) {
		return 0
	}
	return C.int32_t(copy(unsafe.Slice((*byte)(buf), size), signature))
}

//export goLogKeys
func goLogKeys(writer C.uintptr_t, line *C.char, length C.size_t) {
	defer func() { _ = recover() }() // a key log that fails does not end the connection
	cgo.Handle(writer).Value().(io.Writer).Write(append(C.GoBytes(unsafe.Pointer(line), C.int(length)), '\n'))
}

func signerOptions(scheme tls.SignatureScheme) crypto.SignerOpts {
	switch scheme {
	case tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512:
		hash := map[tls.SignatureScheme]crypto.Hash{
			tls.PSSWithSHA256: crypto.SHA256, tls.PSSWithSHA384: crypto.SHA384, tls.PSSWithSHA512: crypto.SHA512,
		}[scheme]
		return &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	case tls.PKCS1WithSHA256, tls.ECDSAWithP256AndSHA256:
		return crypto.SHA256
	case tls.PKCS1WithSHA384, tls.ECDSAWithP384AndSHA384:
		return crypto.SHA384
	case tls.PKCS1WithSHA512:
		return crypto.SHA512
	}
	return crypto.Hash(0) // Ed25519
}

// schemesOf returns the signature schemes of a key, those in `only` if there are any.
func schemesOf(key crypto.Signer, only []tls.SignatureScheme) ([]uint16, error) {
	var schemes []tls.SignatureScheme
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		schemes = []tls.SignatureScheme{tls.PSSWithSHA256, tls.PSSWithSHA384, tls.PSSWithSHA512,
			tls.PKCS1WithSHA256, tls.PKCS1WithSHA384, tls.PKCS1WithSHA512}
	case *ecdsa.PublicKey:
		switch public.Curve {
		case elliptic.P256():
			schemes = []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256}
		case elliptic.P384():
			schemes = []tls.SignatureScheme{tls.ECDSAWithP384AndSHA384}
		}
	case ed25519.PublicKey:
		schemes = []tls.SignatureScheme{tls.Ed25519}
	}
	var numbers []uint16
	for _, scheme := range schemes {
		if len(only) == 0 || slices.Contains(only, scheme) {
			numbers = append(numbers, uint16(scheme))
		}
	}
	if len(numbers) == 0 {
		return nil, unsupported("a crypto.Signer has no signature scheme that is supported")
	}
	return numbers, nil
}
