// Reference of inkotls 0.1.0, made from its sources: do not edit.

#ifndef INKOTLS_H
#define INKOTLS_H

// Contents
//
//    0. Preface
//    1. Handles
//    2. Status and errors
//    3. The library, and what it supports
//    4. Connection: create
//    5. Connection: transport
//    6. Connection: handshake
//    7. Connection: data
//    8. Connection: close
//    9. Connection: inspect
//   10. Client config
//   11. Roots
//   12. Server config
//   13. Identity and SNI map
//   14. Acceptor
//   15. Resumption
//   16. Early data
//   17. Encrypted ClientHello
//   18. Certificates
//   19. Ticket keys
//   20. Verification
//   21. Logs
//   22. Notes

// =================================================================================================
// 0. Preface
// =================================================================================================

// inkotls: TLS 1.2 and 1.3 for language runtimes, on rustls, through a C ABI.
//
//     network -> feed  -> [ conn ] -> read  -> application
//     application -> write -> [ conn ] -> drain -> network
//
// The host is the program that calls the library, and moves all bytes; no call waits for the
// network, but some calls may block for another reason (Blocking, in the notes).
//
// The twelve calls of a client:
//
//     inkotls_client_builder_new      creates a builder, whose default settings are secure
//     inkotls_client_builder_build    creates a config from it, for any number of connections
//     inkotls_conn_new_client         creates a connection to a server name
//     inkotls_client_config_release   releases the config: the connection has its own reference
//     inkotls_conn_write              encrypts plaintext; runs the handshake before that
//     inkotls_conn_flush              returns OK when all ciphertext is drained: then read
//     inkotls_conn_drain              copies queued ciphertext to a buffer, to be sent
//     inkotls_conn_feed               copies ciphertext that was received to the connection
//     inkotls_conn_feed_eof           reports the end of file (EOF) of the socket
//     inkotls_conn_read               copies decrypted plaintext to a buffer; CLOSED is the end
//     inkotls_conn_close              sends close_notify
//     inkotls_conn_free               frees the connection
//
// Handshake, write, flush, read and close need the same loop. For read it is:
//
//     unsigned char net[16384];                        // after WANT_READ, feed accepts all of it
//     while ((status = inkotls_conn_read(conn, buf, sizeof buf, &len)) > 0) {
//       if (status == INKOTLS_STATUS_WANT_WRITE) {
//         if (inkotls_conn_drain(conn, net, sizeof net, &n)) break;
//         if (send_all(fd, net, n) < 0) break;         // suspends the task, not the thread
//       } else if (status == INKOTLS_STATUS_WANT_BLOCKING) {
//         in_a_pool(inkotls_conn_run_blocking, conn);  // needed only if the config may block
//       } else {
//         got = receive(fd, net, sizeof net);          // suspends the task, not the thread
//         if (got < 0) break;                          // the socket failed
//         if (got > 0) inkotls_conn_feed(conn, net, (size_t)got, &n);
//         else inkotls_conn_feed_eof(conn);
//       }
//     }
//
// Functions that configure (_set, _add, _clear, _build), and those _new functions that return a
// status, never return a positive status: a status other than 0 is a failure. Read the error
// message in the statement after the call that failed, not in the same statement:
//
//     if (inkotls_client_builder_set_roots(builder, roots))
//       die(inkotls_client_builder_error(builder));
//
// A call leaves no error message if its handle has no _error function (reference-counted handles,
// inkotls_certificate, inkotls_verification), or if the call creates a handle: inkotls_status_text
// describes its status.
// Status: OK stands for INKOTLS_STATUS_OK (0), and so on. OK means done. A positive status says
// what to do before the same call is repeated. After a negative status, a connection cannot be used
// any more, with these exceptions: NONE, INVALID_ARGUMENT, INVALID_STATE and UNSUPPORTED; after
// the handshake, CLOSED and UNEXPECTED_EOF, which end only reading; and IO_ERROR, because another
// transport can be attached (Failures, in the notes).
// Ownership: _new creates, _free destroys; a reference-counted handle has _retain and _release.
// Threads: a handle has one user at a time, on any thread; a reference-counted one has many users.
// NULL: a NULL argument returns INVALID_ARGUMENT, unless its description says "May be NULL".
//
// The notes at the end of this header, which are also the man page inkotls(7), say more.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define INKOTLS_ENUM(name) enum name : int32_t
#else
#define INKOTLS_ENUM(name) typedef int32_t name; enum
#endif

#ifdef __cplusplus
extern "C" {
#endif

// =================================================================================================
// 1. Handles
// =================================================================================================

/// What a side trusts: a client, or a server that asks clients for a certificate.
///
/// Roots hold certificates or raw public keys, not both. Certificates are those of certificate
/// authorities (the platform's and others), with the CRLs of certificate authorities, and those of
/// single peers, whose issuer need not be trusted. One thread at a time fills the roots. Roots that
/// no call changes may be passed to builders by several threads at the same time.
typedef struct inkotls_roots inkotls_roots;

/// A certificate chain and its private key, with which a server or a client proves who it is.
///
/// Private keys are RSA (2048 to 4096 bits; up to 8192 bits with the crypto providers aws-lc-rs and
/// graviola), ECDSA (P-256 or P-384) or Ed25519, and are not encrypted. A callback may sign instead
/// of a private key (inkotls_identity_set_signer). The chain and the key may be set in either
/// order. The call that sets the second of them returns KEY_MISMATCH if the two do not belong
/// together.
///
/// One thread at a time fills the identity. An identity that no call changes may be passed to
/// builders by several threads at the same time.
typedef struct inkotls_identity inkotls_identity;

/// The identities that a server chooses from by the server name that a client sends (SNI, RFC
/// 6066).
///
/// An SNI map is reference-counted. Several threads may use an SNI map at the same time, also while
/// servers use the SNI map, as long as each caller holds a reference. A handshake chooses among the
/// identities that the map has when the ClientHello is answered. An SNI map keeps no error message,
/// because several threads may use the SNI map at the same time.
typedef struct inkotls_sni_map inkotls_sni_map;

/// The keys that seal and open tickets which contain the session itself (RFC 5077; RFC 8446,
/// section 4.6.1). Any server that has the key of a ticket resumes the session of the ticket, in
/// any process and on any machine. Ticket keys are reference-counted. Any thread that holds a
/// reference may change ticket keys (inkotls_ticket_keys_set), also while servers use them.
///
/// Anyone who obtains a key can decrypt recorded TLS 1.2 sessions whose tickets the key sealed.
/// Anyone who obtains a key can also make tickets, as long as a server accepts the key: an attacker
/// can then connect in the name of any client, without its certificate, and can impersonate the
/// servers to a client that resumes a session. Rotate keys every few hours, keep the previous key
/// for 12 hours so that old tickets still open, send keys over a protected channel only, and never
/// write keys to disk.
///
/// A ticket is accepted for 12 hours, or for the time that
/// inkotls_server_builder_set_session_lifetime sets. However often the session in a ticket is
/// renewed, the session can be resumed for at most 7 days after the full handshake that the session
/// comes from, or for a shorter time if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache).
///
/// The format of a ticket is: the name of the key (16 bytes), a random salt (32 bytes), the sealed
/// content, and an authentication tag (16 bytes). The content is the time at which the ticket was
/// made (Unix time in seconds, 8 bytes, big-endian) and the session. The content is sealed with
/// AES-256-GCM; the nonce is 12 bytes of 0, and the additional authenticated data is the name and
/// the salt. The AES key is HKDF-SHA-256 of the key that was passed to the library (salt: the salt
/// of the ticket; info: "inkotls ticket"). The name of a key is HKDF-SHA-256 of the key (no salt;
/// info: "inkotls ticket key name").
typedef struct inkotls_ticket_keys inkotls_ticket_keys;

/// An inkotls_verification is a peer that is being verified: what the peer presented, and the
/// standard verification.
///
/// The library passes the inkotls_verification to an inkotls_verify_callback. An
/// inkotls_verification is valid until the callback returns. Until then another thread may use the
/// inkotls_verification, one thread at a time, while the callback waits for that thread.
typedef struct inkotls_verification inkotls_verification;

/// The settings of a client before a config is built from them. Only one thread at a time may use a
/// builder.
typedef struct inkotls_client_builder inkotls_client_builder;

/// The settings of a client, and the sessions that its connections can resume. The settings never
/// change. A config is reference-counted: any number of connections and threads may use one config
/// at the same time.
typedef struct inkotls_client_config inkotls_client_config;

/// The settings of a server before a config is built from them. Only one thread at a time may use a
/// builder.
typedef struct inkotls_server_builder inkotls_server_builder;

/// The settings of a server, and the sessions that its clients can resume. The settings never
/// change. A config is reference-counted: any number of connections and threads may use one config
/// at the same time.
typedef struct inkotls_server_config inkotls_server_config;

/// A server connection whose config is not chosen yet. An acceptor reads until the ClientHello is
/// complete, gives access to its contents, and becomes a connection with the config that the
/// program then chooses. Only one thread at a time may use an acceptor; any thread may make the
/// next call.
typedef struct inkotls_acceptor inkotls_acceptor;

/// An inkotls_conn is one TLS connection, of a client or of a server.
///
/// Only one thread at a time may use a connection; any thread may make the next call.
typedef struct inkotls_conn inkotls_conn;

/// An inkotls_certificate is a parsed certificate, such as one of inkotls_conn_peer_certificate.
///
/// A parsed certificate is only for inspection: the library verifies nothing in it. Whether the
/// peer is the one that the host expects is decided by the handshake, not by the names in the
/// certificate.
///
/// A parsed certificate never changes: any number of threads may read it at the same time.
typedef struct inkotls_certificate inkotls_certificate;

// =================================================================================================
// 2. Status and errors
// =================================================================================================

/// The result of a call. 0 (OK) is success. A positive status means that the call cannot finish yet
/// and that nothing has failed: do what the status asks for, then make the same call again. A
/// negative status means that the call failed, that there is nothing to return (NONE), or that no
/// more data will come from the peer (CLOSED, UNEXPECTED_EOF). Numbers are never reused. The number
/// 5 is reserved for a status of a later version (Verdicts later, in the notes).
///
/// A call writes its outputs only if it returns OK: after every other status, positive or negative,
/// an output has the value that it had before the call.
///
/// A connection that has failed with ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED,
/// PROTOCOL_ERROR or INVALID_KEY stays failed. NONE, INVALID_ARGUMENT, INVALID_STATE and
/// UNSUPPORTED are not failures of a connection: other calls on the connection work as before.
INKOTLS_ENUM(inkotls_status) {
  /// The call has done what it does, and has written its outputs.
  INKOTLS_STATUS_OK = 0,
  /// The call needs more ciphertext from the peer. Wait until the socket is readable, or pass
  /// ciphertext with inkotls_conn_feed (inkotls_acceptor_feed); then make the same call again.
  /// After this status, the next feed accepts at least 16 KiB.
  INKOTLS_STATUS_WANT_READ = 1,
  /// Ciphertext must be sent to the peer before the call can finish. Wait until the socket is
  /// writable, or fetch the ciphertext with inkotls_conn_drain (inkotls_acceptor_drain) and send
  /// it; then make the same call again.
  INKOTLS_STATUS_WANT_WRITE = 2,
  /// The next step of the handshake may block the thread, in a callback that was set with may_block
  /// 1, or in the platform's verification of certificates (macOS, Windows, Android). Call
  /// inkotls_conn_run_blocking on a thread that may block; after inkotls_conn_run_blocking has
  /// returned, repeat the call that returned WANT_BLOCKING. Only connections of a config whose
  /// inkotls_client_config_may_block or inkotls_server_config_may_block returns 1 return this
  /// status. A call may return this status without need, because the contents of an encrypted
  /// record are not known in advance.
  INKOTLS_STATUS_WANT_BLOCKING = 3,
  /// inkotls_conn_feed or inkotls_acceptor_feed accepted no byte, because the read buffer
  /// (INKOTLS_LIMIT_READ_BUFFER) is full. Call inkotls_conn_handshake or inkotls_conn_read (on an
  /// acceptor, inkotls_acceptor_accept) until the call returns WANT_READ, then feed the same bytes
  /// again.
  INKOTLS_STATUS_FULL = 4,
  /// What the call asks for does not exist, or does not exist yet. This status does not mean that
  /// the connection has failed: the handle can still be used.
  INKOTLS_STATUS_NONE = -1,
  /// The peer has sent close_notify (RFC 8446, section 6.1), which is a clean end. No more
  /// plaintext will come from the peer. This side may still write, until it calls
  /// inkotls_conn_close. During the handshake, the status means that the peer has left, so that the
  /// handshake cannot finish.
  INKOTLS_STATUS_CLOSED = -2,
  /// The transport has ended (EOF) before the peer sent close_notify. What was read may be
  /// truncated; whether that matters depends on the protocol above TLS. After the handshake, this
  /// side may still write. During the handshake, the status means that the peer has left, so that
  /// the handshake cannot finish.
  INKOTLS_STATUS_UNEXPECTED_EOF = -3,
  /// The peer has sent a fatal alert. inkotls_conn_alert_received or
  /// inkotls_acceptor_alert_received returns the number of the alert. The connection cannot be used
  /// any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write, inkotls_conn_flush
  /// and inkotls_conn_close (on an acceptor, inkotls_acceptor_accept) return
  /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
  /// status.
  INKOTLS_STATUS_ALERT_RECEIVED = -4,
  /// The peer's certificate or raw public key was refused, or the peer did not prove that it has
  /// the private key. inkotls_conn_certificate_error returns the reason. The connection cannot be
  /// used any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write,
  /// inkotls_conn_flush and inkotls_conn_close return INKOTLS_STATUS_WANT_WRITE as long as an alert
  /// for the peer is queued, and from then on this status.
  INKOTLS_STATUS_INVALID_PEER_CERTIFICATE = -5,
  /// The two sides have no protocol version, cipher suite, group, signature scheme, ALPN protocol
  /// or certificate type (X.509, or a raw public key of RFC 7250) in common; or the server has no
  /// identity for the server name or the signature schemes of the client; or the peer sent more
  /// than INKOTLS_LIMIT_HANDSHAKE allows; or the server has refused Encrypted ClientHello
  /// (INKOTLS_ECH_STATUS_REJECTED). The error message has the reason. The connection cannot be used
  /// any more: inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write, inkotls_conn_flush
  /// and inkotls_conn_close (on an acceptor, inkotls_acceptor_accept) return
  /// INKOTLS_STATUS_WANT_WRITE as long as an alert for the peer is queued, and from then on this
  /// status.
  INKOTLS_STATUS_HANDSHAKE_FAILED = -6,
  /// The peer has violated the TLS protocol, has sent something that is not TLS, or has sent a
  /// record that cannot be decrypted, which also happens if the bytes were changed on the way. The
  /// error message has the reason. The connection cannot be used any more: inkotls_conn_handshake,
  /// inkotls_conn_read, inkotls_conn_write, inkotls_conn_flush and inkotls_conn_close (on an
  /// acceptor, inkotls_acceptor_accept) return INKOTLS_STATUS_WANT_WRITE as long as an alert for
  /// the peer is queued, and from then on this status.
  INKOTLS_STATUS_PROTOCOL_ERROR = -7,
  /// A certificate or a certificate revocation list (CRL) that the caller passed cannot be used, or
  /// the input contains none, or an identity has no certificate chain, or a server config is built
  /// without an identity. The error message has the reason. The call has no effect, and the handles
  /// that were passed to it can be used again.
  INKOTLS_STATUS_INVALID_CERTIFICATE = -8,
  /// A private key that the caller passed is encrypted, cannot be parsed or is of a kind that is
  /// not supported, or the identity has no private key: the call has no effect, and the handles
  /// that were passed to it can be used again. From a call on a connection, the status means that
  /// the inkotls_sign_callback returned no valid signature: the connection has failed. The
  /// connection cannot be used any more: inkotls_conn_handshake, inkotls_conn_read,
  /// inkotls_conn_write, inkotls_conn_flush and inkotls_conn_close return INKOTLS_STATUS_WANT_WRITE
  /// as long as an alert for the peer is queued, and from then on this status.
  INKOTLS_STATUS_INVALID_KEY = -9,
  /// The private key does not belong to the first certificate of the chain, or that certificate
  /// does not fit a signature scheme of the inkotls_sign_callback. The call has no effect, and the
  /// handles that were passed to it can be used again.
  INKOTLS_STATUS_KEY_MISMATCH = -10,
  /// The server name is not a DNS name or an IP address that the call accepts.
  /// inkotls_invalid_name_text returns what is wrong with the name.
  INKOTLS_STATUS_INVALID_NAME = -11,
  /// A config cannot be built, because it would trust no certificate authority. The call has no
  /// effect, and the handles that were passed to it can be used again.
  INKOTLS_STATUS_NO_TRUST_ANCHORS = -12,
  /// An argument is NULL where NULL is not allowed, or is out of its range, or is not a value of
  /// its enum. The call has no effect, and the handles that were passed to it can be used again.
  INKOTLS_STATUS_INVALID_ARGUMENT = -13,
  /// The call is not possible in the present state of the handle, or another call on the handle has
  /// not returned yet. The error message has the reason. This status is not a failure of the
  /// connection.
  INKOTLS_STATUS_INVALID_STATE = -14,
  /// This library, this build of the library or the negotiated protocol version cannot do what the
  /// call asks for. This status is not a failure of the connection.
  INKOTLS_STATUS_UNSUPPORTED = -15,
  /// A system call or an I/O callback has failed. The _os_error function of the handle returns the
  /// errno value of that failure. If receiving has failed, calls that need ciphertext return this
  /// status until a transport is attached anew. If sending has failed, calls that send return this
  /// status from then on. A call that could not read a file has no effect, and the handle that was
  /// passed to it can be used again.
  INKOTLS_STATUS_IO_ERROR = -16,
  /// The library has found an error in its own code (a bug), not in the caller or the peer. From
  /// then on every call on the handle returns this status, except the _error function. Free the
  /// handle. Only an inkotls_client_config and an inkotls_server_config stay usable.
  INKOTLS_STATUS_PANIC = -17,
};

/// The reason why a peer's certificate was refused. inkotls_conn_certificate_error and
/// inkotls_verification_verify return a value of this enum, and an inkotls_verify_callback may
/// return one. inkotls_certificate_error_text returns a text for a value. Alerts are described in
/// RFC 8446, section 6.2. Numbers are never reused, and are below INKOTLS_VERDICT_ACCEPTED (100).
INKOTLS_ENUM(inkotls_certificate_error) {
  /// The peer had to present a certificate or a raw public key and presented none. A server sends
  /// the alert certificate_required (116) in TLS 1.3 and handshake_failure (40) in TLS 1.2. A
  /// client sends decode_error (50) in TLS 1.2 and no alert in TLS 1.3.
  INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED = 1,
  /// A certificate of the chain has expired: its notAfter time has passed. This side sends the
  /// alert certificate_expired (45).
  INKOTLS_CERTIFICATE_ERROR_EXPIRED = 2,
  /// A certificate of the chain is not valid yet: its notBefore time has not come. This side sends
  /// the alert certificate_expired (45).
  INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID = 3,
  /// No certificate authority that this side trusts has issued the certificate, or this side does
  /// not trust the raw public key. This side sends the alert unknown_ca (48).
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER = 4,
  /// The server's certificate is not valid for the server name that was passed to
  /// inkotls_conn_new_client. This side sends the alert bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_WRONG_NAME = 5,
  /// A certificate of the chain is revoked: its serial number is in a certificate revocation list
  /// (CRL) of its issuer. This side sends the alert certificate_revoked (44).
  INKOTLS_CERTIFICATE_ERROR_REVOKED = 6,
  /// Whether a certificate of the chain is revoked cannot be determined: its issuer has no CRL in
  /// the roots, or that CRL has a bad signature or has expired. This side sends the alert
  /// unknown_ca (48).
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION = 7,
  /// A signature in the certificate chain is not valid. This side sends the alert bad_certificate
  /// (42).
  INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE = 8,
  /// A certificate of the chain must not be used for this purpose: its extended key usage does not
  /// include the peer's role (client or server), or the key usage of the peer's own certificate
  /// does not include digitalSignature. This side sends the alert unsupported_certificate (43).
  INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE = 9,
  /// A certificate of the chain cannot be parsed, or has a critical extension that is not
  /// supported. This side sends the alert bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_BAD_ENCODING = 10,
  /// The reason has no number of its own: the error message of the connection has the reason. This
  /// side sends the alert certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_OTHER = 11,
  /// The stapled OCSP response is missing, not valid or too old. Only an inkotls_verify_callback or
  /// the platform's verification (macOS, Windows, Android) returns this reason, because the library
  /// itself does not look at the OCSP response. This side sends the alert
  /// bad_certificate_status_response (113).
  INKOTLS_CERTIFICATE_ERROR_INVALID_OCSP_STAPLE = 12,
  /// The certificate is valid, but its owner is not allowed to connect. Only an
  /// inkotls_verify_callback or the platform's verification (macOS, Windows, Android) returns this
  /// reason. This side sends the alert access_denied (49).
  INKOTLS_CERTIFICATE_ERROR_ACCESS_DENIED = 13,
  /// The peer's own certificate is the certificate of a certificate authority (basicConstraints
  /// CA:TRUE). inkotls_roots_add_peer_certificate_pem makes this side trust a peer's own
  /// certificate that is the certificate of a certificate authority. This side sends the alert
  /// certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY = 14,
  /// A certificate of the chain is not X.509 version 3. This side sends the alert
  /// unsupported_certificate (43).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_VERSION = 15,
  /// A name in a certificate of the chain violates the name constraints of an issuer (RFC 5280,
  /// section 4.2.1.10). This side sends the alert certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_NAME_CONSTRAINTS = 16,
  /// The chain has more issuers than the path length constraint of one of them allows (RFC 5280,
  /// section 4.2.1.9). This side sends the alert certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_PATH_LENGTH = 17,
  /// An issuer in the chain is not a certificate authority. This side sends the alert
  /// certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_ISSUER_NOT_CA = 18,
  /// The certificate chain is too long, or is too expensive to verify. This side sends the alert
  /// certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_CHAIN_TOO_COMPLEX = 19,
  /// A signature in the certificate chain, or the peer's signature of the handshake, uses an
  /// algorithm that is not supported (such as SHA-1 with RSA) or that does not fit the key. This
  /// side sends the alert bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM = 20,
  /// The RSA key of the peer or of an issuer has fewer than 2048 or more than 8192 bits. This side
  /// sends the alert bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE = 21,
  /// The certificate was accepted, but the peer's signature of the handshake is not valid, so the
  /// peer did not prove that it has the private key. This side sends the alert decrypt_error (51).
  INKOTLS_CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE = 22,
  /// The time is not known, so that a certificate cannot be verified: the inkotls_clock_callback
  /// returned no time, or the system's clock is before 1970. This side sends the alert
  /// certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME = 23,
};

/// Returns an error message for a status.
///
/// The error message of a handle (inkotls_conn_error and its like) says more. This function serves
/// the calls that have no handle which could keep an error message.
///
/// Returns a static text: NUL-terminated UTF-8, never NULL, valid as long as the library is loaded.
/// For a number that is not an inkotls_status, the text says so.
///
/// status  The number that a call returned. An inkotls_status, or any other number.
const char *inkotls_status_text(int32_t status);

/// Returns the meaning of an inkotls_certificate_error as a text, such as "it has expired".
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// If a connection refused the certificate of its peer, its error message (inkotls_conn_error)
/// contains this text. The text is "unknown" for a number that is not an inkotls_certificate_error.
///
/// error  An inkotls_certificate_error, or any other number.
const char *inkotls_certificate_error_text(int32_t error);

/// Returns the name of a TLS alert (RFC 8446, section 6), such as "handshake_failure" for 40.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a number that IANA's registry of TLS alerts does not have.
///
/// alert  IANA's number of the alert, as inkotls_conn_alert_received returns it.
const char *inkotls_alert_name(int32_t alert);

/// Copies the error message for a server name that was refused with INVALID_NAME.
///
/// Four functions refuse a server name with this status, and have no handle that could keep an
/// error message: inkotls_conn_new_client, inkotls_client_config_remove_sessions,
/// inkotls_sni_map_set and inkotls_sni_map_remove. The error message repeats the name and says what
/// is wrong with it, such as "the server name \"a.test:443\" has a port: pass only the host name".
/// Call this function only after one of the four has refused the name, because a name that one of
/// them accepts may have an error message for another one.
///
/// server_name, len  The name that was refused, and its length in bytes. Borrowed for this call.
/// buf, cap          Receives the error message in UTF-8, not NUL-terminated. cap is the size of
///                   buf in bytes; 512 bytes are always enough.
/// out_len           Receives the length of the error message, in bytes.
///
/// NONE              None of the four functions refuses the name.
/// INVALID_ARGUMENT  The error message does not fit into cap bytes.
inkotls_status inkotls_invalid_name_text(const char *server_name, size_t len, char *buf,
    size_t cap, size_t *out_len);

// =================================================================================================
// 3. The library, and what it supports
// =================================================================================================

/// Returns the version of the library, such as "0.1.0".
///
/// Returns a static text: NUL-terminated UTF-8, never NULL, valid as long as the library is loaded.
const char *inkotls_version(void);

/// Returns the version of the ABI that this library implements.
///
/// The version of the ABI changes only if an existing function or number is removed or changes its
/// meaning. New functions and new numbers do not change the version of the ABI. The SONAME of the
/// shared object ends with the version of the ABI.
uint32_t inkotls_abi_version(void);

/// Returns the name of a protocol version, such as "TLS 1.3" for 0x0304.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a version that this library does not support.
///
/// version  IANA's number of the protocol version, as inkotls_conn_protocol_version returns it.
const char *inkotls_protocol_version_name(int32_t version);

/// Returns the number of a protocol version from its name, such as 0x0304 from "TLS 1.3".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_protocol_version_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len  The name in ASCII, and its length in bytes. Borrowed for this call.
int32_t inkotls_protocol_version_number(const char *name, size_t len);

/// Returns one of the protocol versions that this library supports.
///
/// Returns IANA's number (0x0304 for TLS 1.3, 0x0303 for TLS 1.2), or NONE, which is negative, if
/// index is not less than the number of supported versions.
///
/// index  The index of the version in the list of supported versions. The highest version has the
///        index 0.
int32_t inkotls_protocol_version_at(size_t index);

/// Returns IANA's name of a cipher suite, such as "TLS_AES_128_GCM_SHA256" for 0x1301.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a cipher suite that this library does not support.
///
/// suite  IANA's number of the cipher suite, as inkotls_conn_cipher_suite returns it.
const char *inkotls_cipher_suite_name(int32_t suite);

/// Returns the number of a cipher suite from its name: 0x1301 from "TLS_AES_128_GCM_SHA256".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_cipher_suite_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len  The name in ASCII, and its length in bytes. Borrowed for this call.
int32_t inkotls_cipher_suite_number(const char *name, size_t len);

/// Returns one of the cipher suites that this library supports.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported cipher suites.
///
/// index  The index of the cipher suite in the list of supported cipher suites, which is in the
///        default order of preference. The preferred cipher suite has the index 0.
int32_t inkotls_cipher_suite_at(size_t index);

/// Returns one of the groups for the key exchange that this library supports.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported groups.
///
/// index  The index of the group in the list of supported groups, which is in the default order of
///        preference. The preferred group has the index 0.
int32_t inkotls_named_group_at(size_t index);

/// Returns IANA's name of a group for the key exchange, such as "x25519" for 29.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a group that this library does not support.
///
/// group  IANA's number of the group, as inkotls_conn_named_group returns it.
const char *inkotls_named_group_name(int32_t group);

/// Returns the number of a group from its name, such as 29 from "x25519".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_named_group_name returns; upper and lower case are the same.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len  The name in ASCII, and its length in bytes. Borrowed for this call.
int32_t inkotls_named_group_number(const char *name, size_t len);

/// Returns one of the signature schemes that this library supports: a peer may sign its handshake
/// with them.
///
/// Returns IANA's number, or NONE, which is negative, if index is not less than the number of
/// supported signature schemes.
///
/// index  The index of the signature scheme in the list of supported signature schemes, which is in
///        the order of preference. The preferred signature scheme has the index 0.
int32_t inkotls_signature_scheme_at(size_t index);

/// Returns IANA's name of a signature scheme (RFC 8446, section 4.2.3), such as "ed25519" for
/// 0x0807.
///
/// Schemes that clients offer and this library does not support, such as ecdsa_sha1, have names,
/// too.
///
/// Returns a static text: NUL-terminated ASCII, never NULL, valid as long as the library is loaded.
/// The text is "unknown" for a number without a name here.
///
/// scheme  IANA's number of the signature scheme, as inkotls_conn_peer_signature_scheme returns it.
const char *inkotls_signature_scheme_name(int32_t scheme);

/// Returns the number of a signature scheme from its name, such as 0x0807 from "ed25519".
///
/// A host that reads names from a configuration file converts them with this function. The name is
/// the one that inkotls_signature_scheme_name returns; upper and lower case are the same.
///
/// A signature scheme that has a number may be one that this library does not support:
/// inkotls_signature_scheme_at lists the supported signature schemes.
///
/// Returns IANA's number, or NONE, which is negative, if the name is not known.
///
/// name, len  The name in ASCII, and its length in bytes. Borrowed for this call.
int32_t inkotls_signature_scheme_number(const char *name, size_t len);

// =================================================================================================
// 4. Connection: create
// =================================================================================================

/// Creates a client connection.
///
/// The connection produces no ciphertext until inkotls_conn_handshake, or another call that drives
/// the handshake, is called.
///
/// A failure of inkotls_conn_new_client leaves no error message, because no connection exists that
/// could keep the error message. inkotls_status_text describes the status.
///
/// config            The settings of the connection. Retained.
/// server_name, len  The name that the server must prove with its certificate, and its length in
///                   bytes. The name must not contain a NUL byte. A DNS name is also sent to the
///                   server (SNI, RFC 6066); an IP address is not sent. A client that verifies no
///                   name, because it trusts single certificates or raw public keys, passes the IP
///                   address of the server. Copied.
/// out_conn          Receives the connection. Free it with inkotls_conn_free.
///
/// INVALID_NAME  The name is neither a DNS name nor an IP address. inkotls_invalid_name_text writes
///               an error message that says what is wrong with the name.
inkotls_status inkotls_conn_new_client(const inkotls_client_config *config,
    const char *server_name, size_t len, inkotls_conn **out_conn);

/// Creates a server connection with a config that is chosen before the ClientHello arrives.
///
/// A server that chooses its config after it has seen the ClientHello uses an inkotls_acceptor
/// instead.
///
/// A failure of inkotls_conn_new_server leaves no error message, because no connection exists that
/// could keep the error message. inkotls_status_text describes the status.
///
/// config    The settings of the connection. Retained.
/// out_conn  Receives the connection. Free it with inkotls_conn_free.
inkotls_status inkotls_conn_new_server(const inkotls_server_config *config,
    inkotls_conn **out_conn);

/// Adds an ALPN protocol (RFC 7301) to the list of this connection, as the least preferred one.
///
/// The list of a new connection is the list of its config. A list has at most 64 protocols: adding
/// one more returns INVALID_ARGUMENT.
///
/// protocol, len  The name of the protocol, such as "h2", and its length in bytes. Range: 1 to 255.
///                Copied.
///
/// INVALID_ARGUMENT  The length is not in its range, or the list already has 64 protocols.
/// INVALID_STATE     The handshake has begun: a client has produced its ClientHello, or a server
///                   has processed the ClientHello that it received.
inkotls_status inkotls_conn_add_alpn(inkotls_conn *conn, const void *protocol, size_t len);

/// Removes all ALPN protocols from the list of this connection.
///
/// A server that negotiates the protocol itself calls inkotls_conn_clear_alpn after
/// inkotls_acceptor_into_conn, and then adds the protocol that it has chosen with
/// inkotls_conn_add_alpn. If no protocol is added, the connection does not use ALPN.
///
/// INVALID_STATE  The handshake has begun: a client has produced its ClientHello, or a server has
///                processed the ClientHello that it received.
inkotls_status inkotls_conn_clear_alpn(inkotls_conn *conn);

/// Sets the pointer that the library passes to callbacks as conn_user_data.
///
/// The callbacks of a config or of an identity are set once for many connections
/// (inkotls_verify_callback, inkotls_sign_callback, inkotls_key_log_callback,
/// inkotls_session_put_callback, inkotls_session_get_callback, inkotls_clock_callback). Their
/// conn_user_data says which connection the call is about. inkotls_log_callback receives
/// conn_user_data, too.
///
/// user_data  Passed to callbacks during calls on conn. May be NULL. Default: NULL. Must stay valid
///            until a later call of inkotls_conn_set_user_data returns OK, or until conn is freed.
inkotls_status inkotls_conn_set_user_data(inkotls_conn *conn, void *user_data);

/// Frees the connection, and overwrites its secrets in memory.
///
/// The call moves no ciphertext: what has not been drained or sent is lost.
///
/// conn  The connection to free. May be NULL: the call then does nothing.
void inkotls_conn_free(inkotls_conn *conn);

// =================================================================================================
// 5. Connection: transport
// =================================================================================================

/// Copies ciphertext that the host has received into the connection.
///
/// The bytes are only queued: a failure that they cause is returned by the next call of
/// inkotls_conn_handshake or inkotls_conn_read. After the connection has failed, or the peer has
/// sent close_notify, bytes are accepted and discarded.
///
/// data, len  The ciphertext, and its length in bytes. Copied.
/// used       Receives the number of bytes that were accepted, which may be less than len. Keep the
///            bytes that were not accepted, and feed them after the next call of
///            inkotls_conn_handshake or inkotls_conn_read. After a call has returned WANT_READ, at
///            least 16 KiB are accepted, under every setting of INKOTLS_LIMIT_READ_BUFFER. The call
///            writes used only if it returns OK: after FULL, used has the value that it had before.
///
/// FULL           Nothing was accepted, because the read buffer (INKOTLS_LIMIT_READ_BUFFER) is
///                full. Call inkotls_conn_handshake or inkotls_conn_read until it returns
///                WANT_READ, then feed the same bytes again.
/// INVALID_STATE  inkotls_conn_feed_eof was called before, or an attached transport has reported
///                its end of file (EOF); or inkotls_conn_feed_room was called, and
///                inkotls_conn_feed_filled was not called since then.
inkotls_status inkotls_conn_feed(inkotls_conn *conn, const void *data, size_t len, size_t *used);

/// Allocates memory inside the connection, into which the host then receives ciphertext itself.
///
/// With this memory, a host that receives with io_uring or IOCP needs no receive buffer of its own.
/// After the host has received into out_buf, inkotls_conn_feed_filled passes the received
/// ciphertext to the connection.
///
/// Until inkotls_conn_feed_filled returns OK, or conn is freed, the memory stays at its address,
/// and the library neither reads nor writes the memory: the operating system, or another thread,
/// may receive into the memory while calls on conn run. Calls on conn must not overlap, as always;
/// one after the other, the host may for example read, write, drain and close the connection. Only
/// calls that would mix other ciphertext with the awaited ciphertext return INVALID_STATE:
/// inkotls_conn_feed, inkotls_conn_feed_eof, inkotls_conn_set_fd, inkotls_conn_set_fds and
/// inkotls_conn_set_io. A second call of inkotls_conn_feed_room returns the same memory again.
/// Before inkotls_conn_free, cancel a receive operation that still uses the memory, and wait until
/// the operation has ended.
///
/// The memory has at most 18436 bytes, the length of the longest TLS record. The connection holds
/// the memory only until inkotls_conn_feed_filled. A host with many idle connections that wants to
/// save the memory calls inkotls_conn_feed_room only when a socket is readable, or passes
/// ciphertext from a buffer that all connections share to inkotls_conn_feed.
///
/// After the connection has failed, or the peer has sent close_notify, the call still returns OK,
/// and inkotls_conn_feed_filled discards what is received. An inkotls_acceptor has no such call:
/// pass the ciphertext of a ClientHello to inkotls_acceptor_feed.
///
/// out_buf  Receives a pointer to the memory, which is not initialised. Valid until
///          inkotls_conn_feed_filled returns OK, or until conn is freed.
/// out_cap  Receives the size of the memory in bytes, which is at least 1. Memory that is allocated
///          after a call has returned WANT_READ has at least 16 KiB, under every setting of
///          INKOTLS_LIMIT_READ_BUFFER.
///
/// FULL           The read buffer (INKOTLS_LIMIT_READ_BUFFER) is full. Call inkotls_conn_handshake
///                or inkotls_conn_read until it returns WANT_READ, then call inkotls_conn_feed_room
///                again.
/// INVALID_STATE  A transport is attached, and receives the ciphertext itself; or
///                inkotls_conn_feed_eof was called before, or an attached transport has reported
///                its end of file (EOF).
inkotls_status inkotls_conn_feed_room(inkotls_conn *conn, uint8_t **out_buf, size_t *out_cap);

/// Passes ciphertext that the host has received into the memory of inkotls_conn_feed_room to the
/// connection.
///
/// The whole ciphertext is accepted. A failure that the ciphertext causes is returned by the next
/// call of inkotls_conn_handshake or inkotls_conn_read, as after inkotls_conn_feed. After the call,
/// the memory of inkotls_conn_feed_room must not be used: to receive more, call
/// inkotls_conn_feed_room again.
///
/// len  The number of bytes that were received, from the start of the memory. 0 means that nothing
///      was received, for example because the receive operation was cancelled; the memory is then
///      freed. At the end of file (EOF), call inkotls_conn_feed_filled with 0, and then
///      inkotls_conn_feed_eof.
///
/// INVALID_ARGUMENT  The value of len is larger than the out_cap of inkotls_conn_feed_room. Nothing
///                   was accepted, and the memory stays valid.
/// INVALID_STATE     inkotls_conn_feed_room was not called, or inkotls_conn_feed_filled has
///                   returned OK since then.
inkotls_status inkotls_conn_feed_filled(inkotls_conn *conn, size_t len);

/// Sets the end of file (EOF) of the transport: the peer will send no more ciphertext.
///
/// Call inkotls_conn_feed_eof only after inkotls_conn_feed or inkotls_conn_feed_filled has accepted
/// all ciphertext that was received, because from then on inkotls_conn_feed returns INVALID_STATE.
/// A second call of inkotls_conn_feed_eof changes nothing and returns OK.
///
/// Ciphertext that was fed before can still be read. When nothing is left to read,
/// inkotls_conn_handshake and inkotls_conn_read return CLOSED (the peer has sent close_notify) or
/// UNEXPECTED_EOF (the peer has not sent close_notify) instead of WANT_READ.
///
/// INVALID_STATE  inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                since then.
inkotls_status inkotls_conn_feed_eof(inkotls_conn *conn);

/// Copies queued ciphertext, which the host then sends to the peer, and removes it from the queue.
///
/// Send the bytes of each call before the bytes of the next one; the connection does not keep them.
///
/// buf, cap  Receives the ciphertext. cap is the size of buf in bytes.
/// out_len   Receives the number of bytes written, which is 0 if no ciphertext is queued, and cap
///           if more ciphertext may be queued: INKOTLS_STATE_WANTS_WRITE says whether.
inkotls_status inkotls_conn_drain(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);

/// Reads queued ciphertext in place, without a buffer of the caller.
///
/// After the bytes, or some of them, have been sent, inkotls_conn_drain_consume removes them from
/// the queue. Between inkotls_conn_drain_peek and inkotls_conn_drain_consume, make no other call
/// that takes conn as a pointer to non-const. A host that lets another task use conn while the
/// bytes are being sent calls inkotls_conn_drain instead.
///
/// Nothing is copied to the caller. Inside the library, the records of the queue are copied to one
/// contiguous buffer, unless they are already there; inkotls_conn_drain makes at least as many
/// copies.
///
/// out_data  Receives a pointer to the ciphertext. Valid until the next call that takes conn as a
///           pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the ciphertext in bytes, which is 0 if none is queued. More
///           ciphertext may be queued behind it: consume these bytes, then repeat the call.
inkotls_status inkotls_conn_drain_peek(inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);

/// Removes ciphertext that has been sent from the queue.
///
/// len  How much of the ciphertext of inkotls_conn_drain_peek was sent, in bytes. Between
///      inkotls_conn_drain_peek and inkotls_conn_drain_consume, make only calls that take conn as a
///      pointer to const.
///
/// INVALID_ARGUMENT  The value of len is larger than the out_len of inkotls_conn_drain_peek.
///                   Nothing was removed.
inkotls_status inkotls_conn_drain_consume(inkotls_conn *conn, size_t len);

/// Attaches a socket, from which the connection then reads and to which it writes ciphertext
/// itself.
///
/// From then on these calls move ciphertext themselves: inkotls_conn_handshake, inkotls_conn_read,
/// inkotls_conn_read_peek, inkotls_conn_write, inkotls_conn_flush, inkotls_conn_close,
/// inkotls_conn_read_early_data, inkotls_conn_write_early_data and inkotls_conn_update_keys. Their
/// WANT_READ and WANT_WRITE say for which event to poll the socket. A transport that was attached
/// before is detached.
///
/// On Linux, the socket may still be connecting (connect has returned EINPROGRESS): the calls
/// return WANT_WRITE until the socket is connected. If the socket cannot be connected,
/// inkotls_conn_handshake returns IO_ERROR, and inkotls_conn_os_error returns the errno value of
/// the failed connect, such as ECONNREFUSED.
///
/// inkotls_conn_set_fd itself makes two system calls on a socket: getsockopt(2) with SO_TYPE, once
/// for reading and once for writing. To receive from the socket, the library calls recv(2) with
/// MSG_DONTWAIT. To send to the socket, the library calls sendmsg(2) with MSG_DONTWAIT and
/// MSG_NOSIGNAL. Therefore the library never blocks on the socket, whether or not it is in
/// non-blocking mode, never raises SIGPIPE, never changes the flags of the socket, and never closes
/// it. The system calls on a pipe are listed at inkotls_conn_set_fds.
///
/// On macOS and on Windows, inkotls_conn_set_fd sets the socket to non-blocking mode, and the
/// socket stays in that mode: macOS ignores MSG_DONTWAIT in sendmsg, and Windows has no such flag.
/// On macOS, every descriptor of the same socket, such as one that dup(2) or a child process has,
/// is then in non-blocking mode.
///
/// On Windows, fd is a SOCKET, whose value always fits into int32_t. Winsock must be started
/// (WSAStartup). The library calls recv and WSASend, and inkotls_conn_os_error returns numbers of
/// Winsock, such as WSAECONNRESET (10054). Pipes are not supported there.
///
/// WANT_READ and WANT_WRITE mean that the socket would block, with one exception: a call that has
/// received 128 KiB and has nothing to return yet returns WANT_READ, so that other tasks can run,
/// and sets the bit INKOTLS_STATE_READABLE of inkotls_conn_state. A host that waits for
/// edge-triggered events looks at this bit before it waits. The exception exists with every
/// transport that is attached: a socket, two descriptors, or callbacks.
///
/// inkotls_conn_feed and inkotls_conn_drain still work while a socket is attached, and ciphertext
/// that was fed before is kept. An end of file (EOF) that an earlier transport reported stays in
/// effect. After an earlier transport has failed to send, its ciphertext is lost, and calls that
/// send return IO_ERROR with every later transport.
///
/// fd  A stream socket that is connected or (on Linux) connecting, or a pipe that is open for
///     reading and writing. The descriptor must stay open until the first of these events:
///     inkotls_conn_detach returns OK; a call that attaches another transport to conn returns OK;
///     the last call on conn that moves ciphertext (inkotls_conn_set_fd lists these calls) returns.
///     inkotls_conn_free does not use the descriptor.
///
/// INVALID_ARGUMENT  The descriptor is negative, is not open, or is neither a stream socket nor a
///                   pipe that is open for reading and writing; inkotls_conn_os_error returns the
///                   errno value of that failure. The transport that was attached before stays
///                   attached.
/// INVALID_STATE     inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                   since then.
inkotls_status inkotls_conn_set_fd(inkotls_conn *conn, int32_t fd);

/// Attaches two file descriptors, one for reading and one for writing, such as two pipes.
///
/// Apart from the number of descriptors, inkotls_conn_set_fds does what inkotls_conn_set_fd does.
///
/// A pipe needs more system calls than a socket. To attach a pipe, the library calls getsockopt(2),
/// fstat(2) and fcntl(2). To read from a pipe, the library calls poll(2) and then read(2). To write
/// to a pipe that is in non-blocking mode, the library calls fcntl(2) and then writev(2). To write
/// to a pipe that is not in non-blocking mode, the library calls fcntl(2), then poll(2), and then
/// write(2) with at most PIPE_BUF bytes. During writev(2) and write(2), SIGPIPE is blocked in the
/// calling thread (pthread_sigmask(3)).
///
/// If a pipe is not in non-blocking mode, only the library may use the end of the pipe that is
/// attached. A call blocks in read(2) if another reader has removed the bytes from the pipe after
/// poll(2), and a call blocks in write(2) if another writer has filled the pipe after poll(2).
///
/// read_fd   A connected stream socket, or the read end of a pipe. The descriptor must stay open
///           until the first of these events: inkotls_conn_detach returns OK; a call that attaches
///           another transport to conn returns OK; the last call on conn that moves ciphertext
///           (inkotls_conn_set_fd lists these calls) returns. inkotls_conn_free does not use the
///           descriptor.
/// write_fd  A connected stream socket, or the write end of a pipe. The descriptor must stay open
///           until the first of these events: inkotls_conn_detach returns OK; a call that attaches
///           another transport to conn returns OK; the last call on conn that moves ciphertext
///           (inkotls_conn_set_fd lists these calls) returns. inkotls_conn_free does not use the
///           descriptor.
///
/// INVALID_ARGUMENT  A descriptor is negative, is not open, is neither a stream socket nor a pipe,
///                   or is the wrong end of a pipe; inkotls_conn_os_error returns the errno value
///                   of that failure. The transport that was attached before stays attached.
/// INVALID_STATE     inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                   since then.
inkotls_status inkotls_conn_set_fds(inkotls_conn *conn, int32_t read_fd, int32_t write_fd);

/// Reads ciphertext from the network without waiting (inkotls_conn_set_io or
/// inkotls_acceptor_set_io).
///
/// Returns the number of bytes that were read, from 1 to cap; or 0 at the end of the transport
/// (EOF); or the negative of an errno value. The value -EAGAIN or -EWOULDBLOCK means that no bytes
/// are available yet: the call on the connection returns WANT_READ. After -EINTR the callback is
/// called again at once. After any other negative errno value, and after a number above cap, the
/// call on the connection returns IO_ERROR, and the callback is not called again unless it is
/// attached anew.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// To wait for the network, the callback returns -EAGAIN, and the task waits after the call on the
/// connection has returned. A socket can also be attached without callbacks: inkotls_conn_set_fd.
///
/// user_data  The user_data that was passed to inkotls_conn_set_io or inkotls_acceptor_set_io.
/// buf, cap   Receives the ciphertext. cap is the size of buf in bytes, at least 1. Valid until the
///            callback returns.
typedef int32_t (*inkotls_read_callback)(void *user_data, uint8_t *buf, size_t cap);

/// Writes ciphertext to the network without waiting (inkotls_conn_set_io or
/// inkotls_acceptor_set_io).
///
/// Returns the number of bytes that were written, from 1 to len; or the negative of an errno value.
/// A return value of 0, -EAGAIN or -EWOULDBLOCK means that no bytes can be written yet: the
/// ciphertext stays queued. After -EINTR the callback is called again at once. After any other
/// negative errno value, and after a number above len, the connection cannot send any more: the
/// callback is not called again, and calls that send return IO_ERROR.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// To wait for the network, the callback returns -EAGAIN, and the task waits after the call on the
/// connection has returned. A socket can also be attached without callbacks: inkotls_conn_set_fd.
///
/// user_data  The user_data that was passed to inkotls_conn_set_io or inkotls_acceptor_set_io.
/// data, len  The ciphertext, and its length in bytes, at least 1. Valid until the callback
///            returns.
typedef int32_t (*inkotls_write_callback)(void *user_data, const uint8_t *data, size_t len);

/// Attaches two callbacks, through which the connection then receives and sends ciphertext itself.
///
/// The calls that would use a socket after inkotls_conn_set_fd call the callbacks instead, on their
/// own thread, and return the same statuses. A transport that was attached before is detached.
///
/// WANT_READ means that the read callback returned -EAGAIN or -EWOULDBLOCK, with one exception: a
/// call that has received 128 KiB and has nothing to return yet returns WANT_READ, so that other
/// tasks can run, and sets the bit INKOTLS_STATE_READABLE of inkotls_conn_state. A host whose
/// callbacks have a buffer of their own looks at this bit before it waits, because no event reports
/// what is in that buffer.
///
/// If a callback returns an error, the call returns IO_ERROR, and inkotls_conn_os_error returns the
/// errno value, without the minus sign. If a callback returns a length that is larger than its
/// buffer, the call returns IO_ERROR, and inkotls_conn_os_error returns INKOTLS_STATUS_NONE.
///
/// read       Called to receive ciphertext. The callback must not use conn.
/// write      Called to send ciphertext. The callback must not use conn.
/// user_data  Passed to both callbacks. May be NULL. Must stay valid until the first of these
///            events: inkotls_conn_detach returns OK; a call that attaches another transport to
///            conn returns OK; the last call on conn that moves ciphertext (inkotls_conn_set_fd
///            lists these calls) returns. inkotls_conn_free calls neither callback.
///
/// INVALID_STATE  inkotls_conn_feed_room was called, and inkotls_conn_feed_filled was not called
///                since then.
inkotls_status inkotls_conn_set_io(inkotls_conn *conn, inkotls_read_callback read,
    inkotls_write_callback write, void *user_data);

/// Detaches the socket, the descriptors or the callbacks that are attached.
///
/// After inkotls_conn_detach the host moves the ciphertext, with inkotls_conn_feed and
/// inkotls_conn_drain. If nothing is attached, the call changes nothing. If another call on conn is
/// running, inkotls_conn_detach returns INVALID_STATE, as every overlapping call: the descriptor
/// must then stay open until the other call has returned.
inkotls_status inkotls_conn_detach(inkotls_conn *conn);

// =================================================================================================
// 6. Connection: handshake
// =================================================================================================

/// Runs the handshake as far as the received ciphertext allows.
///
/// After the handshake is done, a repeated call does nothing: it returns OK, or the failure that
/// the connection has had since.
///
/// With a transport attached, the call also receives and sends ciphertext, as far as the transport
/// does not block.
///
/// Most failures queue an alert for the peer. The call then returns WANT_WRITE until that alert,
/// and the ciphertext queued before it, has been drained or sent; from then on it returns the
/// failure.
///
/// A server connection knows some results before inkotls_conn_handshake returns OK. While the
/// ClientHello is incomplete, inkotls_conn_handshake returns WANT_READ, and
/// inkotls_conn_protocol_version returns INKOTLS_STATUS_NONE. The first WANT_READ after the
/// ClientHello means that the first flight of the server has been drained or sent, and that
/// inkotls_conn_protocol_version, inkotls_conn_cipher_suite, inkotls_conn_server_name and
/// inkotls_conn_alpn return their results. If the first flight is a HelloRetryRequest (RFC 8446,
/// section 4.1.4), inkotls_conn_alpn returns its result only after the second flight. Results of a
/// handshake are not authenticated before inkotls_conn_handshake has returned OK.
///
/// On a client in TLS 1.3, OK does not mean that the server has accepted the certificate of the
/// client: the server verifies the certificate after the handshake of the client is done (RFC 8446,
/// section 2). If the server refuses the certificate, or refuses a client that has presented none,
/// the first inkotls_conn_read that receives the alert returns ALERT_RECEIVED. In TLS 1.2,
/// inkotls_conn_handshake itself returns ALERT_RECEIVED.
///
/// OK                        The handshake is done, and the last flight of this side has been
///                           drained or sent, so that the peer can go on.
/// WANT_READ                 More ciphertext is needed: feed ciphertext, or poll the attached
///                           transport for reading, then repeat the call.
/// WANT_WRITE                Ciphertext is queued: drain the ciphertext, or poll the attached
///                           transport for writing, then repeat the call.
/// WANT_BLOCKING             The next step of the handshake may block: call
///                           inkotls_conn_run_blocking on a thread that may block, then repeat the
///                           call that returned WANT_BLOCKING. Only a config whose
///                           inkotls_client_config_may_block or inkotls_server_config_may_block
///                           returns 1 causes WANT_BLOCKING.
/// CLOSED                    The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF            The transport ended without close_notify before the handshake was
///                           done.
/// ALERT_RECEIVED            The peer sent a fatal alert; inkotls_conn_alert_received returns its
///                           number.
/// INVALID_PEER_CERTIFICATE  The certificate of the peer was refused, or the peer did not prove
///                           that it has the private key; inkotls_conn_certificate_error returns
///                           the reason.
/// HANDSHAKE_FAILED          The two sides have no version, cipher suite, group, ALPN protocol,
///                           signature scheme or certificate type (X.509, or a raw public key of
///                           RFC 7250) in common; or no identity of the server has the server name;
///                           or a limit was exceeded (INKOTLS_LIMIT_HANDSHAKE); or the server has
///                           refused Encrypted ClientHello: inkotls_conn_ech_status then returns
///                           INKOTLS_ECH_STATUS_REJECTED, whose comment says how to connect again.
/// PROTOCOL_ERROR            The peer violated the protocol, or the ciphertext was changed on its
///                           way.
/// INVALID_KEY               The inkotls_sign_callback of this side's identity returned no
///                           signature.
/// IO_ERROR                  The attached transport has failed; inkotls_conn_os_error returns the
///                           errno value of the first failure.
/// INVALID_STATE             inkotls_conn_close was called before the handshake was done.
inkotls_status inkotls_conn_handshake(inkotls_conn *conn);

/// Runs the step of the handshake that a call announced with WANT_BLOCKING.
///
/// inkotls_conn_run_blocking is the only call on a connection in which callbacks that may block, or
/// the verification of the operating system, run. Call it on any thread that may block; no other
/// call on conn may be made until it returns. inkotls_conn_run_blocking moves no ciphertext.
///
/// A step is the processing of received ciphertext with all callbacks that this needs: one call of
/// inkotls_conn_run_blocking may run several callbacks one after the other, such as the
/// inkotls_verify_callback and then the inkotls_sign_callback. The call goes on to further steps as
/// far as the received ciphertext allows.
///
/// The host has nothing to drain before inkotls_conn_run_blocking, because a call that announces a
/// step returns WANT_WRITE until all queued ciphertext is drained or sent, and only then
/// WANT_BLOCKING.
///
/// To abandon conn while inkotls_conn_run_blocking runs on another thread, have that thread call
/// inkotls_conn_free after inkotls_conn_run_blocking has returned. The library cannot interrupt a
/// callback.
///
/// WANT_BLOCKING is returned before any part of the step has run. WANT_BLOCKING may be spurious,
/// because the contents of an encrypted record are not known in advance.
///
/// OK  The step has run, or no step was announced. The call returns OK also if the step has failed,
///     for example because the certificate of the peer was refused. Repeat the call that returned
///     WANT_BLOCKING: the repeated call goes on, or returns WANT_WRITE until the alert has been
///     sent and then the failure.
inkotls_status inkotls_conn_run_blocking(inkotls_conn *conn);

// =================================================================================================
// 7. Connection: data
// =================================================================================================

/// Reads as much plaintext as is available.
///
/// Until the handshake is done, the call runs the handshake and returns what inkotls_conn_handshake
/// returns. Early data is read only with inkotls_conn_read_early_data.
///
/// A client in TLS 1.3 learns only from inkotls_conn_read that the server has refused the
/// certificate of the client: the call returns ALERT_RECEIVED, although inkotls_conn_handshake has
/// returned OK.
///
/// A client processes the tickets of TLS 1.3, with which a later connection resumes the session,
/// only in inkotls_conn_read and inkotls_conn_read_peek, because the tickets arrive after the
/// handshake.
///
/// After the handshake, the call returns WANT_WRITE only if the connection has failed, so that a
/// task that reads never waits for a task that writes. WANT_READ does not mean that everything was
/// sent: call inkotls_conn_flush after inkotls_conn_write, before waiting for an answer.
///
/// After the handshake, CLOSED and UNEXPECTED_EOF mean that no more plaintext can be read. Writing
/// is not affected: inkotls_conn_write may still be called. Before the handshake is done, CLOSED
/// and UNEXPECTED_EOF mean that the handshake cannot finish.
///
/// With a transport attached, the call receives only while there is no plaintext, and about one
/// record at a time: if out_len is less than cap, the transport may still have more. The plaintext
/// of a record may be available although the socket is not readable. Therefore repeat the call
/// until it returns WANT_READ before waiting for the socket.
///
/// With a cap of 0 after the handshake, the call receives and decrypts nothing: it returns OK with
/// an out_len of 0, also after the peer has closed, or the failure of the connection.
///
/// buf, cap  Receives the plaintext. cap is the size of buf in bytes.
/// out_len   Receives the number of bytes written, which is at least 1 unless cap is 0.
///
/// WANT_READ       More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                 reading, then repeat the call.
/// WANT_WRITE      Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                 writing, then repeat the call.
/// WANT_BLOCKING   The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                 thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED          The peer sent close_notify, and everything that it sent before has been read.
///                 Reading has ended.
/// UNEXPECTED_EOF  The transport ended without close_notify: what was read may be truncated.
///                 Reading has ended.
/// IO_ERROR        The attached transport has failed, so that what was read may be truncated;
///                 inkotls_conn_os_error returns the errno value of that failure. After the
///                 handshake, this call returns IO_ERROR only if the transport has failed to
///                 receive. If the transport has failed to send, inkotls_conn_write,
///                 inkotls_conn_flush and inkotls_conn_close return IO_ERROR.
/// INVALID_STATE   inkotls_conn_close was called before the handshake was done.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                 The connection has failed, in this call or earlier; inkotls_conn_handshake
///                 describes each of these statuses.
inkotls_status inkotls_conn_read(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);

/// Reads plaintext in place: the caller receives a pointer, and the plaintext is not copied.
///
/// After the bytes, or some of them, have been used, inkotls_conn_read_consume removes them.
/// Between inkotls_conn_read_peek and inkotls_conn_read_consume, make no other call that takes conn
/// as a pointer to non-const. In everything else, inkotls_conn_read_peek does what
/// inkotls_conn_read does.
///
/// out_data  Receives a pointer to the plaintext. Valid until the next call that takes conn as a
///           pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the plaintext in bytes, which is at least 1. More plaintext may
///           follow: consume these bytes, then repeat the call.
///
/// WANT_READ       More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                 reading, then repeat the call.
/// WANT_WRITE      Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                 writing, then repeat the call.
/// WANT_BLOCKING   The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                 thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED          The peer sent close_notify, and everything that it sent before has been read.
///                 Reading has ended.
/// UNEXPECTED_EOF  The transport ended without close_notify: what was read may be truncated.
///                 Reading has ended.
/// IO_ERROR        The attached transport has failed, so that what was read may be truncated;
///                 inkotls_conn_os_error returns the errno value of that failure. After the
///                 handshake, this call returns IO_ERROR only if the transport has failed to
///                 receive. If the transport has failed to send, inkotls_conn_write,
///                 inkotls_conn_flush and inkotls_conn_close return IO_ERROR.
/// INVALID_STATE   inkotls_conn_close was called before the handshake was done.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                 The connection has failed, in this call or earlier; inkotls_conn_handshake
///                 describes each of these statuses.
inkotls_status inkotls_conn_read_peek(inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);

/// Removes plaintext that has been used.
///
/// len  How much of the plaintext of inkotls_conn_read_peek was used, in bytes. Between
///      inkotls_conn_read_peek and inkotls_conn_read_consume, make only calls that take conn as a
///      pointer to const.
///
/// INVALID_ARGUMENT  The value of len is larger than the out_len of inkotls_conn_read_peek. Nothing
///                   was removed.
inkotls_status inkotls_conn_read_consume(inkotls_conn *conn, size_t len);

/// Writes plaintext, which the call encrypts and queues as ciphertext; the queued ciphertext is
/// sent through the attached transport or, without a transport, is drained by the host.
///
/// Until the handshake is done, the call consumes nothing, runs the handshake, and returns what
/// inkotls_conn_handshake returns. Bytes that were consumed must not be passed again.
///
/// With a transport attached, inkotls_conn_write also sends the queued ciphertext, as far as the
/// transport does not block; inkotls_conn_flush sends the rest. The bytes that were consumed are
/// encrypted, but perhaps not sent yet: everything has been sent when inkotls_conn_flush returns
/// OK. Without a transport, inkotls_conn_write sends nothing: the host drains the ciphertext
/// (inkotls_conn_drain) and sends it.
///
/// data, len  The plaintext, and its length in bytes. Copied.
/// used       Receives the number of bytes that were consumed, which is at least 1 unless len is 0,
///            and may be less than len. Call the function again with the bytes that were not
///            consumed.
///
/// WANT_READ       The handshake is not done and needs more ciphertext. Feed it, or poll the
///                 transport that is attached for reading; then repeat the call.
/// WANT_WRITE      Nothing was consumed, because the write buffer (INKOTLS_LIMIT_WRITE_BUFFER) is
///                 full, or because the ciphertext of the handshake or an alert is queued. Drain,
///                 or poll the transport that is attached for writing; then repeat the call.
/// WANT_BLOCKING   The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                 thread that may block, then repeat the call that returned WANT_BLOCKING.
/// CLOSED          The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF  The transport ended without close_notify before the handshake was done.
/// IO_ERROR        The attached transport has failed; inkotls_conn_os_error returns the errno value
///                 of that failure. What the peer sent before, such as an alert, can still be read.
/// INVALID_STATE   inkotls_conn_close was called before; or the keys of TLS 1.2, which cannot be
///                 renewed, have protected as many records as they may (about 2^24 with AES-GCM).
///                 When the keys are used up, the call queues close_notify: drain the ciphertext,
///                 and continue on a new connection.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                 The connection has failed, in this call or earlier; inkotls_conn_handshake
///                 describes each of these statuses.
inkotls_status inkotls_conn_write(inkotls_conn *conn, const void *data, size_t len, size_t *used);

/// Sends all queued ciphertext through the attached transport, or returns WANT_WRITE until the host
/// has drained all ciphertext.
///
/// The call runs no handshake and reads nothing: before the handshake is done, it returns OK
/// whenever no ciphertext is queued.
///
/// OK          No ciphertext is queued.
/// WANT_WRITE  Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///             writing, then repeat the call.
/// IO_ERROR    The attached transport has failed to send, and the queued ciphertext is lost;
///             inkotls_conn_os_error returns the errno value of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///             The connection failed earlier, with this status; inkotls_conn_error returns the
///             error message.
inkotls_status inkotls_conn_flush(inkotls_conn *conn);

/// Runs a key update (KeyUpdate; RFC 8446, section 4.6.3): new keys protect what this side sends,
/// and the peer is asked to do the same.
///
/// The peer sends its own KeyUpdate before the next data that it sends (RFC 8446, section 4.6.3):
/// as long as the peer sends no data, the keys that protect what the peer sends stay the same. If
/// the peer uses this library, the peer sends its KeyUpdate with its next inkotls_conn_write,
/// inkotls_conn_close or inkotls_conn_update_keys.
///
/// TLS 1.3 connections also update their keys automatically, before the keys have protected as many
/// records as they may. Some peers end a connection that updates its keys again and again without
/// sending data.
///
/// WANT_WRITE     Nothing was done, because ciphertext is queued. Drain it, or poll the transport
///                that is attached for writing; then repeat the call.
/// INVALID_STATE  The handshake is not done, or inkotls_conn_close was called.
/// UNSUPPORTED    The connection uses TLS 1.2, which cannot renew its keys.
/// IO_ERROR       The attached transport has failed; inkotls_conn_os_error returns the errno value
///                of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                The connection has failed, in this call or earlier. The call itself fails with
///                PROTOCOL_ERROR if the peer has sent only a part of a handshake message.
inkotls_status inkotls_conn_update_keys(inkotls_conn *conn);

// =================================================================================================
// 8. Connection: close
// =================================================================================================

/// Sends close_notify (RFC 8446, section 6.1) through the attached transport, or queues
/// close_notify for the host to drain.
///
/// Both sides must send close_notify: call inkotls_conn_close also after inkotls_conn_read has
/// returned CLOSED. After inkotls_conn_close this side can send no more data. If the handshake is
/// done, inkotls_conn_read can go on until the peer has closed.
///
/// The call runs no handshake and reads nothing: inkotls_conn_close never returns WANT_READ or
/// WANT_BLOCKING. During a handshake, the call queues close_notify at once, and from then on
/// inkotls_conn_handshake returns INVALID_STATE. close_notify is queued behind the ciphertext that
/// is queued already, and only once: a repeated call only waits until all ciphertext is drained or
/// sent.
///
/// After a failure, no close_notify is sent, because the alert has already ended the connection.
///
/// Before a TCP socket is closed, after a clean end as well as after a failure, shut down the
/// sending side (shutdown with SHUT_WR), and read from the socket until the end of file (EOF),
/// within a time limit. If received bytes, such as the tickets of TLS 1.3, are left unread, closing
/// the socket causes a TCP reset, and the peer may lose the last bytes that were sent to it: data,
/// close_notify or an alert.
///
/// OK          close_notify has been drained or sent; or a client has not begun its handshake, so
///             that close_notify is not needed.
/// WANT_WRITE  Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///             writing, then repeat the call.
/// IO_ERROR    The attached transport has failed to send, and the queued ciphertext is lost;
///             inkotls_conn_os_error returns the errno value of that failure.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///             The connection failed earlier, with this status; inkotls_conn_error returns the
///             error message.
inkotls_status inkotls_conn_close(inkotls_conn *conn);

// =================================================================================================
// 9. Connection: inspect
// =================================================================================================

/// What a connection can do now: the bits of the number that inkotls_conn_state returns. Bits are
/// never reused.
INKOTLS_ENUM(inkotls_state) {
  /// The handshake is not done, and the connection has not failed. The bit is cleared when
  /// inkotls_conn_handshake returns OK, and when another call, such as inkotls_conn_read, has
  /// driven the handshake to its end.
  INKOTLS_STATE_HANDSHAKING = 1,
  /// A call of inkotls_conn_handshake or inkotls_conn_read can go on with what the connection has
  /// received already. Plaintext or a whole record of ciphertext is buffered, or the last flight of
  /// the handshake is drained, so that inkotls_conn_handshake returns OK. When this bit is set,
  /// call inkotls_conn_handshake or inkotls_conn_read before waiting for the socket.
  ///
  /// A call that returned WANT_READ leaves this bit clear, unless the call stopped because it had
  /// received 128 KiB from an attached transport (inkotls_conn_set_fd, inkotls_conn_set_fds,
  /// inkotls_conn_set_io). An end or a failure does not set this bit: look at
  /// INKOTLS_STATE_PEER_CLOSED and INKOTLS_STATE_FAILED.
  ///
  /// Two kinds of host need this bit. A host that waits for the socket although its last call did
  /// not return WANT_READ, for example a host that makes one call of inkotls_conn_read for each
  /// event, needs the bit with every transport. A host that waits only after WANT_READ needs the
  /// bit only with an attached transport, if the host waits for edge-triggered events or if its
  /// callbacks have a buffer of their own.
  INKOTLS_STATE_READABLE = 2,
  /// Ciphertext is waiting to be sent: inkotls_conn_drain returns at least one byte.
  INKOTLS_STATE_WANTS_WRITE = 4,
  /// The peer has sent close_notify. Plaintext that the peer sent before close_notify may still be
  /// waiting to be read.
  INKOTLS_STATE_PEER_CLOSED = 8,
  /// This side has closed the connection for writing: inkotls_conn_close was called before the
  /// connection failed.
  INKOTLS_STATE_LOCAL_CLOSED = 16,
  /// The connection has failed. inkotls_conn_handshake returns the failure, after any waiting alert
  /// has been drained.
  INKOTLS_STATE_FAILED = 32,
  /// A step of the handshake that may block comes next. Drain the ciphertext that waits, then call
  /// inkotls_conn_run_blocking, which runs the step.
  INKOTLS_STATE_WANTS_BLOCKING = 64,
};

/// A channel binding (RFC 5056), which inkotls_conn_channel_binding returns. Numbers are never
/// reused.
INKOTLS_ENUM(inkotls_channel_binding) {
  /// tls-exporter (RFC 9266): 32 bytes that are different on every connection. In TLS 1.2 this
  /// channel binding needs a config that requires the extended master secret
  /// (inkotls_client_builder_set_extended_master_secret_required or
  /// inkotls_server_builder_set_extended_master_secret_required).
  INKOTLS_CHANNEL_BINDING_TLS_EXPORTER = 1,
  /// tls-server-end-point (RFC 5929): a hash of the server's certificate. The hash has 32, 48 or 64
  /// bytes. This channel binding is not defined for a certificate that is signed with Ed25519.
  INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT = 2,
};

/// Returns what can be done on the connection now, as bits of inkotls_state.
///
/// Returns bits of inkotls_state, or a negative status. A host that polls its socket for reading
/// and writing at the same time uses the bits to decide which call to make next.
int32_t inkotls_conn_state(const inkotls_conn *conn);

/// Returns the error message of the last call on conn that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if conn is NULL. Valid until the next call that takes conn as a pointer
/// to non-const, or until conn is freed. Call inkotls_conn_error in the C statement after the call
/// that failed, not in the same statement.
///
/// A call on conn that succeeds leaves the error message of an earlier call unchanged, and so does
/// a call that takes conn as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_conn_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes conn as a pointer to const.
const char *inkotls_conn_error(const inkotls_conn *conn);

/// Returns why the certificate of the peer was refused.
///
/// Returns an inkotls_certificate_error, or INKOTLS_STATUS_NONE if the certificate was not refused.
int32_t inkotls_conn_certificate_error(const inkotls_conn *conn);

/// Returns the last alert that this side has sent or queued.
///
/// Returns the number of the alert (0 is close_notify), or INKOTLS_STATUS_NONE if this side has
/// sent and queued no alert. Range: 0 to 255. If the alert was encrypted before the library could
/// read it, the number is derived from the failure.
int32_t inkotls_conn_alert_sent(const inkotls_conn *conn);

/// Returns the last alert that the peer has sent.
///
/// Returns the number of the alert (0 is close_notify), or INKOTLS_STATUS_NONE if the peer has sent
/// no alert. Range: 0 to 255.
int32_t inkotls_conn_alert_received(const inkotls_conn *conn);

/// Returns the error number (errno) of the last call on conn that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_conn_os_error before the next call that takes conn as a pointer to non-const, and before
/// inkotls_conn_free.
int32_t inkotls_conn_os_error(const inkotls_conn *conn);

/// Returns the TLS version that was negotiated.
///
/// Returns IANA's number of the version, which is 0x0303 (TLS 1.2) or 0x0304 (TLS 1.3). Before the
/// version is negotiated, inkotls_conn_protocol_version returns INKOTLS_STATUS_NONE.
int32_t inkotls_conn_protocol_version(const inkotls_conn *conn);

/// Returns the cipher suite that was negotiated.
///
/// Returns IANA's number of the cipher suite, or INKOTLS_STATUS_NONE before the cipher suite is
/// negotiated.
int32_t inkotls_conn_cipher_suite(const inkotls_conn *conn);

/// Returns the group that the key exchange used.
///
/// Returns IANA's number of the group. Returns INKOTLS_STATUS_NONE in each of these cases: the key
/// exchange is not done yet; a session was resumed without a key exchange, as in TLS 1.2.
int32_t inkotls_conn_named_group(const inkotls_conn *conn);

/// Returns the signature scheme with which the peer proved that it has the private key of its
/// certificate.
///
/// Returns IANA's number of the signature scheme. Returns INKOTLS_STATUS_NONE in each of these
/// cases: the handshake is not done yet; the peer presented no certificate; a session was resumed.
int32_t inkotls_conn_peer_signature_scheme(const inkotls_conn *conn);

/// Reads the ALPN protocol (RFC 7301) that was negotiated.
///
/// The server chooses the protocol. A server of this library chooses the first protocol of its own
/// list that the client offers.
///
/// out_protocol  Receives a pointer to the name of the protocol, not NUL-terminated. Valid until
///               the next call that takes conn as a pointer to non-const, or until conn is freed.
/// out_len       Receives the length of the name in bytes.
///
/// NONE  At least one of the two sides does not use ALPN, or the protocol is not negotiated yet.
inkotls_status inkotls_conn_alpn(const inkotls_conn *conn, const uint8_t **out_protocol,
    size_t *out_len);

/// Reads the server name (SNI, RFC 6066) that a server connection has received from its client.
///
/// out_name  Receives a pointer to the name in lower case, not NUL-terminated. Valid until the next
///           call that takes conn as a pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the name in bytes.
///
/// NONE  One of these is true: the client sent no server name; the ClientHello has not arrived yet;
///       conn is a client connection.
inkotls_status inkotls_conn_server_name(const inkotls_conn *conn, const char **out_name,
    size_t *out_len);

/// Reads one of the certificates that the peer presented.
///
/// inkotls_certificate_new parses the certificate. After inkotls_conn_handshake has returned OK,
/// the verification has accepted the peer's own certificate, on this connection or on the one whose
/// session was resumed. If the peer presented a raw public key (RFC 7250), the entry with index 0
/// is its SubjectPublicKeyInfo.
///
/// index    The index of the certificate in the order in which the peer sent the certificates. The
///          peer's own certificate has the index 0, and the certificates of its issuers follow.
/// out_der  Receives a pointer to the certificate in DER (RFC 5280). Valid until the next call that
///          takes conn as a pointer to non-const, or until conn is freed.
/// out_len  Receives the length of the certificate in bytes.
///
/// NONE  The peer presented no certificate with this index, or has not presented its certificates
///       yet.
inkotls_status inkotls_conn_peer_certificate(const inkotls_conn *conn, size_t index,
    const uint8_t **out_der, size_t *out_len);

/// Reads one of the certificates of the path that was verified.
///
/// The path begins with the peer's own certificate, and each certificate after it has issued the
/// one before. Certificates that the peer presented and that are not in the path are left out. The
/// path ends at a trust anchor, which is not one of these certificates:
/// inkotls_conn_verified_anchor copies its name.
///
/// index    The index of the certificate in the path. The peer's own certificate has the index 0.
/// out_der  Receives a pointer to the certificate in DER (RFC 5280). Valid until the next call that
///          takes conn as a pointer to non-const, or until conn is freed.
/// out_len  Receives the length of the certificate in bytes.
///
/// NONE  The path has no certificate with this index. There is no path if the handshake is not
///       done, if the connection has resumed a session, if the peer presented a raw public key or
///       nothing, if the platform has verified the peer itself (macOS, Windows, Android), or if an
///       inkotls_verify_callback has accepted the peer without inkotls_verification_verify.
inkotls_status inkotls_conn_verified_certificate(const inkotls_conn *conn, size_t index,
    const uint8_t **out_der, size_t *out_len);

/// Copies the name of the trust anchor at which the verified path ends
/// (inkotls_conn_verified_certificate), such as "CN=Example Root,O=Example".
///
/// buf, cap  Receives the subject of the certificate authority in UTF-8, not NUL-terminated, in the
///           form of inkotls_certificate_subject. cap is the size of buf in bytes.
/// out_len   Receives the length of the text in bytes.
///
/// NONE              There is no path (inkotls_conn_verified_certificate), or the peer's own
///                   certificate is trusted (inkotls_roots_add_peer_certificate_pem).
/// INVALID_ARGUMENT  The text does not fit into cap bytes. Repeat the call with a larger buffer.
inkotls_status inkotls_conn_verified_anchor(const inkotls_conn *conn, char *buf, size_t cap,
    size_t *out_len);

/// Reads the OCSP response (RFC 6960) that a client connection has received with the server's
/// certificate.
///
/// The library does not verify the response: a host that relies on it must verify it.
///
/// out_data  Receives a pointer to the OCSPResponse in DER. Valid until the next call that takes
///           conn as a pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the OCSPResponse in bytes.
///
/// NONE  One of these is true: the server has stapled no response; the certificate of the server
///       has not arrived yet; a session was resumed; conn is a server connection.
inkotls_status inkotls_conn_ocsp_staple(const inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);

/// Derives keying material from the connection (RFC 8446, section 7.5; RFC 5705).
///
/// Both sides derive the same bytes from the same label, context and length.
///
/// label, label_len      The label, and its length in bytes. Range: 0 to 249. Borrowed for this
///                       call.
/// context, context_len  The context, and its length in bytes. Range: 0 to 65535. May be NULL,
///                       which means no context: in TLS 1.2, no context and an empty context give
///                       different keying material. Borrowed for this call.
/// buf, len              Receives the keying material. len is its length in bytes, at least 1.
///
/// INVALID_STATE     The handshake is not done.
/// INVALID_ARGUMENT  The label or the context is too long, or len is 0 or longer than what can be
///                   derived.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                   The connection failed earlier, with this status; inkotls_conn_error returns
///                   the error message.
inkotls_status inkotls_conn_export_keying_material(inkotls_conn *conn, const void *label,
    size_t label_len, const void *context, size_t context_len, void *buf, size_t len);

/// Derives a channel binding (RFC 5056), which binds an authentication above TLS, such as
/// SCRAM-PLUS, to this connection.
///
/// INKOTLS_CHANNEL_BINDING_TLS_EXPORTER (RFC 9266) is keying material with the label
/// "EXPORTER-Channel-Binding", an empty context and a length of 32 bytes
/// (inkotls_conn_export_keying_material). INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT (RFC 5929)
/// is a hash of the certificate of the server.
///
/// The channel binding tls-unique (RFC 5929) is not available, because it is not defined in TLS
/// 1.3, and because an attacker in the middle can give two connections of TLS 1.2 the same
/// tls-unique, unless both sides use the extended master secret.
///
/// kind      An inkotls_channel_binding.
/// buf, cap  Receives the channel binding. cap is the size of buf in bytes; 64 bytes are enough for
///           every kind.
/// out_len   Receives the number of bytes written: 32 with INKOTLS_CHANNEL_BINDING_TLS_EXPORTER;
///           32, 48 or 64 with INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT.
///
/// INVALID_STATE     The handshake is not done.
/// UNSUPPORTED       INKOTLS_CHANNEL_BINDING_TLS_EXPORTER is not available in TLS 1.2, unless the
///                   config requires the extended master secret.
///                   INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT is not defined for some
///                   signatures of the server's certificate, such as Ed25519, and needs a
///                   certificate.
/// INVALID_ARGUMENT  The value of kind is not an inkotls_channel_binding, or cap is too small.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                   The connection failed earlier, with this status; inkotls_conn_error returns
///                   the error message.
inkotls_status inkotls_conn_channel_binding(inkotls_conn *conn, int32_t kind, void *buf,
    size_t cap, size_t *out_len);

// =================================================================================================
// 10. Client config
// =================================================================================================

/// The limits of a connection, which inkotls_client_builder_set_limit and
/// inkotls_server_builder_set_limit set. Numbers are never reused.
INKOTLS_ENUM(inkotls_limit) {
  /// How much application data may be encrypted and wait to be drained, in bytes of ciphertext.
  /// When the buffer is full, inkotls_conn_write accepts nothing and returns WANT_WRITE. What TLS
  /// adds to the last records (22 bytes for each record in TLS 1.3, up to 29 in TLS 1.2) may exceed
  /// the limit. Range: 1024 to 1073741824. Default: 65536.
  INKOTLS_LIMIT_WRITE_BUFFER = 1,
  /// How much ciphertext that was fed may wait to be consumed, in bytes. When the buffer is full,
  /// inkotls_conn_feed accepts nothing and returns FULL. The lower bound of the range has room for
  /// the longest incomplete record and 16 KiB more. Range: 36864 to 1073741824. Default: 65536.
  INKOTLS_LIMIT_READ_BUFFER = 2,
  /// How much plaintext each record that is sent contains at most, in bytes (RFC 8446, section
  /// 5.1). Range: 64 to 16384. Default: 16384.
  INKOTLS_LIMIT_RECORD = 3,
  /// How much ciphertext the peer may send before the handshake is done, in bytes. Early data that
  /// a server accepts does not count. If the peer sends more, the handshake fails with
  /// HANDSHAKE_FAILED. Range: 4096 to 16777216. Default: 262144. Under every setting, a single
  /// handshake message has at most 64 KiB.
  INKOTLS_LIMIT_HANDSHAKE = 4,
};

/// Creates a builder with the default settings of a client: the client trusts what the platform
/// trusts, offers TLS 1.3 and TLS 1.2 without ALPN, has no identity, resumes sessions from a cache
/// in memory, and sends no early data.
///
/// Returns the builder, or NULL if a bug in the library was caught. inkotls_client_builder_build
/// consumes the builder, and inkotls_client_builder_free frees it.
inkotls_client_builder *inkotls_client_builder_new(void);

/// Sets which servers the client trusts.
///
/// By default the client trusts what the platform trusts, as with inkotls_roots_add_platform. The
/// roots replace this default, and the roots of an earlier call: the client then trusts only what
/// is in roots. To trust what the platform trusts as well, call inkotls_roots_add_platform on
/// roots.
///
/// Raw public keys need TLS 1.3 and a peer that supports raw public keys (RFC 7250). With any other
/// peer, the handshake fails: the side that finds out returns HANDSHAKE_FAILED, and the other side
/// ALERT_RECEIVED.
///
/// roots  The certificate authorities, certificates or raw public keys that the client trusts.
///        Copied.
inkotls_status inkotls_client_builder_set_roots(inkotls_client_builder *builder,
    const inkotls_roots *roots);

/// Adds a protocol for Application-Layer Protocol Negotiation (ALPN, RFC 7301).
///
/// The client sends the list to the server, the first protocol that was added first, and the server
/// chooses: a server of this library chooses the first protocol of its own list that the client
/// offers. By default the list is empty, and ALPN is not used.
///
/// A server that does not use ALPN is accepted: inkotls_conn_alpn then returns NONE. If the server
/// uses ALPN and supports no protocol of the list, inkotls_conn_handshake returns ALERT_RECEIVED,
/// with the alert no_application_protocol (120).
///
/// protocol, len  The name of the protocol, such as "h2", and its length in bytes. Range: 1 to 255.
///                A list has at most 64 protocols: adding one more returns INVALID_ARGUMENT.
///                Copied.
///
/// INVALID_ARGUMENT  The name has no bytes or more than 255 bytes, or the list already has 64
///                   protocols.
inkotls_status inkotls_client_builder_add_alpn(inkotls_client_builder *builder,
    const void *protocol, size_t len);

/// Adds a protocol version to the versions that may be negotiated.
///
/// The first call replaces the default, which is TLS 1.3 and TLS 1.2. The order of the calls does
/// not matter: the two sides use the highest version that both support.
///
/// version  The protocol version, as an IANA number: 0x0304 for TLS 1.3 or 0x0303 for TLS 1.2.
///          Default: both.
///
/// UNSUPPORTED  The library does not support this protocol version.
inkotls_status inkotls_client_builder_add_protocol_version(inkotls_client_builder *builder,
    int32_t version);

/// Adds a cipher suite to those that the client offers.
///
/// The first cipher suite that is added is the preferred one. The first call replaces the default,
/// which is the list of inkotls_cipher_suite_at.
///
/// suite  The cipher suite, as an IANA number, such as 0x1301 for TLS_AES_128_GCM_SHA256. Default:
///        every cipher suite of inkotls_cipher_suite_at.
///
/// UNSUPPORTED  inkotls_cipher_suite_at does not list this cipher suite.
inkotls_status inkotls_client_builder_add_cipher_suite(inkotls_client_builder *builder,
    int32_t suite);

/// Adds a group for the key exchange to those that the client offers.
///
/// The first group that is added is the preferred one. The first call replaces the default, which
/// is the list of inkotls_named_group_at.
///
/// group  The group, as an IANA number, such as 29 for x25519. Default: every group of
///        inkotls_named_group_at.
///
/// UNSUPPORTED  inkotls_named_group_at does not list this group.
inkotls_status inkotls_client_builder_add_named_group(inkotls_client_builder *builder,
    int32_t group);

/// Sets the crypto provider: the library of cryptography that connections of the config use.
///
/// By default inkotls_client_builder_build chooses the crypto provider: "graviola" if it is built
/// in and the processor has the extensions that graviola requires, otherwise "aws-lc-rs" or "ring",
/// whichever is built in. All crypto providers support the same protocol versions, cipher suites,
/// groups and signature schemes.
///
/// Private keys, ticket keys, fingerprints and HPKE (for Encrypted ClientHello) always use the
/// default crypto provider, whatever is set here.
///
/// name, len  The name of the crypto provider in ASCII: "graviola", "aws-lc-rs" or "ring", in lower
///            case; and its length in bytes. Default: the crypto provider that
///            inkotls_client_builder_build chooses. Borrowed for this call.
///
/// UNSUPPORTED  No crypto provider with this name is built in, or the processor lacks an extension
///              that the crypto provider requires. The error message lists what is built in.
inkotls_status inkotls_client_builder_set_crypto_provider(inkotls_client_builder *builder,
    const char *name, size_t len);

/// Adds an identity that the client may present to servers that ask for a certificate.
///
/// By default the client has no identity.
///
/// The client presents the first identity that was added and that fits the server's request: the
/// key of the identity supports a signature scheme that the server accepts. If the server names
/// certificate authorities, one of them must also have issued a certificate in the chain of the
/// identity.
///
/// If no identity fits, the client presents no certificate. A log message of level INKOTLS_LOG_WARN
/// then has the reason. If the server then answers with a fatal alert, the error message of the
/// connection has the reason, too.
///
/// In TLS 1.3, inkotls_conn_handshake of the client may return OK before the server has verified
/// the certificate. If the server refuses the certificate, inkotls_conn_read returns
/// ALERT_RECEIVED.
///
/// identity  An identity with a private key (or an inkotls_sign_callback) and a certificate chain,
///           or with a raw public key. All identities of a client present certificates, or all of
///           them present raw public keys: otherwise inkotls_client_builder_build fails with
///           INVALID_STATE. Copied.
///
/// INVALID_CERTIFICATE  The identity has no certificate chain.
/// INVALID_KEY          The identity has no private key.
inkotls_status inkotls_client_builder_add_identity(inkotls_client_builder *builder,
    const inkotls_identity *identity);

/// Sets whether certificates may be compressed with zlib (RFC 8879), those of this side and those
/// of the peer.
///
/// In a library that was built without the Cargo feature compression, this function has no effect.
///
/// enabled  1 to allow compression, 0 to forbid it. Default: 1.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_certificate_compression(inkotls_client_builder *builder,
    int32_t enabled);

/// Sets whether TLS 1.2 requires the extended master secret (RFC 7627).
///
/// Without the extended master secret, an attacker in the middle can make two connections share
/// their keys. By default the library uses the extended master secret with every peer that supports
/// it, and also accepts peers that do not.
///
/// When the extended master secret is required, the handshake with a TLS 1.2 peer that does not
/// support the extended master secret fails with HANDSHAKE_FAILED. inkotls_conn_channel_binding
/// supports INKOTLS_CHANNEL_BINDING_TLS_EXPORTER in TLS 1.2 only if the extended master secret is
/// required.
///
/// enabled  1 to require the extended master secret, 0 to accept peers without it. Default: 0.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_extended_master_secret_required(
    inkotls_client_builder *builder, int32_t enabled);

/// Returns the time of day (inkotls_client_builder_set_clock or inkotls_server_builder_set_clock).
///
/// Returns the Unix time: the number of seconds since 1970-01-01 00:00:00 UTC. A negative number
/// means that the time is not known. A number above 253402300799, the end of the year 9999, means
/// the same, so that a callback that counts milliseconds by mistake is noticed.
///
/// While the time is not known, this side refuses every certificate with
/// INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME, and makes full handshakes only. A client removes the
/// sessions of a server that it connects to. An inkotls_verify_callback may accept a certificate
/// all the same. Raw public keys do not expire, and need no time.
///
/// The library calls the callback several times in a handshake, and once for each ticket that a
/// client receives after the handshake. Connections that run on several threads call the callback
/// on several threads at the same time, with the same user_data.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in calls that do not block.
///
/// user_data       The user_data that was passed to inkotls_client_builder_set_clock or
///                 inkotls_server_builder_set_clock.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                 in. NULL if no user_data was set.
typedef int64_t (*inkotls_clock_callback)(void *user_data, void *conn_user_data);

/// Sets a callback that returns the time of day, instead of the system's clock.
///
/// The time decides whether a certificate of the server has expired or is not valid yet, whether a
/// CRL has expired (INKOTLS_REVOCATION_ENFORCE_EXPIRY), and until when a session can be resumed. By
/// default the library uses the system's clock.
///
/// A program needs a clock of its own if the system's clock may be wrong, as on a device that has
/// no battery, or to test what happens at another time. Anyone who can change the clock can make
/// the client accept a certificate that has expired.
///
/// callback   Returns the time. See inkotls_clock_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data  Passed to callback. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
inkotls_status inkotls_client_builder_set_clock(inkotls_client_builder *builder,
    inkotls_clock_callback callback, void *user_data);

/// Sets a limit of the connections that use the config.
///
/// limit  An inkotls_limit. Each inkotls_limit has its own range and default.
/// bytes  The value of the limit, in bytes. The range and the default are those of the
///        inkotls_limit.
///
/// INVALID_ARGUMENT  The value of limit is not an inkotls_limit, or bytes is out of the range of
///                   that inkotls_limit.
inkotls_status inkotls_client_builder_set_limit(inkotls_client_builder *builder, int32_t limit,
    size_t bytes);

/// Creates an inkotls_client_config from the settings of the builder.
///
/// If inkotls_client_builder_build returns OK, builder is freed, and no call may use builder any
/// more, not even inkotls_client_builder_error. If inkotls_client_builder_build fails, builder is
/// unchanged: it can be changed and built again, or freed. inkotls_client_builder_error returns the
/// reason of the failure.
///
/// If the client trusts what the platform trusts, the call reads the platform's certificate files,
/// which may block the thread.
///
/// builder     Consumed when the call returns OK.
/// out_config  Receives the config, with one reference that belongs to the caller. Valid until
///             inkotls_client_config_release releases the last reference.
///
/// INVALID_ARGUMENT  None of the protocol versions can be used with the cipher suites and the
///                   groups that were added.
/// NO_TRUST_ANCHORS  The client would trust no certificate authority, because the roots are empty
///                   or the platform has no usable certificate. The reason may also be that
///                   SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used
///                   (inkotls_roots_add_platform). This status is not returned if the roots contain
///                   certificates of peers, or if an inkotls_verify_callback is set.
/// INVALID_STATE     The roots contain both certificates and raw public keys, or some identities
///                   present certificates and others raw public keys, or
///                   inkotls_client_builder_set_ech_grease is set and the client does not offer TLS
///                   1.3.
/// UNSUPPORTED       The roots contain both the platform's trust and CRLs, and the platform
///                   verifies certificates itself (macOS, Windows, Android), without the CRLs of a
///                   program.
inkotls_status inkotls_client_builder_build(inkotls_client_builder *builder,
    const inkotls_client_config **out_config);

/// Returns the error message of the last call on builder that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if builder is NULL. Valid until the next call that takes builder as a
/// pointer to non-const, or until builder is freed. Call inkotls_client_builder_error in the C
/// statement after the call that failed, not in the same statement.
///
/// A call on builder that succeeds leaves the error message of an earlier call unchanged.
const char *inkotls_client_builder_error(const inkotls_client_builder *builder);

/// Frees a builder, unless inkotls_client_builder_build has returned OK.
///
/// If inkotls_client_builder_build returns OK, it has also freed the builder: do not free the
/// builder after that. If it returns another status, the builder can be used again, and has to be
/// freed.
///
/// builder  The builder to free. May be NULL: the call then does nothing.
void inkotls_client_builder_free(inkotls_client_builder *builder);

/// Returns whether connections of the config may return WANT_BLOCKING.
///
/// Returns 1 if an inkotls_verify_callback or an inkotls_sign_callback was set with may_block 1, or
/// if the config uses the platform's verification of certificates (macOS, Windows, Android).
/// Returns 0 if connections of the config never return WANT_BLOCKING.
int32_t inkotls_client_config_may_block(const inkotls_client_config *config);

/// Returns the name of the crypto provider that connections of the config use.
///
/// Returns "graviola", "aws-lc-rs" or "ring", as a static text: NUL-terminated ASCII, never NULL,
/// valid as long as the library is loaded. The text is "" if config is NULL.
const char *inkotls_client_config_crypto_provider(const inkotls_client_config *config);

/// Retains the config: its number of references grows by one.
///
/// Any thread may call inkotls_client_config_retain while the caller holds a reference.
/// inkotls_client_config_release releases the reference that inkotls_client_config_retain has
/// added.
inkotls_status inkotls_client_config_retain(const inkotls_client_config *config);

/// Releases a reference to the config, and frees the config with the last reference.
///
/// A connection that uses the config has a reference of its own: the config may be released before
/// the connection is freed. Any thread may call inkotls_client_config_release to release a
/// reference that the caller holds, also while other threads use references of their own.
///
/// config  The config to release. May be NULL: the call then does nothing.
void inkotls_client_config_release(const inkotls_client_config *config);

// =================================================================================================
// 11. Roots
// =================================================================================================

/// How the certificate revocation lists (CRLs) of the roots are used, as bits for
/// inkotls_roots_set_revocation. The bits have no effect if the roots have no CRL. If no bit is set
/// and the roots have at least one CRL, every certificate in the chain of a peer is checked for
/// revocation, a certificate whose issuer has no CRL in the roots is refused, and a CRL is used
/// even after its nextUpdate time has passed. Bits are never reused.
INKOTLS_ENUM(inkotls_revocation) {
  /// Only the peer's own certificate (the end-entity certificate) is checked for revocation, not
  /// the certificates of its issuers.
  INKOTLS_REVOCATION_END_ENTITY_ONLY = 1,
  /// A certificate whose issuer has no CRL in the roots is accepted. Without this bit, a
  /// certificate whose issuer has no CRL in the roots is refused with
  /// INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION.
  INKOTLS_REVOCATION_ALLOW_UNKNOWN = 2,
  /// A certificate is refused with INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION if the nextUpdate
  /// time of its issuer's CRL has passed, even if INKOTLS_REVOCATION_ALLOW_UNKNOWN is set. Without
  /// this bit, a CRL whose nextUpdate time has passed is used like a current CRL.
  INKOTLS_REVOCATION_ENFORCE_EXPIRY = 4,
};

/// Creates an empty set of roots.
///
/// Returns the roots: free them with inkotls_roots_free. Returns NULL only if a bug in the library
/// was caught.
inkotls_roots *inkotls_roots_new(void);

/// Adds every certificate of a PEM text (RFC 7468) as a trusted certificate authority.
///
/// Either every certificate of the text is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The text must hold at least one certificate, and may
/// hold more.
///
/// The certificates may be root or intermediate certificates: the chain of a peer is accepted if it
/// ends at any of them. A self-signed development certificate, which is the peer's own, is added
/// with inkotls_roots_add_peer_certificate_pem instead.
///
/// data, len  The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The text has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. Nothing was added. The error message
///                      (inkotls_roots_error) says which certificate it is.
inkotls_status inkotls_roots_add_pem(inkotls_roots *roots, const void *data, size_t len);

/// Adds every certificate of a PEM file (RFC 7468) as a trusted certificate authority.
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// Either every certificate of the file is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The file must hold at least one certificate, and may
/// hold more.
///
/// The certificates may be root or intermediate certificates: the chain of a peer is accepted if it
/// ends at any of them. A self-signed development certificate, which is the peer's own, is added
/// with inkotls_roots_add_peer_certificate_pem_file instead.
///
/// path, len  The path of the file in UTF-8, and its length in bytes. The path must not contain a
///            NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT     The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                      text. The error message does not repeat PEM text: pass PEM text to
///                      inkotls_roots_add_pem.
/// IO_ERROR             The file cannot be read. inkotls_roots_os_error returns the errno value of
///                      that failure.
/// INVALID_CERTIFICATE  The file has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. Nothing was added. The error message
///                      (inkotls_roots_error) says which certificate it is.
inkotls_status inkotls_roots_add_pem_file(inkotls_roots *roots, const char *path, size_t len);

/// Adds one certificate in DER (RFC 5280) as a trusted certificate authority.
///
/// The certificate may be a root or an intermediate certificate: the chain of a peer is accepted if
/// it ends at this certificate. A self-signed development certificate, which is the peer's own, is
/// added with inkotls_roots_add_peer_certificate_der instead.
///
/// data, len  The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The input is not a certificate in DER, or the certificate cannot be parsed.
///                      Nothing was added.
inkotls_status inkotls_roots_add_der(inkotls_roots *roots, const void *data, size_t len);

/// Adds the certificate authorities that the platform trusts.
///
/// The platform's certificates are read when a config is built. On Linux and the BSDs, building the
/// config reads the certificate files and directories of the distribution, which may block; a file
/// or a certificate of the distribution that cannot be used is ignored. On macOS, iOS, Windows and
/// Android the platform itself verifies the certificates of servers. The verification of the
/// platform may block, so the connections of a client that trusts what the platform trusts return
/// WANT_BLOCKING. On macOS, iOS, Windows and Android, building the config of a server that asks for
/// client certificates and trusts what the platform trusts fails with UNSUPPORTED.
///
/// On Linux and the BSDs, the environment variables SSL_CERT_FILE and SSL_CERT_DIR replace the
/// files of the distribution, even if only SSL_CERT_FILE or only SSL_CERT_DIR is set. SSL_CERT_FILE
/// is the path of a PEM file. SSL_CERT_DIR is a list of directories with PEM files, separated by
/// colons; a directory that does not exist is ignored. If SSL_CERT_FILE or SSL_CERT_DIR is set, of
/// the platform's certificates only those in the files that SSL_CERT_FILE and SSL_CERT_DIR name are
/// trusted. SSL_CERT_FILE and SSL_CERT_DIR are read when a config is built.
///
/// Building a config fails with NO_TRUST_ANCHORS if the roots and the platform have no certificate
/// authority; if SSL_CERT_FILE cannot be read or has no certificate that can be used; or if only
/// SSL_CERT_DIR is set and its directories have no certificate. The error message of the builder
/// names SSL_CERT_FILE or SSL_CERT_DIR if that environment variable is the cause. Building does not
/// fail if the roots hold no other certificate authority, and the config has a verify callback or
/// the roots hold certificates of peers: then no certificate authority is trusted.
inkotls_status inkotls_roots_add_platform(inkotls_roots *roots);

/// Adds every certificate of a PEM text (RFC 7468) as the certificate of one trusted peer.
///
/// A peer whose own certificate is identical to one of the added certificates is trusted, whoever
/// issued the certificate. A self-signed development certificate, as "openssl req -x509" makes it,
/// is trusted in this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// Either every certificate of the text is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The text must hold at least one certificate, and may
/// hold more.
///
/// data, len  The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The text has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. Nothing was added. The error message
///                      (inkotls_roots_error) says which certificate it is.
inkotls_status inkotls_roots_add_peer_certificate_pem(inkotls_roots *roots, const void *data,
    size_t len);

/// Adds every certificate of a PEM file (RFC 7468) as the certificate of one trusted peer.
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// A peer whose own certificate is identical to one of the added certificates is trusted, whoever
/// issued the certificate. A self-signed development certificate, as "openssl req -x509" makes it,
/// is trusted in this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// Either every certificate of the file is added or, if one of them cannot be used, none. The
/// sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE, and
/// lines outside of sections, are ignored. Every section, also one that is ignored, must have its
/// END line. Lines end with LF, CRLF or CR. The file must hold at least one certificate, and may
/// hold more.
///
/// path, len  The path of the file in UTF-8, and its length in bytes. The path must not contain a
///            NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT     The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                      text. The error message does not repeat PEM text: pass PEM text to
///                      inkotls_roots_add_peer_certificate_pem.
/// IO_ERROR             The file cannot be read. inkotls_roots_os_error returns the errno value of
///                      that failure.
/// INVALID_CERTIFICATE  The file has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. Nothing was added. The error message
///                      (inkotls_roots_error) says which certificate it is.
inkotls_status inkotls_roots_add_peer_certificate_pem_file(inkotls_roots *roots, const char *path,
    size_t len);

/// Adds one certificate in DER (RFC 5280) as the certificate of one trusted peer.
///
/// A peer that presents exactly this certificate is trusted, whoever issued the certificate. A
/// self-signed development certificate, as "openssl req -x509 -outform DER" makes it, is trusted in
/// this way.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usage, the extended key usage and, on a client, the server name are verified as in any other
/// certificate. The issuer is not verified, and CRLs are not consulted. The same roots may also
/// hold certificate authorities.
///
/// data, len  The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The input is not a certificate in DER, or the certificate cannot be parsed.
///                      Nothing was added.
inkotls_status inkotls_roots_add_peer_certificate_der(inkotls_roots *roots, const void *data,
    size_t len);

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM text (RFC 7468).
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// Either every CRL of the text is added or, if one of them cannot be used, none. The sections with
/// the label X509 CRL are read. Sections with a label other than X509 CRL, and lines outside of
/// sections, are ignored. Every section, also one that is ignored, must have its END line. Lines
/// end with LF, CRLF or CR. The text must hold at least one CRL, and may hold more.
///
/// data, len  The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The text has no section X509 CRL, a section is not well-formed, or a CRL
///                      cannot be parsed or is not supported. Nothing was added. The error message
///                      (inkotls_roots_error) says which CRL it is.
inkotls_status inkotls_roots_add_crl_pem(inkotls_roots *roots, const void *data, size_t len);

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// Either every CRL of the file is added or, if one of them cannot be used, none. The sections with
/// the label X509 CRL are read. Sections with a label other than X509 CRL, and lines outside of
/// sections, are ignored. Every section, also one that is ignored, must have its END line. Lines
/// end with LF, CRLF or CR. The file must hold at least one CRL, and may hold more.
///
/// path, len  The path of the file in UTF-8, and its length in bytes. The path must not contain a
///            NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT     The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                      text. The error message does not repeat PEM text: pass PEM text to
///                      inkotls_roots_add_crl_pem.
/// IO_ERROR             The file cannot be read. inkotls_roots_os_error returns the errno value of
///                      that failure.
/// INVALID_CERTIFICATE  The file has no section X509 CRL, a section is not well-formed, or a CRL
///                      cannot be parsed or is not supported. Nothing was added. The error message
///                      (inkotls_roots_error) says which CRL it is.
inkotls_status inkotls_roots_add_crl_pem_file(inkotls_roots *roots, const char *path, size_t len);

/// Adds one certificate revocation list (CRL, RFC 5280) in DER.
///
/// A config checks certificates for revocation only if its roots have at least one CRL when the
/// config is built. If the roots have at least one CRL, by default every certificate in the chain
/// of a peer is checked for revocation, and a certificate whose issuer has no CRL in the roots is
/// refused. inkotls_roots_set_revocation sets which certificates are checked for revocation, and
/// how strictly. To replace a CRL by a newer one, fill new roots and build a new config.
///
/// Not supported are CRLs of version 1, delta CRLs, indirect CRLs, and CRLs with an unknown
/// critical extension. On macOS, iOS, Windows and Android, the config of a client that has CRLs and
/// the platform's certificates is refused with UNSUPPORTED when it is built.
///
/// data, len  The CRL in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The input is not a CRL in DER, or the CRL cannot be parsed or is not
///                      supported. Nothing was added.
inkotls_status inkotls_roots_add_crl_der(inkotls_roots *roots, const void *data, size_t len);

/// Sets which certificates are checked for revocation with the CRLs of the roots, and how strictly.
///
/// The call replaces the bits of an earlier call. The bits have no effect if the roots have no CRL.
/// If bits is 0 and the roots have at least one CRL, every certificate in the chain of a peer is
/// checked for revocation, a certificate whose issuer has no CRL in the roots is refused, and a CRL
/// is used even after its nextUpdate time has passed.
///
/// bits  Bits of inkotls_revocation, combined with bitwise OR. Range: 0 to 7. Default: 0.
///
/// INVALID_ARGUMENT  The value of bits has a bit that is not an inkotls_revocation.
inkotls_status inkotls_roots_set_revocation(inkotls_roots *roots, int32_t bits);

/// Adds the raw public key of a peer that is trusted by its key (RFC 7250).
///
/// A peer that presents exactly this key, instead of a certificate, is trusted. The peer must prove
/// that it has the private key. Server names and validity are not verified, because a raw public
/// key has none. Raw public keys need TLS 1.3 and a peer that supports them: the handshake with any
/// other peer fails.
///
/// Roots hold raw public keys or certificates, not both: otherwise building a config fails with
/// INVALID_STATE. Building the config of a server fails with the same status if the server asks
/// clients for raw public keys and does not require one (INKOTLS_CLIENT_AUTH_OPTIONAL).
///
/// data, len  The SubjectPublicKeyInfo (RFC 5280) in DER, and its length in bytes, as
///            inkotls_identity_raw_public_key returns it for an identity. Copied.
///
/// INVALID_KEY  The input is not a SubjectPublicKeyInfo in DER. Nothing was added.
inkotls_status inkotls_roots_add_raw_public_key(inkotls_roots *roots, const void *data, size_t len);

/// Returns the error message of the last call on roots that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if roots is NULL. Valid until the next call that takes roots as a
/// pointer to non-const, or until roots is freed. Call inkotls_roots_error in a statement of its
/// own, after the call that failed.
///
/// A call on roots that succeeds leaves the error message of an earlier call unchanged, and so does
/// a call that takes roots as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_roots_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes roots as a pointer to const.
const char *inkotls_roots_error(const inkotls_roots *roots);

/// Returns the error number (errno) of the last call on roots that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_roots_os_error before the next call that takes roots as a pointer to non-const, and
/// before inkotls_roots_free.
int32_t inkotls_roots_os_error(const inkotls_roots *roots);

/// Frees the roots.
///
/// The builders that the roots were passed to keep a copy, so roots may be freed before the
/// builders.
///
/// roots  The roots to free. May be NULL: the call then does nothing.
void inkotls_roots_free(inkotls_roots *roots);

// =================================================================================================
// 12. Server config
// =================================================================================================

/// Whether a server asks its clients for a certificate. Default: INKOTLS_CLIENT_AUTH_OFF. Numbers
/// are never reused.
INKOTLS_ENUM(inkotls_client_auth) {
  /// The server does not ask clients for a certificate.
  INKOTLS_CLIENT_AUTH_OFF = 0,
  /// The server asks clients for a certificate. A client that presents none is accepted. If a
  /// client presents a certificate that the verification refuses, the handshake fails with
  /// INVALID_PEER_CERTIFICATE.
  INKOTLS_CLIENT_AUTH_OPTIONAL = 1,
  /// The server asks clients for a certificate. If a client presents none, or presents a
  /// certificate that the verification refuses, the handshake of the server fails with
  /// INVALID_PEER_CERTIFICATE. In TLS 1.3, a refused client receives the alert only in
  /// inkotls_conn_read, after its inkotls_conn_handshake has returned OK.
  INKOTLS_CLIENT_AUTH_REQUIRED = 2,
};

/// Creates a builder with the default settings of a server: the server accepts TLS 1.3 and TLS 1.2
/// without ALPN, asks for no client certificate, keeps sessions in a cache in memory, and accepts
/// no early data.
///
/// A server needs an identity, which the builder does not have yet.
///
/// Returns the builder, or NULL if a bug in the library was caught. inkotls_server_builder_build
/// consumes the builder, and inkotls_server_builder_free frees it.
inkotls_server_builder *inkotls_server_builder_new(void);

/// Sets the identity that the server presents to every client.
///
/// A server needs an identity or a map of identities (inkotls_server_builder_set_sni_map); the
/// later of the two calls replaces the earlier one.
///
/// Raw public keys need TLS 1.3 and a client that supports raw public keys (RFC 7250). With any
/// other client, the handshake fails: the side that finds out returns HANDSHAKE_FAILED, and the
/// other side ALERT_RECEIVED.
///
/// identity  An identity with a private key (or an inkotls_sign_callback) and a certificate chain,
///           or with a raw public key. Copied.
///
/// INVALID_CERTIFICATE  The identity has no certificate chain.
/// INVALID_KEY          The identity has no private key.
inkotls_status inkotls_server_builder_set_identity(inkotls_server_builder *builder,
    const inkotls_identity *identity);

/// Sets the map from which the server chooses an identity by the server name that the client asks
/// for (SNI, RFC 6066).
///
/// A server needs a map or a single identity (inkotls_server_builder_set_identity); the later of
/// the two calls replaces the earlier one.
///
/// If the map has no identity for a client, the handshake fails with HANDSHAKE_FAILED. The server
/// sends the alert unrecognized_name (112; RFC 6066, section 3) if the map has no identity for the
/// server name of the client, for the wildcard of this name, or for the empty name. The error
/// message of the connection then contains the server name. If the map has such identities and none
/// supports a signature scheme of the client, the server sends the alert handshake_failure (40).
///
/// Later changes of the map affect the config: a handshake uses what is in the map when the server
/// answers the ClientHello. After this call, inkotls_sni_map_set refuses an identity whose
/// inkotls_sign_callback may block, unless the map had an identity whose inkotls_sign_callback may
/// block before this call.
///
/// sni_map  The map of identities. Retained.
inkotls_status inkotls_server_builder_set_sni_map(inkotls_server_builder *builder,
    const inkotls_sni_map *sni_map);

/// Adds a protocol for Application-Layer Protocol Negotiation (ALPN, RFC 7301).
///
/// The server chooses the first protocol of its own list that the client offers: the order of the
/// client does not matter. By default the list is empty, and ALPN is not used.
///
/// A client that does not use ALPN is accepted: inkotls_conn_alpn then returns NONE. If the client
/// uses ALPN and offers no protocol of the list, the handshake fails with HANDSHAKE_FAILED, and the
/// server sends the alert no_application_protocol (120).
///
/// A server that chooses the protocol by other rules reads the client's list with
/// inkotls_acceptor_alpn, and sets the protocol of the connection with inkotls_conn_clear_alpn and
/// inkotls_conn_add_alpn.
///
/// protocol, len  The name of the protocol, such as "h2", and its length in bytes. Range: 1 to 255.
///                A list has at most 64 protocols: adding one more returns INVALID_ARGUMENT.
///                Copied.
///
/// INVALID_ARGUMENT  The name has no bytes or more than 255 bytes, or the list already has 64
///                   protocols.
inkotls_status inkotls_server_builder_add_alpn(inkotls_server_builder *builder,
    const void *protocol, size_t len);

/// Adds a protocol version to the versions that may be negotiated.
///
/// The first call replaces the default, which is TLS 1.3 and TLS 1.2. The order of the calls does
/// not matter: the two sides use the highest version that both support.
///
/// version  The protocol version, as an IANA number: 0x0304 for TLS 1.3 or 0x0303 for TLS 1.2.
///          Default: both.
///
/// UNSUPPORTED  The library does not support this protocol version.
inkotls_status inkotls_server_builder_add_protocol_version(inkotls_server_builder *builder,
    int32_t version);

/// Adds a cipher suite to those that the server accepts.
///
/// The first cipher suite that is added is the preferred one. The first call replaces the default,
/// which is the list of inkotls_cipher_suite_at.
///
/// By default the server follows the client's order of preference. After a call of this function
/// the server follows its own order.
///
/// suite  The cipher suite, as an IANA number, such as 0x1301 for TLS_AES_128_GCM_SHA256. Default:
///        every cipher suite of inkotls_cipher_suite_at.
///
/// UNSUPPORTED  inkotls_cipher_suite_at does not list this cipher suite.
inkotls_status inkotls_server_builder_add_cipher_suite(inkotls_server_builder *builder,
    int32_t suite);

/// Adds a group for the key exchange to those that the server accepts.
///
/// The first call replaces the default, which is the list of inkotls_named_group_at. The order of
/// the calls does not matter: the server always follows the client's order of preference.
///
/// group  The group, as an IANA number, such as 29 for x25519. Default: every group of
///        inkotls_named_group_at.
///
/// UNSUPPORTED  inkotls_named_group_at does not list this group.
inkotls_status inkotls_server_builder_add_named_group(inkotls_server_builder *builder,
    int32_t group);

/// Sets the crypto provider: the library of cryptography that connections of the config use.
///
/// By default inkotls_server_builder_build chooses the crypto provider: "graviola" if it is built
/// in and the processor has the extensions that graviola requires, otherwise "aws-lc-rs" or "ring",
/// whichever is built in. All crypto providers support the same protocol versions, cipher suites,
/// groups and signature schemes.
///
/// Private keys, ticket keys and fingerprints always use the default crypto provider, whatever is
/// set here.
///
/// name, len  The name of the crypto provider in ASCII: "graviola", "aws-lc-rs" or "ring", in lower
///            case; and its length in bytes. Default: the crypto provider that
///            inkotls_server_builder_build chooses. Borrowed for this call.
///
/// UNSUPPORTED  No crypto provider with this name is built in, or the processor lacks an extension
///              that the crypto provider requires. The error message lists what is built in.
inkotls_status inkotls_server_builder_set_crypto_provider(inkotls_server_builder *builder,
    const char *name, size_t len);

/// Sets whether the server asks clients for a certificate, and which clients the server trusts.
///
/// inkotls_conn_peer_certificate returns the certificate that a client has presented.
///
/// The server sends the names of the certificate authorities in roots, and the names of the issuers
/// of the peer certificates in roots, to clients, which choose their certificate by these names.
///
/// If a certificate is required and the client presents none, the handshake fails with
/// INVALID_PEER_CERTIFICATE and INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED. The server sends the alert
/// certificate_required (116) in TLS 1.3, and handshake_failure (40) in TLS 1.2, which has no alert
/// of its own for this case.
///
/// In TLS 1.3, inkotls_conn_handshake of a client may return OK before the server has verified the
/// certificate. A client that the server refuses receives the alert in inkotls_conn_read.
///
/// If roots contain raw public keys, only INKOTLS_CLIENT_AUTH_REQUIRED is possible: with
/// INKOTLS_CLIENT_AUTH_OPTIONAL, inkotls_server_builder_build fails with INVALID_STATE. A client
/// that does not support raw public keys (RFC 7250), or that uses TLS 1.2, is refused with
/// HANDSHAKE_FAILED.
///
/// mode   An inkotls_client_auth. Default: INKOTLS_CLIENT_AUTH_OFF.
/// roots  The certificate authorities, certificates or raw public keys of the clients that the
///        server trusts. May be NULL if mode is INKOTLS_CLIENT_AUTH_OFF, which ignores roots.
///        Copied.
///
/// INVALID_ARGUMENT  The value of mode is not an inkotls_client_auth, or roots is NULL and mode is
///                   not INKOTLS_CLIENT_AUTH_OFF.
inkotls_status inkotls_server_builder_set_client_auth(inkotls_server_builder *builder,
    int32_t mode, const inkotls_roots *roots);

/// Sets whether certificates may be compressed with zlib (RFC 8879), those of this side and those
/// of the peer.
///
/// In a library that was built without the Cargo feature compression, this function has no effect.
///
/// enabled  1 to allow compression, 0 to forbid it. Default: 1.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_certificate_compression(inkotls_server_builder *builder,
    int32_t enabled);

/// Sets whether TLS 1.2 requires the extended master secret (RFC 7627).
///
/// Without the extended master secret, an attacker in the middle can make two connections share
/// their keys. By default the library uses the extended master secret with every peer that supports
/// it, and also accepts peers that do not.
///
/// When the extended master secret is required, the handshake with a TLS 1.2 peer that does not
/// support the extended master secret fails with HANDSHAKE_FAILED. inkotls_conn_channel_binding
/// supports INKOTLS_CHANNEL_BINDING_TLS_EXPORTER in TLS 1.2 only if the extended master secret is
/// required.
///
/// enabled  1 to require the extended master secret, 0 to accept peers without it. Default: 0.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_extended_master_secret_required(
    inkotls_server_builder *builder, int32_t enabled);

/// Sets a callback that returns the time of day, instead of the system's clock.
///
/// The time decides whether a certificate of a client has expired or is not valid yet, whether a
/// CRL has expired (INKOTLS_REVOCATION_ENFORCE_EXPIRY), until when a session can be resumed, and
/// until when a ticket is accepted (inkotls_ticket_keys). By default the library uses the system's
/// clock.
///
/// A program needs a clock of its own if the system's clock may be wrong, as on a device that has
/// no battery, or to test what happens at another time. Anyone who can change the clock can make
/// the server accept a certificate that has expired. The clocks of servers that resume each other's
/// sessions must agree.
///
/// callback   Returns the time. See inkotls_clock_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data  Passed to callback. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
inkotls_status inkotls_server_builder_set_clock(inkotls_server_builder *builder,
    inkotls_clock_callback callback, void *user_data);

/// Sets a limit of the connections that use the config.
///
/// limit  An inkotls_limit. Each inkotls_limit has its own range and default.
/// bytes  The value of the limit, in bytes. The range and the default are those of the
///        inkotls_limit.
///
/// INVALID_ARGUMENT  The value of limit is not an inkotls_limit, or bytes is out of the range of
///                   that inkotls_limit.
inkotls_status inkotls_server_builder_set_limit(inkotls_server_builder *builder, int32_t limit,
    size_t bytes);

/// Creates an inkotls_server_config from the settings of the builder.
///
/// If inkotls_server_builder_build returns OK, builder is freed, and no call may use builder any
/// more, not even inkotls_server_builder_error. If inkotls_server_builder_build fails, builder is
/// unchanged: it can be changed and built again, or freed. inkotls_server_builder_error returns the
/// reason of the failure.
///
/// If the server trusts the client certificates that the platform trusts, the call reads the
/// platform's certificate files, which may block the thread.
///
/// builder     Consumed when the call returns OK.
/// out_config  Receives the config, with one reference that belongs to the caller. Valid until
///             inkotls_server_config_release releases the last reference.
///
/// INVALID_CERTIFICATE  The builder has no identity: neither inkotls_server_builder_set_identity
///                      nor inkotls_server_builder_set_sni_map was called.
/// INVALID_ARGUMENT     None of the protocol versions can be used with the cipher suites and the
///                      groups that were added.
/// NO_TRUST_ANCHORS     The server asks for client certificates and would trust no certificate
///                      authority, because the roots are empty or the platform has no usable
///                      certificate. The reason may also be that SSL_CERT_FILE or SSL_CERT_DIR is
///                      set and cannot be used (inkotls_roots_add_platform). This status is not
///                      returned if the roots contain certificates of peers, or if an
///                      inkotls_verify_callback is set.
/// INVALID_STATE        An inkotls_verify_callback is set, but the server does not ask for client
///                      certificates. This status is also returned in each of these cases: the
///                      server accepts early data and has ticket keys; the roots contain both
///                      certificates and raw public keys; the roots contain raw public keys and the
///                      inkotls_client_auth is INKOTLS_CLIENT_AUTH_OPTIONAL.
/// UNSUPPORTED          The roots for client certificates contain the platform's trust, and the
///                      platform (macOS, Windows, Android) does not give access to its
///                      certificates.
inkotls_status inkotls_server_builder_build(inkotls_server_builder *builder,
    const inkotls_server_config **out_config);

/// Returns the error message of the last call on builder that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if builder is NULL. Valid until the next call that takes builder as a
/// pointer to non-const, or until builder is freed. Call inkotls_server_builder_error in the C
/// statement after the call that failed, not in the same statement.
///
/// A call on builder that succeeds leaves the error message of an earlier call unchanged.
const char *inkotls_server_builder_error(const inkotls_server_builder *builder);

/// Frees a builder, unless inkotls_server_builder_build has returned OK.
///
/// If inkotls_server_builder_build returns OK, it has also freed the builder: do not free the
/// builder after that. If it returns another status, the builder can be used again, and has to be
/// freed.
///
/// builder  The builder to free. May be NULL: the call then does nothing.
void inkotls_server_builder_free(inkotls_server_builder *builder);

/// Returns whether connections of the config may return WANT_BLOCKING.
///
/// Returns 1 if an inkotls_verify_callback, an inkotls_sign_callback, or the callbacks of a session
/// store were set with may_block 1. Returns 0 if connections of the config never return
/// WANT_BLOCKING.
int32_t inkotls_server_config_may_block(const inkotls_server_config *config);

/// Returns the name of the crypto provider that connections of the config use.
///
/// Returns "graviola", "aws-lc-rs" or "ring", as a static text: NUL-terminated ASCII, never NULL,
/// valid as long as the library is loaded. The text is "" if config is NULL.
const char *inkotls_server_config_crypto_provider(const inkotls_server_config *config);

/// Retains the config: its number of references grows by one.
///
/// Any thread may call inkotls_server_config_retain while the caller holds a reference.
/// inkotls_server_config_release releases the reference that inkotls_server_config_retain has
/// added.
inkotls_status inkotls_server_config_retain(const inkotls_server_config *config);

/// Releases a reference to the config, and frees the config with the last reference.
///
/// A connection that uses the config has a reference of its own: the config may be released before
/// the connection is freed. Any thread may call inkotls_server_config_release to release a
/// reference that the caller holds, also while other threads use references of their own.
///
/// config  The config to release. May be NULL: the call then does nothing.
void inkotls_server_config_release(const inkotls_server_config *config);

// =================================================================================================
// 13. Identity and SNI map
// =================================================================================================

/// Creates an empty identity.
///
/// Returns the identity: free it with inkotls_identity_free. Returns NULL only if a bug in the
/// library was caught.
inkotls_identity *inkotls_identity_new(void);

/// Sets the certificate chain from a PEM text (RFC 7468).
///
/// The end-entity (leaf) certificate comes first, then the certificate of its issuer, and so on.
/// The root certificate may be omitted. The new chain replaces the one before. If
/// inkotls_identity_set_chain_pem fails, identity is unchanged.
///
/// The sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE,
/// and lines outside of sections, are ignored. Every section, also one that is ignored, must have
/// its END line. Lines end with LF, CRLF or CR. The text may also hold the private key, which this
/// call ignores.
///
/// data, len  The PEM text, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The text has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. The error message (inkotls_identity_error)
///                      says which certificate it is.
/// KEY_MISMATCH         The private key or the signer that was set before does not belong to the
///                      first certificate.
inkotls_status inkotls_identity_set_chain_pem(inkotls_identity *identity, const void *data,
    size_t len);

/// Sets the certificate chain from a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// The end-entity (leaf) certificate comes first, then the certificate of its issuer, and so on.
/// The root certificate may be omitted. The new chain replaces the one before. If
/// inkotls_identity_set_chain_pem_file fails, identity is unchanged.
///
/// The sections with the label CERTIFICATE are read. Sections with a label other than CERTIFICATE,
/// and lines outside of sections, are ignored. Every section, also one that is ignored, must have
/// its END line. Lines end with LF, CRLF or CR. The file may also hold the private key, which this
/// call ignores.
///
/// path, len  The path of the file in UTF-8, and its length in bytes. The path must not contain a
///            NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT     The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM
///                      text. The error message does not repeat PEM text: pass PEM text to
///                      inkotls_identity_set_chain_pem.
/// IO_ERROR             The file cannot be read. inkotls_identity_os_error returns the errno value
///                      of that failure.
/// INVALID_CERTIFICATE  The file has no section CERTIFICATE, a section is not well-formed, or a
///                      certificate cannot be parsed. The error message (inkotls_identity_error)
///                      says which certificate it is.
/// KEY_MISMATCH         The private key or the signer that was set before does not belong to the
///                      first certificate.
inkotls_status inkotls_identity_set_chain_pem_file(inkotls_identity *identity, const char *path,
    size_t len);

/// Adds one certificate in DER (RFC 5280) to the end of the certificate chain.
///
/// Call this function first with the end-entity (leaf) certificate, then with the certificate of
/// its issuer, and so on. The root certificate may be omitted. If inkotls_identity_add_chain_der
/// fails, identity is unchanged.
///
/// data, len  The certificate in DER, and its length in bytes. Copied.
///
/// INVALID_CERTIFICATE  The input is not a certificate in DER, or the certificate cannot be parsed.
/// KEY_MISMATCH         The private key or the signer that was set before does not belong to the
///                      first certificate.
inkotls_status inkotls_identity_add_chain_der(inkotls_identity *identity, const void *data,
    size_t len);

/// Sets the private key from a PEM text (RFC 7468).
///
/// The first private key of the text is used: a section with the label PRIVATE KEY (PKCS #8, RFC
/// 5958), RSA PRIVATE KEY (PKCS #1, RFC 8017) or EC PRIVATE KEY (SEC 1, RFC 5915). Encrypted
/// private keys, sections with a label other than these three, such as CERTIFICATE, and lines
/// outside of sections are ignored. Every section up to the key must have its END line. Lines end
/// with LF, CRLF or CR.
///
/// The private key replaces the private key or the signer that was set before. If
/// inkotls_identity_set_key_pem fails, identity is unchanged. The library does not erase the
/// private key in the host's buffer: the host should erase it after the call. The library erases
/// its own copy of the input, but does not erase the loaded key when the key is freed. A private
/// key that must not be in the memory of the process is used through a callback
/// (inkotls_identity_set_signer).
///
/// data, len  The PEM text, and its length in bytes. Copied.
///
/// INVALID_KEY   The text has no private key that is not encrypted, a section is not well-formed,
///               or the key is of a kind or size that is not supported. The error message
///               (inkotls_identity_error) says which.
/// KEY_MISMATCH  The private key does not belong to the first certificate of the chain that was set
///               before.
inkotls_status inkotls_identity_set_key_pem(inkotls_identity *identity, const void *data,
    size_t len);

/// Sets the private key from a PEM file (RFC 7468).
///
/// The call reads the file, and may block. The library erases its copy of the contents of the file
/// before the call returns.
///
/// The first private key of the file is used: a section with the label PRIVATE KEY (PKCS #8, RFC
/// 5958), RSA PRIVATE KEY (PKCS #1, RFC 8017) or EC PRIVATE KEY (SEC 1, RFC 5915). Encrypted
/// private keys, sections with a label other than these three, such as CERTIFICATE, and lines
/// outside of sections are ignored. Every section up to the key must have its END line. Lines end
/// with LF, CRLF or CR.
///
/// The private key replaces the private key or the signer that was set before. If
/// inkotls_identity_set_key_pem_file fails, identity is unchanged.
///
/// path, len  The path of the file in UTF-8, and its length in bytes. The path must not contain a
///            NUL byte. Borrowed for this call.
///
/// INVALID_ARGUMENT  The path is empty, is not UTF-8, contains a NUL byte, or is itself PEM text.
///                   The error message does not repeat PEM text: pass PEM text to
///                   inkotls_identity_set_key_pem.
/// IO_ERROR          The file cannot be read. inkotls_identity_os_error returns the errno value of
///                   that failure.
/// INVALID_KEY       The file has no private key that is not encrypted, a section is not
///                   well-formed, or the key is of a kind or size that is not supported. The error
///                   message (inkotls_identity_error) says which.
/// KEY_MISMATCH      The private key does not belong to the first certificate of the chain that was
///                   set before.
inkotls_status inkotls_identity_set_key_pem_file(inkotls_identity *identity, const char *path,
    size_t len);

/// Sets the private key from DER: PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) or SEC 1 (RFC 5915).
///
/// The structure of the key tells the three formats apart. The private key replaces the private key
/// or the signer that was set before. If inkotls_identity_set_key_der fails, identity is unchanged.
/// The library does not erase the private key in the host's buffer: the host should erase it after
/// the call. The library erases its own copy of the input, but does not erase the loaded key when
/// the key is freed. A private key that must not be in the memory of the process is used through a
/// callback (inkotls_identity_set_signer).
///
/// data, len  The private key in DER, and its length in bytes. Copied.
///
/// INVALID_KEY   The input is not a private key in DER, or the key is encrypted, or is of a kind or
///               size that is not supported. The error message (inkotls_identity_error) says which.
/// KEY_MISMATCH  The private key does not belong to the first certificate of the chain that was set
///               before.
inkotls_status inkotls_identity_set_key_der(inkotls_identity *identity, const void *data,
    size_t len);

/// Signs a message of the handshake with the private key of an identity
/// (inkotls_identity_set_signer).
///
/// Returns the length of the signature in bytes. A return value of 0 or less refuses to sign. Then,
/// and if the signature is not valid, the handshake fails with INVALID_KEY.
///
/// The library calls the callback in every full handshake in which this side presents the identity.
/// The library does not call the callback when a session is resumed, because a resumed handshake
/// has no signature. Connections that run on several threads call the callback on several threads
/// at the same time, with the same user_data.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data       The user_data that was passed to inkotls_identity_set_signer.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                 in. NULL if no user_data was set.
/// scheme          The signature scheme, as an IANA number (RFC 8446, section 4.2.3). The value is
///                 one of the schemes that were passed to inkotls_identity_set_signer.
/// message, len    The message to sign, and its length in bytes. The message is not a digest: the
///                 callback hashes it as the scheme requires. Valid until the callback returns.
/// buf, cap        Receives the signature. cap is the size of buf in bytes: 1024. Valid until the
///                 callback returns. An ECDSA signature is an ECDSA-Sig-Value in DER (RFC 3279,
///                 section 2.2.3).
typedef int32_t (*inkotls_sign_callback)(void *user_data, void *conn_user_data, int32_t scheme,
    const uint8_t *message, size_t len, uint8_t *buf, size_t cap);

/// Sets a callback that signs with a private key which the library does not see.
///
/// The private key may be in a token or in another process. The signer replaces the private key or
/// the signer that was set before. The first certificate of the chain has the public key. The chain
/// may be set before or after the signer.
///
/// Before the library sends a signature that the callback has made, it checks the signature with
/// the public key of the chain. If the callback refuses to sign, or writes a wrong signature, the
/// handshake fails with INVALID_KEY. The peer receives the alert internal_error (80). Only the peer
/// of a TLS 1.3 client receives no alert.
///
/// The callback is called on the threads that use the connections, at the same time on several
/// threads if several threads use connections. The callback must not use the connection whose call
/// it runs in: a call on that connection returns INVALID_STATE. A resumed session needs no
/// signature, so that the library does not call the callback.
///
/// schemes, count  The signature schemes that the callback supports, as IANA's numbers, the
///                 preferred one first: count numbers, all of them for the same kind of key. At
///                 least 1. RSA: 0x0804, 0x0805, 0x0806 (PSS), and for TLS 1.2 also 0x0401, 0x0501,
///                 0x0601 (PKCS #1); without a PSS scheme the identity works in TLS 1.2 only.
///                 ECDSA: 0x0403 for P-256, 0x0503 for P-384. Ed25519: 0x0807. Copied.
/// sign            The callback.
/// user_data       The pointer that is passed to sign. May be NULL. Must stay valid until the
///                 identity, the configs and the SNI maps that the identity was passed to, and the
///                 connections of these configs are freed, even if another identity has replaced
///                 this one in an SNI map.
/// may_block       1 if sign may block: connections return WANT_BLOCKING before they sign, and only
///                 inkotls_conn_run_blocking calls sign. 0 if sign does not block: every call that
///                 advances a handshake may call sign.
///
/// INVALID_ARGUMENT  The value of count is 0, a scheme is not one of those that the description of
///                   schemes lists, the schemes are for different kinds of key, or the value of
///                   may_block is not 0 or 1.
/// KEY_MISMATCH      The first certificate of the chain that was set before has no key for one of
///                   the schemes.
inkotls_status inkotls_identity_set_signer(inkotls_identity *identity, const uint16_t *schemes,
    size_t count, inkotls_sign_callback sign, void *user_data, int32_t may_block);

/// Sets the OCSP response (RFC 6960) that a server sends with its certificate (OCSP stapling).
///
/// The server sends the response to the clients that ask for one. A client does not send a
/// response. The library does not verify the response. To renew the response, fill a new identity
/// and replace the old one in an SNI map with inkotls_sni_map_set, or build a new config.
///
/// data, len  The OCSPResponse in DER, and its length in bytes. A length of 0 removes the response.
///            Default: none. Copied.
inkotls_status inkotls_identity_set_ocsp_staple(inkotls_identity *identity, const void *data,
    size_t len);

/// Sets the identity to present its raw public key instead of a certificate chain (RFC 7250).
///
/// A peer trusts the key if its roots have the key (inkotls_roots_add_raw_public_key). Raw public
/// keys need TLS 1.3 and a peer that asks for them: with any other peer, the handshake of the side
/// that notices it fails with HANDSHAKE_FAILED, and the other side returns ALERT_RECEIVED with the
/// alert handshake_failure (40). The setting cannot be undone.
///
/// The identity needs no chain if it has a private key. If it has a signer, it needs a chain,
/// because the first certificate has the public key. The identities of one client all present raw
/// public keys, or all present certificates: otherwise building the config fails with
/// INVALID_STATE. A server presents a raw public key with inkotls_server_builder_set_identity,
/// because an SNI map refuses the identity.
///
/// INVALID_KEY  The identity has no private key and no signer.
inkotls_status inkotls_identity_use_raw_public_key(inkotls_identity *identity);

/// Reads the public key that belongs to the private key of the identity.
///
/// A peer that is to trust the public key passes the SubjectPublicKeyInfo to
/// inkotls_roots_add_raw_public_key.
///
/// out_key  Receives a pointer to the SubjectPublicKeyInfo (RFC 5280) in DER. Valid until the next
///          call that takes identity as a pointer to non-const, or until identity is freed.
/// out_len  Receives the length of the SubjectPublicKeyInfo, in bytes.
///
/// NONE  The identity has no private key, or it has a signer and no chain.
inkotls_status inkotls_identity_raw_public_key(const inkotls_identity *identity,
    const uint8_t **out_key, size_t *out_len);

/// Returns the error message of the last call on identity that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if identity is NULL. Valid until the next call that takes identity as a
/// pointer to non-const, or until identity is freed. Call inkotls_identity_error in a statement of
/// its own, after the call that failed.
///
/// A call on identity that succeeds leaves the error message of an earlier call unchanged, and so
/// does a call that takes identity as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_identity_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes identity as a pointer to const.
const char *inkotls_identity_error(const inkotls_identity *identity);

/// Returns the error number (errno) of the last call on identity that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_identity_os_error before the next call that takes identity as a pointer to non-const,
/// and before inkotls_identity_free.
int32_t inkotls_identity_os_error(const inkotls_identity *identity);

/// Frees the identity.
///
/// The builders and SNI maps that the identity was passed to keep a copy, so identity may be freed
/// before the builders and the SNI maps.
///
/// identity  The identity to free. May be NULL: the call then does nothing.
void inkotls_identity_free(inkotls_identity *identity);

/// Creates an empty SNI map.
///
/// Returns the map with one reference: release it with inkotls_sni_map_release. Returns NULL only
/// if a bug in the library was caught.
const inkotls_sni_map *inkotls_sni_map_new(void);

/// Sets an identity for a server name.
///
/// The identity replaces the identity that has the same name and the same kind of key (RSA, ECDSA
/// or Ed25519). Therefore a name may have one identity for each kind of key. The handshakes of
/// every config that uses sni_map use the new identity; a connection that has already chosen an
/// identity keeps that identity.
///
/// A server tries the identities in this order: the identities of the server name that the client
/// sends, the identities of the wildcard that matches the server name, and the identities of the
/// empty name. The identities of one name are tried in the order in which they were set. A server
/// presents the first identity whose key supports a signature scheme that the client offers.
///
/// The identities of the empty name are used in each of these cases: the client sends no server
/// name; the map has no identity for the server name or its wildcard; no identity of the server
/// name or its wildcard supports a signature scheme that the client offers.
/// inkotls_server_builder_set_sni_map describes how the handshake fails if the map has no identity
/// for a client.
///
/// A failure other than INVALID_NAME leaves no error message, because an SNI map has no _error
/// function. inkotls_status_text describes the status.
///
/// server_name, len  A DNS name, or "*." and a DNS name (the wildcard for exactly one label), or an
///                   empty name. The name must not contain a NUL byte; len is its length in bytes.
///                   Upper and lower case are the same, and a dot at the end is ignored. Copied.
/// identity          A complete identity: a certificate chain, and a private key or a signer.
///                   Copied. identity may be freed after the call, and later changes of identity
///                   have no effect on sni_map.
///
/// INVALID_NAME         The name is not a DNS name, a wildcard or empty. inkotls_invalid_name_text
///                      copies the error message.
/// INVALID_CERTIFICATE  The identity has no certificate chain.
/// INVALID_KEY          The identity has no private key and no signer.
/// INVALID_STATE        The identity presents a raw public key
///                      (inkotls_identity_use_raw_public_key). Or its signer may block, and sni_map
///                      was passed to a server builder before it had an identity whose signer may
///                      block: set one identity whose signer may block before that.
inkotls_status inkotls_sni_map_set(const inkotls_sni_map *sni_map, const char *server_name,
    size_t len, const inkotls_identity *identity);

/// Removes all identities of a server name.
///
/// A connection that has already chosen one of the identities keeps that identity.
///
/// server_name, len  A DNS name, or "*." and a DNS name (the wildcard for exactly one label), or an
///                   empty name. The name must not contain a NUL byte; len is its length in bytes.
///                   Upper and lower case are the same, and a dot at the end is ignored. Borrowed
///                   for this call.
///
/// NONE          The map has no identity with this name.
/// INVALID_NAME  The name is not a DNS name, a wildcard or empty. inkotls_invalid_name_text copies
///               the error message.
inkotls_status inkotls_sni_map_remove(const inkotls_sni_map *sni_map, const char *server_name,
    size_t len);

/// Retains the map: its number of references grows by one.
///
/// Any thread may call inkotls_sni_map_retain while the caller holds a reference.
/// inkotls_sni_map_release releases the reference that inkotls_sni_map_retain has added.
inkotls_status inkotls_sni_map_retain(const inkotls_sni_map *sni_map);

/// Releases one reference to the map, and frees the map with the last reference.
///
/// Server configs that use the map have references of their own. Any thread may call
/// inkotls_sni_map_release to release a reference that the caller holds, also while other threads
/// use references of their own.
///
/// sni_map  The map to release. May be NULL: the call then does nothing.
void inkotls_sni_map_release(const inkotls_sni_map *sni_map);

// =================================================================================================
// 14. Acceptor
// =================================================================================================

/// Creates an acceptor for one incoming connection.
///
/// Returns the acceptor, or NULL if a bug in the library was caught. inkotls_acceptor_into_conn
/// consumes the acceptor, and inkotls_acceptor_free frees it.
inkotls_acceptor *inkotls_acceptor_new(void);

/// Attaches a socket, from which the acceptor then reads and to which it writes ciphertext itself.
///
/// inkotls_acceptor_accept then moves the ciphertext itself: WANT_READ and WANT_WRITE say for which
/// event to poll the socket. A transport that was attached before is detached. The connection that
/// inkotls_acceptor_into_conn creates keeps the socket attached.
///
/// inkotls_acceptor_set_fd itself makes two system calls on a socket: getsockopt(2) with SO_TYPE,
/// once for reading and once for writing. To receive from the socket, the library calls recv(2)
/// with MSG_DONTWAIT. To send to the socket, the library calls sendmsg(2) with MSG_DONTWAIT and
/// MSG_NOSIGNAL. Therefore the library never blocks on the socket, whether or not it is in
/// non-blocking mode, never raises SIGPIPE, never changes the flags of the socket, and never closes
/// it.
///
/// inkotls_acceptor_feed and inkotls_acceptor_drain still work while a socket is attached, and
/// ciphertext that was fed before is kept. An end of file (EOF) that an earlier transport reported
/// stays in effect.
///
/// fd  A connected stream socket, or a pipe that is open for reading and writing. The descriptor
///     must stay open until the first of these events: inkotls_acceptor_detach or
///     inkotls_conn_detach returns OK; a call that attaches another transport returns OK; the last
///     call that moves ciphertext returns. The calls that move ciphertext are
///     inkotls_acceptor_accept and, on the connection that inkotls_acceptor_into_conn creates, the
///     calls that inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not use
///     the descriptor.
///
/// INVALID_ARGUMENT  The descriptor is negative, is not open, or is neither a stream socket nor a
///                   pipe that is open for reading and writing; inkotls_acceptor_os_error returns
///                   the errno value of that failure. The transport that was attached before stays
///                   attached.
inkotls_status inkotls_acceptor_set_fd(inkotls_acceptor *acceptor, int32_t fd);

/// Attaches two file descriptors, one for reading and one for writing, such as two pipes.
///
/// inkotls_acceptor_accept then moves the ciphertext itself: WANT_READ and WANT_WRITE say for which
/// event to poll the descriptors. A transport that was attached before is detached. The connection
/// that inkotls_acceptor_into_conn creates keeps the descriptors attached. The library never closes
/// a descriptor, and never raises SIGPIPE.
///
/// A pipe needs more system calls than a socket. To attach a pipe, the library calls getsockopt(2),
/// fstat(2) and fcntl(2). To read from a pipe, the library calls poll(2) and then read(2). To write
/// to a pipe that is in non-blocking mode, the library calls fcntl(2) and then writev(2). To write
/// to a pipe that is not in non-blocking mode, the library calls fcntl(2), then poll(2), and then
/// write(2) with at most PIPE_BUF bytes. During writev(2) and write(2), SIGPIPE is blocked in the
/// calling thread (pthread_sigmask(3)).
///
/// If a pipe is not in non-blocking mode, only the library may use the end of the pipe that is
/// attached. A call blocks in read(2) if another reader has removed the bytes from the pipe after
/// poll(2), and a call blocks in write(2) if another writer has filled the pipe after poll(2).
///
/// read_fd   A connected stream socket, or the read end of a pipe. The descriptor must stay open
///           until the first of these events: inkotls_acceptor_detach or inkotls_conn_detach
///           returns OK; a call that attaches another transport returns OK; the last call that
///           moves ciphertext returns. The calls that move ciphertext are inkotls_acceptor_accept
///           and, on the connection that inkotls_acceptor_into_conn creates, the calls that
///           inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not use the
///           descriptor.
/// write_fd  A connected stream socket, or the write end of a pipe. The descriptor must stay open
///           until the first of these events: inkotls_acceptor_detach or inkotls_conn_detach
///           returns OK; a call that attaches another transport returns OK; the last call that
///           moves ciphertext returns. The calls that move ciphertext are inkotls_acceptor_accept
///           and, on the connection that inkotls_acceptor_into_conn creates, the calls that
///           inkotls_conn_set_fd lists. inkotls_acceptor_free and inkotls_conn_free do not use the
///           descriptor.
///
/// INVALID_ARGUMENT  A descriptor is negative, is not open, is neither a stream socket nor a pipe,
///                   or is the wrong end of a pipe; inkotls_acceptor_os_error returns the errno
///                   value of that failure. The transport that was attached before stays attached.
inkotls_status inkotls_acceptor_set_fds(inkotls_acceptor *acceptor, int32_t read_fd,
    int32_t write_fd);

/// Attaches two callbacks, through which the acceptor then receives and sends ciphertext itself.
///
/// inkotls_acceptor_accept then calls the callbacks, on the thread that calls
/// inkotls_acceptor_accept. A transport that was attached before is detached. The connection that
/// inkotls_acceptor_into_conn creates keeps the callbacks attached.
///
/// If a callback returns an error, inkotls_acceptor_accept returns IO_ERROR, and
/// inkotls_acceptor_os_error returns the errno value, without the minus sign. If a callback returns
/// a length that is larger than its buffer, inkotls_acceptor_accept returns IO_ERROR, and
/// inkotls_acceptor_os_error returns NONE.
///
/// read       Called by the library to receive ciphertext. See inkotls_read_callback. The callback
///            must not use acceptor.
/// write      Called by the library to send ciphertext. See inkotls_write_callback. The callback
///            must not use acceptor.
/// user_data  Passed to both callbacks. May be NULL. Must stay valid until the first of these
///            events: inkotls_acceptor_detach or inkotls_conn_detach returns OK; a call that
///            attaches another transport returns OK; the last call that moves ciphertext returns.
///            The calls that move ciphertext are inkotls_acceptor_accept and, on the connection
///            that inkotls_acceptor_into_conn creates, the calls that inkotls_conn_set_fd lists.
///            inkotls_acceptor_free and inkotls_conn_free call neither callback.
inkotls_status inkotls_acceptor_set_io(inkotls_acceptor *acceptor, inkotls_read_callback read,
    inkotls_write_callback write, void *user_data);

/// Detaches the socket, the descriptors or the callbacks that are attached.
///
/// From then on the caller moves the ciphertext, with inkotls_acceptor_feed and
/// inkotls_acceptor_drain. If nothing is attached, the call changes nothing.
inkotls_status inkotls_acceptor_detach(inkotls_acceptor *acceptor);

/// Copies ciphertext that was received from the client into the acceptor.
///
/// The bytes are only queued: a failure that they cause is returned by the next call of
/// inkotls_acceptor_accept. After the acceptor has failed, or the client has sent close_notify,
/// bytes are accepted and discarded. The connection that inkotls_acceptor_into_conn creates keeps
/// the bytes that are queued.
///
/// data, len  The ciphertext, and its length in bytes. Copied.
/// used       Receives the number of bytes that were accepted. The number may be less than len:
///            keep the rest, and feed it after the next call of inkotls_acceptor_accept, or to the
///            connection that inkotls_acceptor_into_conn creates. After inkotls_acceptor_accept has
///            returned WANT_READ, at least 16 KiB are accepted. The call writes used only if it
///            returns OK: after FULL, used has the value that it had before.
///
/// FULL           Nothing was accepted, because 64 KiB are queued already (the default of
///                INKOTLS_LIMIT_READ_BUFFER, which the acceptor has until its config is chosen).
///                Call inkotls_acceptor_accept; after WANT_READ feed the same bytes again, and
///                after OK feed them to the connection that inkotls_acceptor_into_conn creates.
/// INVALID_STATE  inkotls_acceptor_feed_eof was called before, or an attached transport has
///                reported its end of file (EOF).
inkotls_status inkotls_acceptor_feed(inkotls_acceptor *acceptor, const void *data, size_t len,
    size_t *used);

/// Sets the end of file (EOF) of the transport: the client will send no more ciphertext.
///
/// Call inkotls_acceptor_feed_eof only after inkotls_acceptor_feed has accepted all ciphertext that
/// was received, because from then on inkotls_acceptor_feed returns INVALID_STATE. A second call of
/// inkotls_acceptor_feed_eof changes nothing and returns OK.
///
/// Ciphertext that was fed before is still used. If the ClientHello is then still incomplete,
/// inkotls_acceptor_accept returns UNEXPECTED_EOF instead of WANT_READ.
inkotls_status inkotls_acceptor_feed_eof(inkotls_acceptor *acceptor);

/// Copies queued ciphertext, which the caller then sends to the client, and removes it from the
/// queue.
///
/// The ciphertext of an acceptor is only the alert that refuses a ClientHello. Send the bytes of
/// each call before the bytes of the next one; the acceptor does not keep them.
///
/// buf, cap  Receives the ciphertext. cap is the size of buf in bytes.
/// out_len   Receives the number of bytes written, which is 0 if no ciphertext is queued.
inkotls_status inkotls_acceptor_drain(inkotls_acceptor *acceptor, void *buf, size_t cap,
    size_t *out_len);

/// Reads until the ClientHello is complete.
///
/// The call parses the ClientHello and does no cryptography. If ciphertext is missing, the call
/// returns WANT_READ, and the same call is repeated later.
///
/// If the ClientHello is refused, the acceptor queues a fatal alert for the client.
/// inkotls_acceptor_accept returns WANT_WRITE until the alert has been drained or sent; from then
/// on every call of inkotls_acceptor_accept returns the failure. After the failure, on a TCP
/// socket, shut down the sending side, read until EOF, and close the socket: if the socket is
/// closed with unread bytes, the TCP reset may overtake the alert.
///
/// OK                The ClientHello is complete. The functions of the acceptor return its
///                   contents, and inkotls_acceptor_into_conn creates the connection.
/// WANT_READ         The ClientHello is not complete. Wait until the socket is readable, or feed
///                   ciphertext, then call inkotls_acceptor_accept again. If a transport is
///                   attached, inkotls_acceptor_accept returns WANT_READ after it has received 128
///                   KiB, even if the transport has more.
/// WANT_WRITE        The alert for a refused ClientHello must be sent. Wait until the socket is
///                   writable, or drain the alert and send it, then call inkotls_acceptor_accept
///                   again to get the failure.
/// CLOSED            The client sent close_notify instead of a ClientHello.
/// UNEXPECTED_EOF    The transport ended before the ClientHello was complete.
/// ALERT_RECEIVED    The client sent an alert instead of a ClientHello.
///                   inkotls_acceptor_alert_received returns its number.
/// PROTOCOL_ERROR    The client sent something that is not a ClientHello, or a ClientHello that
///                   violates the TLS protocol. The error message has the reason.
/// HANDSHAKE_FAILED  The ClientHello lacks something that TLS 1.2 and TLS 1.3 require, such as the
///                   client's signature algorithms. The error message has the reason.
/// IO_ERROR          The attached transport has failed. inkotls_acceptor_os_error returns the errno
///                   value of that failure.
inkotls_status inkotls_acceptor_accept(inkotls_acceptor *acceptor);

/// Reads the server name (SNI, RFC 6066) of the ClientHello.
///
/// out_name  Receives a pointer to the name in lower case, not NUL-terminated. Valid until the next
///           call that takes acceptor as a pointer to non-const, or until acceptor is freed.
/// out_len   Receives the length of the name in bytes.
///
/// NONE  The client sent no server name, or the ClientHello is not complete yet.
inkotls_status inkotls_acceptor_server_name(const inkotls_acceptor *acceptor,
    const char **out_name, size_t *out_len);

/// Reads one of the ALPN protocols (RFC 7301) of the ClientHello.
///
/// index         The index of the protocol in the client's list. The first protocol, which the
///               client prefers to all others, has the index 0.
/// out_protocol  Receives a pointer to the name of the protocol, not NUL-terminated. Valid until
///               the next call that takes acceptor as a pointer to non-const, or until acceptor is
///               freed.
/// out_len       Receives the length of the name in bytes. Range: 1 to 255.
///
/// NONE  The client's list has no protocol with this index, or the ClientHello is not complete yet.
inkotls_status inkotls_acceptor_alpn(const inkotls_acceptor *acceptor, size_t index,
    const uint8_t **out_protocol, size_t *out_len);

/// Reads the cipher suites of the ClientHello.
///
/// The list also contains cipher suites that this library does not support, and reserved numbers,
/// such as those of GREASE (RFC 8701).
///
/// out_suites  Receives a pointer to the cipher suites as IANA numbers, in the client's order of
///             preference. Valid until the next call that takes acceptor as a pointer to non-const,
///             or until acceptor is freed.
/// out_count   Receives the number of cipher suites.
///
/// NONE  The ClientHello is not complete yet.
inkotls_status inkotls_acceptor_cipher_suites(const inkotls_acceptor *acceptor,
    const uint16_t **out_suites, size_t *out_count);

/// Reads the signature schemes (signature_algorithms; RFC 8446, section 4.2.3) of the ClientHello.
///
/// The list also contains signature schemes that this library does not support, and reserved
/// numbers, such as those of GREASE (RFC 8701).
///
/// out_schemes  Receives a pointer to the signature schemes as IANA numbers, in the client's order
///              of preference. Valid until the next call that takes acceptor as a pointer to
///              non-const, or until acceptor is freed.
/// out_count    Receives the number of signature schemes.
///
/// NONE  The ClientHello is not complete yet.
inkotls_status inkotls_acceptor_signature_schemes(const inkotls_acceptor *acceptor,
    const uint16_t **out_schemes, size_t *out_count);

/// Reads the groups for the key exchange (supported_groups; RFC 8446, section 4.2.7) of the
/// ClientHello.
///
/// The list also contains groups that this library does not support, and reserved numbers, such as
/// those of GREASE (RFC 8701).
///
/// out_groups  Receives a pointer to the groups as IANA numbers, in the client's order of
///             preference. Valid until the next call that takes acceptor as a pointer to non-const,
///             or until acceptor is freed.
/// out_count   Receives the number of groups, which is 0 if the client sent none.
///
/// NONE  The ClientHello is not complete yet.
inkotls_status inkotls_acceptor_named_groups(const inkotls_acceptor *acceptor,
    const uint16_t **out_groups, size_t *out_count);

/// Reads the name of one of the certificate authorities (certificate_authorities; RFC 8446, section
/// 4.2.4) of the ClientHello.
///
/// A client names the certificate authorities that it trusts, so that the server can choose its
/// certificate by them. Most clients name none.
///
/// index     The index of the certificate authority in the client's list. The first certificate
///           authority has the index 0.
/// out_name  Receives a pointer to the Name (RFC 5280, section 4.1.2.4) in DER. Valid until the
///           next call that takes acceptor as a pointer to non-const, or until acceptor is freed.
/// out_len   Receives the length of the Name in bytes.
///
/// NONE  The client's list has no certificate authority with this index, or the ClientHello is not
///       complete yet.
inkotls_status inkotls_acceptor_certificate_authority(const inkotls_acceptor *acceptor,
    size_t index, const uint8_t **out_name, size_t *out_len);

/// Reads the bytes of the ClientHello as the client sent them.
///
/// The bytes are the handshake message (RFC 8446, section 4) with its header of four bytes, without
/// the headers of the records.
///
/// out_message  Receives a pointer to the message. Valid until the next call that takes acceptor as
///              a pointer to non-const, or until acceptor is freed.
/// out_len      Receives the length of the message in bytes.
///
/// NONE  The ClientHello is not complete yet.
inkotls_status inkotls_acceptor_client_hello(const inkotls_acceptor *acceptor,
    const uint8_t **out_message, size_t *out_len);

/// Sets the pointer that the library passes to callbacks as conn_user_data.
///
/// The connection that inkotls_acceptor_into_conn creates keeps user_data, so that the callbacks of
/// its config receive it. See inkotls_conn_set_user_data.
///
/// user_data  Passed to callbacks during calls on acceptor and on the connection that
///            inkotls_acceptor_into_conn creates. May be NULL. Default: NULL. Must stay valid until
///            the first of these events: a later call of inkotls_acceptor_set_user_data or
///            inkotls_conn_set_user_data returns OK; the acceptor is freed; the connection is
///            freed.
inkotls_status inkotls_acceptor_set_user_data(inkotls_acceptor *acceptor, void *user_data);

/// Creates the server connection that continues the acceptor with the chosen config.
///
/// The connection keeps what was fed to the acceptor, the transport that is attached, the log and
/// the user_data. If inkotls_acceptor_into_conn fails, acceptor is unchanged and can be used again.
///
/// A ClientHello that the config cannot serve does not fail this call: inkotls_conn_handshake
/// returns the failure, and the alert drains from the connection.
///
/// acceptor  Consumed when the call returns OK.
/// config    The server config with which the connection continues. Retained.
/// out_conn  Receives the connection, which belongs to the caller. Valid until inkotls_conn_free.
///
/// INVALID_STATE  The ClientHello is not complete: inkotls_acceptor_accept has not returned OK.
inkotls_status inkotls_acceptor_into_conn(inkotls_acceptor *acceptor,
    const inkotls_server_config *config, inkotls_conn **out_conn);

/// Returns the error message of the last call on acceptor that failed.
///
/// Returns the error message, NUL-terminated UTF-8 of at most 500 bytes, which is "" if no call has
/// failed; never NULL, even if acceptor is NULL. Valid until the next call that takes acceptor as a
/// pointer to non-const, or until acceptor is freed. Call inkotls_acceptor_error in a statement of
/// its own, after the call that failed.
///
/// A call on acceptor that succeeds leaves the error message of an earlier call unchanged, and so
/// does a call that takes acceptor as a pointer to const and returns NONE or INVALID_ARGUMENT:
/// inkotls_acceptor_error then returns the error message of the earlier call. inkotls_status_text
/// describes the status of a call that takes acceptor as a pointer to const.
const char *inkotls_acceptor_error(const inkotls_acceptor *acceptor);

/// Returns the alert that the acceptor has sent or queued.
///
/// Returns the number of the alert (RFC 8446, section 6), or NONE if there is no alert. Range: 0 to
/// 255.
int32_t inkotls_acceptor_alert_sent(const inkotls_acceptor *acceptor);

/// Returns the alert that the client has sent.
///
/// Returns the number of the alert (RFC 8446, section 6; 0 is close_notify), or NONE if the client
/// has sent no alert. Range: 0 to 255.
int32_t inkotls_acceptor_alert_received(const inkotls_acceptor *acceptor);

/// Returns the error number (errno) of the last call on acceptor that failed.
///
/// Returns the errno value of the last failure. Returns INKOTLS_STATUS_NONE in each of these cases:
/// no call has failed; the last failure has no errno value. A call that succeeds leaves the errno
/// value of an earlier call unchanged: read the errno value only after a call that failed. Call
/// inkotls_acceptor_os_error before the next call that takes acceptor as a pointer to non-const,
/// and before inkotls_acceptor_free.
int32_t inkotls_acceptor_os_error(const inkotls_acceptor *acceptor);

/// Frees an acceptor that has not become a connection.
///
/// The call does no I/O: an alert that was not drained is lost. If inkotls_acceptor_into_conn
/// returns OK, it has also freed the acceptor: do not free the acceptor after that.
///
/// acceptor  The acceptor to free. May be NULL: the call then does nothing.
void inkotls_acceptor_free(inkotls_acceptor *acceptor);

// =================================================================================================
// 15. Resumption
// =================================================================================================

/// How a client resumes TLS 1.2 sessions. Default: INKOTLS_TLS12_RESUMPTION_TICKETS. Numbers are
/// never reused.
INKOTLS_ENUM(inkotls_tls12_resumption) {
  /// The client does not resume TLS 1.2 sessions.
  INKOTLS_TLS12_RESUMPTION_OFF = 0,
  /// The client resumes TLS 1.2 sessions by session ID only: the server stores the session (RFC
  /// 5246, section 7.3).
  INKOTLS_TLS12_RESUMPTION_SESSION_ID = 1,
  /// The client resumes TLS 1.2 sessions by session ID (the server stores the session) or by ticket
  /// (the client stores the session, encrypted by the server; RFC 5077).
  INKOTLS_TLS12_RESUMPTION_TICKETS = 2,
};

/// Sets for how many servers the config keeps sessions in memory.
///
/// The cache belongs to the config: only connections of the same config resume its sessions. A
/// program that builds a new config for each connection never resumes a session. The cache
/// identifies a server by the server name that was passed to inkotls_conn_new_client, without a
/// port. So servers with the same name and different ports have their sessions in common: a server
/// that does not know the session of a connection makes a full handshake. A program that must keep
/// such servers apart uses one config for each.
///
/// A session of TLS 1.3 can be resumed only after the client has received a ticket, which arrives
/// after the handshake and is processed by inkotls_conn_read and inkotls_conn_read_peek
/// (inkotls_conn_tickets_received).
///
/// For each server, the cache keeps at most one session of TLS 1.2 and at most 8 sessions of TLS
/// 1.3, which together use at most 128 KiB of memory. All sessions in the cache together use at
/// most the larger of 256 KiB and 16 KiB multiplied by servers: 4 MiB by default. The sessions of
/// the least recently used server are removed first. inkotls_client_config_sessions reads how many
/// sessions the cache holds, and inkotls_client_config_remove_sessions removes sessions.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time (inkotls_client_builder_set_session_lifetime). A session can no
/// longer be resumed once a certificate that the server presented in that full handshake, its own
/// or an issuer's, has expired (notAfter). New sessions from a connection that resumes a session
/// have the time limit of the resumed session. When a session can no longer be resumed, the next
/// connection makes a full handshake. If an inkotls_verify_callback accepted a certificate that had
/// expired, the session is not resumed at all. Raw public keys do not expire.
///
/// After fork, the cache is empty in the new process. The old process keeps its sessions.
///
/// servers  The number of servers. Range: 0 to 1048576. 0 disables resumption. Default: 256.
///
/// INVALID_ARGUMENT  servers is greater than 1048576.
inkotls_status inkotls_client_builder_set_session_cache(inkotls_client_builder *builder,
    size_t servers);

/// Sets for how long the client resumes a session after the full handshake that the session comes
/// from.
///
/// New sessions from a connection that resumes a session have the time limit of the resumed
/// session. A session ends earlier if a certificate of the server expires earlier
/// (inkotls_client_builder_set_session_cache), and a ticket ends earlier if the server announced a
/// shorter lifetime.
///
/// seconds  The time in seconds. Range: 1 to 604800. Default: 604800, which is 7 days (RFC 8446,
///          section 4.6.1).
///
/// INVALID_ARGUMENT  seconds is 0 or greater than 604800.
inkotls_status inkotls_client_builder_set_session_lifetime(inkotls_client_builder *builder,
    uint32_t seconds);

/// Sets how the client resumes TLS 1.2 sessions.
///
/// TLS 1.3 sessions are resumed under every setting; inkotls_client_builder_set_session_cache with
/// 0 disables all resumption.
///
/// how  An inkotls_tls12_resumption. Default: INKOTLS_TLS12_RESUMPTION_TICKETS.
///
/// INVALID_ARGUMENT  The value of how is not an inkotls_tls12_resumption.
inkotls_status inkotls_client_builder_set_tls12_resumption(inkotls_client_builder *builder,
    int32_t how);

/// Sets how many sessions the config keeps in memory, so that clients can resume them: TLS 1.2
/// sessions by session ID, and TLS 1.3 sessions by tickets that can be used once.
///
/// The call replaces a session store that was set before
/// (inkotls_server_builder_set_session_store).
///
/// All sessions in the cache together use at most 16 KiB of memory multiplied by sessions, or 256
/// KiB if 256 KiB is more. By default all sessions in the cache together use at most 4 MiB of
/// memory. The least recently used session is removed first. inkotls_server_config_sessions reads
/// how many sessions the cache holds.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time (inkotls_server_builder_set_session_lifetime). A session can no
/// longer be resumed once a certificate that the client presented in that full handshake, its own
/// or an issuer's, has expired (notAfter). New sessions from a connection that resumes a session
/// have the time limit of the resumed session. When a session can no longer be resumed, the next
/// connection makes a full handshake. If an inkotls_verify_callback accepted a certificate that had
/// expired, the session is not resumed at all. Raw public keys do not expire. The same time limit
/// applies to sessions in a session store and in tickets that are sealed with ticket keys.
///
/// A TLS 1.2 client resumes a session of the cache by its session ID. A client that resumes only
/// with tickets, such as one of Go's crypto/tls, needs ticket keys
/// (inkotls_server_builder_set_ticket_keys).
///
/// After fork, the cache is empty in the new process: no process resumes the sessions of another
/// process, or accepts early data that another process accepted. Processes that resume each other's
/// sessions need ticket keys (inkotls_server_builder_set_ticket_keys) or a session store.
///
/// sessions  The number of sessions. Range: 0 to 1048576. 0 disables the cache. Default: 256.
///
/// INVALID_ARGUMENT  sessions is greater than 1048576.
inkotls_status inkotls_server_builder_set_session_cache(inkotls_server_builder *builder,
    size_t sessions);

/// Stores a session of a server (inkotls_server_builder_set_session_store), and replaces what was
/// stored under the same key.
///
/// Returns 1 if the session was stored. Any other number means that the session was not stored: the
/// session cannot be resumed, and the connection goes on.
///
/// A session never has to be stored for more than 7 days, or than the time that
/// inkotls_server_builder_set_session_lifetime sets, because no session is resumed after that. TLS
/// 1.3 tickets announce a lifetime of one day to the client.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data         The user_data that was passed to inkotls_server_builder_set_session_store.
/// conn_user_data    The user_data that was passed to inkotls_conn_set_user_data or
///                   inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                   in. NULL if no user_data was set.
/// key, key_len      The look-up key, and its length in bytes: 32. Valid until the callback
///                   returns.
/// value, value_len  The session, and its length in bytes. Range: 1 to 65536. The session contains
///                   secrets. Valid until the callback returns.
typedef int32_t (*inkotls_session_put_callback)(void *user_data, void *conn_user_data,
    const uint8_t *key, size_t key_len, const uint8_t *value, size_t value_len);

/// Copies a session of a server out of the session store
/// (inkotls_server_builder_set_session_store).
///
/// Returns the length of the session in bytes, or 0 if no session is stored under the key. A
/// negative number, or a number above cap, also means that no session was found.
///
/// The library calls the callback at most four times for a connection.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data       The user_data that was passed to inkotls_server_builder_set_session_store.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                 in. NULL if no user_data was set.
/// key, key_len    The look-up key, and its length in bytes: 32. The client chooses the key, so any
///                 value may come. Valid until the callback returns.
/// take            1 to remove the session from the store, 0 to keep it. Looking a session up and
///                 removing it must be one atomic step: if two servers take the same session at the
///                 same time, only one of them may receive the session.
/// buf, cap        Receives the session. cap is the size of buf in bytes: 65536. Valid until the
///                 callback returns.
typedef int32_t (*inkotls_session_get_callback)(void *user_data, void *conn_user_data,
    const uint8_t *key, size_t key_len, int32_t take, uint8_t *buf, size_t cap);

/// Sets two callbacks that keep sessions in a store outside of the library, such as the shared
/// cache of several servers.
///
/// Any server with the same store resumes the sessions. The call replaces the session cache
/// (inkotls_server_builder_set_session_cache).
///
/// A stored session contains secrets. Anyone who can read the store can resume the sessions in the
/// name of their clients, and can decrypt recorded TLS 1.2 connections and recorded early data.
/// Anyone who can write to the store can impersonate any client.
///
/// The library compares the settings for client certificates of the server that resumes a session
/// with the settings of the server that created the session. A session is resumed only if the
/// inkotls_client_auth is the same, if the roots were filled with the same certificates, raw public
/// keys, CRLs and revocation bits in the same order, and if both servers or neither of them have an
/// inkotls_verify_callback. Otherwise the handshake is a full handshake. Therefore a server with
/// new CRLs resumes no session that was created with the old CRLs.
///
/// A session can be resumed for at most 7 days after the full handshake that the session comes
/// from, or for a shorter time if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache). Each stored session contains the time until which it
/// can be resumed, and the library compares that time with the clock of the server. Therefore the
/// clocks of all servers must agree.
///
/// put        Stores a session. See inkotls_session_put_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// get        Looks a session up. See inkotls_session_get_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data  Passed to put and get. May be NULL. Must stay valid until the config and all
///            connections that use the config are freed. Several threads may use user_data at the
///            same time, because connections of one config may run on several threads.
/// may_block  1 if put and get may block the thread, 0 if put and get always return without
///            waiting. With 1, a connection returns WANT_BLOCKING before the library needs put or
///            get, and the library calls put and get only in inkotls_conn_run_blocking. With 0, the
///            library calls put and get in the calls that drive the handshake, such as
///            inkotls_conn_handshake and inkotls_conn_read, and in inkotls_conn_run_blocking if
///            something else in the config may block.
///
/// INVALID_ARGUMENT  may_block is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_session_store(inkotls_server_builder *builder,
    inkotls_session_put_callback put, inkotls_session_get_callback get, void *user_data,
    int32_t may_block);

/// Sets for how long the server resumes a session after the full handshake that the session comes
/// from, wherever the session is kept: in memory, in a session store, or in a ticket.
///
/// Each server applies its own time limit. A server that shares a session store or ticket keys with
/// other servers may have another limit than the server that created the session. New sessions from
/// a connection that resumes a session have the time limit of the resumed session. A session ends
/// earlier if a certificate of the client expires earlier
/// (inkotls_server_builder_set_session_cache).
///
/// The server announces the lifetime of tickets that are sealed with ticket keys
/// (inkotls_server_builder_set_ticket_keys): the time for which the session can still be resumed.
/// Without the call, the server accepts such a ticket for 12 hours, and announces at most 12 hours.
/// If seconds is more than 12 hours, keep previous ticket keys for that time, instead of the 12
/// hours that inkotls_ticket_keys describes.
///
/// For TLS 1.3 sessions in memory or in a session store, the server always announces a lifetime of
/// one day, because rustls does not let a program set the number. If a client offers a session that
/// has ended, the handshake is a full handshake.
///
/// seconds  The time in seconds. Range: 1 to 604800. Default: 604800, which is 7 days (RFC 8446,
///          section 4.6.1), and 43200, which is 12 hours, for each ticket that ticket keys sealed.
///
/// INVALID_ARGUMENT  seconds is 0 or greater than 604800.
inkotls_status inkotls_server_builder_set_session_lifetime(inkotls_server_builder *builder,
    uint32_t seconds);

/// Sets how many tickets the server sends to a TLS 1.3 client after the handshake.
///
/// Each ticket lets the client resume the session on another connection.
///
/// tickets  The number of tickets. Range: 0 to 16. 0 disables resumption in TLS 1.3. Default: 2.
///
/// INVALID_ARGUMENT  tickets is greater than 16.
inkotls_status inkotls_server_builder_set_ticket_count(inkotls_server_builder *builder,
    size_t tickets);

/// Reads how many sessions the config holds in memory, and how much memory they use.
///
/// A session that has ended is counted until a connection makes a ClientHello for its server, or
/// until the session is removed. Any thread may call inkotls_client_config_sessions, also while
/// connections use the config.
///
/// out_sessions  Receives the number of sessions. Each ticket of TLS 1.3 is one session; the
///               ClientHello that offers the session removes it. A session of TLS 1.2 stays.
/// out_bytes     Receives the memory in bytes. It includes the memory for the names of servers,
///               also of servers without a session. The number is an estimate: it is never more
///               than the limit for all sessions together that
///               inkotls_client_builder_set_session_cache describes.
inkotls_status inkotls_client_config_sessions(const inkotls_client_config *config,
    size_t *out_sessions, size_t *out_bytes);

/// Removes the sessions of one server, or of all servers, from the memory of the config.
///
/// The next connection that makes its ClientHello makes a full handshake, which verifies the
/// certificate of the server. A connection that has made its ClientHello already may still resume a
/// session, and goes on. It may also add sessions after the call: in TLS 1.2 when its handshake is
/// done, in TLS 1.3 when tickets arrive. A host that must not resume these sessions closes these
/// connections before the call.
///
/// Any thread may call inkotls_client_config_remove_sessions, also while connections use the
/// config.
///
/// A failure of inkotls_client_config_remove_sessions leaves no error message, because a config has
/// no _error function. inkotls_status_text describes the status.
///
/// server_name, len  The name that was passed to inkotls_conn_new_client, and its length in bytes.
///                   Upper and lower case are the same; "a.test" and "a.test." are two names. If
///                   len is 0, also with a pointer that is not NULL, the call removes the sessions
///                   of all servers. Borrowed for this call.
///
/// OK            The config holds no session of the server, also if it held none before the call.
/// INVALID_NAME  The name is neither a DNS name nor an IP address. No session is removed.
///               inkotls_invalid_name_text writes an error message that says what is wrong with the
///               name.
inkotls_status inkotls_client_config_remove_sessions(const inkotls_client_config *config,
    const char *server_name, size_t len);

/// Reads how many sessions the config holds in memory, and how much memory they use.
///
/// A session that has ended is counted until a new session needs its place, or until a client of
/// TLS 1.3 offers it. Any thread may call inkotls_server_config_sessions, also while connections
/// use the config.
///
/// out_sessions  Receives the number of sessions, which is 0 if sessions are kept in a session
///               store. A TLS 1.3 session in a ticket that ticket keys sealed is not in memory. A
///               TLS 1.2 session is also in memory if the client has such a ticket.
/// out_bytes     Receives the memory in bytes. The number is an estimate: it is never more than the
///               limit that inkotls_server_builder_set_session_cache describes.
inkotls_status inkotls_server_config_sessions(const inkotls_server_config *config,
    size_t *out_sessions, size_t *out_bytes);

/// Returns whether the handshake resumed an earlier session.
///
/// A client can resume only the sessions of other connections of the same inkotls_client_config.
///
/// Returns 1 if the handshake resumed a session, 0 if the handshake is a full handshake, or
/// INKOTLS_STATUS_NONE as long as the connection does not know which of the two the handshake is.
int32_t inkotls_conn_is_resumed(const inkotls_conn *conn);

/// Returns how many TLS 1.3 tickets a client has received.
///
/// A client processes tickets only in inkotls_conn_read and inkotls_conn_read_peek, because a
/// server sends them after the handshake. A client that closes the connection without reading has
/// no ticket, and cannot resume the session in TLS 1.3.
///
/// Returns the number of TLS 1.3 tickets, which is always 0 in TLS 1.2. Returns INKOTLS_STATUS_NONE
/// in each of these cases: conn is a server connection; conn is a client connection whose handshake
/// has not begun.
int32_t inkotls_conn_tickets_received(const inkotls_conn *conn);

/// Sets bytes that are stored with each session that this server connection creates.
///
/// A later server connection that resumes one of these sessions reads the stored bytes with
/// inkotls_conn_resumption_data. Sessions that the later connection itself creates do not inherit
/// the stored bytes: the host sets them again with inkotls_conn_set_resumption_data. If the config
/// has ticket keys, the bytes that inkotls_conn_set_resumption_data sets travel in the encrypted
/// tickets. The bytes of a later call replace those of an earlier call.
///
/// data, len  The bytes, and their number in bytes. Range: 0 to 2048. Default: none. Copied.
///
/// INVALID_ARGUMENT  The value of len is larger than 2048.
/// INVALID_STATE     The handshake is done, or conn is a client connection.
inkotls_status inkotls_conn_set_resumption_data(inkotls_conn *conn, const void *data, size_t len);

/// Reads the bytes that inkotls_conn_set_resumption_data stored with the session that this server
/// connection has resumed.
///
/// Only this server, or another one that shares its session store or its ticket keys, can have
/// written the bytes.
///
/// out_data  Receives a pointer to the bytes. Valid until the next call that takes conn as a
///           pointer to non-const, or until conn is freed.
/// out_len   Receives the number of bytes, which may be 0.
///
/// NONE  One of these is true: no session was resumed; it is not known yet whether a session was
///       resumed; conn is a client connection.
inkotls_status inkotls_conn_resumption_data(const inkotls_conn *conn, const uint8_t **out_data,
    size_t *out_len);

// =================================================================================================
// 16. Early data
// =================================================================================================

/// Sets whether connections that resume a TLS 1.3 session offer early data (0-RTT; RFC 8446,
/// section 2.3).
///
/// inkotls_conn_write_early_data writes early data.
///
/// Anyone who records early data can send it again, to the same server or to another one (replay;
/// RFC 8446, section 8). Therefore early data must contain only requests that do no harm if the
/// server executes them twice.
///
/// Early data belongs to the ALPN protocol of the session. A connection that does not offer that
/// protocol resumes the session without early data. If a server accepts early data and chooses
/// another protocol, the server violates RFC 8446, section 4.2.10, and the connection fails with
/// PROTOCOL_ERROR. The client sends no alert about the wrong protocol, because rustls sends alerts
/// only for errors that rustls itself finds; the server sees the end of the transport (EOF).
///
/// enabled  1 to offer early data, 0 not to offer it. Default: 0.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_early_data(inkotls_client_builder *builder,
    int32_t enabled);

/// Sets how much early data (0-RTT; RFC 8446, section 2.3) the server accepts on a connection that
/// resumes a TLS 1.3 session.
///
/// inkotls_conn_read_early_data reads early data. inkotls_conn_read does not: early data that the
/// server has accepted, and that the host does not read with inkotls_conn_read_early_data, is lost.
///
/// Anyone who records early data can send it again (replay; RFC 8446, section 8). A ticket of this
/// server works once, so the server accepts recorded early data at most once, if the session store
/// returns each session at most once. The connection on which the server accepts the early data may
/// be that of an attacker who sends a recording. Therefore, until inkotls_conn_handshake has
/// returned OK, execute only requests that do no harm if they are executed twice.
///
/// The server accepts early data only with sessions that began on a config that allowed early data.
/// Any other session is resumed without early data.
///
/// A server that refuses early data, for example because the ticket was used before, skips the
/// early data. Until the first byte of the server's answer is drained, the server skips all early
/// data, up to INKOTLS_LIMIT_HANDSHAKE. After that, the server skips 8000 bytes of early data, or
/// fewer if the data comes in many records. If a client sends more, the handshake may fail on the
/// server with PROTOCOL_ERROR. Therefore clients should send little early data.
///
/// inkotls_server_builder_build fails with INVALID_STATE if early data is allowed and there are
/// ticket keys (inkotls_server_builder_set_ticket_keys), because their tickets work more than once.
///
/// bytes  How much early data is accepted on a connection, in bytes. The connection holds the data
///        until it is read. Range: 0 to 4294967295. 0 disables early data. Values from 1 to 16383
///        are raised to 16384. Default: 0.
inkotls_status inkotls_server_builder_set_max_early_data(inkotls_server_builder *builder,
    uint32_t bytes);

/// Writes early data (0-RTT; RFC 8446, section 2.3), before the handshake is done.
///
/// A client sends early data with its first flight. Write all of it, then run the handshake with
/// inkotls_conn_handshake, and call inkotls_conn_is_early_data_accepted. Early data that the server
/// refused had no effect: send it again with inkotls_conn_write. Anyone who records early data can
/// send it again, so early data must contain only requests that do no harm if the server executes
/// them twice.
///
/// A server that accepted early data can answer the early data with inkotls_conn_write_early_data
/// one round trip before the handshake of the server is done. Until inkotls_conn_handshake returns
/// OK, it is not proven who receives the answer.
///
/// On both sides the call queues ciphertext, behind the ciphertext of the handshake that is queued
/// already. With a transport attached, the call also sends the queued ciphertext, as far as the
/// transport does not block, and the next call sends the rest. Without a transport, the host drains
/// the ciphertext (inkotls_conn_drain) and sends it.
///
/// data, len  The plaintext, and its length in bytes. Copied.
/// used       Receives the number of bytes that were consumed, which is at least 1 unless len is 0,
///            and may be less than len. Call the function again with the bytes that were not
///            consumed.
///
/// WANT_WRITE     Nothing was consumed, because the write buffer (INKOTLS_LIMIT_WRITE_BUFFER) is
///                full, or because an alert is queued. Drain, or poll the transport that is
///                attached for writing; then repeat the call.
/// NONE           No early data can be sent: a client has no session that allows early data, or the
///                limit of the session is used up; a server has not accepted early data; or, on
///                both sides, the handshake has come too far. Continue with inkotls_conn_handshake,
///                then with inkotls_conn_write.
/// CLOSED         The peer sent close_notify before the handshake was done.
/// IO_ERROR       The attached transport has failed; inkotls_conn_os_error returns the errno value
///                of that failure.
/// INVALID_STATE  inkotls_conn_close was called before.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                The connection has failed, in this call or earlier; inkotls_conn_handshake
///                describes each of these statuses.
inkotls_status inkotls_conn_write_early_data(inkotls_conn *conn, const void *data, size_t len,
    size_t *used);

/// Reads early data (0-RTT; RFC 8446, section 2.3) on a server whose config accepts it.
///
/// The call runs the handshake as far as early data needs it. inkotls_conn_read_early_data may be
/// called before or after inkotls_conn_handshake returns OK. inkotls_conn_read never returns early
/// data.
///
/// One call may return only a part of a request: a server repeats the call until it has the whole
/// request. A server that answers early data answers as soon as it has the whole request
/// (inkotls_conn_write_early_data), and does not wait for NONE, because NONE is returned only when
/// the handshake is finished: the answer would then not be early.
///
/// Until the handshake is done, early data may be a recording that someone else sends again:
/// inkotls_server_builder_set_max_early_data describes the risk.
///
/// buf, cap  Receives the plaintext. cap is the size of buf in bytes.
/// out_len   Receives the number of bytes written, which is at least 1 unless cap is 0.
///
/// OK              Early data was read. More early data may follow.
/// WANT_READ       More ciphertext is needed: feed ciphertext, or poll the attached transport for
///                 reading, then repeat the call.
/// WANT_WRITE      Ciphertext is queued: drain the ciphertext, or poll the attached transport for
///                 writing, then repeat the call.
/// WANT_BLOCKING   The next step of the handshake may block: call inkotls_conn_run_blocking on a
///                 thread that may block, then repeat the call that returned WANT_BLOCKING.
/// NONE            The server accepts no early data on this connection; or all early data has been
///                 read and the client has finished its handshake; or conn is a client connection.
///                 Continue with inkotls_conn_handshake.
/// CLOSED          The peer sent close_notify before the handshake was done.
/// UNEXPECTED_EOF  The transport ended without close_notify before the handshake was done.
/// IO_ERROR        The attached transport has failed; inkotls_conn_os_error returns the errno value
///                 of that failure.
/// INVALID_STATE   inkotls_conn_close was called before the handshake was done, and all early data
///                 that had been processed has been read.
/// ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR, INVALID_KEY
///                 The connection has failed, in this call or earlier; inkotls_conn_handshake
///                 describes each of these statuses.
inkotls_status inkotls_conn_read_early_data(inkotls_conn *conn, void *buf, size_t cap,
    size_t *out_len);

/// Returns whether early data was accepted.
///
/// Returns 1 if early data was accepted: on a client, the server has accepted the early data of the
/// client; on a server, this server accepts the early data of the client.
///
/// Returns 0, on a client only, if the server has refused early data: the early data had no effect,
/// and the client sends the same bytes again with inkotls_conn_write.
///
/// NONE  One of these is true: a client had no session that allows early data; the handshake of a
///       client is not done yet; a server does not accept early data on this connection.
int32_t inkotls_conn_is_early_data_accepted(const inkotls_conn *conn);

// =================================================================================================
// 17. Encrypted ClientHello
// =================================================================================================

/// Whether the ClientHello of a client connection was encrypted (Encrypted ClientHello, RFC 9849):
/// the number that inkotls_conn_ech_status returns. Numbers are never reused.
INKOTLS_ENUM(inkotls_ech_status) {
  /// The client does not offer ECH, or has not produced its ClientHello yet.
  INKOTLS_ECH_STATUS_NOT_OFFERED = 0,
  /// The client does not offer ECH, and has sent an extension with random contents that looks like
  /// an offer of ECH (inkotls_client_builder_set_ech_grease).
  INKOTLS_ECH_STATUS_GREASE = 1,
  /// The client offers ECH, and the server has not answered, or has answered without proving who it
  /// is. If the connection has failed in this state, the failure tells nothing about the server's
  /// support of ECH: an attacker may have caused the failure. Do not connect again without ECH.
  INKOTLS_ECH_STATUS_OFFERED = 2,
  /// The server has decrypted the ClientHello. The server's certificate is verified for the server
  /// name that was passed to inkotls_conn_new_client, as without ECH.
  INKOTLS_ECH_STATUS_ACCEPTED = 3,
  /// The server has refused ECH, and has proven the public name with its certificate. The
  /// connection has failed with HANDSHAKE_FAILED. Connect again, on a new connection: with the
  /// configs of inkotls_conn_ech_retry_configs if the server has sent configs that
  /// inkotls_conn_set_ech_configs accepts, and otherwise without ECH, because the server has
  /// disabled ECH (RFC 9849, section 6.1.6). Connecting again without ECH reveals the server name.
  INKOTLS_ECH_STATUS_REJECTED = 4,
};

/// Sets whether connections that do not offer Encrypted ClientHello (ECH) send an extension with
/// random contents that looks like an offer of ECH (GREASE; RFC 9849, section 6.2).
///
/// If clients send GREASE, an observer of the network cannot distinguish connections that offer ECH
/// (inkotls_conn_set_ech_configs) by the extension. Servers ignore GREASE.
///
/// With GREASE, the connections of the config offer TLS 1.3 only.
///
/// enabled  1 to send GREASE, 0 not to send it. Default: 0.
///
/// INVALID_ARGUMENT  enabled is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_ech_grease(inkotls_client_builder *builder,
    int32_t enabled);

/// Sets the ECH configs of the server, with which this client connection encrypts its ClientHello
/// (Encrypted ClientHello, RFC 9849).
///
/// An observer of the network then sees the public name of the ECH config
/// (inkotls_conn_ech_public_name) instead of the server name that was passed to
/// inkotls_conn_new_client. An observer still sees the IP address of the server, and the
/// ClientHello's lists of ALPN protocols, cipher suites and groups. The library does not query DNS:
/// the host queries the HTTPS record (RFC 9460) of the server, over an encrypted transport, and
/// passes the value of the parameter "ech".
///
/// The library uses the first config of the list that the library supports: one of RFC 9849
/// (version 0xfe0d) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, and AES-128-GCM, AES-256-GCM or
/// ChaCha20Poly1305, without a mandatory extension, and with a public name that is a DNS name. A
/// later call replaces the configs of an earlier call.
///
/// The connection offers TLS 1.3 only, and resumes no TLS 1.2 session. All other settings are those
/// of the config of the connection; sessions are stored by the server name that was passed to
/// inkotls_conn_new_client. A server that supports only TLS 1.2 makes the handshake fail:
/// inkotls_conn_handshake returns ALERT_RECEIVED or HANDSHAKE_FAILED.
///
/// If the server does not use ECH, or does not have the private key of the config, the handshake
/// goes on with the public name, for which the server must then present a valid certificate. An
/// inkotls_verify_callback then receives the public name. A raw public key belongs to no name: if
/// the client trusts raw public keys, a server proves the public name with any of them. If the
/// server proves the public name, inkotls_conn_handshake returns HANDSHAKE_FAILED, this side sends
/// the alert ech_required (121), and inkotls_conn_ech_status returns INKOTLS_ECH_STATUS_REJECTED,
/// whose comment says how to connect again. The application data and the certificate of this side
/// are not sent; early data that was sent is encrypted, and is lost. After any other failure, do
/// not connect again without ECH: an attacker may have caused the failure to learn the server name.
///
/// list, len  An ECHConfigList (RFC 9849, section 4) in binary form: DNS libraries may return the
///            parameter "ech" in base64. The length is in bytes. Copied.
///
/// INVALID_ARGUMENT  The bytes are not an ECHConfigList, or the ECHConfigList has no config.
/// INVALID_STATE     The handshake has begun, or conn is a server connection, or the config of the
///                   connection does not offer TLS 1.3.
/// UNSUPPORTED       The library supports none of the configs in the list. The call changes
///                   nothing: unless an earlier call returned OK, the connection does not offer
///                   ECH, and can be used without ECH, because RFC 9849 treats such a list like no
///                   list (section 6.1).
inkotls_status inkotls_conn_set_ech_configs(inkotls_conn *conn, const void *list, size_t len);

/// Returns whether the ClientHello of a client connection was encrypted (Encrypted ClientHello, RFC
/// 9849).
///
/// Returns an inkotls_ech_status, or INKOTLS_STATUS_NONE if conn is a server connection. Until the
/// connection has produced its ClientHello, inkotls_conn_ech_status returns
/// INKOTLS_ECH_STATUS_NOT_OFFERED.
int32_t inkotls_conn_ech_status(const inkotls_conn *conn);

/// Reads the ECH configs that a server has sent with its refusal of Encrypted ClientHello
/// (retry_configs; RFC 9849, section 6.1.6).
///
/// Pass the configs to inkotls_conn_set_ech_configs on a new connection to the same server. Use the
/// configs only for that connection, and do not store them. If the server refuses ECH on that
/// connection with configs again, the server is misconfigured: report a failure.
///
/// out_list  Receives a pointer to an ECHConfigList. Valid until the next call that takes conn as a
///           pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the ECHConfigList in bytes.
///
/// NONE  One of these is true: inkotls_conn_ech_status does not return INKOTLS_ECH_STATUS_REJECTED;
///       the server has sent no configs, which means that the server has disabled ECH.
inkotls_status inkotls_conn_ech_retry_configs(const inkotls_conn *conn, const uint8_t **out_list,
    size_t *out_len);

/// Reads the public name of the ECH config that a client connection uses: the server name that an
/// observer of the network sees (RFC 9849, section 4).
///
/// out_name  Receives a pointer to the name, ASCII, not NUL-terminated. Valid until the next call
///           that takes conn as a pointer to non-const, or until conn is freed.
/// out_len   Receives the length of the name in bytes.
///
/// NONE  No call of inkotls_conn_set_ech_configs on conn has returned OK.
inkotls_status inkotls_conn_ech_public_name(const inkotls_conn *conn, const char **out_name,
    size_t *out_len);

// =================================================================================================
// 18. Certificates
// =================================================================================================

/// What the key of a certificate may be used for (keyUsage; RFC 5280, section 4.2.1.3): the bits of
/// the number that inkotls_certificate_key_usage returns. Bits are never reused.
INKOTLS_ENUM(inkotls_key_usage) {
  /// digitalSignature: the key may sign data that is not a certificate or a CRL, such as the
  /// messages of a TLS handshake.
  INKOTLS_KEY_USAGE_DIGITAL_SIGNATURE = 1,
  /// contentCommitment, which older documents call nonRepudiation: a signature by the key commits
  /// the subject to what was signed.
  INKOTLS_KEY_USAGE_CONTENT_COMMITMENT = 2,
  /// keyEncipherment: the key may encrypt keys, as RSA key exchange in TLS 1.2 does.
  INKOTLS_KEY_USAGE_KEY_ENCIPHERMENT = 4,
  /// dataEncipherment: the key may encrypt data directly.
  INKOTLS_KEY_USAGE_DATA_ENCIPHERMENT = 8,
  /// keyAgreement: the key may be used for key agreement, such as Diffie-Hellman.
  INKOTLS_KEY_USAGE_KEY_AGREEMENT = 16,
  /// keyCertSign: the key may sign certificates.
  INKOTLS_KEY_USAGE_KEY_CERT_SIGN = 32,
  /// cRLSign: the key may sign certificate revocation lists (CRLs).
  INKOTLS_KEY_USAGE_CRL_SIGN = 64,
  /// encipherOnly: in key agreement (INKOTLS_KEY_USAGE_KEY_AGREEMENT), the key may be used only to
  /// encrypt.
  INKOTLS_KEY_USAGE_ENCIPHER_ONLY = 128,
  /// decipherOnly: in key agreement (INKOTLS_KEY_USAGE_KEY_AGREEMENT), the key may be used only to
  /// decrypt.
  INKOTLS_KEY_USAGE_DECIPHER_ONLY = 256,
};

/// Creates an inkotls_certificate from a certificate in DER (RFC 5280).
///
/// data, len        The certificate, and its length in bytes. No other bytes may follow the
///                  certificate. Copied.
/// out_certificate  Receives the certificate. Free it with inkotls_certificate_free.
///
/// INVALID_CERTIFICATE  The bytes are not a certificate in DER; a raw public key (RFC 7250) is not
///                      a certificate.
inkotls_status inkotls_certificate_new(const void *data, size_t len,
    inkotls_certificate **out_certificate);

/// Reads the name of the subject as text (RFC 4514), such as "CN=a.test,O=Example\, Inc.,C=DE".
///
/// The attributes CN, L, ST, O, OU, C, STREET, DC and UID are written with their names. Any other
/// attribute is written with its object identifier (OID), and its value as "#" and the DER in
/// hexadecimal digits. Control characters are escaped, too.
///
/// out_text  Receives a pointer to the text in UTF-8, not NUL-terminated. Valid until certificate
///           is freed.
/// out_len   Receives the length of the text in bytes, which is 0 if the subject has no name.
inkotls_status inkotls_certificate_subject(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);

/// Reads the name of the issuer as text (RFC 4514).
///
/// inkotls_certificate_subject describes the form of the text.
///
/// out_text  Receives a pointer to the text in UTF-8, not NUL-terminated. Valid until certificate
///           is freed.
/// out_len   Receives the length of the text in bytes, which is 0 if the issuer has no name.
inkotls_status inkotls_certificate_issuer(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);

/// Reads the serial number, which an issuer gives to only one of its certificates.
///
/// The bytes are two's complement: a positive number whose first byte would be 128 or more has a 0
/// before it.
///
/// out_serial  Receives a pointer to the contents of the INTEGER, the most significant byte first.
///             Valid until certificate is freed.
/// out_len     Receives the length of the serial number in bytes.
inkotls_status inkotls_certificate_serial(const inkotls_certificate *certificate,
    const uint8_t **out_serial, size_t *out_len);

/// Reads the time from which the certificate is valid.
///
/// out_seconds  Receives the time in seconds since 1970-01-01 00:00:00 UTC, negative before that.
inkotls_status inkotls_certificate_not_before(const inkotls_certificate *certificate,
    int64_t *out_seconds);

/// Reads the last second in which the certificate is valid.
///
/// A certificate that does not expire has the time 9999-12-31 23:59:59 UTC (RFC 5280, section
/// 4.1.2.5).
///
/// out_seconds  Receives the time in seconds since 1970-01-01 00:00:00 UTC, negative before that.
inkotls_status inkotls_certificate_not_after(const inkotls_certificate *certificate,
    int64_t *out_seconds);

/// Reads one of the DNS names of the certificate (subjectAltName; RFC 5280, section 4.2.1.6), as
/// the certificate spells it.
///
/// The CN of the subject is not one of the DNS names. Entries that are not a DNS name, with or
/// without "*." before it, are left out, because no handshake would match them; an entry that is
/// left out has, for example, a byte that is not ASCII, a NUL or a space in it. Internationalized
/// names have their "xn--" form.
///
/// index     The index in the list of DNS names. The first has the index 0.
/// out_name  Receives a pointer to the name in ASCII, not NUL-terminated. Valid until certificate
///           is freed.
/// out_len   Receives the length of the name in bytes.
///
/// NONE  The certificate has no DNS name with this index.
inkotls_status inkotls_certificate_dns_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);

/// Reads one of the IP addresses of the certificate (subjectAltName; RFC 5280, section 4.2.1.6).
///
/// Entries that have neither 4 nor 16 bytes are left out.
///
/// index        The index in the list of IP addresses. The first has the index 0.
/// out_address  Receives a pointer to the address in network byte order. Valid until certificate is
///              freed.
/// out_len      Receives the length of the address in bytes: 4 (IPv4) or 16 (IPv6).
///
/// NONE  The certificate has no IP address with this index.
inkotls_status inkotls_certificate_ip_address(const inkotls_certificate *certificate, size_t index,
    const uint8_t **out_address, size_t *out_len);

/// Reads one of the IP addresses of the certificate as text, such as "192.0.2.1" or "2001:db8::1"
/// (RFC 5952).
///
/// The list has the same entries, with the same index, as that of inkotls_certificate_ip_address.
///
/// index     The index in the list of IP addresses. The first has the index 0.
/// out_text  Receives a pointer to the text in ASCII, not NUL-terminated. Valid until certificate
///           is freed.
/// out_len   Receives the length of the text in bytes.
///
/// NONE  The certificate has no IP address with this index.
inkotls_status inkotls_certificate_ip_address_text(const inkotls_certificate *certificate,
    size_t index, const char **out_text, size_t *out_len);

/// Reads one of the URIs of the certificate (subjectAltName; RFC 5280, section 4.2.1.6), as the
/// certificate spells it, such as the SPIFFE ID "spiffe://example.org/service".
///
/// Entries that are empty, or that have a byte that is not a visible ASCII character, are left out:
/// for example an entry with a space, a NUL or a line break in it.
///
/// index     The index in the list of URIs. The first has the index 0.
/// out_name  Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate is
///           freed.
/// out_len   Receives the length of the URI in bytes.
///
/// NONE  The certificate has no URI with this index.
inkotls_status inkotls_certificate_uri_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);

/// Reads one of the e-mail addresses of the certificate (rfc822Name in subjectAltName; RFC 5280,
/// section 4.2.1.6), as the certificate spells it.
///
/// An e-mail address in the subject is not one of the list. Entries that are empty, or that have a
/// byte that is not a visible ASCII character, are left out: for example an entry with a space, a
/// NUL or a line break in it.
///
/// index     The index in the list of e-mail addresses. The first has the index 0.
/// out_name  Receives a pointer to the address in ASCII, not NUL-terminated. Valid until
///           certificate is freed.
/// out_len   Receives the length of the address in bytes.
///
/// NONE  The certificate has no e-mail address with this index.
inkotls_status inkotls_certificate_email_name(const inkotls_certificate *certificate, size_t index,
    const char **out_name, size_t *out_len);

/// Returns what the key of the certificate may be used for (keyUsage; RFC 5280, section 4.2.1.3).
///
/// Returns bits of inkotls_key_usage, or a negative status. Bits that RFC 5280 does not define are
/// left out.
///
/// NONE                 The certificate has no keyUsage extension: no use is excluded.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
int32_t inkotls_certificate_key_usage(const inkotls_certificate *certificate);

/// Reads one of the purposes of the certificate (extKeyUsage; RFC 5280, section 4.2.1.12).
///
/// The certificate of a TLS server has the purpose "1.3.6.1.5.5.7.3.1", that of a TLS client
/// "1.3.6.1.5.5.7.3.2".
///
/// index    The index in the list of purposes. The first has the index 0.
/// out_oid  Receives a pointer to the object identifier (OID) as text, in ASCII, not
///          NUL-terminated. Valid until certificate is freed.
/// out_len  Receives the length of the text in bytes.
///
/// NONE                 The certificate has no purpose with this index. If index is 0, the
///                      certificate has no extKeyUsage extension, and no purpose is excluded.
/// INVALID_CERTIFICATE  The extension cannot be read, is empty, or occurs twice in the certificate.
inkotls_status inkotls_certificate_extended_key_usage(const inkotls_certificate *certificate,
    size_t index, const char **out_oid, size_t *out_len);

/// Returns whether the certificate is that of a certificate authority (basicConstraints; RFC 5280,
/// section 4.2.1.9).
///
/// Returns 1 if the certificate may issue certificates, 0 if the extension says that it may not, or
/// a negative status.
///
/// NONE                 The certificate has no basicConstraints extension. A certificate of version
///                      3 is then not that of a certificate authority.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
int32_t inkotls_certificate_is_ca(const inkotls_certificate *certificate);

/// Returns the number of certificates of other authorities that may be between this certificate and
/// that of a server or client (pathLenConstraint in basicConstraints; RFC 5280, section 4.2.1.9).
///
/// Returns the number of certificates, or a negative status. A number above 2147483647 is returned
/// as 2147483647.
///
/// NONE                 The certificate sets no limit, or has no basicConstraints extension.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
int32_t inkotls_certificate_path_length(const inkotls_certificate *certificate);

/// Reads the algorithm of the public key (subjectPublicKeyInfo; RFC 5280, section 4.1.2.7).
///
/// The text is "RSA", "RSASSA-PSS", "Ed25519" or "Ed448", or for an elliptic curve "EC P-256", "EC
/// P-384", "EC P-521", or "EC " and the object identifier (OID) of the curve ("EC" alone if the
/// curve has none). For any other algorithm the text is its OID.
///
/// out_text  Receives a pointer to the text in ASCII, not NUL-terminated. Valid until certificate
///           is freed.
/// out_len   Receives the length of the text in bytes.
///
/// INVALID_CERTIFICATE  The public key cannot be read.
inkotls_status inkotls_certificate_public_key_algorithm(const inkotls_certificate *certificate,
    const char **out_text, size_t *out_len);

/// Returns the number of bits of the public key.
///
/// Returns the number of bits, or a negative status. The size of an RSA key is that of its modulus;
/// a key on P-256 has 256 bits, one on P-384 has 384, one on P-521 has 521, an Ed25519 key has 256
/// and an Ed448 key has 456.
///
/// NONE                 The library does not know the size of such a key, or an RSA key has no
///                      modulus that can be read.
/// INVALID_CERTIFICATE  The public key cannot be read.
int32_t inkotls_certificate_public_key_bits(const inkotls_certificate *certificate);

/// Reads the identifier of the certificate's key (subjectKeyIdentifier; RFC 5280, section 4.2.1.2).
///
/// out_identifier  Receives a pointer to the identifier. Valid until certificate is freed.
/// out_len         Receives the length of the identifier in bytes, which is often 20 and may be 0.
///
/// NONE                 The certificate has no subjectKeyIdentifier extension.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
inkotls_status inkotls_certificate_subject_key_identifier(const inkotls_certificate *certificate,
    const uint8_t **out_identifier, size_t *out_len);

/// Reads the identifier of the issuer's key (keyIdentifier in authorityKeyIdentifier; RFC 5280,
/// section 4.2.1.1).
///
/// The issuer's certificate has the same bytes as its subject key identifier
/// (inkotls_certificate_subject_key_identifier).
///
/// out_identifier  Receives a pointer to the identifier. Valid until certificate is freed.
/// out_len         Receives the length of the identifier in bytes, which is often 20 and may be 0.
///
/// NONE                 The certificate has no authorityKeyIdentifier extension, or the extension
///                      has no keyIdentifier.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
inkotls_status inkotls_certificate_authority_key_identifier(const inkotls_certificate *certificate,
    const uint8_t **out_identifier, size_t *out_len);

/// Reads one of the URIs at which an OCSP responder answers whether the certificate is revoked
/// (authorityInfoAccess; RFC 5280, section 4.2.2.1).
///
/// The library never connects to the responder. Entries that are not a URI, and URIs that are empty
/// or that have a byte that is not a visible ASCII character, are left out.
///
/// index    The index in the list of OCSP URIs. The first has the index 0.
/// out_uri  Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate is
///          freed.
/// out_len  Receives the length of the URI in bytes.
///
/// NONE                 The certificate has no OCSP URI with this index.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
inkotls_status inkotls_certificate_ocsp_uri(const inkotls_certificate *certificate, size_t index,
    const char **out_uri, size_t *out_len);

/// Reads one of the URIs at which there are certificates of the issuer (caIssuers in
/// authorityInfoAccess; RFC 5280, section 4.2.2.1).
///
/// The library never connects to the address. Entries that are not a URI, and URIs that are empty
/// or that have a byte that is not a visible ASCII character, are left out.
///
/// index    The index in the list of caIssuers URIs. The first has the index 0.
/// out_uri  Receives a pointer to the URI in ASCII, not NUL-terminated. Valid until certificate is
///          freed.
/// out_len  Receives the length of the URI in bytes.
///
/// NONE                 The certificate has no caIssuers URI with this index.
/// INVALID_CERTIFICATE  The extension cannot be read, or occurs twice in the certificate.
inkotls_status inkotls_certificate_ca_issuers_uri(const inkotls_certificate *certificate,
    size_t index, const char **out_uri, size_t *out_len);

/// Reads the fingerprint of the certificate: the SHA-256 hash of its DER.
///
/// out_fingerprint  Receives a pointer to the hash. Valid until certificate is freed.
/// out_len          Receives the length of the hash in bytes, which is 32.
inkotls_status inkotls_certificate_fingerprint(const inkotls_certificate *certificate,
    const uint8_t **out_fingerprint, size_t *out_len);

/// Reads the certificate itself in DER (RFC 5280), as it was passed to inkotls_certificate_new.
///
/// out_data  Receives a pointer to the certificate. Valid until certificate is freed.
/// out_len   Receives the length of the certificate in bytes.
inkotls_status inkotls_certificate_der(const inkotls_certificate *certificate,
    const uint8_t **out_data, size_t *out_len);

/// Copies the certificate as PEM text (RFC 7468), with a line break after every line.
///
/// buf, cap  Receives the text in ASCII, not NUL-terminated. cap is the size of buf in bytes: twice
///           the length of the DER (inkotls_certificate_der) plus 64 is always enough.
/// out_len   Receives the length of the text in bytes.
///
/// INVALID_ARGUMENT  cap is smaller than the text.
inkotls_status inkotls_certificate_pem(const inkotls_certificate *certificate, char *buf,
    size_t cap, size_t *out_len);

/// Copies a description of the certificate for logs: lines such as "subject: CN=a.test", each with
/// a line break at its end.
///
/// The lines are meant for people: their form and their order may change. Each line is as safe to
/// log as an error message: characters that are not printable are escaped, a line that would be
/// longer than 500 bytes is cut and ends with "...", and a long list is cut and ends with the
/// number of the entries that were left out.
///
/// buf, cap  Receives the text in UTF-8, not NUL-terminated. cap is the size of buf in bytes; 10240
///           bytes are always enough.
/// out_len   Receives the length of the text in bytes.
///
/// INVALID_ARGUMENT  cap is smaller than the text.
inkotls_status inkotls_certificate_text(const inkotls_certificate *certificate, char *buf,
    size_t cap, size_t *out_len);

/// Frees the certificate; the pointers that were read from it are then no longer valid.
///
/// certificate  The certificate to free. May be NULL: the call then does nothing.
void inkotls_certificate_free(inkotls_certificate *certificate);

// =================================================================================================
// 19. Ticket keys
// =================================================================================================

/// Creates ticket keys.
///
/// A failure of inkotls_ticket_keys_new leaves no error message, because ticket keys have no _error
/// function. inkotls_status_text describes the status.
///
/// keys, len  The keys, one after the other, and their length in bytes. Range: 32 to 512. len is a
///            multiple of 32, because each key has 32 random bytes. The first key seals new
///            tickets, and every key opens tickets. Copied. The library erases its copy of the keys
///            when the copy is no longer used. The library does not erase the host's buffer: the
///            host should erase it after the call.
/// out_keys   Receives the ticket keys, with one reference that belongs to the caller. Valid until
///            inkotls_ticket_keys_release releases the last reference.
///
/// INVALID_ARGUMENT  len is not a multiple of 32, or is less than 32 or more than 512.
inkotls_status inkotls_ticket_keys_new(const void *keys, size_t len,
    const inkotls_ticket_keys **out_keys);

/// Sets other keys, which replace all earlier keys for every server that uses ticket_keys.
///
/// To rotate keys on several servers, call this function three times on every server. The first
/// call adds the new key behind the old key. The second call, when every server has the new key,
/// puts the new key first. The third call, 12 hours later, removes the old key. A ticket that no
/// key opens is not an error: the handshake is then a full handshake.
///
/// After fork, each process has its own copy of the ticket keys: call this function in every
/// process.
///
/// A failure of inkotls_ticket_keys_set leaves no error message, because ticket keys have no _error
/// function. inkotls_status_text describes the status.
///
/// keys, len  The keys, one after the other, and their length in bytes. Range: 32 to 512. len is a
///            multiple of 32, because each key has 32 random bytes. The first key seals new
///            tickets, and every key opens tickets. Copied. The library erases its copy of the keys
///            when the copy is no longer used. The library does not erase the host's buffer: the
///            host should erase it after the call.
///
/// INVALID_ARGUMENT  len is not a multiple of 32, or is less than 32 or more than 512. The earlier
///                   keys stay in use.
inkotls_status inkotls_ticket_keys_set(const inkotls_ticket_keys *ticket_keys, const void *keys,
    size_t len);

/// Retains the ticket keys: their number of references grows by one.
///
/// Any thread may call inkotls_ticket_keys_retain while the caller holds a reference.
/// inkotls_ticket_keys_release releases the reference that inkotls_ticket_keys_retain has added.
inkotls_status inkotls_ticket_keys_retain(const inkotls_ticket_keys *ticket_keys);

/// Releases a reference to the ticket keys, and frees the ticket keys with the last reference.
///
/// A config that uses the ticket keys has a reference of its own. Any thread may call
/// inkotls_ticket_keys_release to release a reference that the caller holds, also while other
/// threads use references of their own.
///
/// ticket_keys  The ticket keys to release. May be NULL: the call then does nothing.
void inkotls_ticket_keys_release(const inkotls_ticket_keys *ticket_keys);

/// Sets the keys of tickets that contain the session itself, so that the server stores nothing (RFC
/// 5077; RFC 8446, section 4.6.1).
///
/// By default a server has no ticket keys.
///
/// Tickets that contain the session are used with all clients of TLS 1.3, and with clients of TLS
/// 1.2 that support tickets. Sessions of TLS 1.2 are stored in the session cache or the session
/// store, too, whether or not the client supports tickets.
///
/// A client can use a ticket that contains the session more than once. Therefore early data is not
/// possible: inkotls_server_builder_build fails with INVALID_STATE if
/// inkotls_server_builder_set_max_early_data allows early data.
///
/// The library compares the settings for client certificates of the server that resumes a session
/// with the settings of the server that created the session. A session is resumed only if the
/// inkotls_client_auth is the same, if the roots were filled with the same certificates, raw public
/// keys, CRLs and revocation bits in the same order, and if both servers or neither of them have an
/// inkotls_verify_callback. Otherwise the handshake is a full handshake.
///
/// Anyone who obtains a ticket key can decrypt recorded TLS 1.2 sessions whose tickets the key
/// sealed, and can make tickets: with a ticket that this server accepts, an attacker resumes a
/// session in the name of any client. inkotls_ticket_keys describes how to keep the keys.
///
/// All tickets of one connection together have at most 45 KiB. A ticket contains the client's
/// certificate chain, so with a long chain the server may send fewer tickets than
/// inkotls_server_builder_set_ticket_count allows.
///
/// However often the session in a ticket is renewed, the session can be resumed for at most 7 days
/// after the full handshake that the session comes from, or for a shorter time if a certificate of
/// the client expires earlier (inkotls_server_builder_set_session_cache).
///
/// ticket_keys  The ticket keys. inkotls_ticket_keys_set changes them for every config that uses
///              them. Retained.
inkotls_status inkotls_server_builder_set_ticket_keys(inkotls_server_builder *builder,
    const inkotls_ticket_keys *ticket_keys);

// =================================================================================================
// 20. Verification
// =================================================================================================

/// The number that accepts a peer. An inkotls_verify_callback and inkotls_verification_verify
/// return INKOTLS_VERDICT_ACCEPTED (100) if the peer is accepted, and an inkotls_certificate_error
/// if the peer is refused. Every inkotls_certificate_error is below 100. Numbers are never reused.
INKOTLS_ENUM(inkotls_verdict) {
  /// The peer is accepted. The number is not 0, because in many languages a callback that raises an
  /// exception returns 0 to C: such a callback refuses the peer.
  INKOTLS_VERDICT_ACCEPTED = 100,
};

/// Decides whether to accept the certificate or the raw public key of a peer
/// (inkotls_client_builder_set_dangerous_verifier or
/// inkotls_server_builder_set_dangerous_verifier).
///
/// Returns INKOTLS_VERDICT_ACCEPTED to accept the peer, or the inkotls_certificate_error to refuse
/// the peer with. Every other number, such as 0 or a negative number, and
/// INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED, refuses the peer with INKOTLS_CERTIFICATE_ERROR_OTHER;
/// the error message of the connection then has the number.
///
/// The callback may return the result of inkotls_verification_verify: if the library refuses the
/// peer, the error message of the connection then has the reason of the library.
///
/// The library itself verifies, after the callback has accepted the peer, that the peer has the
/// private key, and that the key usage of the certificate allows signatures.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// If the callback may have to wait, set it with may_block 1: the library then calls it only in
/// inkotls_conn_run_blocking, where the callback may block the thread.
///
/// user_data       The user_data that was passed to inkotls_client_builder_set_dangerous_verifier
///                 or inkotls_server_builder_set_dangerous_verifier.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                 in. NULL if no user_data was set.
/// verification    What the peer has presented. Valid until the callback returns, as is every
///                 pointer that an inkotls_verification function returns.
typedef int32_t (*inkotls_verify_callback)(void *user_data, void *conn_user_data,
    inkotls_verification *verification);

/// Sets a callback that decides whether to trust a server, instead of the standard verification of
/// certificates.
///
/// The callback can run the standard verification with inkotls_verification_verify, and then decide
/// by its result. By default the standard verification decides.
///
/// inkotls_client_builder_set_dangerous_verifier is dangerous, because a callback that accepts
/// every server leaves the connections open to an attacker in the middle.
///
/// The library does not call verify when a session is resumed, because the server was verified in
/// the full handshake that the session comes from. Without a session cache
/// (inkotls_client_builder_set_session_cache with 0), the library calls verify for every
/// connection.
///
/// A program that refuses the server's certificate after the handshake can only close the
/// connection with inkotls_conn_close: the server then receives close_notify instead of a fatal
/// alert.
///
/// verify     Decides whether to trust a server. See inkotls_verify_callback. The callback must not
///            use the connection whose call it runs in: a call on that connection returns
///            INVALID_STATE.
/// user_data  Passed to verify. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
/// may_block  1 if verify may block the thread, 0 if verify always returns without waiting. With 1,
///            a connection returns WANT_BLOCKING before the library needs verify, and the library
///            calls verify only in inkotls_conn_run_blocking. With 0, the library calls verify in
///            the calls that drive the handshake, such as inkotls_conn_handshake and
///            inkotls_conn_read, and in inkotls_conn_run_blocking if something else in the config
///            may block. 2 is reserved (Verdicts later, in the notes).
///
/// INVALID_ARGUMENT  may_block is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_dangerous_verifier(inkotls_client_builder *builder,
    inkotls_verify_callback verify, void *user_data, int32_t may_block);

/// Sets a callback that decides whether to trust a client, instead of the standard verification of
/// certificates.
///
/// The callback can run the standard verification with inkotls_verification_verify, and then decide
/// by its result. By default the standard verification decides.
///
/// inkotls_server_builder_set_dangerous_verifier is dangerous, because a callback that accepts
/// every client lets anyone connect in the name of any client.
///
/// verify needs inkotls_server_builder_set_client_auth with INKOTLS_CLIENT_AUTH_OPTIONAL or
/// INKOTLS_CLIENT_AUTH_REQUIRED; the roots may be empty then. The library does not call verify for
/// a client that presents no certificate.
///
/// The library does not call verify when a session is resumed, because the client was verified in
/// the full handshake that the session comes from. Servers that share sessions
/// (inkotls_server_builder_set_session_store, inkotls_server_builder_set_ticket_keys) must
/// therefore decide alike.
///
/// After the handshake, the library cannot send a fatal alert for a certificate that the program
/// refuses then. The program calls inkotls_conn_close: the client receives close_notify, and cannot
/// see why.
///
/// verify     Decides whether to trust a client. See inkotls_verify_callback. The callback must not
///            use the connection whose call it runs in: a call on that connection returns
///            INVALID_STATE.
/// user_data  Passed to verify. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
/// may_block  1 if verify may block the thread, 0 if verify always returns without waiting. With 1,
///            a connection returns WANT_BLOCKING before the library needs verify, and the library
///            calls verify only in inkotls_conn_run_blocking. With 0, the library calls verify in
///            the calls that drive the handshake, such as inkotls_conn_handshake and
///            inkotls_conn_read, and in inkotls_conn_run_blocking if something else in the config
///            may block. 2 is reserved (Verdicts later, in the notes).
///
/// INVALID_ARGUMENT  may_block is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_dangerous_verifier(inkotls_server_builder *builder,
    inkotls_verify_callback verify, void *user_data, int32_t may_block);

/// Runs the standard verification of the peer, which the library runs when there is no
/// inkotls_verify_callback.
///
/// The standard verification checks the certificates of the peer against the roots and the CRLs of
/// the config, the server name, and the time. On macOS, Windows and Android the call may block,
/// because the operating system may verify the peer.
///
/// Returns INKOTLS_VERDICT_ACCEPTED if the peer is accepted, an inkotls_certificate_error if the
/// peer is refused (INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER if the config has no roots), or a
/// negative status. If the inkotls_verify_callback returns the same inkotls_certificate_error, the
/// connection keeps the error message of the standard verification.
int32_t inkotls_verification_verify(inkotls_verification *verification);

/// Reads one of the certificates that the peer presented, in the order in which the peer sent them.
///
/// inkotls_certificate_new parses the certificate. If the peer presented a raw public key (RFC
/// 7250), the entry with index 0 is its SubjectPublicKeyInfo.
///
/// index    The index of the certificate in the order in which the peer sent the certificates. The
///          peer's own certificate has the index 0, and the certificates of its issuers follow.
/// out_der  Receives a pointer to the certificate in DER (RFC 5280). Valid until the
///          inkotls_verify_callback returns.
/// out_len  Receives the length of the certificate in bytes.
///
/// NONE  The peer presented no certificate with this index.
inkotls_status inkotls_verification_certificate(const inkotls_verification *verification,
    size_t index, const uint8_t **out_der, size_t *out_len);

/// Reads the name that the server must prove with its certificate: the server_name of
/// inkotls_conn_new_client, a DNS name or an IP address.
///
/// If the server refuses Encrypted ClientHello, the name is the public name of the ECH config
/// (inkotls_conn_ech_public_name). A verifier must compare the certificate with this name, not with
/// a name that it knows from elsewhere.
///
/// out_name  Receives a pointer to the name, not NUL-terminated. Valid until the
///           inkotls_verify_callback returns.
/// out_len   Receives the length of the name in bytes.
///
/// NONE  The peer is a client, which has no server name.
inkotls_status inkotls_verification_server_name(const inkotls_verification *verification,
    const char **out_name, size_t *out_len);

/// Reads the OCSP response (RFC 6960) that the server stapled to its certificate.
///
/// The library does not verify the response.
///
/// out_data  Receives a pointer to the OCSPResponse in DER. Valid until the inkotls_verify_callback
///           returns.
/// out_len   Receives the length of the OCSPResponse in bytes.
///
/// NONE  The peer has stapled no OCSP response.
inkotls_status inkotls_verification_ocsp_staple(const inkotls_verification *verification,
    const uint8_t **out_data, size_t *out_len);

/// Reads the time at which the certificate of the peer must be valid.
///
/// out_seconds  Receives the time in seconds since 1970-01-01 00:00:00 UTC.
///
/// NONE  The time is not known (inkotls_clock_callback).
inkotls_status inkotls_verification_time(const inkotls_verification *verification,
    int64_t *out_seconds);

// =================================================================================================
// 21. Logs
// =================================================================================================

/// Which log messages a callback receives. Each level includes the levels with smaller numbers.
/// Default: INKOTLS_LOG_OFF. Numbers are never reused.
INKOTLS_ENUM(inkotls_log) {
  /// The callback receives no messages.
  INKOTLS_LOG_OFF = 0,
  /// The callback receives messages about failures.
  INKOTLS_LOG_ERROR = 1,
  /// The callback receives messages about suspicious events, such as alerts, and all messages of
  /// INKOTLS_LOG_ERROR.
  INKOTLS_LOG_WARN = 2,
  /// The callback receives messages about what every connection does, such as one message when the
  /// handshake is done, and all messages of INKOTLS_LOG_WARN.
  INKOTLS_LOG_INFO = 3,
  /// The callback receives messages about what was negotiated, and why, and all messages of
  /// INKOTLS_LOG_INFO.
  INKOTLS_LOG_DEBUG = 4,
  /// The callback receives log messages about each message of the handshake, and all messages of
  /// INKOTLS_LOG_DEBUG.
  INKOTLS_LOG_TRACE = 5,
};

/// Receives a log message about a connection or an acceptor (inkotls_conn_set_log or
/// inkotls_acceptor_set_log).
///
/// Returns nothing.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection or the acceptor whose call it runs in: a call on that
/// handle returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in calls that do not block.
///
/// user_data       The user_data that was passed to inkotls_conn_set_log or
///                 inkotls_acceptor_set_log.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection or the acceptor whose call the
///                 callback runs in. NULL if no user_data was set.
/// level           The inkotls_log of the message. Range: 1 (INKOTLS_LOG_ERROR) to 5
///                 (INKOTLS_LOG_TRACE).
/// text, len       The message, one line of UTF-8 that is not NUL-terminated, and its length in
///                 bytes. Range: 0 to 500. Valid until the callback returns.
typedef void (*inkotls_log_callback)(void *user_data, void *conn_user_data, int32_t level,
    const char *text, size_t len);

/// Sets the callback that receives log messages about this connection.
///
/// Log messages are for people: what was negotiated, and what failed. Their text is not part of the
/// ABI. The library writes log messages nowhere else.
///
/// level      An inkotls_log. Messages of this level and of the levels with smaller numbers are
///            reported. With INKOTLS_LOG_OFF, the callback is no longer called. Default:
///            INKOTLS_LOG_OFF.
/// callback   Called with each message, during a call on conn and on the thread of that call. May
///            be NULL if level is INKOTLS_LOG_OFF.
/// user_data  Passed to callback. May be NULL. Must stay valid until a later call of
///            inkotls_conn_set_log returns OK, or until conn is freed.
///
/// INVALID_ARGUMENT  The value of level is not an inkotls_log, or callback is NULL and level is not
///                   INKOTLS_LOG_OFF.
/// UNSUPPORTED       The library is part of a Rust program. The logger that this program sets in
///                   the crate log receives the messages instead, on the thread of the call.
inkotls_status inkotls_conn_set_log(inkotls_conn *conn, int32_t level,
    inkotls_log_callback callback, void *user_data);

/// Sets the callback that receives log messages about this acceptor.
///
/// Log messages are for people, and say what was negotiated and what failed. The text of log
/// messages is not part of the ABI. The library writes log messages nowhere else. The connection
/// that inkotls_acceptor_into_conn creates keeps the callback.
///
/// level      An inkotls_log. Messages of this level and of the levels with smaller numbers are
///            reported. With INKOTLS_LOG_OFF, the callback is no longer called. Default:
///            INKOTLS_LOG_OFF.
/// callback   Called by the library with each message, during a call on acceptor and on the thread
///            of that call. See inkotls_log_callback. May be NULL if level is INKOTLS_LOG_OFF.
/// user_data  Passed to callback. May be NULL. Must stay valid until the first of these events: a
///            later call of inkotls_acceptor_set_log or inkotls_conn_set_log returns OK; the
///            acceptor is freed; the connection that inkotls_acceptor_into_conn creates is freed.
///
/// INVALID_ARGUMENT  The value of level is not an inkotls_log, or callback is NULL and level is not
///                   INKOTLS_LOG_OFF.
/// UNSUPPORTED       The library is part of a Rust program. The logger that this program sets in
///                   the crate log receives the messages instead, on the thread of the call.
inkotls_status inkotls_acceptor_set_log(inkotls_acceptor *acceptor, int32_t level,
    inkotls_log_callback callback, void *user_data);

/// Receives a secret of a connection as a line of the NSS key log format
/// (inkotls_client_builder_set_dangerous_key_log or inkotls_server_builder_set_dangerous_key_log).
///
/// Returns nothing.
///
/// The library calls the callback once with each line. In TLS 1.2, a connection has one line, with
/// the label CLIENT_RANDOM. In TLS 1.3, a connection has five lines, with the labels
/// CLIENT_HANDSHAKE_TRAFFIC_SECRET, SERVER_HANDSHAKE_TRAFFIC_SECRET, CLIENT_TRAFFIC_SECRET_0,
/// SERVER_TRAFFIC_SECRET_0 and EXPORTER_SECRET; a connection with early data also has
/// CLIENT_EARLY_TRAFFIC_SECRET.
///
/// Connections that run on several threads call the callback on several threads at the same time,
/// with the same user_data. A callback that writes to a file writes each line with its line break
/// in one call, so that the lines do not mix.
///
/// The callback must return on the thread and on the stack on which the library has called it: the
/// callback must not unwind (a C++ exception, longjmp), and must not switch to another task (green
/// thread, coroutine) before it returns. The callback may start a process with posix_spawn.
///
/// The callback must not use the connection whose call it runs in: a call on that connection
/// returns INVALID_STATE. The callback may use other handles.
///
/// The callback must not block the thread, because the library calls it in the calls that drive a
/// handshake.
///
/// user_data       The user_data that was passed to inkotls_client_builder_set_dangerous_key_log or
///                 inkotls_server_builder_set_dangerous_key_log.
/// conn_user_data  The user_data that was passed to inkotls_conn_set_user_data or
///                 inkotls_acceptor_set_user_data for the connection whose call the callback runs
///                 in. NULL if no user_data was set.
/// line, len       The line in ASCII, without a line break and not NUL-terminated, and its length
///                 in bytes. Valid until the callback returns.
typedef void (*inkotls_key_log_callback)(void *user_data, void *conn_user_data, const char *line,
    size_t len);

/// Sets a callback that receives the secrets of every connection, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// inkotls_client_builder_set_dangerous_key_log is dangerous, because anyone who has the secrets
/// can decrypt the connections.
///
/// The library calls callback in the calls that drive a handshake, such as inkotls_conn_handshake,
/// inkotls_conn_read and inkotls_conn_run_blocking, on the thread of that call. A connection has
/// one line in TLS 1.2, and five lines in TLS 1.3, or six lines with early data;
/// inkotls_key_log_callback lists their labels. The client and the server of a connection have the
/// same secrets: the lines of one side are enough.
///
/// callback   Receives each line. See inkotls_key_log_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data  Passed to callback. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
inkotls_status inkotls_client_builder_set_dangerous_key_log(inkotls_client_builder *builder,
    inkotls_key_log_callback callback, void *user_data);

/// Sets a file to which the secrets of every connection are appended, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// The environment variable SSLKEYLOGFILE names the file. The call reads SSLKEYLOGFILE, and opens
/// the file for appending. If the file does not exist, the call creates the file with mode 0600
/// (readable and writable by its owner only); the call does not change the mode of a file that
/// exists. If SSLKEYLOGFILE is not set, or if the file cannot be opened, nothing is logged, and the
/// call returns OK.
///
/// Each line is written with one write, so that the lines of several threads do not mix.
///
/// inkotls_client_builder_set_dangerous_key_log_file is dangerous, because anyone who has the
/// secrets can decrypt the connections. The call and the handshakes of all connections that use the
/// config write to a file, which may block the thread.
inkotls_status inkotls_client_builder_set_dangerous_key_log_file(inkotls_client_builder *builder);

/// Sets a callback that receives the secrets of every connection, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// inkotls_server_builder_set_dangerous_key_log is dangerous, because anyone who has the secrets
/// can decrypt the connections.
///
/// The library calls callback in the calls that drive a handshake, such as inkotls_conn_handshake,
/// inkotls_conn_read and inkotls_conn_run_blocking, on the thread of that call. A connection has
/// one line in TLS 1.2, and five lines in TLS 1.3, or six lines with early data;
/// inkotls_key_log_callback lists their labels. The client and the server of a connection have the
/// same secrets: the lines of one side are enough.
///
/// callback   Receives each line. See inkotls_key_log_callback. The callback must not use the
///            connection whose call it runs in: a call on that connection returns INVALID_STATE.
/// user_data  Passed to callback. May be NULL. Must stay valid until the config and all connections
///            that use the config are freed. Several threads may use user_data at the same time,
///            because connections of one config may run on several threads.
inkotls_status inkotls_server_builder_set_dangerous_key_log(inkotls_server_builder *builder,
    inkotls_key_log_callback callback, void *user_data);

/// Sets a file to which the secrets of every connection are appended, as lines of the NSS key log
/// format, with which a program such as Wireshark decrypts a capture.
///
/// By default there is no key log. The call replaces any key log that was set before.
///
/// The environment variable SSLKEYLOGFILE names the file. The call reads SSLKEYLOGFILE, and opens
/// the file for appending. If the file does not exist, the call creates the file with mode 0600
/// (readable and writable by its owner only); the call does not change the mode of a file that
/// exists. If SSLKEYLOGFILE is not set, or if the file cannot be opened, nothing is logged, and the
/// call returns OK.
///
/// Each line is written with one write, so that the lines of several threads do not mix.
///
/// inkotls_server_builder_set_dangerous_key_log_file is dangerous, because anyone who has the
/// secrets can decrypt the connections. The call and the handshakes of all connections that use the
/// config write to a file, which may block the thread.
inkotls_status inkotls_server_builder_set_dangerous_key_log_file(inkotls_server_builder *builder);

#undef INKOTLS_ENUM

#ifdef __cplusplus
}
#endif

// =================================================================================================
// 22. Notes
// =================================================================================================

// The loop
//
//     A connection does nothing by itself. The host, which is the program that calls the library,
//     moves ciphertext between the connection and the socket, and plaintext between the connection
//     and the application. No call waits for the network: a call that cannot go on returns a
//     status. OK (0) means done; a positive status says what to do before the same call is
//     repeated; a negative status is a failure, or says that there is nothing to return. The loop
//     of the preface serves inkotls_conn_handshake, inkotls_conn_read, inkotls_conn_write,
//     inkotls_conn_flush and inkotls_conn_close.
//
//     After a call has returned WANT_READ, inkotls_conn_feed accepts at least 16 KiB. With a
//     buffer of at most 16 KiB, the host need not check how many bytes were accepted.
//
//     A call writes its outputs only if it returns OK. After a positive status, and after a
//     failure, used and out_len have the values that they had before the call.
//
//     inkotls_conn_read does not wait until ciphertext has been drained. Call inkotls_conn_flush
//     after inkotls_conn_write and before the host waits for the peer's answer; otherwise both
//     sides may wait for each other.
//
//     Two tasks (green threads or coroutines of a runtime, or threads) may share one connection:
//     one task reads from the connection, and the other task writes to it. The calls of the two
//     tasks on the connection must not overlap. The two tasks keep these rules: the handshake is
//     done before the second task uses the connection; one task at a time is inside a call on the
//     connection; a task waits for the socket outside of the calls; and the bytes of one
//     inkotls_conn_drain are sent before the bytes of the next inkotls_conn_drain.
//
// A poll loop
//
//     A server with many connections waits for all of their sockets in one call, such as poll, and
//     the sockets are in non-blocking mode. The host polls the socket of a connection for reading
//     if the last call on the connection returned WANT_READ, and for writing as long as ciphertext
//     is queued (INKOTLS_STATE_WANTS_WRITE), whatever the last status was. These two functions
//     need no buffer for a part that the socket did not accept, because inkotls_conn_drain_peek
//     leaves the ciphertext in the connection until inkotls_conn_drain_consume removes it:
//
//         // The events to poll the socket for, after a call on conn has returned status.
//         static short events_of(const inkotls_conn *conn, inkotls_status status) {
//           int is_queued = inkotls_conn_state(conn) & INKOTLS_STATE_WANTS_WRITE;
//           return (status == INKOTLS_STATUS_WANT_READ ? POLLIN : 0) | (is_queued ? POLLOUT : 0);
//         }
//
//         // Moves ciphertext after poll. Returns a negative number if the socket has failed.
//         static int move_ciphertext(inkotls_conn *conn, int fd, inkotls_status status) {
//           unsigned char net[16384];
//           const uint8_t *data;
//           size_t len;
//           ssize_t n = 1;
//           while (n > 0 && inkotls_conn_drain_peek(conn, &data, &len) == 0 && len > 0) {
//             n = send(fd, data, len, MSG_NOSIGNAL);  // may send only a part
//             if (n > 0) inkotls_conn_drain_consume(conn, (size_t)n);
//           }
//           if (n < 0 && errno != EAGAIN) return -1;
//           if (status != INKOTLS_STATUS_WANT_READ) return 0;
//           n = recv(fd, net, sizeof net, 0);
//           if (n < 0) return errno == EAGAIN ? 0 : -1;
//           if (n == 0) return inkotls_conn_feed_eof(conn);
//           return inkotls_conn_feed(conn, net, (size_t)n, &len);
//         }
//
//     After poll has reported an event, the host calls move_ciphertext, and then repeats the call
//     that returned the positive status. After a call has returned WANT_BLOCKING, the host calls
//     inkotls_conn_run_blocking on one thread of a pool, and neither polls the socket nor makes
//     another call on the connection until inkotls_conn_run_blocking has returned. Then the host
//     repeats the call that returned WANT_BLOCKING. The library has no timers: a server sets a
//     time limit for each connection.
//
//     With a socket attached (inkotls_conn_set_fd), events_of works unchanged, and move_ciphertext
//     is not needed. The sources of the library contain complete programs: examples/https_server.c
//     is a server with epoll, and docs/guide describes one program for each task (epoll.md,
//     push-loop.md, completions.md, green-threads.md).
//
// Transports
//
//     By default the host moves the ciphertext, with inkotls_conn_feed and inkotls_conn_drain. A
//     host that must provide memory before it receives (io_uring, IOCP) uses
//     inkotls_conn_feed_room and inkotls_conn_feed_filled instead of inkotls_conn_feed.
//     After inkotls_conn_set_fd or inkotls_conn_set_fds, the connection reads and writes a socket
//     or two pipes itself. After inkotls_conn_set_io, the connection calls two callbacks that
//     receive and send. The same calls return the same statuses in all cases. With a transport
//     attached, WANT_READ and WANT_WRITE say for which event to poll the transport. A call that
//     has received 128 KiB from any transport, and has nothing to return yet, returns WANT_READ
//     although the transport may have more; INKOTLS_STATE_READABLE is then set.
//     inkotls_conn_set_fd lists the calls that use an attached transport; no other call uses it.
//     An inkotls_acceptor has the same calls; a transport that is attached to an acceptor stays
//     attached when inkotls_acceptor_into_conn makes a connection of it.
//
//     Set TCP_NODELAY on TCP sockets. In TLS 1.3 a server sends its tickets in a segment of their
//     own; with Nagle's algorithm, its first answer may wait about 40 ms for the acknowledgement
//     of that segment.
//
// Failures
//
//     The handle whose call failed keeps the details of the failure; the thread keeps no details.
//     The error message (_error) and the errno value (_os_error) are those of the last call on the
//     handle that failed; a call that succeeds, or that returns a positive status, leaves both
//     unchanged. The alerts (_alert_sent, _alert_received) and the certificate error
//     (_certificate_error) are those of the connection. Read the error message, the errno value,
//     the alerts and the certificate error before _free. Read the error message and the errno
//     value also before the next call that takes the handle as a pointer to non-const, because
//     that call may replace the error message and the errno value.
//
//     A call that takes a handle as a pointer to const, and returns NONE or INVALID_ARGUMENT, also
//     leaves the error message and the errno value unchanged: _error then returns the error
//     message of an earlier call. A binding that raises an error for every negative status uses
//     inkotls_status_text for the calls that take the handle as a pointer to const.
//
//     Some calls leave no error message, because they have no handle with an _error function:
//     calls that create a handle (inkotls_conn_new_client, inkotls_conn_new_server,
//     inkotls_certificate_new, inkotls_ticket_keys_new), calls on a reference-counted handle
//     (inkotls_sni_map_set, inkotls_sni_map_remove, inkotls_ticket_keys_set,
//     inkotls_client_config_remove_sessions, inkotls_client_config_sessions,
//     inkotls_server_config_sessions), and calls on an inkotls_certificate or an
//     inkotls_verification. inkotls_status_text describes their status,
//     and inkotls_invalid_name_text describes what is wrong with a server name.
//
//     Functions that configure (functions whose names contain _set, _add, _clear or _build, and
//     all functions of builders, roots and identities), and those _new functions that return a
//     status, never return a positive status. The other _new functions return the handle.
//     Therefore one test finds every failure: if (inkotls_x_set_y(handle, ...))
//     die(inkotls_x_error(handle)); the call that may fail and the call of the _error function are
//     in two statements.
//
//     After four negative statuses, the connection can still be used: NONE (there is nothing to
//     return, or not yet), INVALID_ARGUMENT (an argument is wrong), INVALID_STATE (the call is not
//     possible now, or overlaps with another call) and UNSUPPORTED. A call that returns NONE,
//     INVALID_ARGUMENT, INVALID_STATE or UNSUPPORTED leaves the connection unchanged, with one
//     exception: when the keys of TLS 1.2 have protected as many records as they may,
//     inkotls_conn_write returns INVALID_STATE and queues close_notify. If several statuses
//     describe what is wrong with a call, such as INVALID_STATE and INVALID_ARGUMENT, it is not
//     specified which of them the call returns.
//
//     Before the handshake is done, CLOSED (the peer sent close_notify) and UNEXPECTED_EOF (the
//     transport ended without close_notify) mean that the handshake cannot finish. After the
//     handshake, CLOSED and UNEXPECTED_EOF mean that no more plaintext can be read; writing is
//     not affected: inkotls_conn_write may still be called.
//
//     IO_ERROR means that the attached transport has failed. After a transport has failed to
//     receive, reading is possible again after another transport has been attached, or after
//     inkotls_conn_detach. After a transport has failed to send, ciphertext is lost: what the peer
//     sent before can be read, but inkotls_conn_write, inkotls_conn_flush and inkotls_conn_close
//     return IO_ERROR, also after another transport has been attached.
//
//     A host that moves the ciphertext itself makes no call to report that it could not send. What
//     the peer has sent before, such as an alert, can still be received, fed and read; if a call
//     returns WANT_WRITE, drain the ciphertext and discard it. Then free the connection.
//     inkotls_conn_feed_eof reports only that no more bytes will be received.
//
//     ALERT_RECEIVED, INVALID_PEER_CERTIFICATE, HANDSHAKE_FAILED, PROTOCOL_ERROR and, from a
//     connection, INVALID_KEY mean that the connection has failed and cannot be used any more.
//     Calls that run the handshake or move plaintext then return WANT_WRITE until the alert for
//     the peer has been drained or sent, or until the transport has failed; from then on these
//     calls return the same failure. After a failure, inkotls_conn_feed discards what it accepts.
//     After PANIC, a handle other than a config can only be freed.
//
//     INVALID_CERTIFICATE, INVALID_KEY, KEY_MISMATCH, INVALID_NAME and NO_TRUST_ANCHORS mean that
//     an input of the host is wrong. The handle that the input was passed to can be used again,
//     with another input.
//
//     Before a TCP socket is closed, after a clean end as well as after a failure: drain or send
//     what is queued, shut down the sending side (shutdown with SHUT_WR), and read from the socket
//     until the end of file (EOF), within a time limit. If received bytes are unread when the
//     socket is closed, the closing causes a TCP reset, and the peer may lose the last bytes that
//     were sent to it: data, close_notify or an alert. On a client that has read nothing, the
//     tickets that a server sends after the handshake in TLS 1.3 are such bytes.
//
// Blocking
//
//     No call waits for the network. Some steps of a handshake take as long as a callback of the
//     host takes (a signer, a verifier, a session store), or as long as the verification of the
//     operating system takes (macOS, Windows and Android). A step is the processing of received
//     ciphertext with all callbacks that this needs, such as a verifier and then a signer. When a
//     call reaches a step that may block, it returns WANT_BLOCKING before any part of the step has
//     run, and after all queued ciphertext has been drained or sent: WANT_WRITE comes first. Call
//     inkotls_conn_run_blocking on a thread that may block and, after the call has returned,
//     repeat the call that returned WANT_BLOCKING. inkotls_conn_run_blocking returns OK also if
//     the step has failed: the repeated call returns the failure. inkotls_client_config_may_block
//     and inkotls_server_config_may_block return 1 if a config has a step that may block.
//
//     A host may abandon a connection while inkotls_conn_run_blocking runs on another thread. The
//     thread that runs inkotls_conn_run_blocking then calls inkotls_conn_free after
//     inkotls_conn_run_blocking has returned, because the check for overlapping calls is not a
//     lock. The library cannot interrupt a callback.
//
//     Besides inkotls_conn_run_blocking, these calls may block: calls whose names end with _file,
//     because they use a file; _build if the config trusts what the platform trusts, because it
//     reads files; a handshake that writes a key log file; a call that runs a callback that was
//     set with a may_block of 0, or that has no may_block, if the callback itself blocks; and, in
//     the case that inkotls_conn_set_fds describes, a call that uses a pipe that is not in
//     non-blocking mode. All other calls return at once.
//
// Verdicts later
//
//     Reserved, and not available in this version: a later version will let a host verify a peer
//     without a callback and without a thread that waits. With a may_block of 2 in
//     inkotls_client_builder_set_dangerous_verifier or
//     inkotls_server_builder_set_dangerous_verifier, the calls that drive the handshake will
//     return a status with the number 5 until the host has passed its verdict to the connection.
//     Today a may_block of 2 is INVALID_ARGUMENT, and no call returns 5. A host that does not set
//     a may_block of 2 will not receive the status. docs/decisions/two-phase-answers.md, in the
//     sources of the library, has the details.
//
// Ownership
//
//     _new creates a handle, and _free destroys it. A reference-counted handle (a config,
//     inkotls_ticket_keys, inkotls_sni_map) has one reference when it is created; _retain adds
//     one, _release removes one, and the last _release destroys the handle. A call that consumes a
//     handle (_build, _into_conn) consumes the handle if the call returns OK, and only then: after
//     any other status, the caller still owns the handle.
//
//     Inputs are read only during the call; the library copies what it keeps. Outputs are written
//     only when a call returns OK.
//
// Pointers and their lifetime
//
//     A pointer to data that a call on a handle writes to an output, or returns, is valid until
//     the next call that takes the same handle as a pointer to non-const; _free is such a call.
//     Calls that take the handle as a pointer to const, and calls on other handles, leave the
//     pointer valid.
//
//     An inkotls_certificate never changes, so its pointers are valid until it is freed. The
//     pointers of an inkotls_verification are valid until the inkotls_verify_callback returns,
//     also after inkotls_verification_verify. Texts of calls that have no handle, such as
//     inkotls_status_text, are valid as long as the library is loaded.
//
//     A pointer that the library writes to an output, or passes to a callback, together with a
//     length of 0 is a valid address, and not NULL. The pointer points to no bytes: do not read
//     from it.
//
//     Do not call the _error function of a handle, such as inkotls_conn_error, in the same C
//     statement as the call that failed, such as in the arguments of one printf: C does not say
//     which of the two is evaluated first. Call it in the next statement.
//
// Threads
//
//     Any number of threads may use a reference-counted handle at the same time, and a handle that
//     is only read: roots and an identity after they have been filled, and an inkotls_certificate.
//     Any other handle has one user at a time; the user may be another thread at every call.
//
//     Nothing is kept in global state once a call has returned, except the panic hook and the
//     logger. The library sets the panic hook of the Rust standard library at the first call into
//     the library, so that a panic that the library catches is not printed. Only a program that
//     also contains Rust code of its own can notice the logger. The library sets the logger of the
//     Rust crate log at the first call of inkotls_conn_set_log or inkotls_acceptor_set_log with a
//     level other than INKOTLS_LOG_OFF. If the program has already set a logger in the same copy
//     of the crate log, inkotls_conn_set_log and inkotls_acceptor_set_log return UNSUPPORTED, and
//     the logger of the program stays set. Nothing is kept in thread-local state once a call has
//     returned.
//
//     A thread must not be cancelled (pthread_cancel) inside a call, because the unwinding ends
//     the process. Disable cancellation around calls (pthread_setcancelstate).
//
// Crypto provider
//
//     The cryptography comes from one or several of ring, aws-lc-rs and graviola, which are built
//     in. graviola requires an x86-64 processor with AVX2, ADX, BMI1, AES and PCLMULQDQ, or an
//     AArch64 processor with AES, PMULL and SHA-2. If the library was built with graviola alone,
//     and the processor lacks one of these extensions, each function that needs cryptography
//     returns UNSUPPORTED: functions that build a config, set a private key or a signer, add a
//     CRL, or create an inkotls_certificate or ticket keys.
//
// Fork
//
//     Call fork only while no other thread is inside a call of the library. After fork, each
//     process has a copy of every handle. A connection or an acceptor may be used in only one of
//     the two processes; the other process may only free its copy, which sends nothing. All other
//     handles may be used in both processes.
//
//     The two processes never use the same session of a config's session cache. A cache recognizes
//     by its process id that it is in the new process, and starts there without sessions, so that
//     early data is sent and accepted only once. With ticket keys, or with a session store of the
//     host, every process resumes the sessions of all processes. inkotls_ticket_keys_set changes
//     the keys of the calling process only.
//
// Misuse
//
//     A handle that has one user at a time notices a call that begins while another call on it is
//     running, from another thread or from a callback. The call that began later does nothing and
//     returns INVALID_STATE, also if it takes the handle as a pointer to const; the call that was
//     running continues without disturbance. After an overlap, _error returns a message about it,
//     until a call on the handle fails with another error. A _free that comes during a call takes
//     effect when that call returns. The check for overlapping calls finds mistakes and is not a
//     lock: two calls that begin at the same moment may both run.
//
// Callbacks
//
//     A callback is called during a call, on the thread of that call, with the user_data that was
//     set with it. A callback returns on the same thread and on the same stack on which it was
//     called: a callback must not unwind, must not call longjmp, and must not switch tasks.
//     Unwinding out of a callback (a C++ exception, error() of LuaJIT) ends the process: a binding
//     catches every exception inside the callback, and returns a value that means failure. After a
//     longjmp out of a callback, every call on the handle returns INVALID_STATE, and memory of the
//     library may be lost. To wait for the network, a callback of inkotls_conn_set_io returns
//     -EAGAIN, or the host attaches the socket with inkotls_conn_set_fd instead. A callback that
//     needs time for another reason is set with a may_block of 1, and runs in
//     inkotls_conn_run_blocking.
//
//     A callback may start a process with posix_spawn. A callback of a config or of an identity
//     (verifier, signer, session store, key log, clock) may be called on several threads at the
//     same time, with the same user_data, because connections of one config may run on several
//     threads.
//
//     A callback may use other handles. A callback must not use the handle whose call it runs in:
//     while a call on a handle runs a callback, another call on the same handle returns
//     INVALID_STATE.
//
// NULL
//
//     A call returns INVALID_ARGUMENT if a handle is NULL, if an output is NULL, or if a buffer is
//     NULL and its length is not 0, unless the description of that argument says "May be NULL". A
//     NULL buffer of length 0 is always an empty buffer. _free(NULL) and _release(NULL) do nothing.
//
//     A function that returns a number returns 0 or more if there is a number, and otherwise a
//     negative status, such as INKOTLS_STATUS_NONE.
//
// Messages
//
//     Error messages and log messages are for people; their text is not part of the ABI. Error
//     messages and log messages are safe to log: each is one line of UTF-8, of at most 500 bytes,
//     in which every character that is not printable is escaped. An error message repeats at most
//     200 bytes of an input of the host. Of PEM text an error message repeats only the labels, and
//     of text that looks like a line of base64 only the length. Long lists in an error message are
//     cut, and end with the number of the entries that are left out.
//
// Panics
//
//     A panic is a bug in the library. A panic does not unwind into the host: the call returns
//     PANIC, and from then on every call on the handle returns PANIC, also a call that takes the
//     handle as a pointer to const. _free and _release still work. Only a config stays usable,
//     because no call changes it.
//
// Stability
//
//     Numbers and signatures keep their meaning as long as inkotls_abi_version returns the same
//     number. Numbers that are in the header are never reused. Versions, cipher suites, groups,
//     signature schemes and alerts have the numbers of the IANA registries.
//
//     In share/inkotls, inkotls.cdef has the declarations of this header for LuaJIT and for
//     Python's cffi, and inkotls.json, which inkotls.schema.json describes, has what a generator
//     of bindings needs.
//
// Linking
//
//     With pkg-config, cc program.c $(pkg-config --cflags --libs inkotls) compiles a program and
//     links the shared object (-linkotls). The archive (libinkotls.a) needs the libraries of the
//     system that the Rust standard library uses. On Linux with glibc, the command is cc program.c
//     libinkotls.a -lgcc_s -lm -lpthread -ldl; the option -Wl,--gc-sections leaves out the parts
//     of the archive that the program does not use.

#endif
