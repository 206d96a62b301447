package inkotls

// #include "glue.h"
import "C"

import (
	"runtime"
	"unsafe"
)

// Roots is what a client trusts, or a server that asks for certificates: certificate authorities,
// and certificates of single peers. A Config copies what it needs when it is first used.
//
// An [crypto/x509.CertPool] cannot take its place, because it does not give out its certificates.
type Roots struct {
	handle *C.inkotls_roots
}

// NewRoots returns Roots without a certificate.
func NewRoots() *Roots {
	roots := &Roots{handle: C.inkotls_roots_new()}
	runtime.AddCleanup(roots, func(handle *C.inkotls_roots) { C.inkotls_roots_free(handle) }, roots.handle)
	return roots
}

func bytesOf(b []byte) (unsafe.Pointer, C.size_t) {
	return unsafe.Pointer(unsafe.SliceData(b)), C.size_t(len(b))
}

func (r *Roots) done(status C.inkotls_status) error {
	err := failure(status, func() *C.char { return C.inkotls_roots_error(r.handle) })
	runtime.KeepAlive(r)
	return err
}

// AddPEM adds the certificates of certificate authorities.
func (r *Roots) AddPEM(pem []byte) error {
	data, size := bytesOf(pem)
	return r.done(C.inkotls_roots_add_pem(r.handle, data, size))
}

// AddDER adds the certificate of a certificate authority.
func (r *Roots) AddDER(der []byte) error {
	data, size := bytesOf(der)
	return r.done(C.inkotls_roots_add_der(r.handle, data, size))
}

// AddPeerCertificatePEM adds certificates of peers, whose issuers need not be trusted.
func (r *Roots) AddPeerCertificatePEM(pem []byte) error {
	data, size := bytesOf(pem)
	return r.done(C.inkotls_roots_add_peer_certificate_pem(r.handle, data, size))
}

// AddCRLPEM adds certificate revocation lists. With one of them, every certificate is checked.
func (r *Roots) AddCRLPEM(pem []byte) error {
	data, size := bytesOf(pem)
	return r.done(C.inkotls_roots_add_crl_pem(r.handle, data, size))
}

// AddPlatform adds the certificate authorities of the platform, which a client without Roots trusts.
// It reads files.
func (r *Roots) AddPlatform() error {
	return r.done(C.inkotls_roots_add_platform(r.handle))
}
