// Who the peer is: the only place that believes a certificate.
#include <limits.h>
#include <time.h>

#include "internal.h"

int64_t weir_tls_seconds(const ASN1_TIME *time) {
  struct tm civil;
  // What cannot be read has never begun and has already ended, see `add_validity`.
  if (!time || !ASN1_TIME_to_tm(time, &civil)) return INT64_MIN;
  return (int64_t)timegm(&civil);
}

/// The one URI among the alternative names.
///
/// - Returns: 1, or 0 when there is not exactly one, it is malformed, or it holds a NUL.
int weir_tls_uri_name(X509 *certificate, owned_bytes *uri) {
  int position = 0;
  // Also fails when the extension occurs twice.
  GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, &position, NULL);
  if (!names) return 0;
  const ASN1_IA5STRING *found = NULL;
  int uris = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
    if (name->type != GEN_URI) continue;
    found = name->d.uniformResourceIdentifier;
    uris++;
  }
  int count = uris == 1 ? ASN1_STRING_length(found) : 0;
  const uint8_t *bytes = count > 0 ? ASN1_STRING_get0_data(found) : NULL;
  int is_taken = bytes && count <= WEIR_TLS_IDENTITY_BYTES_MAX && !memchr(bytes, 0, (size_t)count) &&
                 weir_tls_copy(uri, bytes, (size_t)count);
  GENERAL_NAMES_free(names);
  return is_taken;
}

static bool is_alphanumeric(uint8_t byte, bool also_upper) {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '-' || byte == '_' ||
         (also_upper && byte >= 'A' && byte <= 'Z');
}

/// `spiffe://TRUST_DOMAIN/SEGMENT…` with at least one segment (SPIFFE-ID sections 2.1 to 2.3).
///
/// - Returns: the length of the trust domain, which begins at byte 9; 0 when it is no such identity.
static size_t spiffe_domain(const uint8_t *bytes, size_t count) {
  static const char scheme[] = "spiffe://";
  size_t start = sizeof scheme - 1;
  if (count <= start || memcmp(bytes, scheme, start) != 0) return 0;
  size_t at = start;
  while (at < count && is_alphanumeric(bytes[at], false)) at++;
  size_t domain = at - start;
  if (domain == 0 || domain > 255 || at == count || bytes[at] != '/') return 0;
  while (at < count) {
    size_t segment = ++at;
    while (at < count && is_alphanumeric(bytes[at], true)) at++;
    size_t length = at - segment;
    bool is_dots = (length == 1 && bytes[segment] == '.') || (length == 2 && memcmp(bytes + segment, "..", 2) == 0);
    if (length == 0 || is_dots || (at < count && bytes[at] != '/')) return 0;
  }
  return domain;
}

static int refuse(weir_tls_session *session, X509_STORE_CTX *verification, weir_tls_failure failure, int error) {
  weir_tls_fail(session, failure);
  // Chooses the alert that the peer sees.
  X509_STORE_CTX_set_error(verification, error);
  return 0;
}

static weir_tls_failure failure_of(int error) {
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return WEIR_TLS_EXPIRED;
    case X509_V_ERR_CERT_NOT_YET_VALID: return WEIR_TLS_NOT_YET_VALID;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE: return WEIR_TLS_UNKNOWN_CA;
    case X509_V_ERR_CERT_CHAIN_TOO_LONG: return WEIR_TLS_CHAIN_TOO_LONG;
    case X509_V_ERR_INVALID_PURPOSE:
    case X509_V_ERR_INVALID_CA:
    case X509_V_ERR_KEYUSAGE_NO_CERTSIGN: return WEIR_TLS_BAD_USAGE;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return WEIR_TLS_WRONG_HOST;
    default: return WEIR_TLS_BAD_CERTIFICATE;
  }
}

/// Narrows a chain's validity to that of one more certificate.
static void add_validity(X509 *certificate, int64_t *not_before, int64_t *not_after) {
  int64_t begin = weir_tls_seconds(X509_get0_notBefore(certificate));
  int64_t end = weir_tls_seconds(X509_get0_notAfter(certificate));
  if (begin == INT64_MIN) begin = INT64_MAX;
  if (begin > *not_before) *not_before = begin;
  if (end < *not_after) *not_after = end;
}

/// The SHA-256 of the presented certificates' SHA-256 values, of their number and of the role that they were shown in.
static bool chain_digest(const STACK_OF(X509) *chain, bool is_server, uint8_t digest[32]) {
  uint8_t input[2 + 32 * WEIR_TLS_CHAIN_MAX];
  int count = sk_X509_num(chain);
  input[0] = is_server;
  input[1] = (uint8_t)count;
  for (int i = 0; i < count; i++) {
    unsigned length = 32;
    if (!X509_digest(sk_X509_value(chain, i), EVP_sha256(), input + 2 + 32 * i, &length) || length != 32) return false;
  }
  return EVP_Digest(input, 2 + 32 * (size_t)count, digest, NULL, EVP_sha256(), NULL) == 1;
}

static verified_chain *verified_ways(const weir_tls_set *set, const uint8_t digest[32]) {
  return set->verified + (digest[0] % VERIFIED_SETS) * VERIFIED_WAYS;
}

static bool recall(weir_tls_set *set, const uint8_t digest[32], int64_t now, int64_t *not_after) {
  bool is_found = false;
  if (!set->verified || atomic_flag_test_and_set_explicit(&set->verified_busy, memory_order_acquire)) return false;
  const verified_chain *ways = verified_ways(set, digest);
  for (int i = 0; i < VERIFIED_WAYS && !is_found; i++) {
    is_found = memcmp(ways[i].digest, digest, 32) == 0 && ways[i].not_before <= now && now < ways[i].not_after;
    if (is_found) *not_after = ways[i].not_after;
  }
  atomic_flag_clear_explicit(&set->verified_busy, memory_order_release);
  return is_found;
}

static void remember(weir_tls_set *set, const uint8_t digest[32], int64_t not_before, int64_t not_after) {
  if (!set->verified || atomic_flag_test_and_set_explicit(&set->verified_busy, memory_order_acquire)) return;
  verified_chain *ways = verified_ways(set, digest);
  memmove(ways + 1, ways, sizeof *ways * (VERIFIED_WAYS - 1));
  memcpy(ways[0].digest, digest, 32);
  ways[0].not_before = not_before;
  ways[0].not_after = not_after;
  atomic_flag_clear_explicit(&set->verified_busy, memory_order_release);
}

/// Builds and checks the chain to one of the roots, at the session's time, and keeps the moment at which it expires.
static bool verify_chain(
  weir_tls_session *session, X509_STORE_CTX *verification, STACK_OF(X509) *roots, int64_t *not_before) {
  X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(verification);
  X509_STORE_CTX_set0_trusted_stack(verification, roots);
  X509_VERIFY_PARAM_set_time(parameters, (time_t)session->now);
  X509_VERIFY_PARAM_set_depth(parameters, WEIR_TLS_CHAIN_MAX);
  X509_VERIFY_PARAM_set_purpose(parameters, session->listener ? X509_PURPOSE_SSL_CLIENT : X509_PURPOSE_SSL_SERVER);
  if (X509_verify_cert(verification) != 1) {
    int error = X509_STORE_CTX_get_error(verification);
    if (error == X509_V_OK) X509_STORE_CTX_set_error(verification, X509_V_ERR_UNSPECIFIED);
    weir_tls_fail(session, failure_of(error));
    return false;
  }
  const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(verification);
  int64_t not_after = INT64_MAX;
  *not_before = INT64_MIN;
  for (int i = 0; i < sk_X509_num(chain); i++) add_validity(sk_X509_value(chain, i), not_before, &not_after);
  session->expires_at = not_after;
  return true;
}

/// What a certificate of a workload is (X509-SVID sections 3 and 4): no authority, signs handshakes, signs nothing else.
static bool is_workload(X509 *leaf) {
  uint32_t flags = X509_get_extension_flags(leaf);
  uint32_t usage = X509_get_key_usage(leaf);
  return !(flags & (EXFLAG_INVALID | EXFLAG_CA)) && X509_check_ca(leaf) == 0 && (flags & EXFLAG_KUSAGE) &&
         (usage & KU_DIGITAL_SIGNATURE) && !(usage & (KU_KEY_CERT_SIGN | KU_CRL_SIGN));
}

static bool is_wanted(const upstream *upstream, const owned_bytes *identity) {
  for (int32_t i = 0; i < upstream->identity_count; i++) {
    const owned_bytes *wanted = &upstream->identities[i];
    if (wanted->count == identity->count && memcmp(wanted->start, identity->start, identity->count) == 0) return true;
  }
  return false;
}

int weir_tls_on_verify(X509_STORE_CTX *verification, void *unused) {
  const SSL *ssl = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
  weir_tls_session *session = ssl ? SSL_get_app_data(ssl) : NULL;
  X509 *leaf = X509_STORE_CTX_get0_cert(verification);
  const STACK_OF(X509) *presented = X509_STORE_CTX_get0_untrusted(verification);
  if (!session || !leaf || !presented) return 0;
  if (sk_X509_num(presented) > WEIR_TLS_CHAIN_MAX) {
    return refuse(session, verification, WEIR_TLS_CHAIN_TOO_LONG, X509_V_ERR_CERT_CHAIN_TOO_LONG);
  }
  int64_t not_before;
  if (session->upstream && session->upstream->roots >= 0) {
    // Outside the mesh the host counts; X509_VERIFY_PARAM carries it.
    return verify_chain(session, verification, session->set->roots[session->upstream->roots], &not_before);
  }

  OPENSSL_free(session->identity.start);
  session->identity = (owned_bytes){0};
  size_t domain_count = 0;
  if (weir_tls_uri_name(leaf, &session->identity)) {
    domain_count = spiffe_domain(session->identity.start, session->identity.count);
  }
  if (domain_count == 0) return refuse(session, verification, WEIR_TLS_BAD_SAN, X509_V_ERR_UNSUPPORTED_NAME_SYNTAX);
  const trust_domain *domain = weir_tls_trust_domain(session->set, session->identity.start + 9, domain_count);
  if (!domain) {
    return refuse(
      session, verification, WEIR_TLS_WRONG_TRUST_DOMAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
  }

  uint8_t digest[32];
  if (!chain_digest(presented, session->upstream != NULL, digest)) {
    return refuse(session, verification, WEIR_TLS_INTERNAL, X509_V_ERR_UNSPECIFIED);
  }
  session->is_chain_cached = recall(session->set, digest, session->now, &session->expires_at);
  if (!session->is_chain_cached) {
    if (!is_workload(leaf)) return refuse(session, verification, WEIR_TLS_BAD_USAGE, X509_V_ERR_INVALID_PURPOSE);
    if (!verify_chain(session, verification, domain->roots, &not_before)) return 0;
    remember(session->set, digest, not_before, session->expires_at);
  }
  if (session->upstream && !is_wanted(session->upstream, &session->identity)) {
    return refuse(session, verification, WEIR_TLS_WRONG_IDENTITY, X509_V_ERR_APPLICATION_VERIFICATION);
  }
  X509_STORE_CTX_set_error(verification, X509_V_OK);
  return 1;
}
