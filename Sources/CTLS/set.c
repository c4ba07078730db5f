// The set of contexts: built once, searched by every handshake, never changed.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "internal.h"

/// One more element at the end of an array.
static void *grow(void *array, int32_t count, size_t element) {
  void *moved = OPENSSL_realloc(array, (size_t)(count + 1) * element);
  if (moved) memset((char *)moved + (size_t)count * element, 0, element);
  return moved;
}

static SSL_CTX *new_context(void) {
  SSL_CTX *context = SSL_CTX_new(TLS_method());
  if (!context) return NULL;
  SSL_CTX_set_options(
    context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
               SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_TICKET);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_security_level(context, 2);
  SSL_CTX_set_max_cert_list(context, WEIR_TLS_CHAIN_BYTES_MAX);
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_max_early_data(context, 0);
  SSL_CTX_set_client_hello_cb(context, weir_tls_on_hello, NULL);
  SSL_CTX_set_alpn_select_cb(context, weir_tls_on_protocols, NULL);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, weir_tls_on_ticket);
  SSL_CTX_set_cert_verify_callback(context, weir_tls_on_verify, NULL);
  // Said here rather than taken from the system's configuration, which may say anything.
  bool is_ready =
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) &&
    SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") &&
    SSL_CTX_set_cipher_list(
      context, "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
               "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305") &&
    SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") &&
    SSL_CTX_set1_sigalgs_list(
      context, "ECDSA+SHA256:ed25519:RSA-PSS+SHA256:ECDSA+SHA384:RSA-PSS+SHA384:RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:"
               "RSA+SHA512");
  if (is_ready) return context;
  SSL_CTX_free(context);
  return NULL;
}

weir_tls_set *weir_tls_set_new(weir_tls_bytes tickets, weir_tls_bytes salt) {
  weir_tls_set *set = OPENSSL_zalloc(sizeof *set);
  if (!set) return NULL;
  atomic_init(&set->references, 1);
  atomic_flag_clear(&set->verified_busy);
  if (tickets.count != sizeof set->tickets || !weir_tls_copy(&set->salt, salt.start, salt.count)) {
    weir_tls_set_release(set);
    return NULL;
  }
  memcpy(set->tickets, tickets.start, sizeof set->tickets);
  return set;
}

void weir_tls_set_retain(weir_tls_set *set) { atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed); }

static void free_upstream(upstream *upstream) {
  OPENSSL_free(upstream->server_name);
  OPENSSL_free(upstream->host);
  for (int32_t i = 0; i < upstream->identity_count; i++) OPENSSL_free(upstream->identities[i].start);
  OPENSSL_free(upstream->identities);
}

static void free_listener(listener *listener) {
  for (int32_t i = 0; i < listener->name_count; i++) OPENSSL_free(listener->names[i].name.start);
  OPENSSL_free(listener->names);
  OPENSSL_free(listener->entries);
}

void weir_tls_set_release(weir_tls_set *set) {
  if (atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1) return;
  for (int32_t i = 0; i < set->context_count; i++) SSL_CTX_free(set->contexts[i]);
  for (int32_t i = 0; i < set->roots_count; i++) sk_X509_pop_free(set->roots[i], X509_free);
  for (int32_t i = 0; i < set->domain_count; i++) OPENSSL_free(set->domains[i].name.start);
  for (int32_t i = 0; i < set->listener_count; i++) free_listener(&set->listeners[i]);
  for (int32_t i = 0; i < set->upstream_count; i++) free_upstream(&set->upstreams[i]);
  SSL_CTX_free(set->anonymous);
  OPENSSL_free(set->contexts);
  OPENSSL_free(set->roots);
  OPENSSL_free(set->domains);
  OPENSSL_free(set->listeners);
  OPENSSL_free(set->upstreams);
  OPENSSL_free(set->salt.start);
  OPENSSL_free(set->verified);
  OPENSSL_clear_free(set, sizeof *set);
}

/// Gives no password: an encrypted key is refused, never asked for on the terminal.
static int no_password(char *to, int room, int is_writing, void *unused) { return -1; }

static BIO *reader(weir_tls_bytes pem) {
  return pem.count > 0 && pem.count <= (1 << 24) ? BIO_new_mem_buf(pem.start, (int)pem.count) : NULL;
}

/// All certificates of a text, in order.
///
/// - Returns: null when there are none, or one cannot be read.
static STACK_OF(X509) *read_certificates(weir_tls_bytes pem) {
  BIO *bio = reader(pem);
  STACK_OF(X509) *list = sk_X509_new_null();
  X509 *certificate;
  while (bio && list && (certificate = PEM_read_bio_X509(bio, NULL, no_password, NULL)) != NULL) {
    if (sk_X509_push(list, certificate) > 0) continue;
    X509_free(certificate);
    break;
  }
  bool is_whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  BIO_free(bio);
  if (is_whole && list && sk_X509_num(list) > 0) return list;
  sk_X509_pop_free(list, X509_free);
  return NULL;
}

static int32_t use_certificate(SSL_CTX *context, const STACK_OF(X509) *chain, weir_tls_bytes key_pem) {
  if (sk_X509_num(chain) > WEIR_TLS_CHAIN_MAX) return WEIR_TLS_LONG_CHAIN;
  BIO *bio = reader(key_pem);
  EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
  BIO_free(bio);
  if (!key) return WEIR_TLS_NOT_A_KEY;
  int32_t refusal = 0;
  if (X509_check_private_key(sk_X509_value(chain, 0), key) != 1) {
    refusal = WEIR_TLS_KEY_DOES_NOT_FIT;
  } else if (
    SSL_CTX_use_certificate(context, sk_X509_value(chain, 0)) != 1 || SSL_CTX_use_PrivateKey(context, key) != 1) {
    refusal = WEIR_TLS_WEAK_KEY;
  }
  for (int i = 1; refusal == 0 && i < sk_X509_num(chain); i++) {
    if (SSL_CTX_add1_chain_cert(context, sk_X509_value(chain, i)) != 1) refusal = WEIR_TLS_WEAK_KEY;
  }
  EVP_PKEY_free(key);
  return refusal;
}

int32_t weir_tls_add_certificate(weir_tls_set *set, weir_tls_bytes chain_pem, weir_tls_bytes key_pem) {
  SSL_CTX **contexts = grow(set->contexts, set->context_count, sizeof *contexts);
  if (!contexts) return WEIR_TLS_NO_MEMORY;
  set->contexts = contexts;
  ERR_clear_error();
  STACK_OF(X509) *chain = read_certificates(chain_pem);
  if (!chain) return WEIR_TLS_NOT_A_CERTIFICATE;
  SSL_CTX *context = new_context();
  int32_t refusal = context ? use_certificate(context, chain, key_pem) : WEIR_TLS_NO_MEMORY;
  ERR_clear_error();
  sk_X509_pop_free(chain, X509_free);
  if (refusal < 0) {
    SSL_CTX_free(context);
    return refusal;
  }
  contexts[set->context_count] = context;
  return set->context_count++;
}

SSL_CTX *weir_tls_context(const weir_tls_set *set, int32_t certificate) {
  return certificate < 0 ? set->anonymous : set->contexts[certificate];
}

int32_t weir_tls_add_roots(weir_tls_set *set, weir_tls_bytes pem) {
  STACK_OF(X509) **roots = grow(set->roots, set->roots_count, sizeof *roots);
  if (!roots) return WEIR_TLS_NO_MEMORY;
  set->roots = roots;
  roots[set->roots_count] = read_certificates(pem);
  if (!roots[set->roots_count]) return WEIR_TLS_NOT_A_CERTIFICATE;
  return set->roots_count++;
}

static bool needs_cache(weir_tls_set *set) {
  if (!set->verified) set->verified = OPENSSL_zalloc(sizeof *set->verified * VERIFIED_SETS * VERIFIED_WAYS);
  return set->verified != NULL;
}

int32_t weir_tls_add_trust_domain(weir_tls_set *set, weir_tls_bytes name, int32_t roots) {
  trust_domain *domains = grow(set->domains, set->domain_count, sizeof *domains);
  if (!domains || !needs_cache(set)) return WEIR_TLS_NO_MEMORY;
  set->domains = domains;
  if (roots < 0 || roots >= set->roots_count) return WEIR_TLS_NOT_A_CERTIFICATE;
  if (!weir_tls_copy(&domains[set->domain_count].name, name.start, name.count)) return WEIR_TLS_NO_MEMORY;
  domains[set->domain_count].roots = set->roots[roots];
  return set->domain_count++;
}

int32_t weir_tls_add_listener(weir_tls_set *set) {
  listener *listeners = grow(set->listeners, set->listener_count, sizeof *listeners);
  if (!listeners) return WEIR_TLS_NO_MEMORY;
  set->listeners = listeners;
  listeners[set->listener_count].fallback = WEIR_TLS_NO_INDEX;
  return set->listener_count++;
}

int32_t weir_tls_add_entry(
  weir_tls_set *set, int32_t index, int32_t certificate, int32_t client_mode, int32_t protocols, bool is_fallback) {
  if (certificate < 0 || certificate >= set->context_count) return WEIR_TLS_NOT_A_CERTIFICATE;
  listener *listener = &set->listeners[index];
  server_entry *entries = grow(listener->entries, listener->entry_count, sizeof *entries);
  if (!entries) return WEIR_TLS_NO_MEMORY;
  listener->entries = entries;
  server_entry *entry = &entries[listener->entry_count];
  entry->certificate = certificate;
  entry->client_mode = (uint8_t)client_mode;
  entry->protocols = (uint8_t)protocols;
  // A session of one listener, entry or generation of trust is none of another.
  int32_t place[] = {index, listener->entry_count};
  EVP_MD_CTX *hash = EVP_MD_CTX_new();
  bool is_hashed = hash && EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1 &&
                   EVP_DigestUpdate(hash, place, sizeof place) == 1 &&
                   EVP_DigestUpdate(hash, set->salt.start, set->salt.count) == 1 &&
                   EVP_DigestFinal_ex(hash, entry->session_context, NULL) == 1;
  EVP_MD_CTX_free(hash);
  if (!is_hashed) return WEIR_TLS_NO_MEMORY;
  if (is_fallback) listener->fallback = listener->entry_count;
  return listener->entry_count++;
}

int32_t weir_tls_add_name(weir_tls_set *set, int32_t index, weir_tls_bytes name, int32_t entry) {
  listener *listener = &set->listeners[index];
  entry_name *names = grow(listener->names, listener->name_count, sizeof *names);
  if (!names) return WEIR_TLS_NO_MEMORY;
  listener->names = names;
  if (!weir_tls_copy(&names[listener->name_count].name, name.start, name.count)) return WEIR_TLS_NO_MEMORY;
  names[listener->name_count].entry = entry;
  return listener->name_count++;
}

static char *text_of(weir_tls_bytes bytes) {
  return bytes.count > 0 ? OPENSSL_strndup((const char *)bytes.start, bytes.count) : NULL;
}

int32_t weir_tls_add_upstream(
  weir_tls_set *set, int32_t certificate, int32_t protocols, weir_tls_bytes server_name, int32_t roots,
  weir_tls_bytes host) {
  if (certificate >= set->context_count) return WEIR_TLS_NOT_A_CERTIFICATE;
  upstream *upstreams = grow(set->upstreams, set->upstream_count, sizeof *upstreams);
  if (!upstreams) return WEIR_TLS_NO_MEMORY;
  set->upstreams = upstreams;
  if (certificate < 0 && !set->anonymous && !(set->anonymous = new_context())) return WEIR_TLS_NO_MEMORY;
  upstreams[set->upstream_count] = (upstream){
    .certificate = certificate, .protocols = (uint8_t)protocols, .roots = roots,
    .server_name = text_of(server_name), .host = text_of(host),
  };
  return set->upstream_count++;
}

int32_t weir_tls_add_identity(weir_tls_set *set, int32_t index, weir_tls_bytes identity) {
  upstream *upstream = &set->upstreams[index];
  owned_bytes *identities = grow(upstream->identities, upstream->identity_count, sizeof *identities);
  if (!identities) return WEIR_TLS_NO_MEMORY;
  upstream->identities = identities;
  if (!weir_tls_copy(&identities[upstream->identity_count], identity.start, identity.count)) return WEIR_TLS_NO_MEMORY;
  return upstream->identity_count++;
}

static int compare(const uint8_t *a, size_t a_count, const uint8_t *b, size_t b_count) {
  int order = memcmp(a, b, a_count < b_count ? a_count : b_count);
  if (order != 0) return order;
  return (a_count > b_count) - (a_count < b_count);
}

static int compare_names(const void *a, const void *b) {
  const owned_bytes *x = &((const entry_name *)a)->name, *y = &((const entry_name *)b)->name;
  return compare(x->start, x->count, y->start, y->count);
}

static int compare_domains(const void *a, const void *b) {
  const owned_bytes *x = &((const trust_domain *)a)->name, *y = &((const trust_domain *)b)->name;
  return compare(x->start, x->count, y->start, y->count);
}

int32_t weir_tls_seal(weir_tls_set *set) {
  if (set->domain_count > 0) qsort(set->domains, (size_t)set->domain_count, sizeof(trust_domain), compare_domains);
  for (int32_t i = 1; i < set->domain_count; i++) {
    if (compare_domains(&set->domains[i - 1], &set->domains[i]) == 0) return WEIR_TLS_NAME_TAKEN;
  }
  for (int32_t i = 0; i < set->listener_count; i++) {
    listener *listener = &set->listeners[i];
    if (listener->name_count == 0) continue;
    qsort(listener->names, (size_t)listener->name_count, sizeof(entry_name), compare_names);
    for (int32_t j = 1; j < listener->name_count; j++) {
      if (compare_names(&listener->names[j - 1], &listener->names[j]) == 0) return WEIR_TLS_NAME_TAKEN;
    }
  }
  return 0;
}

static int32_t find_name(const listener *listener, const uint8_t *name, size_t count) {
  int32_t low = 0, high = listener->name_count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    const owned_bytes *candidate = &listener->names[middle].name;
    int order = compare(candidate->start, candidate->count, name, count);
    if (order == 0) return listener->names[middle].entry;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return WEIR_TLS_NO_INDEX;
}

int32_t weir_tls_entry(const weir_tls_set *set, int32_t index, weir_tls_bytes host) {
  if (index < 0 || index >= set->listener_count || host.count == 0 || host.count > 255) return WEIR_TLS_NO_INDEX;
  const listener *listener = &set->listeners[index];
  int32_t entry = find_name(listener, host.start, host.count);
  // The longest wildcard first: `*` and the name from each dot on.
  uint8_t wildcard[256] = {'*'};
  for (size_t dot = 1; entry < 0 && dot < host.count; dot++) {
    if (host.start[dot] != '.') continue;
    memcpy(wildcard + 1, host.start + dot, host.count - dot);
    entry = find_name(listener, wildcard, host.count - dot + 1);
  }
  return entry < 0 ? find_name(listener, wildcard, 1) : entry;
}

const trust_domain *weir_tls_trust_domain(const weir_tls_set *set, const uint8_t *name, size_t count) {
  int32_t low = 0, high = set->domain_count;
  while (low < high) {
    int32_t middle = low + (high - low) / 2;
    const trust_domain *candidate = &set->domains[middle];
    int order = compare(candidate->name.start, candidate->name.count, name, count);
    if (order == 0) return candidate;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return NULL;
}

int32_t weir_tls_certificate_facts_read(weir_tls_bytes chain_pem, weir_tls_certificate_facts *facts) {
  *facts = (weir_tls_certificate_facts){.not_before = INT64_MIN, .not_after = INT64_MAX};
  ERR_clear_error();
  STACK_OF(X509) *chain = read_certificates(chain_pem);
  if (!chain) return WEIR_TLS_NOT_A_CERTIFICATE;
  facts->chain_count = sk_X509_num(chain);
  for (int i = 0; i < facts->chain_count; i++) {
    int64_t begin = weir_tls_seconds(X509_get0_notBefore(sk_X509_value(chain, i)));
    int64_t end = weir_tls_seconds(X509_get0_notAfter(sk_X509_value(chain, i)));
    if (begin > facts->not_before) facts->not_before = begin;
    if (end < facts->not_after) facts->not_after = end;
  }
  owned_bytes uri = {0};
  weir_tls_uri_name(sk_X509_value(chain, 0), &uri);
  facts->identity = uri.start;
  facts->identity_count = uri.count;
  sk_X509_pop_free(chain, X509_free);
  ERR_clear_error();
  return 0;
}

void weir_tls_facts_free(weir_tls_certificate_facts *facts) {
  OPENSSL_free(facts->identity);
  facts->identity = NULL;
}
