// A session: what goes in, what comes out, and why it ended.
#include "internal.h"

/// A record's header, explicit nonce, content type and tag, rounded up (RFC 5246 6.2.3.3, RFC 8446 5.2).
enum { RECORD_OVERHEAD_MAX = 64 };

void weir_tls_fail(weir_tls_session *session, weir_tls_failure failure) {
  // The first reason is the cause; what follows are its effects.
  if (session->failure == WEIR_TLS_OK) session->failure = failure;
}

static weir_tls_session *new_session(weir_tls_set *set, SSL_CTX *context) {
  weir_tls_session *session = OPENSSL_zalloc(sizeof *session);
  if (!session) return NULL;
  weir_tls_set_retain(set);
  session->set = set;
  session->entry = WEIR_TLS_NO_INDEX;
  session->expires_at = INT64_MAX;
  session->ssl = SSL_new(context);
  BIO *bio = session->ssl ? weir_tls_bio(session) : NULL;
  if (!bio || !SSL_set_app_data(session->ssl, session)) {
    BIO_free(bio);
    weir_tls_free(session);
    return NULL;
  }
  // One BIO for both directions: the SSL takes one reference.
  SSL_set_bio(session->ssl, bio, bio);
  return session;
}

weir_tls_session *weir_tls_accept(weir_tls_set *set, int32_t index) {
  if (index < 0 || index >= set->listener_count || set->listeners[index].entry_count == 0) return NULL;
  // The hello decides; until then any of the listener's certificates will do.
  SSL_CTX *context = weir_tls_context(set, set->listeners[index].entries[0].certificate);
  weir_tls_session *session = new_session(set, context);
  if (!session) return NULL;
  session->listener = &set->listeners[index];
  SSL_set_accept_state(session->ssl);
  return session;
}

weir_tls_session *weir_tls_connect(weir_tls_set *set, int32_t index) {
  if (index < 0 || index >= set->upstream_count) return NULL;
  const upstream *upstream = &set->upstreams[index];
  weir_tls_session *session = new_session(set, weir_tls_context(set, upstream->certificate));
  if (!session) return NULL;
  session->upstream = upstream;
  SSL *ssl = session->ssl;
  SSL_set_connect_state(ssl);
  SSL_set_options(ssl, SSL_OP_NO_TICKET);
  SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
  uint8_t list[16];
  size_t count = weir_tls_protocol_list(upstream->protocols, list);
  bool is_ready = count == 0 || SSL_set_alpn_protos(ssl, list, (unsigned)count) == 0;
  if (upstream->server_name) is_ready = is_ready && SSL_set_tlsext_host_name(ssl, upstream->server_name);
  if (upstream->roots >= 0) {
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    // Common names are for people (RFC 9525 section 2).
    X509_VERIFY_PARAM_set_hostflags(
      parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    is_ready = is_ready && upstream->host &&
               (X509_VERIFY_PARAM_set1_ip_asc(parameters, upstream->host) ||
                X509_VERIFY_PARAM_set1_host(parameters, upstream->host, 0));
  }
  ERR_clear_error();
  if (is_ready) return session;
  weir_tls_free(session);
  return NULL;
}

void weir_tls_free(weir_tls_session *session) {
  SSL_free(session->ssl);
  OPENSSL_free(session->identity.start);
  OPENSSL_free(session->server_name.start);
  weir_tls_set_release(session->set);
  OPENSSL_free(session);
}

/// What OpenSSL's own checks say, where none of ours has said it before.
static weir_tls_failure failure_of(unsigned long error, bool is_handshaking) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return is_handshaking ? WEIR_TLS_HANDSHAKE : WEIR_TLS_BAD_RECORD;
  int reason = ERR_GET_REASON(error);
  // Alerts that were received are numbered from here on.
  if (reason > SSL_AD_REASON_OFFSET && reason <= SSL_AD_REASON_OFFSET + 255) return WEIR_TLS_PEER_ALERT;
  switch (reason) {
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_WRONG_VERSION_NUMBER: return is_handshaking ? WEIR_TLS_NOT_TLS : WEIR_TLS_BAD_RECORD;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_NO_PROTOCOLS_AVAILABLE: return WEIR_TLS_VERSION;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SHARED_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM: return WEIR_TLS_CIPHER;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: return WEIR_TLS_NO_CERTIFICATE;
    case SSL_R_EXCESSIVE_MESSAGE_SIZE: return WEIR_TLS_TOO_LARGE;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
    case ERR_R_ASN1_LIB: return WEIR_TLS_BAD_CERTIFICATE;
    default: return is_handshaking ? WEIR_TLS_HANDSHAKE : WEIR_TLS_BAD_RECORD;
  }
}

static void end(weir_tls_session *session, bool is_handshaking) {
  unsigned long error = ERR_peek_error();
  weir_tls_fail(session, failure_of(error, is_handshaking));
  if (session->failure == WEIR_TLS_PEER_ALERT) session->alert = (uint8_t)(ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET);
  session->status = WEIR_TLS_FAILED;
}

/// - Returns: true when the handshake is over and has left nothing to object to.
static bool shake_hands(weir_tls_session *session) {
  int status = SSL_do_handshake(session->ssl);
  if (status != 1) {
    bool waits = SSL_get_error(session->ssl, status) == SSL_ERROR_WANT_READ && session->failure == WEIR_TLS_OK;
    if (!waits) end(session, true);
    return false;
  }
  if (session->upstream && session->upstream->protocols == WEIR_TLS_HTTP2 &&
      weir_tls_session_facts(session).protocol != WEIR_TLS_HTTP2) {
    // Nothing else was offered, and the peer did not take it.
    weir_tls_fail(session, WEIR_TLS_NO_ALPN);
    session->status = WEIR_TLS_FAILED;
    return false;
  }
  session->status = WEIR_TLS_OPEN;
  return true;
}

static void point(weir_tls_session *session, weir_tls_bytes cipher, uint8_t *out, size_t out_room) {
  session->in = cipher.start;
  session->in_count = cipher.count;
  session->out = out;
  session->out_room = out_room;
  session->out_count = 0;
}

static void lend(weir_tls_session *session, weir_tls_bytes cipher, uint8_t *out, size_t out_room) {
  // SSL_get_error takes an error of another session that was left in the thread's queue for one of this. To look is cheaper than to clear.
  if (ERR_peek_error() != 0) ERR_clear_error();
  point(session, cipher, out, out_room);
}

static weir_tls_result take_back(weir_tls_session *session, size_t cipher_count, size_t plain_count, bool has_more) {
  weir_tls_result result = {
    .cipher_count = cipher_count - session->in_count, .plain_count = plain_count, .out_count = session->out_count,
    .status = session->status, .failure = session->failure, .alert = session->alert, .has_more = has_more,
  };
  point(session, (weir_tls_bytes){NULL, 0}, NULL, 0);
  return result;
}

weir_tls_result weir_tls_step(
  weir_tls_session *session, weir_tls_bytes cipher, uint8_t *plain, size_t plain_room, uint8_t *out, size_t out_room,
  int64_t now) {
  size_t plain_count = 0;
  lend(session, cipher, out, out_room);
  session->now = now;
  bool reads = session->status == WEIR_TLS_OPEN || (session->status == WEIR_TLS_HANDSHAKING && shake_hands(session));
  // Where neither the step's bytes nor OpenSSL's buffer have any left, a further call would only find that out at length.
  while (reads && plain_count < plain_room && (session->in_count > 0 || SSL_has_pending(session->ssl))) {
    size_t count = 0;
    int status = SSL_read_ex(session->ssl, plain + plain_count, plain_room - plain_count, &count);
    plain_count += count;
    if (status == 1) continue;
    reads = false;
    int error = SSL_get_error(session->ssl, 0);
    if (error == SSL_ERROR_ZERO_RETURN) {
      session->status = WEIR_TLS_CLOSED_BY_PEER;
    } else if (error != SSL_ERROR_WANT_READ || session->failure != WEIR_TLS_OK) {
      end(session, false);
    }
  }
  // Whatever follows the end is not for us.
  if (session->status >= WEIR_TLS_CLOSED_BY_PEER) session->in_count = 0;
  bool has_more = session->status == WEIR_TLS_OPEN && (session->in_count > 0 || SSL_pending(session->ssl) > 0);
  return take_back(session, cipher.count, plain_count, has_more);
}

weir_tls_result weir_tls_write(weir_tls_session *session, weir_tls_bytes plain, uint8_t *out, size_t out_room) {
  size_t written = 0;
  lend(session, (weir_tls_bytes){NULL, 0}, out, out_room);
  // After the peer's close_notify we may still send (RFC 8446 6.1).
  bool is_writable = session->status == WEIR_TLS_OPEN || session->status == WEIR_TLS_CLOSED_BY_PEER;
  while (is_writable && written < plain.count) {
    // Twice the overhead: an update of the keys may go first.
    size_t room = out_room - session->out_count;
    if (room <= 2 * RECORD_OVERHEAD_MAX) break;
    size_t count = plain.count - written;
    if (count > SSL3_RT_MAX_PLAIN_LENGTH) count = SSL3_RT_MAX_PLAIN_LENGTH;
    if (count > room - 2 * RECORD_OVERHEAD_MAX) count = room - 2 * RECORD_OVERHEAD_MAX;
    size_t taken = 0;
    if (SSL_write_ex(session->ssl, plain.start + written, count, &taken) != 1) {
      end(session, false);
      break;
    }
    written += taken;
  }
  return take_back(session, 0, written, false);
}

size_t weir_tls_close(weir_tls_session *session, uint8_t *out, size_t out_room) {
  lend(session, (weir_tls_bytes){NULL, 0}, out, out_room);
  // In the middle of a handshake there is nothing to close, and after a failure an alert has said so.
  if (session->status == WEIR_TLS_OPEN || session->status == WEIR_TLS_CLOSED_BY_PEER) SSL_shutdown(session->ssl);
  return take_back(session, 0, 0, false).out_count;
}

/// A failed handshake says nothing about who the peer is.
static bool is_verified(const weir_tls_session *session) {
  return session->status == WEIR_TLS_OPEN || session->status == WEIR_TLS_CLOSED_BY_PEER;
}

weir_tls_facts weir_tls_session_facts(const weir_tls_session *session) {
  const uint8_t *protocol = NULL;
  unsigned count = 0;
  SSL_get0_alpn_selected(session->ssl, &protocol, &count);
  return (weir_tls_facts){
    .expires_at = session->expires_at,
    .entry = session->entry,
    .protocol = count == 2 ? WEIR_TLS_HTTP2 : count == 8 ? WEIR_TLS_HTTP1 : 0,
    .minor_version = (uint8_t)((SSL_version(session->ssl) & 0xff) - 1),
    .has_certificate = is_verified(session) && session->expires_at != INT64_MAX,
    .has_server_name = session->server_name.count > 0,
    .is_resumed = SSL_session_reused(session->ssl) != 0,
    .is_chain_cached = session->is_chain_cached,
  };
}

weir_tls_bytes weir_tls_identity(const weir_tls_session *session) {
  if (!is_verified(session)) return (weir_tls_bytes){NULL, 0};
  return (weir_tls_bytes){session->identity.start, session->identity.count};
}

weir_tls_bytes weir_tls_server_name(const weir_tls_session *session) {
  return (weir_tls_bytes){session->server_name.start, session->server_name.count};
}

bool weir_tls_answers(const weir_tls_session *session, weir_tls_bytes host) {
  if (!session->listener) return false;
  if (session->listener->entry_count == 1) return true;
  int32_t entry = weir_tls_entry(session->set, (int32_t)(session->listener - session->set->listeners), host);
  return (entry < 0 ? session->listener->fallback : entry) == session->entry;
}
