package inkotls

// #include "glue.h"
import "C"

import (
	"errors"
	"io"
)

// Error is a failure of a connection, or of a call that creates or configures.
//
// [errors.Is] compares it with a [Status], a [CertificateError] or an [Alert], and [errors.As]
// copies it. An Error with [StatusClosed] or [StatusUnexpectedEOF] is [io.ErrUnexpectedEOF], too, and one
// with [StatusUnsupported] is [errors.ErrUnsupported].
type Error struct {
	Status Status
	// CertificateError is why the certificate of the peer was refused, or 0.
	CertificateError CertificateError
	// Alert is what the peer sent if Status is StatusAlertReceived, and otherwise what this side sent
	// because of the failure, or NoAlert.
	Alert Alert
	// Message is the error message of the library: one line, which is safe to log.
	Message string
	// Err is the error that VerifyPeer or a crypto.Signer returned, or nil.
	Err error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return "inkotls: " + e.Message + ": " + e.Err.Error()
	}
	return "inkotls: " + e.Message
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the status, the certificate error or the alert of e.
func (e *Error) Is(target error) bool {
	switch target := target.(type) {
	case Status:
		return e.Status == target
	case CertificateError:
		return e.CertificateError == target
	case Alert:
		return e.Alert == target
	}
	switch target {
	case io.ErrUnexpectedEOF:
		return e.Status == StatusClosed || e.Status == StatusUnexpectedEOF
	case errors.ErrUnsupported:
		return e.Status == StatusUnsupported
	}
	return false
}

// Alert is IANA's number of an alert (RFC 8446, section 6.2).
type Alert int16

// NoAlert is the Alert of a failure without an alert.
const NoAlert Alert = -1

func (a Alert) Error() string { return C.GoString(C.inkotls_alert_name(C.int32_t(a))) }

func (s Status) Error() string { return C.GoString(C.inkotls_status_text(C.int32_t(s))) }

func (e CertificateError) Error() string {
	return C.GoString(C.inkotls_certificate_error_text(C.int32_t(e)))
}

// failure returns the error of a call, or nil. The message is that of the handle, which does not exist
// any more if the call has consumed the handle.
func failure(status C.inkotls_status, message func() *C.char) error {
	if status == C.INKOTLS_STATUS_OK {
		return nil
	}
	return &Error{Status: Status(status), Alert: NoAlert, Message: C.GoString(message())}
}

// unsupported returns an error about a setting that the library does not have.
func unsupported(message string) error {
	return &Error{Status: StatusUnsupported, Alert: NoAlert, Message: message}
}
