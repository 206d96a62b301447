"""Errors. Each has what the library knows: a status, a certificate error, alerts and an error message."""

import ssl

from ._binding import lib, text
from ._numbers import CertificateError, Status


class TLSError(ssl.SSLError):
    """A call failed. The status says how; the other attributes are None where they do not apply."""

    number = ssl.SSL_ERROR_SSL  # errno, as ssl sets it

    def __init__(self, status, message, *, certificate_error=None, alert_sent=None, alert_received=None):
        super().__init__(self.number, message)
        self.status = Status(status)
        self.certificate_error = certificate_error
        self.alert_sent = alert_sent
        self.alert_received = alert_received
        self.reason = self.status.name

    def __str__(self):
        return self.args[1]


class CertificateVerificationError(TLSError, ssl.SSLCertVerificationError):
    """The certificate of the peer was refused: see certificate_error."""

    @property
    def verify_code(self):
        return self.certificate_error

    @property
    def verify_message(self):
        return self.args[1]


class TruncatedError(TLSError, ssl.SSLEOFError):
    """The connection ended without close_notify: data may be missing."""

    number = ssl.SSL_ERROR_EOF


CLASSES = {Status.INVALID_PEER_CERTIFICATE: CertificateVerificationError, Status.UNEXPECTED_EOF: TruncatedError}


def error(status, message=None, **facts):
    message = text(message) if message else ""
    return CLASSES.get(status, TLSError)(status, message or text(lib.inkotls_status_text(status)), **facts)


def check(status, kind=None, handle=None):
    """Raises the failure of a call. The functions of the library for this kind of handle read its message and errno."""
    if status == Status.IO_ERROR and (number := getattr(lib, f"{kind}_os_error")(handle)) > 0:
        raise OSError(number, text(getattr(lib, f"{kind}_error")(handle)))
    if status != Status.OK:
        raise error(status, getattr(lib, f"{kind}_error")(handle) if kind else None)


def connection_error(handle, status):
    """The error of a connection, with all that it knows. A failure of the socket is an OSError, as ever."""

    def alert(number):
        return text(lib.inkotls_alert_name(number)) if number >= 0 else None

    if status == Status.IO_ERROR and (errno := lib.inkotls_conn_os_error(handle)) > 0:
        return OSError(errno, text(lib.inkotls_conn_error(handle)))
    reason = lib.inkotls_conn_certificate_error(handle)
    return error(
        status,
        lib.inkotls_conn_error(handle),
        certificate_error=CertificateError(reason) if reason > 0 else None,
        alert_sent=alert(lib.inkotls_conn_alert_sent(handle)),
        alert_received=alert(lib.inkotls_conn_alert_received(handle)),
    )
