#pragma once
// What the files of this target share.
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "CTLS.h"

typedef struct owned_bytes {
  uint8_t *start;
  size_t count;
} owned_bytes;

typedef struct trust_domain {
  owned_bytes name;
  STACK_OF(X509) *roots;  // borrowed from the set
} trust_domain;

typedef struct server_entry {
  int32_t certificate;
  uint8_t client_mode;
  uint8_t protocols;
  uint8_t session_context[32];
} server_entry;

typedef struct entry_name {
  owned_bytes name;
  int32_t entry;
} entry_name;

typedef struct listener {
  server_entry *entries;
  entry_name *names;
  int32_t entry_count, name_count;
  int32_t fallback;
} listener;

typedef struct upstream {
  int32_t certificate;  // WEIR_TLS_NO_INDEX: none is shown
  int32_t roots;
  uint8_t protocols;
  char *server_name, *host;
  owned_bytes *identities;
  int32_t identity_count;
} upstream;

/// A chain that was verified: nothing about it has to be computed again until it expires.
typedef struct verified_chain {
  uint8_t digest[32];
  int64_t not_before, not_after;
} verified_chain;

enum { VERIFIED_SETS = 128, VERIFIED_WAYS = 4 };

struct weir_tls_set {
  atomic_int references;
  SSL_CTX **contexts;  // by certificate; the one behind the last shows none
  int32_t context_count;
  STACK_OF(X509) **roots;
  int32_t roots_count;
  trust_domain *domains;
  int32_t domain_count;
  listener *listeners;
  int32_t listener_count;
  upstream *upstreams;
  int32_t upstream_count;
  SSL_CTX *anonymous;
  uint8_t tickets[WEIR_TLS_TICKET_KEYS][WEIR_TLS_TICKET_KEY_BYTES];
  owned_bytes salt;
  // A set usually belongs to one worker; the flag makes it merely slower when it does not.
  atomic_flag verified_busy;
  verified_chain *verified;  // VERIFIED_SETS × VERIFIED_WAYS, the newest first; null until it is needed
};

struct weir_tls_session {
  SSL *ssl;
  weir_tls_set *set;
  const listener *listener;  // null for a client
  const upstream *upstream;  // null for a server
  // Cursors of the BIO: null outside of a call.
  const uint8_t *in;
  size_t in_count;
  uint8_t *out;
  size_t out_room, out_count;
  size_t handshake_bytes;
  int64_t now, expires_at;
  owned_bytes identity, server_name;
  int32_t entry;
  weir_tls_status status;
  weir_tls_failure failure;
  uint8_t alert;
  bool is_chain_cached;
};

// set.c
SSL_CTX *weir_tls_context(const weir_tls_set *set, int32_t certificate);
/// The entry of a listener that answers for a host (folded, without port), or `WEIR_TLS_NO_INDEX`. O(labels × log names).
int32_t weir_tls_entry(const weir_tls_set *set, int32_t listener, weir_tls_bytes host);
const trust_domain *weir_tls_trust_domain(const weir_tls_set *set, const uint8_t *name, size_t count);
// hello.c
int weir_tls_on_hello(SSL *ssl, int *alert, void *unused);
int weir_tls_on_protocols(
  SSL *ssl, const uint8_t **chosen, uint8_t *chosen_count, const uint8_t *offered, unsigned offered_count, void *unused);
int weir_tls_on_ticket(
  SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int is_encrypting);
size_t weir_tls_protocol_list(uint8_t protocols, uint8_t list[16]);
// verify.c
int weir_tls_on_verify(X509_STORE_CTX *verification, void *unused);
int weir_tls_uri_name(X509 *certificate, owned_bytes *uri);
int64_t weir_tls_seconds(const ASN1_TIME *time);
// session.c
void weir_tls_fail(weir_tls_session *session, weir_tls_failure failure);
// bio.c
BIO *weir_tls_bio(weir_tls_session *session);

static inline bool weir_tls_copy(owned_bytes *to, const uint8_t *start, size_t count) {
  // One byte more, so that an empty value is not a failed allocation.
  to->start = OPENSSL_zalloc(count + 1);
  to->count = to->start ? count : 0;
  if (to->start && count) memcpy(to->start, start, count);
  return to->start != NULL;
}
