#pragma once
// TLS over OpenSSL without sockets, files or clocks: cipher bytes in, plain bytes and cipher bytes out.
//
// Callbacks of OpenSSL live here. They read the set of contexts, which does not change once it is sealed, and the session that they are called for;
// nothing of Swift's is reached from them. No function keeps a pointer that it is lent.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

typedef struct weir_tls_set weir_tls_set;
typedef struct weir_tls_session weir_tls_session;

/// Bytes that somebody else owns.
typedef struct weir_tls_bytes {
  const uint8_t *_Nullable start;
  size_t count;
} weir_tls_bytes;

/// Why a session failed. The numbers are those of `TLSFailure.Reason`.
typedef enum weir_tls_failure : uint8_t {
  WEIR_TLS_OK = 0,
  WEIR_TLS_HANDSHAKE,
  WEIR_TLS_NOT_TLS,
  WEIR_TLS_VERSION,
  WEIR_TLS_CIPHER,
  WEIR_TLS_NO_ALPN,
  WEIR_TLS_UNKNOWN_SNI,
  WEIR_TLS_NO_CERTIFICATE,
  WEIR_TLS_BAD_CERTIFICATE,
  WEIR_TLS_CHAIN_TOO_LONG,
  WEIR_TLS_EXPIRED,
  WEIR_TLS_NOT_YET_VALID,
  WEIR_TLS_UNKNOWN_CA,
  WEIR_TLS_WRONG_TRUST_DOMAIN,
  WEIR_TLS_BAD_SAN,
  WEIR_TLS_BAD_USAGE,
  WEIR_TLS_WRONG_IDENTITY,
  WEIR_TLS_WRONG_HOST,
  WEIR_TLS_PEER_ALERT,
  WEIR_TLS_BAD_RECORD,
  WEIR_TLS_TOO_LARGE,
  WEIR_TLS_INTERNAL,
} weir_tls_failure;

// ---- The set of contexts: made by one thread, sealed, then only read.

/// Why something was not taken into a set.
typedef enum weir_tls_refusal : int32_t {
  WEIR_TLS_NO_MEMORY = -1,
  WEIR_TLS_NOT_A_CERTIFICATE = -2,
  WEIR_TLS_NOT_A_KEY = -3,
  WEIR_TLS_KEY_DOES_NOT_FIT = -4,
  WEIR_TLS_LONG_CHAIN = -5,
  WEIR_TLS_NAME_TAKEN = -6,
  WEIR_TLS_WEAK_KEY = -7,
} weir_tls_refusal;

enum { WEIR_TLS_CHAIN_MAX = 4, WEIR_TLS_CHAIN_BYTES_MAX = 16384, WEIR_TLS_HANDSHAKE_BYTES_MAX = 65536 };
enum { WEIR_TLS_TICKET_KEY_BYTES = 80, WEIR_TLS_TICKET_KEYS = 3, WEIR_TLS_IDENTITY_BYTES_MAX = 2048 };
enum { WEIR_TLS_HTTP1 = 1, WEIR_TLS_HTTP2 = 2 };
enum { WEIR_TLS_CLIENT_NONE = 0, WEIR_TLS_CLIENT_OPTIONAL = 1, WEIR_TLS_CLIENT_REQUIRED = 2 };
enum { WEIR_TLS_NO_INDEX = -1 };

/// `tickets` holds `WEIR_TLS_TICKET_KEYS` keys, the one that is used for new tickets first; `salt` tells sets apart whose sessions must not be
/// resumed by each other.
weir_tls_set *_Nullable weir_tls_set_new(weir_tls_bytes tickets, weir_tls_bytes salt);
void weir_tls_set_retain(weir_tls_set *set);
void weir_tls_set_release(weir_tls_set *set);
/// Each gives the index of what was added, or a `weir_tls_refusal`.
int32_t weir_tls_add_certificate(weir_tls_set *set, weir_tls_bytes chain_pem, weir_tls_bytes key_pem);
int32_t weir_tls_add_roots(weir_tls_set *set, weir_tls_bytes pem);
int32_t weir_tls_add_trust_domain(weir_tls_set *set, weir_tls_bytes name, int32_t roots);
int32_t weir_tls_add_listener(weir_tls_set *set);
int32_t weir_tls_add_entry(
  weir_tls_set *set, int32_t listener, int32_t certificate, int32_t client_mode, int32_t protocols, bool is_fallback);
/// `name` is folded: `a.example`, `*.example` (one or more labels before) or `*` (any).
int32_t weir_tls_add_name(weir_tls_set *set, int32_t listener, weir_tls_bytes name, int32_t entry);
/// `roots` < 0: the peer is of the mesh, and its identity one of those added. Otherwise `host` is verified against `roots`.
int32_t weir_tls_add_upstream(
  weir_tls_set *set, int32_t certificate, int32_t protocols, weir_tls_bytes server_name, int32_t roots,
  weir_tls_bytes host);
int32_t weir_tls_add_identity(weir_tls_set *set, int32_t upstream, weir_tls_bytes identity);
/// Sorts what is searched. Nothing is added afterwards.
int32_t weir_tls_seal(weir_tls_set *set);

/// What is known of a certificate in PEM; the bytes live as long as `weir_tls_facts_free` was not called.
typedef struct weir_tls_certificate_facts {
  int64_t not_before, not_after;
  /// The URI name, when there is exactly one.
  uint8_t *_Nullable identity;
  size_t identity_count;
  int32_t chain_count;
} weir_tls_certificate_facts;
/// - Returns: 0 or a refusal.
int32_t weir_tls_certificate_facts_read(weir_tls_bytes chain_pem, weir_tls_certificate_facts *facts);
void weir_tls_facts_free(weir_tls_certificate_facts *facts);

// ---- Sessions: each belongs to one thread.

typedef enum weir_tls_status : uint8_t {
  WEIR_TLS_HANDSHAKING = 0,
  WEIR_TLS_OPEN = 1,
  WEIR_TLS_CLOSED_BY_PEER = 2,
  WEIR_TLS_FAILED = 3,
} weir_tls_status;

typedef struct weir_tls_result {
  size_t cipher_count, plain_count, out_count;
  weir_tls_status status;
  weir_tls_failure failure;
  /// The number of the alert that the peer sent (RFC 8446 6.2).
  uint8_t alert;
  /// Plain bytes are left because there was no room.
  bool has_more;
} weir_tls_result;

typedef struct weir_tls_facts {
  /// Seconds since 1970; INT64_MAX when the peer has shown no certificate.
  int64_t expires_at;
  int32_t entry;
  /// 0: none agreed.
  uint8_t protocol;
  uint8_t minor_version;
  bool has_certificate, has_server_name, is_resumed, is_chain_cached;
} weir_tls_facts;

weir_tls_session *_Nullable weir_tls_accept(weir_tls_set *set, int32_t listener);
weir_tls_session *_Nullable weir_tls_connect(weir_tls_set *set, int32_t upstream);
void weir_tls_free(weir_tls_session *session);
/// `now` is in seconds since 1970.
weir_tls_result weir_tls_step(
  weir_tls_session *session, weir_tls_bytes cipher, uint8_t *plain, size_t plain_room, uint8_t *out, size_t out_room,
  int64_t now);
/// Encrypts as much as surely fits; `plain_count` says how much of `plain` that was.
weir_tls_result weir_tls_write(weir_tls_session *session, weir_tls_bytes plain, uint8_t *out, size_t out_room);
/// - Returns: how many bytes the close_notify took.
size_t weir_tls_close(weir_tls_session *session, uint8_t *out, size_t out_room);
weir_tls_facts weir_tls_session_facts(const weir_tls_session *session);
/// Whether the context that answered for a server's session also answers for a host (folded, without port).
bool weir_tls_answers(const weir_tls_session *session, weir_tls_bytes host);
/// The identity of an open session's peer.
weir_tls_bytes weir_tls_identity(const weir_tls_session *session);
weir_tls_bytes weir_tls_server_name(const weir_tls_session *session);

// ---- Memory

/// Bytes that OpenSSL holds for this thread: what it allocated less what it freed. May be negative when it frees what another has allocated.
int64_t weir_tls_memory_of_thread(void);

// ---- Random bytes and certificates for development

/// - Returns: false when the system has none.
bool weir_tls_random(uint8_t *bytes, size_t count);

typedef struct weir_tls_name {
  /// 'D' host, 'U' URI, 'I' address of 4 or 16 bytes.
  uint8_t kind;
  weir_tls_bytes value;
} weir_tls_name;

typedef struct weir_tls_request {
  weir_tls_bytes subject;
  const weir_tls_name *_Nullable names;
  size_t name_count;
  int64_t not_before, not_after;
  bool is_authority;
  /// Bits of X509v3 key usage as OpenSSL's KU_ constants have them; 0: no such extension.
  uint32_t key_usage;
} weir_tls_request;

/// What `weir_tls_issue` made; freed by `weir_tls_issued_free`.
typedef struct weir_tls_issued {
  uint8_t *_Nullable certificate;
  size_t certificate_count;
  uint8_t *_Nullable key;
  size_t key_count;
} weir_tls_issued;

/// Makes a P-256 key and its certificate, signed by the issuer or, when that is empty, by itself. PEM.
bool weir_tls_issue(
  const weir_tls_request *request, weir_tls_bytes issuer_certificate, weir_tls_bytes issuer_key,
  weir_tls_issued *issued);
void weir_tls_issued_free(weir_tls_issued *issued);

#pragma clang assume_nonnull end
