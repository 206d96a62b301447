// inkotls: TLS 1.2 and 1.3 for language runtimes, on rustls.
//
//     network -> feed  -> [ conn ] -> read  -> application
//     application -> write -> [ conn ] -> drain -> network
//
// A connection never does anything by itself: the host moves ciphertext between the connection
// and its socket, and plaintext between the connection and the application. Every call returns at
// once with a status: 0 is done; a positive one says what to do before the same call is made
// again; a negative one is final, such as CLOSED, the clean end. The loop is the same for
// handshake, read, write, flush and close; here for read:
//
//     unsigned char net[16384];                     // after WANT_READ, feed has room for it
//     while ((status = inkotls_conn_read(conn, buf, sizeof buf, &len)) > 0) {
//       if (status == INKOTLS_STATUS_WANT_WRITE) {
//         inkotls_conn_drain(conn, net, sizeof net, &n);
//         send_all(fd, net, n);                     // suspends the task, not the thread
//       } else if (status == INKOTLS_STATUS_WANT_BLOCKING) {
//         in_a_pool(inkotls_conn_run_blocking, conn);  // only with a config that may block
//       } else {
//         got = receive(fd, net, sizeof net);       // so does this; signed
//         if (got < 0) break;                       // the socket failed
//         if (got > 0) inkotls_conn_feed(conn, net, got, &n);
//         else inkotls_conn_feed_eof(conn);
//       }
//     }
//
// One task may read while another writes: finish the handshake first, make one call at a time,
// wait outside of the calls, and send what one drain gave before what the next one gives.
//
// After inkotls_conn_set_fd the connection reads and writes a socket itself, and after
// inkotls_conn_set_io it calls two functions of the host's that do; the same calls give the same
// answers, and WANT_READ and WANT_WRITE say what to poll for.
//
// What may block is announced. Some steps of a handshake take the time that the host's own callbacks
// take (a signer, a verifier, a session store), or the operating system's verification. Where a
// config has one that may block (_may_block), the call that comes to it does nothing of it and
// answers WANT_BLOCKING; inkotls_conn_run_blocking runs it, on any thread. No other call waits.
//
// Failures. The handle whose call failed keeps the details, never the thread: the error message
// (_error), the alerts (_alert_sent, _alert_received), the certificate error (_certificate_error)
// and errno (_os_error). After a connection has failed, calls return WANT_WRITE until the alert has
// been drained; from then on every call returns that failure.
//
// Ownership. _new creates, _free destroys; shared handles are reference-counted (_retain,
// _release). A call that uses a handle up (_build, _into_conn) does so exactly when it returns OK.
// Inputs are borrowed for the call, and the library copies what it keeps. Outputs are written only
// when a call returns OK. A pointer that the library returns is valid until the next call on the
// same handle that takes the handle as non-const: so read the error message after the call that
// failed, not in one list of arguments with it.
//
// Threads. Any number of threads may use a reference-counted handle at the same time, and a handle
// that is only read: roots and an identity once they are filled, a certificate. Any other handle
// has one user at a time; which thread that is may change at every call. Nothing is thread-local
// and nothing is global. No call blocks, except inkotls_conn_run_blocking and the calls that read
// files, which say so. A thread must not be cancelled (pthread_cancel) inside a call, because the
// unwinding ends the process: disable cancellation around calls (pthread_setcancelstate).
//
// Fork. Call fork only while no other thread is inside a call of the library. Afterwards each
// process has a copy of every handle. A connection or an acceptor may be used in one of the two
// processes; the other process may only free its copy, which sends nothing. All other handles may
// be used in both. The two processes never use the same session of a config's memory: the new
// process, which its process id tells, starts without sessions, so that early data is sent and
// accepted only once. With ticket keys or a host's session store, every process resumes the
// sessions of all; inkotls_ticket_keys_set changes the keys of the calling process only.
//
// Misuse. A handle that has one user at a time notices a call that comes while another call on it
// is running, from another thread or from one of its own callbacks. The second call, const or not,
// does nothing and returns INVALID_STATE. From then on _error says so, until a call on the handle
// fails for another reason; the first call goes on undisturbed. A _free that comes during a call
// takes effect when that call returns. This check finds mistakes and is not a lock: two calls that
// begin at the same moment may both run.
//
// Callbacks come during a call, on its thread, with the user_data that was set with them. They must
// return: no unwinding, no longjmp, no change of task. They may use other handles; a call on the
// handle whose call they come from returns INVALID_STATE.
//
// NULL. A NULL handle or output, or a NULL buffer with a length, is INVALID_ARGUMENT; a NULL
// buffer of length 0 is empty; _free(NULL) and _release(NULL) do nothing. A call that returns a
// number returns it where it is 0 or more, and otherwise a status, such as NONE.
//
// Messages. Error messages and log messages are for people; their words are not part of the ABI.
// They are safe to log: each is one line of UTF-8, of at most 500 bytes, in which every character
// that is not printable is escaped. Of what the host passed, a message repeats at most 200 bytes,
// and of PEM text only the labels. Long lists in error messages are cut, and end with the number of
// the entries that are left out.
//
// Panics. A bug in the library does not unwind into the host. From then on every call on the handle
// returns PANIC, also a call that takes it as const; _free still works. Only a config stays usable,
// because no call changes it.
//
// Stability. Numbers and signatures keep their meaning within an inkotls_abi_version. Versions,
// cipher suites, groups, signature schemes and alerts are IANA's numbers.


#ifndef INKOTLS_H
#define INKOTLS_H

// Generated by cbindgen from src/capi: edit there, then run `make header`.

#include <stddef.h>
#include <stdint.h>

/// What a call answers. 0: done. Positive: not now, nothing is wrong; do what it says and call
/// again. Negative: it will not happen. Numbers are never reused.
enum inkotls_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Done.
  INKOTLS_STATUS_OK = 0,
  /// More ciphertext is needed: wait until the socket is readable, or feed. The next
  /// inkotls_conn_feed has room for at least 16 KiB.
  INKOTLS_STATUS_WANT_READ = 1,
  /// Ciphertext is waiting: wait until the socket is writable, or drain.
  INKOTLS_STATUS_WANT_WRITE = 2,
  /// The next step may block, in a callback of the host's or in the operating system: call
  /// inkotls_conn_run_blocking where blocking is allowed. It comes only where the config may
  /// block.
  INKOTLS_STATUS_WANT_BLOCKING = 3,
  /// What was fed before has not been consumed: call handshake or read, then feed the rest.
  INKOTLS_STATUS_FULL = 4,
  /// There is no such thing, or not yet. Never a failure of the connection.
  INKOTLS_STATUS_NONE = -1,
  /// The peer sent close_notify (RFC 8446, section 6.1): a clean end. Nothing more will be read.
  INKOTLS_STATUS_CLOSED = -2,
  /// The transport ended without close_notify. The host's protocol decides whether that is a
  /// truncation or harmless.
  INKOTLS_STATUS_UNEXPECTED_EOF = -3,
  /// The peer sent a fatal alert: the handle's alert_received tells which.
  INKOTLS_STATUS_ALERT_RECEIVED = -4,
  /// The peer's certificate was refused, or the peer did not prove that it has the private key:
  /// inkotls_conn_certificate_error tells why.
  INKOTLS_STATUS_INVALID_PEER_CERTIFICATE = -5,
  /// The two sides have nothing in common: version, cipher suite, group, ALPN or certificate.
  INKOTLS_STATUS_HANDSHAKE_FAILED = -6,
  /// The peer broke the protocol, or something on the way changed the bytes.
  INKOTLS_STATUS_PROTOCOL_ERROR = -7,
  /// A certificate or a CRL given by the host cannot be parsed, or there is none.
  INKOTLS_STATUS_INVALID_CERTIFICATE = -8,
  /// A private key given by the host cannot be parsed, or is of a kind that is not supported; or
  /// the host's signer did not sign.
  INKOTLS_STATUS_INVALID_KEY = -9,
  /// The private key does not belong to the certificate.
  INKOTLS_STATUS_KEY_MISMATCH = -10,
  /// The server name is neither a DNS name nor an IP address: inkotls_invalid_name_text says what
  /// is wrong with it.
  INKOTLS_STATUS_INVALID_NAME = -11,
  /// There is no certificate authority to trust.
  INKOTLS_STATUS_NO_TRUST_ANCHORS = -12,
  /// An argument is NULL or out of range.
  INKOTLS_STATUS_INVALID_ARGUMENT = -13,
  /// The call makes no sense in the state of the handle, or another call on the handle is
  /// running.
  INKOTLS_STATUS_INVALID_STATE = -14,
  /// This library, or this build of it, cannot do that.
  INKOTLS_STATUS_UNSUPPORTED = -15,
  /// The operating system failed a call: the handle's os_error keeps its number (errno).
  INKOTLS_STATUS_IO_ERROR = -16,
  /// A bug in this library was caught. The handle only answers this from now on; free it.
  INKOTLS_STATUS_PANIC = -17,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_status inkotls_status;
#else
typedef int32_t inkotls_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Why the peer's certificate was refused. What a name stands for is in
/// inkotls_certificate_error_name. Numbers are never reused.
enum inkotls_certificate_error
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// The peer had to present a certificate and presented none. The alert of a server is
  /// certificate_required (116) in TLS 1.3 and handshake_failure (40) in TLS 1.2.
  INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED = 1,
  /// The certificate's notAfter time has passed. The alert is certificate_expired (45).
  INKOTLS_CERTIFICATE_ERROR_EXPIRED = 2,
  /// The certificate's notBefore time has not come. The alert is certificate_expired (45).
  INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID = 3,
  /// No trusted authority issued the certificate. The alert is unknown_ca (48).
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER = 4,
  /// The certificate is not for the server name that the connection was made with. The alert is
  /// bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_WRONG_NAME = 5,
  /// The issuer has revoked the certificate. The alert is certificate_revoked (44).
  INKOTLS_CERTIFICATE_ERROR_REVOKED = 6,
  /// Whether the certificate is revoked cannot be determined. The alert is unknown_ca (48).
  INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION = 7,
  /// A signature in the chain does not verify. The alert is bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE = 8,
  /// The certificate may not be used for this purpose: its extended key usage does not include
  /// the peer's side (client or server), or its key usage does not include digitalSignature. The
  /// alert is unsupported_certificate (43).
  INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE = 9,
  /// The certificate cannot be parsed, or has a critical extension that is not supported. The
  /// alert is bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_BAD_ENCODING = 10,
  /// The reason has no number of its own; the error message of the connection says it. The alert
  /// is certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_OTHER = 11,
  /// The OCSP staple is not good enough. Only a host's verifier gives this reason, because the
  /// library does not look at the staple. The alert is bad_certificate_status_response (113).
  INKOTLS_CERTIFICATE_ERROR_INVALID_OCSP_STAPLE = 12,
  /// The certificate is valid, but its owner is not allowed to connect. Only a host's verifier
  /// gives this reason. The alert is access_denied (49).
  INKOTLS_CERTIFICATE_ERROR_ACCESS_DENIED = 13,
  /// The peer presented the certificate of a certificate authority (basicConstraints CA:TRUE) as
  /// its own. The alert is certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY = 14,
  /// A certificate in the chain is not X.509 version 3. The alert is unsupported_certificate
  /// (43).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_VERSION = 15,
  /// A name in the certificate violates the name constraints of an issuer (RFC 5280, section
  /// 4.2.1.10). The alert is certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_NAME_CONSTRAINTS = 16,
  /// The chain has more issuers than the path length constraint of one of them allows (RFC 5280,
  /// section 4.2.1.9). The alert is certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_PATH_LENGTH = 17,
  /// An issuer in the chain is not a certificate authority. The alert is certificate_unknown
  /// (46).
  INKOTLS_CERTIFICATE_ERROR_ISSUER_NOT_CA = 18,
  /// The chain is too long, or costs too much to verify. The alert is certificate_unknown (46).
  INKOTLS_CERTIFICATE_ERROR_CHAIN_TOO_COMPLEX = 19,
  /// A signature in the chain, or the peer's signature of the handshake, uses an algorithm that
  /// is not supported, such as SHA-1 with RSA, or that does not fit the key. The alert is
  /// bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM = 20,
  /// An RSA key, the peer's or an issuer's, has fewer than 2048 or more than 8192 bits. The alert
  /// is bad_certificate (42).
  INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE = 21,
  /// The certificate was accepted, but the peer's signature of the handshake does not verify: the
  /// peer did not prove that it has the private key. The alert is decrypt_error (51).
  INKOTLS_CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE = 22,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_certificate_error inkotls_certificate_error;
#else
typedef int32_t inkotls_certificate_error;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// What a connection can do now: bits of the answer of inkotls_conn_state. Bits are never reused.
enum inkotls_state
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// inkotls_conn_handshake has not answered OK.
  INKOTLS_STATE_HANDSHAKING = 1,
  /// A call of handshake or read can go on with what the connection has received already: there
  /// is plaintext, or ciphertext that was fed, or the last flight of the handshake is drained and
  /// inkotls_conn_handshake returns OK. Make that call before waiting for the socket. This bit is
  /// never set after such a call has returned WANT_READ, except if the call stopped after 128 KiB
  /// from a socket (inkotls_conn_set_fd). It is not set for an end or a failure: see PEER_CLOSED
  /// and FAILED.
  INKOTLS_STATE_READABLE = 2,
  /// Ciphertext is waiting: drain gives something.
  INKOTLS_STATE_WANTS_WRITE = 4,
  /// The peer sent close_notify. What it said before that may still have to be read.
  INKOTLS_STATE_PEER_CLOSED = 8,
  /// inkotls_conn_close was called, on a connection that had not failed.
  INKOTLS_STATE_LOCAL_CLOSED = 16,
  /// The connection failed.
  INKOTLS_STATE_FAILED = 32,
  /// A step that may block comes next, once what waits is drained: inkotls_conn_run_blocking runs
  /// it.
  INKOTLS_STATE_WANTS_BLOCKING = 64,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_state inkotls_state;
#else
typedef int32_t inkotls_state;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// How revocation is checked, once there is a CRL: bits. Never reused.
enum inkotls_revocation
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Only the end entity's certificate is looked up, not its issuers'.
  INKOTLS_REVOCATION_END_ENTITY_ONLY = 1,
  /// A certificate whose issuer has no CRL here is good.
  INKOTLS_REVOCATION_ALLOW_UNKNOWN = 2,
  /// A CRL whose nextUpdate has passed says nothing.
  INKOTLS_REVOCATION_ENFORCE_EXPIRY = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_revocation inkotls_revocation;
#else
typedef int32_t inkotls_revocation;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Whether a server asks clients for a certificate.
enum inkotls_client_auth
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// It does not.
  INKOTLS_CLIENT_AUTH_OFF = 0,
  /// A client may show none; what it shows is verified.
  INKOTLS_CLIENT_AUTH_OPTIONAL = 1,
  /// A client that shows none is refused.
  INKOTLS_CLIENT_AUTH_REQUIRED = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_client_auth inkotls_client_auth;
#else
typedef int32_t inkotls_client_auth;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// How a client resumes TLS 1.2 sessions.
enum inkotls_tls12_resumption
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Not at all.
  INKOTLS_TLS12_RESUMPTION_OFF = 0,
  /// By session id, which the server keeps (RFC 5246).
  INKOTLS_TLS12_RESUMPTION_SESSION_ID = 1,
  /// By session id, or by a ticket, which the client keeps (RFC 5077).
  INKOTLS_TLS12_RESUMPTION_TICKETS = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_tls12_resumption inkotls_tls12_resumption;
#else
typedef int32_t inkotls_tls12_resumption;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// What inkotls_client_builder_set_limit and inkotls_server_builder_set_limit set. Numbers are
/// never reused.
enum inkotls_limit
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Ciphertext that waits to be drained. When there is this much, write accepts nothing.
  /// Default: 65536 bytes. From 1 KiB to 1 GiB.
  INKOTLS_LIMIT_WRITE_BUFFER = 1,
  /// Ciphertext that was fed and is not consumed yet. When there is this much, feed accepts
  /// nothing. Default: 65536 bytes. From 36 KiB, which is room for the longest incomplete record
  /// and 16 KiB more, to 1 GiB.
  INKOTLS_LIMIT_READ_BUFFER = 2,
  /// Plaintext in a record that is sent (RFC 8446, section 5.1). Default: 16384 bytes. From 64 to
  /// 16384.
  INKOTLS_LIMIT_RECORD = 3,
  /// Ciphertext that the peer may send before the handshake is done. Early data that a server
  /// accepts is not counted. If the peer sends more, the handshake fails with
  /// INKOTLS_STATUS_HANDSHAKE_FAILED. Default: 262144 bytes. From 4 KiB to 16 MiB. Whatever the
  /// limit is, a handshake message has at most 64 KiB.
  INKOTLS_LIMIT_HANDSHAKE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_limit inkotls_limit;
#else
typedef int32_t inkotls_limit;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// How much a log is told. Each level includes those before it.
enum inkotls_log
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Nothing.
  INKOTLS_LOG_OFF = 0,
  /// What failed.
  INKOTLS_LOG_ERROR = 1,
  /// What is suspicious, alerts among it.
  INKOTLS_LOG_WARN = 2,
  /// One line for what every connection does.
  INKOTLS_LOG_INFO = 3,
  /// What was negotiated, and why.
  INKOTLS_LOG_DEBUG = 4,
  /// Every message of the handshake.
  INKOTLS_LOG_TRACE = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_log inkotls_log;
#else
typedef int32_t inkotls_log;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A channel binding (RFC 5056). Numbers are never reused.
enum inkotls_channel_binding
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// tls-exporter (RFC 9266): 32 bytes that no other connection has.
  INKOTLS_CHANNEL_BINDING_TLS_EXPORTER = 1,
  /// tls-server-end-point (RFC 5929): the hash of the server's certificate.
  INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum inkotls_channel_binding inkotls_channel_binding;
#else
typedef int32_t inkotls_channel_binding;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A server side that has not chosen its config: it reads until the ClientHello is whole, shows
/// it, and becomes a connection. One user at a time, any thread.
typedef struct inkotls_acceptor inkotls_acceptor;

/// What is in a certificate, such as one of inkotls_conn_peer_certificate. To look at: nothing is
/// verified, and whether a peer is who it should be is not for its names to say but for the
/// handshake. Nothing changes it: any number of threads may read it, and what it lends lives until
/// it is freed.
typedef struct inkotls_certificate inkotls_certificate;

/// The settings of a client while they are being made. Exclusive.
typedef struct inkotls_client_builder inkotls_client_builder;

/// The settings of a client: immutable, counted, and used by any number of connections and
/// threads at the same time.
typedef struct inkotls_client_config inkotls_client_config;

/// One TLS connection, client or server. One user at a time, any thread.
typedef struct inkotls_conn inkotls_conn;

/// A certificate chain and its private key. Exclusive while it is filled, then shared.
///
/// Keys are RSA (2048 to 8192 bits), ECDSA (P-256, P-384) or Ed25519, not encrypted. The chain
/// and the key may come in either order; whichever is second is refused with
/// INKOTLS_STATUS_KEY_MISMATCH where the two do not belong together.
typedef struct inkotls_identity inkotls_identity;

/// What is trusted by a client, or by a server that asks for client certificates: certificate
/// authorities, the platform's and others, and what they have revoked; and single certificates of
/// peers. Or, instead of all these, raw public keys. Exclusive while it is filled, then shared.
typedef struct inkotls_roots inkotls_roots;

/// The settings of a server while they are being made. Exclusive.
typedef struct inkotls_server_builder inkotls_server_builder;

/// The settings of a server: immutable, counted, and used by any number of connections and
/// threads at the same time.
typedef struct inkotls_server_config inkotls_server_config;

/// The identities that a server chooses from by the name that a client asks for (SNI, RFC 6066).
/// Counted, and filled and changed by any thread at any time, also while servers use it: a
/// handshake sees what is there when its ClientHello is answered.
typedef struct inkotls_sni_map inkotls_sni_map;

/// The keys of stateless tickets (RFC 5077; RFC 8446, section 4.6.1): any server that has the key
/// resumes the session, in whatever process. Counted, and changed by any thread at any time, also
/// while servers use it.
///
/// A ticket is the key's name (16 bytes), a random salt (32), and the session, sealed with
/// AES-256-GCM (nonce 0, the name and the salt authenticated, a tag of 16 bytes at the end) under a
/// key that HKDF-SHA-256 derives from the host's key (salt: the ticket's; info: "inkotls ticket").
/// The first 8 bytes of what is sealed are the Unix time, big-endian: a ticket is accepted for 12
/// hours. The name is HKDF-SHA-256 of the host's key (no salt; info: "inkotls ticket key name").
/// However often a session is renewed, it ends as inkotls_server_builder_set_session_cache
/// describes.
///
/// Anyone who obtains a key can decrypt recorded TLS 1.2 sessions whose tickets it sealed. Rotate
/// keys every few hours, keep the previous key for 12 hours so that old tickets still open, and
/// never write keys to disk.
typedef struct inkotls_ticket_keys inkotls_ticket_keys;

/// A peer that is being verified: what it showed, and the standard verification. Lent to an
/// inkotls_verify_callback for the call.
typedef struct inkotls_verification inkotls_verification;

/// Signs `message` (which is no digest) with the signature scheme of this IANA number, one of those
/// that were set. Copies the signature to `buf`, which has room for `cap` bytes (1024), and returns
/// its length; 0 or less refuses. A signature of ECDSA is an ECDSA-Sig-Value in DER (RFC 3279). All
/// pointers are lent for the call.
typedef int32_t (*inkotls_sign_callback)(void *user_data,
                                         int32_t scheme,
                                         const uint8_t *message,
                                         size_t len,
                                         uint8_t *buf,
                                         size_t cap);

/// Decides whether to accept the peer: returns 0 to accept it, or the inkotls_certificate_error to
/// refuse it with; any other number, and NOT_PRESENTED, stand for OTHER. `verification` is valid
/// for the call only, and so is every pointer that it returns. The library itself checks that the
/// peer has the private key of its certificate, and that the certificate's key usage allows
/// signatures.
typedef int32_t (*inkotls_verify_callback)(void *user_data, inkotls_verification *verification);

/// A line of the NSS key log format, without its end and without a NUL, in bytes. Both pointers
/// are lent for the call. It must return, and may not use the handle that calls it.
typedef void (*inkotls_key_log_callback)(void *user_data, const char *line, size_t len);

/// Stores a session under a look-up key of 32 bytes, and replaces what was stored there:
/// `value_len` bytes, at most 65536. A day is long enough; no session is resumed after 7 days.
/// Returns 1 if the session was stored. If it returns 0, the client gets no ticket for the session,
/// and the connection goes on. All pointers are valid for the call only.
typedef int32_t (*inkotls_session_put_callback)(void *user_data,
                                                const uint8_t *key,
                                                size_t key_len,
                                                const uint8_t *value,
                                                size_t value_len);

/// Copies the session that is kept under `key` to `buf`, which has room for `cap` bytes (65536),
/// and returns its length; 0 where there is none. The key is what the peer says, any 32 bytes; a
/// connection asks four times at most. Where `take` is 1 it also removes the session, in one step
/// with the look-up: of two servers that take the same one at the same time, one gets it. All
/// pointers are lent for the call.
typedef int32_t (*inkotls_session_get_callback)(void *user_data,
                                                const uint8_t *key,
                                                size_t key_len,
                                                int32_t take,
                                                uint8_t *buf,
                                                size_t cap);

/// Copies ciphertext from the network to `buf`, which has room for `cap` bytes, without waiting for
/// it, and returns how much: at least 1 byte, or 0 at the end, or a negative errno: -EAGAIN or
/// -EWOULDBLOCK where there is none yet; after -EINTR it is called again; any other ends reading.
/// `buf` is lent for the call.
typedef int32_t (*inkotls_read_callback)(void *user_data, uint8_t *buf, size_t cap);

/// Takes ciphertext for the network from `data`, without waiting until there is room, and returns
/// how much: at most `len` bytes; or 0, -EAGAIN or -EWOULDBLOCK where there is no room; after
/// -EINTR it is called again; any other negative errno ends writing. `data` is lent for the call.
typedef int32_t (*inkotls_write_callback)(void *user_data, const uint8_t *data, size_t len);

/// Receives a log message: its level, from INKOTLS_LOG_ERROR to INKOTLS_LOG_TRACE, and its text,
/// one line of at most 500 bytes, without a NUL, valid for the call only. The callback must return,
/// and must not use the handle whose call it comes from.
typedef void (*inkotls_log_callback)(void *user_data, int32_t level, const char *text, size_t len);

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// Returns the version of this ABI. It changes when a call or a number that existed changes its
/// meaning; what is only added does not change it. The shared object's name ends with it.
uint32_t inkotls_abi_version(void);

/// Returns the version of the library, such as "0.1.0". The text lives forever.
const char *inkotls_version(void);

/// Returns a sentence for a status. Where a handle failed, its own error text says more; this is
/// for calls that have no handle to keep one. Never NULL; the text lives forever.
const char *inkotls_status_text(int32_t status);

/// Copies the error message for a server name that inkotls_conn_new_client, inkotls_sni_map_set
/// or inkotls_sni_map_remove refused with INKOTLS_STATUS_INVALID_NAME, because these calls have
/// no handle that could keep the message. It repeats the name and says what is wrong with it, such
/// as "the server name \"a.test:443\" has a port: pass only the host name". Call it only after one
/// of these calls has refused the name: a name that one of them accepts may have a message for
/// another.
///
/// server_name, len: the name that was refused, in bytes; borrowed for this call.
/// buf, cap: receives the message, in bytes of UTF-8 without a NUL; 512 bytes are always enough.
/// out_len: receives the length of the message in bytes; must not be NULL.
///
/// INKOTLS_STATUS_NONE: none of these calls refuses the name.
/// INKOTLS_STATUS_INVALID_ARGUMENT: `cap` is too small.
inkotls_status inkotls_invalid_name_text(const char *server_name,
                                         size_t len,
                                         char *buf,
                                         size_t cap,
                                         size_t *out_len);

/// Returns the name of an alert (RFC 8446, section 6), such as "handshake_failure", or
/// "unknown". Never NULL; the text lives forever.
const char *inkotls_alert_name(int32_t alert);

/// Returns words for an inkotls_certificate_error, such as "it has expired", or "unknown". Never
/// NULL; the text lives forever.
const char *inkotls_certificate_error_name(int32_t error);

/// Returns the name of a protocol version, such as "TLS 1.3" for 0x0304, or "unknown". Never
/// NULL; the text lives forever.
const char *inkotls_protocol_version_name(int32_t version);

/// Returns IANA's name of a cipher suite that this library supports, such as
/// "TLS_AES_128_GCM_SHA256" for 0x1301, or "unknown". Never NULL; the text lives forever.
const char *inkotls_cipher_suite_name(int32_t suite);

/// Returns one of the protocol versions that this library supports, as IANA's number (0x0304 for
/// TLS 1.3), or INKOTLS_STATUS_NONE.
///
/// index: which, from 0, the preferred one first.
int32_t inkotls_protocol_version_at(size_t index);

/// Returns one of the cipher suites that this library supports, as IANA's number, or
/// INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
int32_t inkotls_cipher_suite_at(size_t index);

/// Returns one of the groups that this library supports, as IANA's number, or INKOTLS_STATUS_NONE.
///
/// index: which, from 0, in the order of preference of a host that sets none.
int32_t inkotls_named_group_at(size_t index);

/// Returns IANA's name of a signature scheme (RFC 8446, section 4.2.3), such as "ed25519" for
/// 0x0807, or "unknown". Never NULL; the text lives forever.
const char *inkotls_signature_scheme_name(int32_t scheme);

/// Returns IANA's name of a group that this library supports, such as "x25519" for 29, or
/// "unknown". Never NULL; the text lives forever.
const char *inkotls_named_group_name(int32_t group);

/// Makes an empty set of roots. Free it with inkotls_roots_free. NULL only if the library has a
/// bug that was caught.
inkotls_roots *inkotls_roots_new(void);

/// Adds every certificate of a PEM text: all of them, or none where one is bad.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the text has no certificate, or one that cannot be parsed;
/// the error message says which.
inkotls_status inkotls_roots_add_pem(inkotls_roots *roots, const void *data, size_t len);

/// Adds every certificate of a PEM file, as inkotls_roots_add_pem does. Reads the file: call it
/// where that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_pem.
inkotls_status inkotls_roots_add_pem_file(inkotls_roots *roots, const char *path, size_t len);

/// Adds one certificate in DER (RFC 5280).
///
/// roots: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the certificate cannot be parsed.
inkotls_status inkotls_roots_add_der(inkotls_roots *roots, const void *data, size_t len);

/// Adds what the platform trusts. It is read when a config is built: on Linux and the BSDs from
/// the certificate files of the distribution.
///
/// On Linux and the BSDs, two environment variables replace the files of the distribution, even if
/// only one of them is set: SSL_CERT_FILE, a file in PEM, and SSL_CERT_DIR, directories with such
/// files, separated by colons. Then only the certificates that the variables name are trusted. The
/// variables, too, are read when a config is built. Building fails with
/// INKOTLS_STATUS_NO_TRUST_ANCHORS, and an error message that names the variable, if the file
/// cannot be read or has no certificate, or if no file is named and the directories have no
/// certificate.
///
/// roots: must not be NULL.
inkotls_status inkotls_roots_add_platform(inkotls_roots *roots);

/// Adds every certificate of a PEM text as a peer's own: all of them, or none if one is bad. A peer
/// that presents exactly such a certificate is trusted, whoever issued the certificate. This is the
/// way to trust a self-signed development certificate, as "openssl req -x509" makes it.
///
/// The peer must prove that it has the private key of the certificate. The validity period, the key
/// usages and, on a client, the server name are verified as for any other certificate. The issuer
/// and CRLs are not looked at. The roots may hold certificate authorities, too; they need not.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the text has no certificate, or one that cannot be parsed;
/// the error message says which.
inkotls_status inkotls_roots_add_peer_certificate_pem(inkotls_roots *roots,
                                                      const void *data,
                                                      size_t len);

/// Adds every certificate of a PEM file as a peer's own, as inkotls_roots_add_peer_certificate_pem
/// does. Reads the file: call it where that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_peer_certificate_pem.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, has a NUL inside or is PEM
/// text; the error message does not repeat it.
inkotls_status inkotls_roots_add_peer_certificate_pem_file(inkotls_roots *roots,
                                                           const char *path,
                                                           size_t len);

/// Adds one certificate in DER as a peer's own, as inkotls_roots_add_peer_certificate_pem does.
///
/// roots: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: the certificate cannot be parsed.
inkotls_status inkotls_roots_add_peer_certificate_der(inkotls_roots *roots,
                                                      const void *data,
                                                      size_t len);

/// Adds every certificate revocation list (CRL, RFC 5280) of a PEM text: all of them, or none
/// where one is bad. With the first CRL, revocation is checked: the whole chain, and a certificate
/// whose issuer has no CRL here is refused. inkotls_roots_set_revocation changes that. To renew
/// CRLs, build a new config.
///
/// roots: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: there is no CRL in it, or one that cannot be used; the
/// error text says which.
inkotls_status inkotls_roots_add_crl_pem(inkotls_roots *roots, const void *data, size_t len);

/// Adds every CRL of a PEM file, as inkotls_roots_add_crl_pem does. Reads the file: call it where
/// that may block.
///
/// roots: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_roots_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE: as for inkotls_roots_add_crl_pem.
inkotls_status inkotls_roots_add_crl_pem_file(inkotls_roots *roots, const char *path, size_t len);

/// Adds one CRL in DER, as inkotls_roots_add_crl_pem does.
///
/// roots: must not be NULL.
/// data, len: the CRL, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be used.
inkotls_status inkotls_roots_add_crl_der(inkotls_roots *roots, const void *data, size_t len);

/// Says how strictly CRLs are read. Without any CRL this changes nothing.
///
/// roots: must not be NULL.
/// bits: bits of inkotls_revocation, in place of those set before; 0, as at first, is the whole
/// chain, every status known, and the nextUpdate of a CRL not looked at.
inkotls_status inkotls_roots_set_revocation(inkotls_roots *roots, int32_t bits);

/// Adds a peer that is trusted by its public key, and shows that in place of a certificate (RFC
/// 7250). Needs TLS 1.3 and a peer that can do it. Roots hold such keys or certificates, not both:
/// building a config fails with INKOTLS_STATUS_INVALID_STATE. Server names are not verified.
///
/// roots: must not be NULL.
/// data, len: SubjectPublicKeyInfo (RFC 5280) in DER, in bytes; borrowed for this call. Of one's
/// own identity, inkotls_identity_raw_public_key has it.
///
/// INKOTLS_STATUS_INVALID_KEY: it is no SubjectPublicKeyInfo.
inkotls_status inkotls_roots_add_raw_public_key(inkotls_roots *roots, const void *data, size_t len);

/// Returns the sentence for the last call on `roots` that failed, "" before that. Never NULL; the
/// text lives until the next non-const call on `roots`.
const char *inkotls_roots_error(const inkotls_roots *roots);

/// Returns errno of the last call on `roots` that failed, or INKOTLS_STATUS_NONE.
int32_t inkotls_roots_os_error(const inkotls_roots *roots);

/// Frees the roots. Builders that were given them keep a copy. NULL does nothing.
void inkotls_roots_free(inkotls_roots *roots);

/// Makes an empty identity. Free it with inkotls_identity_free. NULL only if the library has a
/// bug that was caught.
inkotls_identity *inkotls_identity_new(void);

/// Sets the chain from a PEM text: the peer's view of who this is, first, then the certificate
/// of its issuer, and so on; the root may be left out.
///
/// identity: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call. Sections that are not certificates are
/// passed over, so that the file may hold the key as well.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: there is no certificate in it, or one that cannot be
/// parsed.
/// INKOTLS_STATUS_KEY_MISMATCH: the key that was set before is for another certificate.
inkotls_status inkotls_identity_set_chain_pem(inkotls_identity *identity,
                                              const void *data,
                                              size_t len);

/// Sets the chain from a PEM file, as inkotls_identity_set_chain_pem does. Reads the file: call
/// it where that may block.
///
/// identity: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_identity_os_error has errno.
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_KEY_MISMATCH: as for
/// inkotls_identity_set_chain_pem.
inkotls_status inkotls_identity_set_chain_pem_file(inkotls_identity *identity,
                                                   const char *path,
                                                   size_t len);

/// Appends one certificate in DER (RFC 5280) to the chain. Call it for the end entity's first,
/// then for its issuer's, and so on.
///
/// identity: must not be NULL.
/// data, len: the certificate, in bytes; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be parsed.
/// INKOTLS_STATUS_KEY_MISMATCH: the key that was set before is for another certificate.
inkotls_status inkotls_identity_add_chain_der(inkotls_identity *identity,
                                              const void *data,
                                              size_t len);

/// Sets the private key from a PEM text: its first "PRIVATE KEY" (PKCS#8), "RSA PRIVATE KEY"
/// (PKCS#1) or "EC PRIVATE KEY" (SEC1) section.
///
/// identity: must not be NULL.
/// data, len: the PEM, in bytes; borrowed for this call. Wipe it afterwards.
///
/// INKOTLS_STATUS_INVALID_KEY: there is no key in it, or it is encrypted, or of a kind that is
/// not supported.
/// INKOTLS_STATUS_KEY_MISMATCH: it is not the key of the chain that was set before.
inkotls_status inkotls_identity_set_key_pem(inkotls_identity *identity,
                                            const void *data,
                                            size_t len);

/// Sets the private key from a PEM file, as inkotls_identity_set_key_pem does. Reads the file:
/// call it where that may block.
///
/// identity: must not be NULL.
/// path, len: the file's path in UTF-8, in bytes without a NUL; borrowed for this call.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the path is empty, is not UTF-8, or is PEM text. The error
/// message does not repeat PEM text; the call without "_file" in its name reads it.
/// INKOTLS_STATUS_IO_ERROR: the file cannot be read; inkotls_identity_os_error has errno.
/// INKOTLS_STATUS_INVALID_KEY, INKOTLS_STATUS_KEY_MISMATCH: as for inkotls_identity_set_key_pem.
inkotls_status inkotls_identity_set_key_pem_file(inkotls_identity *identity,
                                                 const char *path,
                                                 size_t len);

/// Sets the private key from DER: PKCS#8 (RFC 5958), PKCS#1 (RFC 8017) or SEC1 (RFC 5915), told
/// apart by their structure.
///
/// identity: must not be NULL.
/// data, len: the key, in bytes; borrowed for this call. Wipe it afterwards.
///
/// INKOTLS_STATUS_INVALID_KEY, INKOTLS_STATUS_KEY_MISMATCH: as for inkotls_identity_set_key_pem.
inkotls_status inkotls_identity_set_key_der(inkotls_identity *identity,
                                            const void *data,
                                            size_t len);

/// Lets the host sign, with a private key that stays where it is: in a token, in another process.
/// In the place of a private key, or a signer, that was set before. The chain says which key it is,
/// and may be set before or after.
///
/// Every signature is verified before it is sent. A signer that refuses, or whose answer is no
/// signature, fails the handshake with INKOTLS_STATUS_INVALID_KEY; the peer gets the alert
/// internal_error, but for that of a TLS 1.3 client, which gets none.
///
/// identity: must not be NULL.
/// schemes, count: the signature schemes that it can do, the preferred first, as IANA numbers, all
/// for the same kind of key; copied. RSA: 0x0804 to 0x0806 (PSS), and for TLS 1.2 0x0401, 0x0501,
/// 0x0601 (PKCS#1); without one of PSS it serves TLS 1.2 only. ECDSA: 0x0403 for P-256, 0x0503
/// for P-384. Ed25519: 0x0807.
/// sign: must not be NULL.
/// user_data: handed to it; may be NULL. It must live as long as the configs that were given the
/// identity, even where another has taken its place, and their connections, and be fit for every
/// thread that uses one of these.
/// may_block: 1 where it may take time: INKOTLS_STATUS_WANT_BLOCKING announces its calls, and they
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no scheme, or one that is not among these, or they are
/// for different kinds of key; or `may_block` is neither 0 nor 1.
/// INKOTLS_STATUS_KEY_MISMATCH: a scheme does not fit the chain that was set before.
inkotls_status inkotls_identity_set_signer(inkotls_identity *identity,
                                           const uint16_t *schemes,
                                           size_t count,
                                           inkotls_sign_callback sign,
                                           void *user_data,
                                           int32_t may_block);

/// Sets the OCSP response (RFC 6960) that a server staples to its certificate, for clients that
/// ask. It is not looked into. To renew it, make the identity anew and put it in the place of the
/// old one: inkotls_sni_map_set.
///
/// identity: must not be NULL.
/// data, len: the OCSPResponse in DER, in bytes; copied. A length of 0 removes it.
inkotls_status inkotls_identity_set_ocsp_staple(inkotls_identity *identity,
                                                const void *data,
                                                size_t len);

/// Makes the identity show its bare public key in place of a certificate chain (RFC 7250), to
/// peers that know the key: inkotls_roots_add_raw_public_key. Needs TLS 1.3, and a peer that asks
/// for raw public keys: the handshake with any other fails.
///
/// identity: must not be NULL, and must have its private key; a chain is not needed, except to a
/// signer: its first certificate has the key.
///
/// INKOTLS_STATUS_INVALID_KEY: it has no private key.
inkotls_status inkotls_identity_use_raw_public_key(inkotls_identity *identity);

/// Lends the public key of the identity's private key.
///
/// identity: must not be NULL.
/// out_key, out_len: SubjectPublicKeyInfo (RFC 5280) in DER, in bytes; must not be NULL. It lives
/// until the next non-const call on `identity`.
///
/// INKOTLS_STATUS_NONE: there is no private key, or a signer without a chain.
inkotls_status inkotls_identity_raw_public_key(const inkotls_identity *identity,
                                               const uint8_t **out_key,
                                               size_t *out_len);

/// Returns the sentence for the last call on `identity` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `identity`.
const char *inkotls_identity_error(const inkotls_identity *identity);

/// Returns errno of the last call on `identity` that failed, or INKOTLS_STATUS_NONE.
int32_t inkotls_identity_os_error(const inkotls_identity *identity);

/// Frees the identity. Builders that were given it keep it alive as long as they need it. NULL
/// does nothing.
void inkotls_identity_free(inkotls_identity *identity);

/// Makes an empty set of identities with one reference, which is yours to release. NULL only if
/// the library has a bug that was caught.
const inkotls_sni_map *inkotls_sni_map_new(void);

/// Puts an identity under a name, in the place of the one that has this name and a key of the same
/// kind (RSA, ECDSA, Ed25519). So one name may have a certificate of each kind; the client's
/// signature schemes decide. The closest name that has one that fits wins: itself, then its
/// wildcard, then "".
///
/// sni_map: must not be NULL.
/// server_name, len: a DNS name, "*." and a DNS name for any one label before it, or nothing: for
/// clients whose name is not here, and those that ask for none. In bytes without a NUL; upper and
/// lower case are the same; copied.
/// identity: must not be NULL, and complete; it may be freed at once.
///
/// INKOTLS_STATUS_INVALID_NAME: the name is not one of these; inkotls_invalid_name_text says what
/// is wrong with it.
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
/// INKOTLS_STATUS_INVALID_STATE: the identity is a raw public key; or its signer may block, and a
/// builder was given `sni_map` while no identity in it had a signer that may.
inkotls_status inkotls_sni_map_set(const inkotls_sni_map *sni_map,
                                   const char *server_name,
                                   size_t len,
                                   const inkotls_identity *identity);

/// Removes what is under a name. Connections that showed it go on.
///
/// sni_map: must not be NULL.
/// server_name, len: as for inkotls_sni_map_set; borrowed for this call.
///
/// INKOTLS_STATUS_NONE: nothing was.
/// INKOTLS_STATUS_INVALID_NAME: as for inkotls_sni_map_set.
inkotls_status inkotls_sni_map_remove(const inkotls_sni_map *sni_map,
                                      const char *server_name,
                                      size_t len);

/// Adds a reference. Any thread, at any time.
///
/// sni_map: must not be NULL.
inkotls_status inkotls_sni_map_retain(const inkotls_sni_map *sni_map);

/// Ends a reference. Configs keep their own. Any thread, at any time. NULL does nothing.
void inkotls_sni_map_release(const inkotls_sni_map *sni_map);

/// Makes ticket keys with one reference, which is yours to release.
///
/// keys, len: 1 to 16 keys of 32 random bytes, one after the other, in bytes. The first seals
/// tickets, all of them open tickets. Copied, and wiped when no longer used; wipe yours.
/// out_keys: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the length is not 32 to 512, in steps of 32.
inkotls_status inkotls_ticket_keys_new(const void *keys,
                                       size_t len,
                                       const inkotls_ticket_keys **out_keys);

/// Puts other keys in the place of all there were, for every server that uses them. To rotate:
/// first give every server the new key behind the old one, then in front of it, then without the
/// old one. A ticket that no key opens is no error: the handshake is a full one.
///
/// After fork, each process has its own copy of the ticket keys: call this function in every
/// process.
///
/// ticket_keys: must not be NULL.
/// keys, len: as for inkotls_ticket_keys_new.
inkotls_status inkotls_ticket_keys_set(const inkotls_ticket_keys *ticket_keys,
                                       const void *keys,
                                       size_t len);

/// Adds a reference. Any thread, at any time.
///
/// ticket_keys: must not be NULL.
inkotls_status inkotls_ticket_keys_retain(const inkotls_ticket_keys *ticket_keys);

/// Ends a reference. Configs keep their own. Any thread, at any time. NULL does nothing.
void inkotls_ticket_keys_release(const inkotls_ticket_keys *ticket_keys);

/// Verifies the peer as would be done without the callback: against the roots and the CRLs that the
/// builder was given, the name, the time. Returns 0 where it is accepted, or an
/// inkotls_certificate_error; UNKNOWN_ISSUER where there are no roots; or a negative status. A
/// callback that returns the same error hands on its sentence, too.
int32_t inkotls_verification_verify(inkotls_verification *verification);

/// Lends one of the certificates that the peer showed, in DER (RFC 5280), in the order in which it
/// sent them; inkotls_certificate_new tells what is in it. Of a raw public key (RFC 7250), number 0
/// is the SubjectPublicKeyInfo.
///
/// verification: must not be NULL.
/// index: which: 0 is the peer's own, the others are of use to verify it.
/// out_der, out_len: the certificate, in bytes; must not be NULL. It lives until the callback
/// returns.
///
/// INKOTLS_STATUS_NONE: there are no more.
inkotls_status inkotls_verification_certificate(const inkotls_verification *verification,
                                                size_t index,
                                                const uint8_t **out_der,
                                                size_t *out_len);

/// Lends the name that a server must prove: that which the connection was made with, a DNS name or
/// an IP address.
///
/// verification: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the
/// callback returns.
///
/// INKOTLS_STATUS_NONE: the peer is a client.
inkotls_status inkotls_verification_server_name(const inkotls_verification *verification,
                                                const char **out_name,
                                                size_t *out_len);

/// Lends the OCSP response (RFC 6960) that a server stapled to its certificate. It is not verified.
///
/// verification: must not be NULL.
/// out_data, out_len: the OCSPResponse in DER, in bytes; must not be NULL. It lives until the
/// callback returns.
///
/// INKOTLS_STATUS_NONE: there is none.
inkotls_status inkotls_verification_ocsp_staple(const inkotls_verification *verification,
                                                const uint8_t **out_data,
                                                size_t *out_len);

/// Tells the time at which the certificate must be valid.
///
/// verification: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC; must not be NULL.
inkotls_status inkotls_verification_time(const inkotls_verification *verification,
                                         int64_t *out_seconds);

/// Begins the settings of a client: platform trust, TLS 1.2 and 1.3, no ALPN, no identity,
/// resumption in memory, no early data.
/// Ends with inkotls_client_builder_build, or inkotls_client_builder_free. NULL only if the
/// library has a bug that was caught.
inkotls_client_builder *inkotls_client_builder_new(void);

/// Sets what the client trusts. Without this call it trusts what the platform trusts.
///
/// builder: must not be NULL.
/// roots: must not be NULL; copied, and may be freed at once.
inkotls_status inkotls_client_builder_set_roots(inkotls_client_builder *builder,
                                                const inkotls_roots *roots);

/// Adds an ALPN protocol (RFC 7301), the preferred one first. With none, ALPN is not used.
///
/// builder: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
inkotls_status inkotls_client_builder_add_alpn(inkotls_client_builder *builder,
                                               const void *protocol,
                                               size_t len);

/// Adds a protocol version to those that may be negotiated. The first call takes the place of the
/// default, TLS 1.3 and 1.2. The order does not matter: the highest that both sides have is used.
///
/// builder: must not be NULL.
/// version: IANA's number: 0x0304 for TLS 1.3, 0x0303 for TLS 1.2.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is another.
inkotls_status inkotls_client_builder_add_protocol_version(inkotls_client_builder *builder,
                                                           int32_t version);

/// Adds a cipher suite, the preferred one first. The first call takes the place of the default,
/// which inkotls_cipher_suite_at lists.
///
/// builder: must not be NULL.
/// suite: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_cipher_suite_at lists.
inkotls_status inkotls_client_builder_add_cipher_suite(inkotls_client_builder *builder,
                                                       int32_t suite);

/// Adds a group for the key exchange, the preferred one first. The first call takes the place of
/// the default, which inkotls_named_group_at lists.
///
/// builder: must not be NULL.
/// group: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_named_group_at lists.
inkotls_status inkotls_client_builder_add_named_group(inkotls_client_builder *builder,
                                                      int32_t group);

/// Adds an identity that the client may present to servers that ask for a certificate. The client
/// presents the first identity that fits: its key supports a signature scheme that the server
/// accepts and, if the server names certificate authorities, its chain has one of them as an
/// issuer. If no identity fits, the client presents no certificate. A log message of level
/// INKOTLS_LOG_WARN then says why; so does the error message of the connection, if the server
/// answers with a fatal alert.
///
/// builder: must not be NULL.
/// identity: must not be NULL, and complete; it may be freed at once. All of a client's identities
/// have certificates, or all are raw public keys: otherwise building the config fails with
/// INKOTLS_STATUS_INVALID_STATE.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
inkotls_status inkotls_client_builder_add_identity(inkotls_client_builder *builder,
                                                   const inkotls_identity *identity);

/// Has the host decide whether to trust a server, in the place of the standard verification, which
/// the callback can have made first: inkotls_verification_verify. A callback that does not look is
/// as good as none: hence dangerous.
///
/// The callback is not called when a session is resumed, because the server was verified in the
/// full handshake that the session comes from. A host that looks at the certificate again, after
/// the handshake, can only end the connection with inkotls_conn_close: the server then reads
/// close_notify, not an alert. Without a session cache, the callback is called for every
/// connection.
///
/// builder: must not be NULL.
/// verify: must not be NULL.
/// user_data: handed to it; may be NULL. It must live as long as the config, and be fit for every
/// thread that uses one of its connections.
/// may_block: 1 where it may take time: INKOTLS_STATUS_WANT_BLOCKING announces its calls, and they
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: `may_block` is neither 0 nor 1.
inkotls_status inkotls_client_builder_set_dangerous_verifier(inkotls_client_builder *builder,
                                                             inkotls_verify_callback verify,
                                                             void *user_data,
                                                             int32_t may_block);

/// Sets how many servers the config remembers sessions of, in memory, for its connections to
/// resume. Default: 256.
///
/// Memory is bounded in bytes, too. The sessions of one server take at most 128 KiB, and at most 8
/// of them are of TLS 1.3. All sessions together take at most 16 KiB for each server that is
/// allowed, or 256 KiB if that is more; by default that is 4 MiB. The sessions of the server that
/// was used least recently are removed first.
///
/// A session ends 7 days after the full handshake that it comes from. It ends earlier if a
/// certificate that the server presented in that handshake, its own or an issuer's, expires earlier
/// (notAfter). A resumed connection gives new sessions the same end. If a host's verifier accepted
/// a certificate that had expired, the session is not resumed at all. Raw public keys do not
/// expire.
///
/// After fork, the new process starts without sessions; the old process keeps its sessions.
///
/// builder: must not be NULL.
/// servers: how many, at most 1048576; 0 for no resumption.
inkotls_status inkotls_client_builder_set_session_cache(inkotls_client_builder *builder,
                                                        size_t servers);

/// Sets how TLS 1.2 sessions are resumed: by session id or by ticket at first.
///
/// builder: must not be NULL.
/// how: an inkotls_tls12_resumption.
inkotls_status inkotls_client_builder_set_tls12_resumption(inkotls_client_builder *builder,
                                                           int32_t how);

/// Sets whether connections that resume a session offer early data (0-RTT; RFC 8446, section 2.3):
/// see inkotls_conn_write_early_data. They do not at first: who records early data can send it
/// again, to the same server or another, so it may only ask for what does no harm when it is done
/// twice.
///
/// Early data belongs to the ALPN protocol of its session. A connection that does not offer that
/// protocol resumes the session without early data. A server that accepts early data and chooses
/// another protocol breaks the protocol: the connection fails with INKOTLS_STATUS_PROTOCOL_ERROR.
/// No alert is sent then, because rustls sends alerts for its own errors only; the server sees the
/// transport end.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
inkotls_status inkotls_client_builder_set_early_data(inkotls_client_builder *builder,
                                                     int32_t enabled);

/// Sets whether certificates may be compressed (RFC 8879, with zlib), ours and the peer's. They
/// may at first, in a library that was built with the feature `compression`.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
inkotls_status inkotls_client_builder_set_certificate_compression(inkotls_client_builder *builder,
                                                                  int32_t enabled);

/// Sets whether TLS 1.2 needs the extended master secret (RFC 7627), without which an attacker in
/// the middle can make two connections share their keys. It does not at first: a peer that has it
/// gets it. A peer that has not fails the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, where
/// this is set; and inkotls_conn_channel_binding gives tls-exporter in TLS 1.2, too.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
inkotls_status inkotls_client_builder_set_extended_master_secret_required(inkotls_client_builder *builder,
                                                                          int32_t enabled);

/// Sets one of the limits of a connection.
///
/// builder: must not be NULL.
/// limit: an inkotls_limit, where each one's default and range are.
/// bytes: the limit, in bytes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such limit, or it is out of its range.
inkotls_status inkotls_client_builder_set_limit(inkotls_client_builder *builder,
                                                int32_t limit,
                                                size_t bytes);

/// Gives the secrets of every connection to the host, in lines of the NSS key log format, for a
/// program such as Wireshark to read a capture with. Dangerous: who has them reads everything.
///
/// builder: must not be NULL.
/// callback: must not be NULL. It comes from any call on a connection that drives its handshake,
/// or that reads, writes or updates keys, on the thread of that call.
/// user_data: handed to the callback; may be NULL. It must live as long as the config, and be fit
/// for every thread that uses one of its connections.
inkotls_status inkotls_client_builder_set_dangerous_key_log(inkotls_client_builder *builder,
                                                            inkotls_key_log_callback callback,
                                                            void *user_data);

/// Appends the secrets of every connection to the file that the environment variable
/// SSLKEYLOGFILE names when this is called; does nothing where it names none. Dangerous, as
/// inkotls_client_builder_set_dangerous_key_log is; and the handshake writes to a file.
///
/// builder: must not be NULL.
inkotls_status inkotls_client_builder_set_dangerous_key_log_file(inkotls_client_builder *builder);

/// Makes the config, and uses the builder up: when it returns OK the builder is freed, and the
/// config has one reference, which is yours to release. When it fails the builder is as it was,
/// its error text tells why, and it is yours to mend or to free.
///
/// builder: must not be NULL.
/// out_config: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the versions, cipher suites and groups that were added do not
/// go together.
/// INKOTLS_STATUS_NO_TRUST_ANCHORS: there is no trust anchor in what the client trusts; or
/// SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used: see inkotls_roots_add_platform.
///
/// Reads the platform's certificate files, if those are trusted: call it where that may block.
inkotls_status inkotls_client_builder_build(inkotls_client_builder *builder,
                                            const inkotls_client_config **out_config);

/// Returns the sentence for the last call on `builder` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `builder`.
const char *inkotls_client_builder_error(const inkotls_client_builder *builder);

/// Frees a builder that was not built. NULL does nothing.
void inkotls_client_builder_free(inkotls_client_builder *builder);

/// Returns 1 where connections with this config may answer INKOTLS_STATUS_WANT_BLOCKING: a
/// verifier or a signer was set that may block, or the platform's verification may;
/// 0 where they never do; or INKOTLS_STATUS_INVALID_ARGUMENT for NULL.
int32_t inkotls_client_config_may_block(const inkotls_client_config *config);

/// Adds a reference. Any thread, at any time.
///
/// config: must not be NULL.
inkotls_status inkotls_client_config_retain(const inkotls_client_config *config);

/// Ends a reference; the last one frees the config. Connections keep their own. Any thread, at
/// any time. NULL does nothing.
void inkotls_client_config_release(const inkotls_client_config *config);

/// Begins the settings of a server: TLS 1.2 and 1.3, no client certificates, no ALPN, resumption in
/// memory, no early data.
/// Ends with inkotls_server_builder_build, or inkotls_server_builder_free. NULL only if the
/// library has a bug that was caught.
inkotls_server_builder *inkotls_server_builder_new(void);

/// Sets the certificate chain and key that the server shows. A server needs them.
///
/// builder: must not be NULL.
/// identity: must not be NULL, and complete; it may be freed at once.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE, INKOTLS_STATUS_INVALID_KEY: the identity has no chain, or
/// no key.
inkotls_status inkotls_server_builder_set_identity(inkotls_server_builder *builder,
                                                   const inkotls_identity *identity);

/// Sets what the server chooses its certificate chain and key from, by the name that a client asks
/// for. In place of inkotls_server_builder_set_identity. A client for which there is none fails
/// the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, and is told so: access_denied where it is
/// for the name, handshake_failure where it is for the client's signature schemes.
///
/// builder: must not be NULL.
/// sni_map: must not be NULL; the config keeps a reference of its own, and sees every change.
inkotls_status inkotls_server_builder_set_sni_map(inkotls_server_builder *builder,
                                                  const inkotls_sni_map *sni_map);

/// Adds an ALPN protocol (RFC 7301), the preferred one first. With none, ALPN is not used. A server
/// that picks by other reasons has an acceptor show the client's list, and sets the connection's:
/// inkotls_conn_clear_alpn, inkotls_conn_add_alpn.
///
/// builder: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
inkotls_status inkotls_server_builder_add_alpn(inkotls_server_builder *builder,
                                               const void *protocol,
                                               size_t len);

/// Adds a protocol version to those that may be negotiated. The first call takes the place of the
/// default, TLS 1.3 and 1.2. The order does not matter: the highest that both sides have is used.
///
/// builder: must not be NULL.
/// version: IANA's number: 0x0304 for TLS 1.3, 0x0303 for TLS 1.2.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is another.
inkotls_status inkotls_server_builder_add_protocol_version(inkotls_server_builder *builder,
                                                           int32_t version);

/// Adds a cipher suite, the preferred one first. The first call takes the place of the default,
/// which inkotls_cipher_suite_at lists, and of the client's preference, which counts until then.
///
/// builder: must not be NULL.
/// suite: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_cipher_suite_at lists.
inkotls_status inkotls_server_builder_add_cipher_suite(inkotls_server_builder *builder,
                                                       int32_t suite);

/// Adds a group for the key exchange. The first call takes the place of the default, which
/// inkotls_named_group_at lists. The client's preference counts.
///
/// builder: must not be NULL.
/// group: IANA's number.
///
/// INKOTLS_STATUS_UNSUPPORTED: it is none that inkotls_named_group_at lists.
inkotls_status inkotls_server_builder_add_named_group(inkotls_server_builder *builder,
                                                      int32_t group);

/// Sets whether clients are asked for a certificate; they are not at first. What a client shows is
/// always verified: inkotls_conn_peer_certificate has it.
///
/// builder: must not be NULL.
/// mode: an inkotls_client_auth.
/// roots: whom clients must be certified by; NULL only with INKOTLS_CLIENT_AUTH_OFF. Copied, and
/// may be freed at once. Their names are sent to clients, which choose by them. Raw public keys are
/// required or not asked for: with INKOTLS_CLIENT_AUTH_OPTIONAL the config is not built.
///
/// If a certificate is required and the client presents none, the handshake fails with
/// INKOTLS_STATUS_INVALID_PEER_CERTIFICATE and INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED. The alert
/// is certificate_required (116) in TLS 1.3, and handshake_failure (40) in TLS 1.2, which has no
/// alert of its own for this.
inkotls_status inkotls_server_builder_set_client_auth(inkotls_server_builder *builder,
                                                      int32_t mode,
                                                      const inkotls_roots *roots);

/// Has the host decide whether to trust a client, in the place of the standard verification, which
/// the callback can have made first: inkotls_verification_verify. A callback that does not look is
/// as good as none: hence dangerous.
///
/// The callback needs inkotls_server_builder_set_client_auth, whose roots may be empty then. It is
/// not called for a client that presents no certificate, nor when a session is resumed: the client
/// was verified in the full handshake that the session comes from, so servers that share sessions
/// must decide alike. A host that looks at the certificate again, after the handshake, can only end
/// the connection with inkotls_conn_close: the client then reads close_notify, not an alert.
///
/// builder: must not be NULL.
/// verify: must not be NULL.
/// user_data: handed to it; may be NULL. It must live as long as the config, and be fit for every
/// thread that uses one of its connections.
/// may_block: 1 where it may take time: INKOTLS_STATUS_WANT_BLOCKING announces its calls, and they
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: `may_block` is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_dangerous_verifier(inkotls_server_builder *builder,
                                                             inkotls_verify_callback verify,
                                                             void *user_data,
                                                             int32_t may_block);

/// Keeps sessions in memory for clients to resume: TLS 1.2 by session id, TLS 1.3 by tickets that
/// work once. Replaces inkotls_server_builder_set_session_store.
///
/// Memory is bounded in bytes, too: all sessions together take at most 16 KiB for each session that
/// is allowed, or 256 KiB if that is more; by default that is 4 MiB. The session that was used
/// least recently is removed first.
///
/// A session ends 7 days after the full handshake that it comes from. It ends earlier if a
/// certificate that the client presented in that handshake, its own or an issuer's, expires earlier
/// (notAfter). A resumed connection gives new sessions the same end. If a host's verifier accepted
/// a certificate that had expired, the session is not resumed at all. Raw public keys do not
/// expire. All this is true of sessions in a session store and in tickets, too.
///
/// After fork, the new process starts without sessions: no process resumes the sessions of another,
/// or accepts early data that another accepted. Processes that are to resume each other's sessions
/// need ticket keys or a session store.
///
/// builder: must not be NULL.
/// sessions: how many, at most 1048576; 0 for none. Default: 256.
inkotls_status inkotls_server_builder_set_session_cache(inkotls_server_builder *builder,
                                                        size_t sessions);

/// Keeps sessions in a store of the host's, such as the cache of a fleet: any server with the same
/// store resumes them. What is kept has the secrets of the session: who reads it reads the
/// connection, and who writes it is whom he likes. In place of
/// inkotls_server_builder_set_session_cache.
///
/// A session is resumed only by a server that asks the same of clients as the server where the
/// session began: the same inkotls_client_auth, and roots that were filled with the same things in
/// the same order. So new CRLs end the sessions of the clients that they revoke.
///
/// A session ends as inkotls_server_builder_set_session_cache describes: the end is part of what is
/// stored, and the library checks it. The clocks of the servers must agree.
///
/// builder: must not be NULL.
/// put, get: must not be NULL. A `get` that returns a length that cannot be has found nothing.
/// user_data: handed to both; may be NULL. It must live as long as the config, and be fit for every
/// thread that uses one of its connections.
/// may_block: 1 where they may take time: INKOTLS_STATUS_WANT_BLOCKING announces their calls, which
/// come from inkotls_conn_run_blocking only. 0: they come from the calls that drive a handshake,
/// which wait for them, and from inkotls_conn_run_blocking where something else may block.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: `may_block` is neither 0 nor 1.
inkotls_status inkotls_server_builder_set_session_store(inkotls_server_builder *builder,
                                                        inkotls_session_put_callback put,
                                                        inkotls_session_get_callback get,
                                                        void *user_data,
                                                        int32_t may_block);

/// Makes tickets that hold the session themselves, for clients of TLS 1.3, and of TLS 1.2 that
/// take tickets; others are still kept in the session cache or store. Such a ticket works as often
/// as it is shown, so early data is not possible with it. As with
/// inkotls_server_builder_set_session_store, only servers that ask as much of clients take it. All
/// tickets of a connection have 45 KiB at most: with a client's chain in them, there may be fewer.
/// However often the session in a ticket is renewed, it ends as
/// inkotls_server_builder_set_session_cache describes.
///
/// builder: must not be NULL.
/// ticket_keys: must not be NULL; the config keeps a reference of its own.
inkotls_status inkotls_server_builder_set_ticket_keys(inkotls_server_builder *builder,
                                                      const inkotls_ticket_keys *ticket_keys);

/// Sets how many tickets a TLS 1.3 client gets after its handshake.
///
/// builder: must not be NULL.
/// tickets: 0 to 16; 2 at first.
inkotls_status inkotls_server_builder_set_ticket_count(inkotls_server_builder *builder,
                                                       size_t tickets);

/// Sets how much early data (0-RTT; RFC 8446, section 2.3) is taken from a client that resumes a
/// session: see inkotls_conn_read_early_data. None at first: who records early data can send it
/// again. Here a ticket works once, so that of all who show it one is listened to, as long as the
/// session store gives it out once; and that one need not be the client. So do only what does no
/// harm when it is done twice, until the handshake is done.
///
/// A server accepts early data only with sessions that were made while early data was allowed. Any
/// other session is resumed without early data.
///
/// builder: must not be NULL.
/// bytes: how many bytes are accepted, and held until they are read. 0 disables early data. Values
/// from 1 to 16383 are raised to 16384.
///
/// A server that refuses early data, for example because the ticket was used before, skips all of
/// it that comes before the first byte of the answer is drained, within INKOTLS_LIMIT_HANDSHAKE. Of
/// what comes later, the server skips 8000 bytes, or fewer if they come in many records. If a
/// client sends more, the handshake may fail, on the server with INKOTLS_STATUS_PROTOCOL_ERROR. So
/// clients should send little.
///
/// Building the config fails with INKOTLS_STATUS_INVALID_STATE where there are ticket keys, whose
/// tickets work more than once.
inkotls_status inkotls_server_builder_set_max_early_data(inkotls_server_builder *builder,
                                                         uint32_t bytes);

/// Sets whether certificates may be compressed (RFC 8879, with zlib), ours and the peer's. They
/// may at first, in a library that was built with the feature `compression`.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
inkotls_status inkotls_server_builder_set_certificate_compression(inkotls_server_builder *builder,
                                                                  int32_t enabled);

/// Sets whether TLS 1.2 needs the extended master secret (RFC 7627), without which an attacker in
/// the middle can make two connections share their keys. It does not at first: a peer that has it
/// gets it. A peer that has not fails the handshake with INKOTLS_STATUS_HANDSHAKE_FAILED, where
/// this is set; and inkotls_conn_channel_binding gives tls-exporter in TLS 1.2, too.
///
/// builder: must not be NULL.
/// enabled: 1 or 0.
inkotls_status inkotls_server_builder_set_extended_master_secret_required(inkotls_server_builder *builder,
                                                                          int32_t enabled);

/// Sets one of the limits of a connection.
///
/// builder: must not be NULL.
/// limit: an inkotls_limit, where each one's default and range are.
/// bytes: the limit, in bytes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such limit, or it is out of its range.
inkotls_status inkotls_server_builder_set_limit(inkotls_server_builder *builder,
                                                int32_t limit,
                                                size_t bytes);

/// Gives the secrets of every connection to the host, in lines of the NSS key log format, for a
/// program such as Wireshark to read a capture with. Dangerous: who has them reads everything.
///
/// builder: must not be NULL.
/// callback: must not be NULL. It comes from any call on a connection that drives its handshake,
/// or that reads, writes or updates keys, on the thread of that call.
/// user_data: handed to the callback; may be NULL. It must live as long as the config, and be fit
/// for every thread that uses one of its connections.
inkotls_status inkotls_server_builder_set_dangerous_key_log(inkotls_server_builder *builder,
                                                            inkotls_key_log_callback callback,
                                                            void *user_data);

/// Appends the secrets of every connection to the file that the environment variable
/// SSLKEYLOGFILE names when this is called; does nothing where it names none. Dangerous, as
/// inkotls_server_builder_set_dangerous_key_log is; and the handshake writes to a file.
///
/// builder: must not be NULL.
inkotls_status inkotls_server_builder_set_dangerous_key_log_file(inkotls_server_builder *builder);

/// Makes the config, and uses the builder up: when it returns OK the builder is freed, and the
/// config has one reference, which is yours to release. When it fails the builder is as it was,
/// its error text tells why, and it is yours to mend or to free.
///
/// builder: must not be NULL.
/// out_config: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: no identity was set.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the versions, cipher suites and groups that were added do not
/// go together.
/// INKOTLS_STATUS_NO_TRUST_ANCHORS: client certificates are asked for, and there is no trust anchor
/// for them; or SSL_CERT_FILE or SSL_CERT_DIR is set and cannot be used: see
/// inkotls_roots_add_platform.
/// INKOTLS_STATUS_INVALID_STATE: there is a verifier of clients, and no certificate is asked for;
/// or early data goes with ticket keys; or raw public keys with something that they do not go with.
/// Reads the platform's certificate files, if client certificates are verified by those: call it
/// where that may block.
inkotls_status inkotls_server_builder_build(inkotls_server_builder *builder,
                                            const inkotls_server_config **out_config);

/// Returns the sentence for the last call on `builder` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `builder`.
const char *inkotls_server_builder_error(const inkotls_server_builder *builder);

/// Frees a builder that was not built. NULL does nothing.
void inkotls_server_builder_free(inkotls_server_builder *builder);

/// Returns 1 where connections with this config may answer INKOTLS_STATUS_WANT_BLOCKING: a
/// verifier, a signer or a session store was set that may block;
/// 0 where they never do; or INKOTLS_STATUS_INVALID_ARGUMENT for NULL.
int32_t inkotls_server_config_may_block(const inkotls_server_config *config);

/// Adds a reference. Any thread, at any time.
///
/// config: must not be NULL.
inkotls_status inkotls_server_config_retain(const inkotls_server_config *config);

/// Ends a reference; the last one frees the config. Connections keep their own. Any thread, at
/// any time. NULL does nothing.
void inkotls_server_config_release(const inkotls_server_config *config);

/// Makes an acceptor for one incoming connection. Ends with inkotls_acceptor_into_conn, or
/// inkotls_acceptor_free. NULL only if the library has a bug that was caught.
inkotls_acceptor *inkotls_acceptor_new(void);

/// Attaches a socket, as inkotls_conn_set_fd does. It goes along to the connection.
///
/// acceptor: must not be NULL.
/// fd: a connected stream socket.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the descriptor is negative, or is not a stream socket;
/// inkotls_acceptor_os_error has errno.
inkotls_status inkotls_acceptor_set_fd(inkotls_acceptor *acceptor, int32_t fd);

/// Attaches two descriptors, as inkotls_conn_set_fds does. They go along to the connection.
///
/// acceptor: must not be NULL.
/// read_fd, write_fd: connected stream sockets or ends of pipes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: a descriptor is negative, is neither a stream socket nor a
/// pipe, or is the wrong end of a pipe; inkotls_acceptor_os_error has errno.
inkotls_status inkotls_acceptor_set_fds(inkotls_acceptor *acceptor,
                                        int32_t read_fd,
                                        int32_t write_fd);

/// Attaches two functions of the host's, as inkotls_conn_set_io does. They go along to the
/// connection.
///
/// acceptor: must not be NULL.
/// read, write: must not be NULL.
/// user_data: handed to both; may be NULL.
inkotls_status inkotls_acceptor_set_io(inkotls_acceptor *acceptor,
                                       inkotls_read_callback read,
                                       inkotls_write_callback write,
                                       void *user_data);

/// Detaches the socket, the descriptors or the callbacks, as inkotls_conn_detach does.
///
/// acceptor: must not be NULL.
inkotls_status inkotls_acceptor_detach(inkotls_acceptor *acceptor);

/// Takes ciphertext from the network, as inkotls_conn_feed does.
///
/// acceptor: must not be NULL.
/// data, len: the ciphertext, in bytes; copied.
/// used: receives the number of bytes accepted; must not be NULL. It may be less than len.
///
/// INKOTLS_STATUS_FULL: nothing was accepted, because the read buffer is full. Call
/// inkotls_acceptor_accept first.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_acceptor_feed_eof was called before.
inkotls_status inkotls_acceptor_feed(inkotls_acceptor *acceptor,
                                     const void *data,
                                     size_t len,
                                     size_t *used);

/// Says that the network has ended: the peer will send nothing more.
///
/// acceptor: must not be NULL.
inkotls_status inkotls_acceptor_feed_eof(inkotls_acceptor *acceptor);

/// Hands out ciphertext for the network: the alert that refuses a ClientHello. As
/// inkotls_conn_drain.
///
/// acceptor: must not be NULL.
/// buf, cap: where the ciphertext goes, in bytes.
/// out_len: how many bytes were written, 0 where nothing is waiting; must not be NULL.
inkotls_status inkotls_acceptor_drain(inkotls_acceptor *acceptor,
                                      void *buf,
                                      size_t cap,
                                      size_t *out_len);

/// Reads until the ClientHello is whole. Does no cryptography.
///
/// acceptor: must not be NULL.
///
/// INKOTLS_STATUS_OK: it is; look at it, then call inkotls_acceptor_into_conn.
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed
/// or drain.
/// INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_UNEXPECTED_EOF: the peer left, with or without
/// close_notify.
/// INKOTLS_STATUS_ALERT_RECEIVED: the peer sent an alert instead of a ClientHello.
/// INKOTLS_STATUS_PROTOCOL_ERROR, INKOTLS_STATUS_HANDSHAKE_FAILED: what came is no ClientHello
/// that can be read. Before it answers that, it answers INKOTLS_STATUS_WANT_WRITE until the alert
/// is gone; then end the socket as is said at inkotls_conn_close.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_acceptor_os_error has errno.
inkotls_status inkotls_acceptor_accept(inkotls_acceptor *acceptor);

/// Lends the server name (SNI, RFC 6066) of the ClientHello, in lower case.
///
/// acceptor: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the client asked for none, or the ClientHello is not whole.
inkotls_status inkotls_acceptor_server_name(const inkotls_acceptor *acceptor,
                                            const char **out_name,
                                            size_t *out_len);

/// Lends one of the ALPN protocols (RFC 7301) of the ClientHello.
///
/// acceptor: must not be NULL.
/// index: which, from 0, in the client's order.
/// out_protocol, out_len: the protocol's name, in bytes; must not be NULL. It lives until the
/// next non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: there are no more, or the ClientHello is not whole.
inkotls_status inkotls_acceptor_alpn(const inkotls_acceptor *acceptor,
                                     size_t index,
                                     const uint8_t **out_protocol,
                                     size_t *out_len);

/// Lends the cipher suites of the ClientHello, as IANA numbers in the client's order.
///
/// acceptor: must not be NULL.
/// out_suites, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
inkotls_status inkotls_acceptor_cipher_suites(const inkotls_acceptor *acceptor,
                                              const uint16_t **out_suites,
                                              size_t *out_count);

/// Lends the signature schemes of the ClientHello (RFC 8446, section 4.2.3), as IANA numbers in
/// the client's order.
///
/// acceptor: must not be NULL.
/// out_schemes, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
inkotls_status inkotls_acceptor_signature_schemes(const inkotls_acceptor *acceptor,
                                                  const uint16_t **out_schemes,
                                                  size_t *out_count);

/// Lends the groups of the ClientHello (supported_groups, RFC 8446, section 4.2.7), as IANA
/// numbers in the client's order.
///
/// acceptor: must not be NULL.
/// out_groups, out_count: the numbers, and how many; must not be NULL. They live until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
inkotls_status inkotls_acceptor_named_groups(const inkotls_acceptor *acceptor,
                                             const uint16_t **out_groups,
                                             size_t *out_count);

/// Lends the name of one of the certificate authorities of the ClientHello (RFC 8446, section
/// 4.2.4), by which a server may choose its certificate.
///
/// acceptor: must not be NULL.
/// index: which, from 0, in the client's order.
/// out_name, out_len: the Name (RFC 5280) in DER, in bytes; must not be NULL. It lives until the
/// next non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: there are no more, or the ClientHello is not whole.
inkotls_status inkotls_acceptor_certificate_authority(const inkotls_acceptor *acceptor,
                                                      size_t index,
                                                      const uint8_t **out_name,
                                                      size_t *out_len);

/// Lends the ClientHello as it came: the handshake message (RFC 8446, section 4), with its header
/// of four bytes, without the headers of the records.
///
/// acceptor: must not be NULL.
/// out_message, out_len: the message, in bytes; must not be NULL. It lives until the next
/// non-const call on `acceptor`.
///
/// INKOTLS_STATUS_NONE: the ClientHello is not whole.
inkotls_status inkotls_acceptor_client_hello(const inkotls_acceptor *acceptor,
                                             const uint8_t **out_message,
                                             size_t *out_len);

/// Has messages about this side told to the host, as inkotls_conn_set_log does. It goes along to
/// the connection.
///
/// acceptor: must not be NULL.
/// level: an inkotls_log: which messages; INKOTLS_LOG_OFF ends it.
/// callback, user_data: as for inkotls_conn_set_log.
inkotls_status inkotls_acceptor_set_log(inkotls_acceptor *acceptor,
                                        int32_t level,
                                        inkotls_log_callback callback,
                                        void *user_data);

/// Makes the connection, and uses the acceptor up: when it returns OK the acceptor is freed. What
/// was fed and what is attached go along. A ClientHello that this config cannot serve is no failure
/// here: inkotls_conn_handshake reports it, and its alert drains from the connection.
///
/// acceptor: must not be NULL.
/// config: must not be NULL; the connection keeps a reference of its own.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
///
/// INKOTLS_STATUS_INVALID_STATE: inkotls_acceptor_accept has not returned OK. The acceptor is as
/// it was.
inkotls_status inkotls_acceptor_into_conn(inkotls_acceptor *acceptor,
                                          const inkotls_server_config *config,
                                          inkotls_conn **out_conn);

/// Returns the sentence for the last call on `acceptor` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `acceptor`.
const char *inkotls_acceptor_error(const inkotls_acceptor *acceptor);

/// Returns the alert that was sent (0 to 255), or INKOTLS_STATUS_NONE.
int32_t inkotls_acceptor_alert_sent(const inkotls_acceptor *acceptor);

/// Returns the alert that was received (0 to 255), or INKOTLS_STATUS_NONE.
int32_t inkotls_acceptor_alert_received(const inkotls_acceptor *acceptor);

/// Returns errno of the last call on `acceptor` that failed, or INKOTLS_STATUS_NONE.
int32_t inkotls_acceptor_os_error(const inkotls_acceptor *acceptor);

/// Frees an acceptor that did not become a connection. Does no I/O. NULL does nothing.
void inkotls_acceptor_free(inkotls_acceptor *acceptor);

/// Makes a client connection. It says nothing until inkotls_conn_handshake is called.
///
/// config: must not be NULL; the connection keeps a reference of its own.
/// server_name, len: who the peer must prove to be: a DNS name, which is also sent (SNI, RFC
/// 6066), or an IP address. In bytes without a NUL; borrowed for this call.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
///
/// INKOTLS_STATUS_INVALID_NAME: the name is neither a DNS name nor an IP address;
/// inkotls_invalid_name_text says what is wrong with it.
inkotls_status inkotls_conn_new_client(const inkotls_client_config *config,
                                       const char *server_name,
                                       size_t len,
                                       inkotls_conn **out_conn);

/// Makes a server connection whose config is known before the ClientHello. Where it is not, use
/// an inkotls_acceptor.
///
/// config: must not be NULL; the connection keeps a reference of its own.
/// out_conn: must not be NULL. Free it with inkotls_conn_free.
inkotls_status inkotls_conn_new_server(const inkotls_server_config *config,
                                       inkotls_conn **out_conn);

/// Adds an ALPN protocol (RFC 7301) to those of this connection, which start as its config's.
///
/// conn: must not be NULL.
/// protocol, len: the protocol's name, such as "h2", in bytes: 1 to 255; copied. There are 64 at
/// most.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake has begun.
inkotls_status inkotls_conn_add_alpn(inkotls_conn *conn, const void *protocol, size_t len);

/// Leaves this connection without an ALPN protocol, until some are added. A server that picks one
/// itself does this and adds its pick, after inkotls_acceptor_into_conn.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake has begun.
inkotls_status inkotls_conn_clear_alpn(inkotls_conn *conn);

/// Attaches bytes to the sessions that this server connection makes, for the connection that
/// resumes one: inkotls_conn_resumption_data. With ticket keys they travel in the ticket, sealed.
///
/// conn: must not be NULL.
/// data, len: the bytes, at most 2048, in place of those set before; copied.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: they are too many.
/// INKOTLS_STATUS_INVALID_STATE: the handshake is done, or this is the client.
inkotls_status inkotls_conn_set_resumption_data(inkotls_conn *conn, const void *data, size_t len);

/// Has messages about this connection told to the host, for a person to read: what was negotiated,
/// what failed. Their words are no part of the ABI. Nothing is written anywhere else.
///
/// conn: must not be NULL.
/// level: an inkotls_log: which messages; INKOTLS_LOG_OFF, as at first, ends it.
/// callback: NULL only with INKOTLS_LOG_OFF. It comes from calls on this connection, on the thread
/// of that call.
/// user_data: handed to the callback; may be NULL. It must live until the log is ended or replaced,
/// or the connection freed.
///
/// INKOTLS_STATUS_UNSUPPORTED: the library is part of a Rust program. The messages go to the logger
/// that the program sets in the crate `log`, on the thread of the call.
inkotls_status inkotls_conn_set_log(inkotls_conn *conn,
                                    int32_t level,
                                    inkotls_log_callback callback,
                                    void *user_data);

/// Attaches a socket: from now on handshake, read, write, flush and close move the ciphertext
/// themselves, and WANT_READ and WANT_WRITE say what to poll it for. The library never blocks on
/// it, whether or not it is non-blocking, never closes it, and never raises SIGPIPE. What was
/// attached before is detached. What was fed before is not lost, and feed and drain still work; an
/// end that was seen stays an end, and what one failed to send is lost: writing fails ever after.
///
/// WANT_READ and WANT_WRITE mean that the socket would block, with one exception: a call that has
/// received 128 KiB and still has nothing to give answers WANT_READ, so that others may run, and
/// sets INKOTLS_STATE_READABLE. Edge-triggered hosts look at that bit before they wait.
///
/// conn: must not be NULL.
/// fd: a connected stream socket, or a pipe that is open both ways. It must stay open until it is
/// detached (inkotls_conn_detach), or until the last call that moves ciphertext; inkotls_conn_free
/// does not use it.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: the descriptor is negative, or neither a stream socket nor a
/// pipe that is open both ways; inkotls_conn_os_error has errno. What was attached before stays
/// attached in this case.
inkotls_status inkotls_conn_set_fd(inkotls_conn *conn, int32_t fd);

/// Attaches two descriptors, one to read and one to write, such as two pipes: otherwise as
/// inkotls_conn_set_fd.
///
/// A pipe costs more system calls than a socket. Where it blocks, its end must have no other user:
/// a byte that another takes, or the room that another fills, would be waited for.
///
/// conn: must not be NULL.
/// read_fd, write_fd: connected stream sockets or ends of pipes.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: a descriptor is negative, is neither a stream socket nor a
/// pipe, or is the wrong end of a pipe; inkotls_conn_os_error has errno. What was attached before
/// stays attached.
inkotls_status inkotls_conn_set_fds(inkotls_conn *conn, int32_t read_fd, int32_t write_fd);

/// Attaches two functions of the host's that move the ciphertext, in the place of a socket: then
/// the calls that would read or write the socket call them, on their own thread, and answer the
/// same.
///
/// conn: must not be NULL.
/// read, write: must not be NULL. They may not use `conn`. Where one fails, the call answers
/// INKOTLS_STATUS_IO_ERROR: inkotls_conn_os_error is what it returned, without the sign, or NONE
/// where it returned a length that cannot be.
/// user_data: handed to both; may be NULL. It must live until the last call that moves ciphertext;
/// inkotls_conn_free calls neither.
inkotls_status inkotls_conn_set_io(inkotls_conn *conn,
                                   inkotls_read_callback read,
                                   inkotls_write_callback write,
                                   void *user_data);

/// Detaches the socket, the descriptors or the callbacks that were attached. From then on the host
/// moves the ciphertext, with feed and drain. If nothing was attached, the call changes nothing.
///
/// conn: must not be NULL.
inkotls_status inkotls_conn_detach(inkotls_conn *conn);

/// Takes ciphertext from the network. What it means shows in the next call of handshake or read.
/// After the end of the connection, bytes are taken and dropped.
///
/// conn: must not be NULL.
/// data, len: the ciphertext, in bytes; copied.
/// used: receives the number of bytes accepted; must not be NULL. It may be less than len: keep the
/// rest, and feed it after the next call of handshake or read. After a call has returned WANT_READ,
/// there is room for at least 16 KiB, under every setting of INKOTLS_LIMIT_READ_BUFFER.
///
/// INKOTLS_STATUS_FULL: nothing was accepted, because the read buffer is full
/// (INKOTLS_LIMIT_READ_BUFFER). Call inkotls_conn_handshake or inkotls_conn_read until it returns
/// WANT_READ, then feed the rest.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_feed_eof was called before.
inkotls_status inkotls_conn_feed(inkotls_conn *conn, const void *data, size_t len, size_t *used);

/// Says that the network has ended: the peer will send nothing more. What was fed before can
/// still be read; then handshake and read answer CLOSED or UNEXPECTED_EOF instead of WANT_READ.
///
/// conn: must not be NULL.
inkotls_status inkotls_conn_feed_eof(inkotls_conn *conn);

/// Hands out ciphertext for the network. What is handed out must be sent, in this order; it is
/// not kept.
///
/// conn: must not be NULL.
/// buf, cap: where the ciphertext goes, in bytes.
/// out_len: how many bytes were written, 0 where nothing is waiting; must not be NULL.
inkotls_status inkotls_conn_drain(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);

/// Lends ciphertext for the network, without a copy to a buffer of the host's. What was sent of it
/// is then forgotten by inkotls_conn_drain_consume. A host that lets another task use the
/// connection while it sends calls inkotls_conn_drain instead.
///
/// conn: must not be NULL.
/// out_data, out_len: the ciphertext, in bytes, a part of all that waits; a length of 0 where
/// nothing does; must not be NULL. It lives until the next non-const call on `conn`.
inkotls_status inkotls_conn_drain_peek(inkotls_conn *conn,
                                       const uint8_t **out_data,
                                       size_t *out_len);

/// Forgets ciphertext that was sent.
///
/// conn: must not be NULL.
/// len: how much of what inkotls_conn_drain_peek lent, in bytes. No other call on `conn` may have
/// come between.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: it is more than that.
inkotls_status inkotls_conn_drain_consume(inkotls_conn *conn, size_t len);

/// Drives the handshake. Calling it again once it is done does nothing: it answers OK, or the
/// failure that the connection had since.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: the peer can go on: the handshake is finished and our last flight is
/// drained.
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed
/// or drain.
/// INKOTLS_STATUS_WANT_BLOCKING: call inkotls_conn_run_blocking, then this again. Only where
/// inkotls_client_config_may_block or inkotls_server_config_may_block is 1.
/// INKOTLS_STATUS_CLOSED, INKOTLS_STATUS_UNEXPECTED_EOF: the peer left, with or without
/// close_notify.
/// INKOTLS_STATUS_ALERT_RECEIVED: the peer refused; inkotls_conn_alert_received says how.
/// INKOTLS_STATUS_INVALID_PEER_CERTIFICATE: inkotls_conn_certificate_error says why.
/// INKOTLS_STATUS_HANDSHAKE_FAILED, INKOTLS_STATUS_PROTOCOL_ERROR: the two sides have nothing in
/// common, or the peer broke the protocol.
/// INKOTLS_STATUS_INVALID_KEY: the host's signer did not sign.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before the handshake was done.
///
/// Most failures have an alert for the peer: the call answers WANT_WRITE until that, and what was
/// written before it, is drained or sent; then the failure, and the same failure ever after.
inkotls_status inkotls_conn_handshake(inkotls_conn *conn);

/// Runs the step that INKOTLS_STATUS_WANT_BLOCKING announced: the only call of a handshake in which
/// the host's callbacks may block, or the operating system's verification. Any thread may make it;
/// until it returns, no other call on `conn` may be made. It moves no ciphertext. Such steps are
/// announced before anything of them is done, and sometimes in vain: what an encrypted record holds
/// is not known before.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: it ran, or there was none. Make the call again that answered
/// INKOTLS_STATUS_WANT_BLOCKING: that tells how it went.
inkotls_status inkotls_conn_run_blocking(inkotls_conn *conn);

/// Reads plaintext, as much as is at hand. Before the handshake is done it drives that first, and
/// answers as inkotls_conn_handshake does.
///
/// It never waits for ciphertext of ours to be drained, unless the connection fails, so that a
/// reader and a writer of the same connection do not stop each other: flush what you wrote before
/// you wait for an answer. CLOSED and UNEXPECTED_EOF end reading only; writing may go on.
///
/// conn: must not be NULL.
/// buf, cap: where the plaintext goes, in bytes.
/// out_len: how many bytes were written to `buf`: at least 1, unless `cap` is 0; must not be
/// NULL.
///
/// INKOTLS_STATUS_WANT_READ: call again after polling, or after feed.
/// INKOTLS_STATUS_CLOSED: the peer sent close_notify; everything it sent was read.
/// INKOTLS_STATUS_UNEXPECTED_EOF: the network ended without close_notify: what was read may be
/// truncated.
/// Failures: as for inkotls_conn_handshake.
inkotls_status inkotls_conn_read(inkotls_conn *conn, void *buf, size_t cap, size_t *out_len);

/// Lends plaintext, as inkotls_conn_read copies it. What was used of it is then forgotten by
/// inkotls_conn_read_consume.
///
/// conn: must not be NULL.
/// out_data, out_len: the plaintext, in bytes, at least 1; must not be NULL. It lives until the
/// next non-const call on `conn`.
///
/// Every status but INKOTLS_STATUS_OK: as for inkotls_conn_read.
inkotls_status inkotls_conn_read_peek(inkotls_conn *conn,
                                      const uint8_t **out_data,
                                      size_t *out_len);

/// Forgets plaintext that was used.
///
/// conn: must not be NULL.
/// len: how much of what inkotls_conn_read_peek lent, in bytes. No other call on `conn` may have
/// come between.
///
/// INKOTLS_STATUS_INVALID_ARGUMENT: it is more than that.
inkotls_status inkotls_conn_read_consume(inkotls_conn *conn, size_t len);

/// Takes plaintext to send, and encrypts it. What is taken is the library's: never give it again.
/// Before the handshake is done it takes nothing, drives that, and answers as
/// inkotls_conn_handshake does.
///
/// With a socket attached it also sends, as far as that does not block; inkotls_conn_flush sends
/// the rest.
///
/// conn: must not be NULL.
/// data, len: the plaintext, in bytes; what is taken is copied.
/// used: how many bytes were taken: at least 1, unless `len` is 0, and perhaps fewer than `len`;
/// must not be NULL.
///
/// INKOTLS_STATUS_WANT_WRITE: nothing was taken, for 64 KiB are waiting to be drained.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before; or this is TLS 1.2, whose
/// keys are never renewed, and they have protected 2^24 records: close_notify ends the connection.
/// INKOTLS_STATUS_IO_ERROR: the socket takes nothing more. What the peer said before it left, an
/// alert perhaps, can still be read.
/// Failures: as for inkotls_conn_handshake.
inkotls_status inkotls_conn_write(inkotls_conn *conn, const void *data, size_t len, size_t *used);

/// Gets everything that was written on its way.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: no ciphertext is waiting.
/// INKOTLS_STATUS_WANT_WRITE: call again after polling, or after drain.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// Failures: those that the connection had before.
inkotls_status inkotls_conn_flush(inkotls_conn *conn);

/// Takes early data (0-RTT; RFC 8446, section 2.3) to send with the client's first flight, before
/// inkotls_conn_handshake is OK. Write all of it, then drive the handshake and ask
/// inkotls_conn_is_early_data_accepted: where the server refused it, it had no effect, and is
/// written again with inkotls_conn_write. Who records it can send it again: it may only ask for
/// what does no harm when it is done twice.
///
/// A server that took early data answers it with this, a round trip before its handshake is OK:
/// inkotls_conn_read_early_data. Who gets the answer is not proved until then.
///
/// conn: must not be NULL; a client whose config allows early data, or a server that took some.
/// data, len: the plaintext, in bytes; what is taken is copied.
/// used: how many bytes were taken: at least 1, unless `len` is 0, and perhaps fewer than `len`;
/// must not be NULL.
///
/// INKOTLS_STATUS_NONE: there is no session to resume that allows early data, or its limit is used
/// up, or the handshake has come too far; or this is a server that took none: go on with
/// inkotls_conn_handshake.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before.
/// INKOTLS_STATUS_WANT_WRITE: nothing was taken, for too much is waiting to be drained.
/// Failures: as for inkotls_conn_handshake.
inkotls_status inkotls_conn_write_early_data(inkotls_conn *conn,
                                             const void *data,
                                             size_t len,
                                             size_t *used);

/// Reads early data (0-RTT; RFC 8446, section 2.3), on a server whose config takes it. It drives
/// the handshake, and may be called until it answers NONE, before inkotls_conn_handshake or after.
/// inkotls_conn_read never gives early data out. What was read may be somebody's recording, until
/// the handshake is done: see inkotls_server_builder_set_max_early_data.
///
/// conn: must not be NULL.
/// buf, cap: where the plaintext goes, in bytes.
/// out_len: how many bytes were written to `buf`: at least 1, unless `cap` is 0; must not be NULL.
///
/// INKOTLS_STATUS_WANT_READ, INKOTLS_STATUS_WANT_WRITE: call again after polling, or after feed or
/// drain.
/// INKOTLS_STATUS_WANT_BLOCKING: as for inkotls_conn_handshake.
/// INKOTLS_STATUS_NONE: there is none, or no more: go on with inkotls_conn_handshake.
/// INKOTLS_STATUS_INVALID_STATE: inkotls_conn_close was called before, and all that came was read.
/// Failures: as for inkotls_conn_handshake.
inkotls_status inkotls_conn_read_early_data(inkotls_conn *conn,
                                            void *buf,
                                            size_t cap,
                                            size_t *out_len);

/// Returns 1 where early data was accepted; 0, on a client, where it could have sent some and the
/// server refused, so that what was sent is to be sent again; INKOTLS_STATUS_NONE where there was
/// none to offer, before it is known, and on a server that takes none.
int32_t inkotls_conn_is_early_data_accepted(const inkotls_conn *conn);

/// Takes new keys into use for what is sent, and has the peer do the same (KeyUpdate; RFC 8446,
/// section 4.6.3). It also happens by itself, before keys are used up. Peers end a connection that
/// does it again and again without sending anything.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_WANT_WRITE: nothing was done, for ciphertext is waiting: call again after
/// polling, or after drain.
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done, or inkotls_conn_close was called.
/// INKOTLS_STATUS_UNSUPPORTED: this is TLS 1.2, which cannot.
/// INKOTLS_STATUS_PROTOCOL_ERROR: the peer had begun a message that the new keys would cut.
/// Failures: those that the connection had before.
inkotls_status inkotls_conn_update_keys(inkotls_conn *conn);

/// Derives keying material from the connection, the same on both sides (RFC 8446, section 7.5; RFC
/// 5705).
///
/// conn: must not be NULL.
/// label, label_len: the label, in bytes, at most 249; borrowed for this call.
/// context, context_len: the context, in bytes, at most 65535; NULL for none, which in TLS 1.2 is
/// not the same as an empty one. Borrowed for this call.
/// buf, len: where the keying material goes, and how much of it, in bytes: at least 1.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done.
/// INKOTLS_STATUS_INVALID_ARGUMENT: the label or the context is too long, or no such length can be
/// derived.
/// Failures: those that the connection had before.
inkotls_status inkotls_conn_export_keying_material(inkotls_conn *conn,
                                                   const void *label,
                                                   size_t label_len,
                                                   const void *context,
                                                   size_t context_len,
                                                   void *buf,
                                                   size_t len);

/// Gives out a channel binding (RFC 5056), for authentication above TLS such as SCRAM-PLUS.
///
/// conn: must not be NULL.
/// kind: an inkotls_channel_binding.
/// buf, cap: where the binding goes, in bytes: 64 are enough for any.
/// out_len: how many bytes were written; must not be NULL.
///
/// INKOTLS_STATUS_INVALID_STATE: the handshake is not done.
/// INKOTLS_STATUS_UNSUPPORTED: tls-exporter in TLS 1.2, unless the config requires the extended
/// master secret; or tls-server-end-point where it is not defined for the signature of the
/// certificate, such as Ed25519, or there is no certificate.
/// INKOTLS_STATUS_INVALID_ARGUMENT: there is no such kind, or `cap` is too small.
inkotls_status inkotls_conn_channel_binding(inkotls_conn *conn,
                                            int32_t kind,
                                            void *buf,
                                            size_t cap,
                                            size_t *out_len);

/// Ends what this side has to say, with close_notify (RFC 8446, section 6.1), which either side
/// owes the other: call it after read has answered CLOSED, too. Reading goes on until the peer has
/// closed; a host that does not care may stop here.
///
/// After a failure there is nothing to close: the alert that went out has ended the connection.
/// Then, on a TCP socket, shut the sending side down, read until the end, and close: if unread
/// bytes are left, the reset that they cause overtakes the alert.
///
/// conn: must not be NULL.
///
/// INKOTLS_STATUS_OK: close_notify is drained; or this is a client that never spoke.
/// INKOTLS_STATUS_WANT_WRITE: call again after polling, or after drain.
/// INKOTLS_STATUS_IO_ERROR: the socket failed; inkotls_conn_os_error has errno.
/// Failures: those that the connection had before.
inkotls_status inkotls_conn_close(inkotls_conn *conn);

/// Returns bits of inkotls_state, for a host that polls both ways at once; or a negative status.
int32_t inkotls_conn_state(const inkotls_conn *conn);

/// Frees the connection and wipes its secrets. Does no I/O: ciphertext that was not drained is
/// lost. NULL does nothing.
void inkotls_conn_free(inkotls_conn *conn);

/// Returns the TLS version agreed on (0x0303, 0x0304), or INKOTLS_STATUS_NONE before that.
int32_t inkotls_conn_protocol_version(const inkotls_conn *conn);

/// Returns IANA's number of the cipher suite agreed on, or INKOTLS_STATUS_NONE before that.
int32_t inkotls_conn_cipher_suite(const inkotls_conn *conn);

/// Returns IANA's number of the group that the keys were exchanged with, or INKOTLS_STATUS_NONE
/// before that, and where a TLS 1.2 session was resumed without an exchange.
int32_t inkotls_conn_named_group(const inkotls_conn *conn);

/// Returns IANA's number of the signature scheme with which the peer proved that it has the key of
/// its certificate, or INKOTLS_STATUS_NONE before that, where it showed none, and where a session
/// was resumed.
int32_t inkotls_conn_peer_signature_scheme(const inkotls_conn *conn);

/// Returns 1 where an earlier session was resumed, 0 where not, or INKOTLS_STATUS_NONE before
/// that is known.
int32_t inkotls_conn_is_resumed(const inkotls_conn *conn);

/// Returns how many TLS 1.3 tickets a client has received, or INKOTLS_STATUS_NONE before its
/// handshake has begun, and on a server.
int32_t inkotls_conn_tickets_received(const inkotls_conn *conn);

/// Lends what an earlier connection attached to the session that this one resumed, on a server:
/// inkotls_conn_set_resumption_data. Only this server, or one with its store or keys, can have
/// written it.
///
/// conn: must not be NULL.
/// out_data, out_len: the bytes, perhaps none; must not be NULL. They live until the next non-const
/// call on `conn`.
///
/// INKOTLS_STATUS_NONE: no session was resumed, or not yet, or this is the client.
inkotls_status inkotls_conn_resumption_data(const inkotls_conn *conn,
                                            const uint8_t **out_data,
                                            size_t *out_len);

/// Lends the OCSP response (RFC 6960) that the server stapled to its certificate, on a client. It
/// is not verified: a host that relies on it verifies it.
///
/// conn: must not be NULL.
/// out_data, out_len: the OCSPResponse in DER, in bytes; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: there is none, or not yet, or a session was resumed, or this is the server.
inkotls_status inkotls_conn_ocsp_staple(const inkotls_conn *conn,
                                        const uint8_t **out_data,
                                        size_t *out_len);

/// Lends the ALPN protocol agreed on (RFC 7301).
///
/// conn: must not be NULL.
/// out_protocol, out_len: the protocol's name, in bytes; must not be NULL. It lives until the
/// next non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: none was, or not yet.
inkotls_status inkotls_conn_alpn(const inkotls_conn *conn,
                                 const uint8_t **out_protocol,
                                 size_t *out_len);

/// Lends the server name (SNI, RFC 6066) that the client asked for, in lower case, on a server.
///
/// conn: must not be NULL.
/// out_name, out_len: the name, in bytes without a NUL; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: the client asked for none, or has not yet, or this is the client.
inkotls_status inkotls_conn_server_name(const inkotls_conn *conn,
                                        const char **out_name,
                                        size_t *out_len);

/// Lends one of the certificates that the peer presented, in DER (RFC 5280);
/// inkotls_certificate_new tells what is in it. Once inkotls_conn_handshake is OK the peer's own
/// has been verified, on this connection or on the one whose session was resumed. Of a peer that
/// showed a raw public key (RFC 7250), number 0 is the SubjectPublicKeyInfo.
///
/// conn: must not be NULL.
/// index: which: 0 is the peer's own, the next is its issuer's, and so on.
/// out_der, out_len: the certificate, in bytes; must not be NULL. It lives until the next
/// non-const call on `conn`.
///
/// INKOTLS_STATUS_NONE: there are no more, or not yet.
inkotls_status inkotls_conn_peer_certificate(const inkotls_conn *conn,
                                             size_t index,
                                             const uint8_t **out_der,
                                             size_t *out_len);

/// Returns the error message of the last call on `conn` that failed, "" before that. Never NULL;
/// the text lives until the next non-const call on `conn`: so call this in a statement of its own,
/// not in one list of arguments with the call that failed.
const char *inkotls_conn_error(const inkotls_conn *conn);

/// Returns the last alert that was sent (0 to 255; 0 is close_notify), or INKOTLS_STATUS_NONE.
/// An encrypted alert cannot be seen on its way out: its number is then inferred from the failure.
int32_t inkotls_conn_alert_sent(const inkotls_conn *conn);

/// Returns the last alert that was received (0 to 255; 0 is close_notify), or
/// INKOTLS_STATUS_NONE.
int32_t inkotls_conn_alert_received(const inkotls_conn *conn);

/// Returns the inkotls_certificate_error for which the peer's certificate was refused, or
/// INKOTLS_STATUS_NONE.
int32_t inkotls_conn_certificate_error(const inkotls_conn *conn);

/// Returns errno of the last call on `conn` that failed, or INKOTLS_STATUS_NONE.
int32_t inkotls_conn_os_error(const inkotls_conn *conn);

/// Reads a certificate in DER (RFC 5280).
///
/// data, len: the certificate, in bytes, with nothing behind it; copied.
/// out_certificate: must not be NULL. Free it with inkotls_certificate_free.
///
/// INKOTLS_STATUS_INVALID_CERTIFICATE: it cannot be parsed; a bare public key (RFC 7250) is none.
inkotls_status inkotls_certificate_new(const void *data,
                                       size_t len,
                                       inkotls_certificate **out_certificate);

/// Lends the subject's name as text (RFC 4514), such as "CN=a.test,O=Example\, Inc.,C=DE"; empty
/// where the subject has no name.
///
/// CN, L, ST, O, OU, C, STREET, DC and UID have their names; another attribute is its number, and
/// its value "#" and the DER in hexadecimal digits. Control characters are escaped too.
///
/// certificate: must not be NULL.
/// out_text, out_len: the text, in bytes of UTF-8 without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
inkotls_status inkotls_certificate_subject(const inkotls_certificate *certificate,
                                           const char **out_text,
                                           size_t *out_len);

/// Lends the issuer's name, as inkotls_certificate_subject does the subject's.
///
/// certificate: must not be NULL.
/// out_text, out_len: the text, in bytes of UTF-8 without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
inkotls_status inkotls_certificate_issuer(const inkotls_certificate *certificate,
                                          const char **out_text,
                                          size_t *out_len);

/// Lends the serial number, which its issuer gives to no other certificate.
///
/// certificate: must not be NULL.
/// out_serial, out_len: the bytes of its INTEGER, the most significant first; must not be NULL.
/// They are two's complement: a positive number that would begin with a byte of 128 or more has a
/// 0 before it. They live until `certificate` is freed.
inkotls_status inkotls_certificate_serial(const inkotls_certificate *certificate,
                                          const uint8_t **out_serial,
                                          size_t *out_len);

/// Tells from when on the certificate is valid.
///
/// certificate: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC, negative before; must not be NULL.
inkotls_status inkotls_certificate_not_before(const inkotls_certificate *certificate,
                                              int64_t *out_seconds);

/// Tells until when the certificate is valid: that second is its last. One that never expires has
/// 9999-12-31 23:59:59.
///
/// certificate: must not be NULL.
/// out_seconds: since 1970-01-01 00:00 UTC, negative before; must not be NULL.
inkotls_status inkotls_certificate_not_after(const inkotls_certificate *certificate,
                                             int64_t *out_seconds);

/// Lends one of the DNS names that the certificate is for (subjectAltName, RFC 5280, section
/// 4.2.1.6), as it is written there. The subject's CN is none of them.
///
/// certificate: must not be NULL.
/// index: which, from 0. What is no DNS name, with or without "*." before it, is left out: it has
/// a byte that is not ASCII, a NUL or a space in it, and no handshake would match it. International
/// names have their "xn--" form.
/// out_name, out_len: the name, in bytes of ASCII without a NUL; must not be NULL. It lives until
/// `certificate` is freed.
///
/// INKOTLS_STATUS_NONE: there are no more.
inkotls_status inkotls_certificate_dns_name(const inkotls_certificate *certificate,
                                            size_t index,
                                            const char **out_name,
                                            size_t *out_len);

/// Lends one of the IP addresses that the certificate is for (subjectAltName).
///
/// certificate: must not be NULL.
/// index: which, from 0. What is not of 4 or 16 bytes is left out.
/// out_address, out_len: the address in network order, and 4 (IPv4) or 16 (IPv6); must not be
/// NULL. It lives until `certificate` is freed.
///
/// INKOTLS_STATUS_NONE: there are no more.
inkotls_status inkotls_certificate_ip_address(const inkotls_certificate *certificate,
                                              size_t index,
                                              const uint8_t **out_address,
                                              size_t *out_len);

/// Lends the fingerprint: the SHA-256 of the whole certificate.
///
/// certificate: must not be NULL.
/// out_fingerprint, out_len: the hash, and 32; must not be NULL. It lives until `certificate` is
/// freed.
inkotls_status inkotls_certificate_fingerprint(const inkotls_certificate *certificate,
                                               const uint8_t **out_fingerprint,
                                               size_t *out_len);

/// Frees the certificate. NULL does nothing.
void inkotls_certificate_free(inkotls_certificate *certificate);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* INKOTLS_H */
