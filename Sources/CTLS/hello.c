// The server's choices by ClientHello: certificate, client authentication and protocol by server name, and tickets.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "internal.h"

/// The name of RFC 6066 section 3: a list that holds exactly one host name. Folds it.
///
/// - Returns: false when the extension is malformed.
static bool read_server_name(weir_tls_session *session, const uint8_t *bytes, size_t count) {
  if (count < 5) return false;
  size_t list = (size_t)bytes[0] << 8 | bytes[1];
  size_t name = (size_t)bytes[3] << 8 | bytes[4];
  if (list != count - 2 || bytes[2] != TLSEXT_NAMETYPE_host_name || name != count - 5 || name == 0 || name > 255) {
    return false;
  }
  if (!weir_tls_copy(&session->server_name, bytes + 5, name)) return false;
  for (size_t i = 0; i < name; i++) {
    uint8_t byte = session->server_name.start[i];
    if (byte >= 'A' && byte <= 'Z') session->server_name.start[i] = byte |= 0x20;
    bool is_of_a_host = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' ||
                        byte == '_';
    if (!is_of_a_host) return false;
  }
  return true;
}

static int refuse(weir_tls_session *session, weir_tls_failure failure, int *alert, int value) {
  weir_tls_fail(session, failure);
  *alert = value;
  return SSL_CLIENT_HELLO_ERROR;
}

int weir_tls_on_hello(SSL *ssl, int *alert, void *unused) {
  weir_tls_session *session = SSL_get_app_data(ssl);
  if (!session || !session->listener) return SSL_CLIENT_HELLO_ERROR;
  const uint8_t *extension;
  size_t count;
  // A second hello, after HelloRetryRequest, chooses again.
  OPENSSL_free(session->server_name.start);
  session->server_name = (owned_bytes){0};
  session->entry = session->listener->fallback;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &extension, &count)) {
    if (!read_server_name(session, extension, count)) {
      // Nobody shall log what may be any bytes.
      session->server_name.count = 0;
      return refuse(session, WEIR_TLS_UNKNOWN_SNI, alert, SSL_AD_DECODE_ERROR);
    }
    int32_t index = (int32_t)(session->listener - session->set->listeners);
    weir_tls_bytes host = {session->server_name.start, session->server_name.count};
    session->entry = weir_tls_entry(session->set, index, host);
  }
  if (session->entry < 0) return refuse(session, WEIR_TLS_UNKNOWN_SNI, alert, SSL_AD_UNRECOGNIZED_NAME);
  const server_entry *entry = &session->listener->entries[session->entry];
  // SSL_set_SSL_CTX takes the certificate along, neither options nor mode of verification.
  if (!SSL_set_SSL_CTX(ssl, weir_tls_context(session->set, entry->certificate)) ||
      !SSL_set_session_id_context(ssl, entry->session_context, sizeof entry->session_context)) {
    return refuse(session, WEIR_TLS_INTERNAL, alert, SSL_AD_INTERNAL_ERROR);
  }
  if (entry->client_mode == WEIR_TLS_CLIENT_NONE) {
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_clear_options(ssl, SSL_OP_NO_TICKET);
    SSL_set_num_tickets(ssl, 1);
  } else {
    // A ticket that carries a client certificate costs more than the handshake that it saves.
    int strict = entry->client_mode == WEIR_TLS_CLIENT_REQUIRED ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_set_verify(ssl, SSL_VERIFY_PEER | strict, NULL);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    SSL_set_num_tickets(ssl, 0);
  }
  return SSL_CLIENT_HELLO_SUCCESS;
}

size_t weir_tls_protocol_list(uint8_t protocols, uint8_t list[16]) {
  size_t count = 0;
  if (protocols & WEIR_TLS_HTTP2) {
    memcpy(list, "\x02h2", 3);
    count = 3;
  }
  if (protocols & WEIR_TLS_HTTP1) {
    memcpy(list + count, "\x08http/1.1", 9);
    count += 9;
  }
  return count;
}

/// RFC 7301 section 3.2: what the server prefers among what is offered, or the handshake fails.
int weir_tls_on_protocols(
  SSL *ssl, const uint8_t **chosen, uint8_t *chosen_count, const uint8_t *offered, unsigned offered_count,
  void *unused) {
  static const uint8_t http2[] = "\x02h2", http1[] = "\x08http/1.1";
  weir_tls_session *session = SSL_get_app_data(ssl);
  if (!session || !session->listener || session->entry < 0) return SSL_TLSEXT_ERR_ALERT_FATAL;
  uint8_t protocols = session->listener->entries[session->entry].protocols;
  // A listener without protocols does not speak of them: raw TCP.
  if (protocols == 0) return SSL_TLSEXT_ERR_NOACK;
  const uint8_t *ours[] = {protocols & WEIR_TLS_HTTP2 ? http2 : NULL, protocols & WEIR_TLS_HTTP1 ? http1 : NULL};
  for (size_t i = 0; i < 2; i++) {
    if (!ours[i]) continue;
    // OpenSSL has checked that the lengths of the list add up.
    for (size_t at = 0; at < offered_count; at += 1 + (size_t)offered[at]) {
      if (offered[at] == ours[i][0] && at + 1 + offered[at] <= offered_count &&
          memcmp(offered + at + 1, ours[i] + 1, ours[i][0]) == 0) {
        *chosen = ours[i] + 1;
        *chosen_count = ours[i][0];
        return SSL_TLSEXT_ERR_OK;
      }
    }
  }
  weir_tls_fail(session, WEIR_TLS_NO_ALPN);
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A key: 16 bytes of name, 32 for AES-256-CBC, 32 for HMAC-SHA256 (RFC 5077 section 4).
int weir_tls_on_ticket(
  SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int is_encrypting) {
  const weir_tls_session *session = SSL_get_app_data(ssl);
  if (!session || !session->listener || session->entry < 0) return -1;
  // Whoever has to show a certificate is never resumed.
  if (session->listener->entries[session->entry].client_mode != WEIR_TLS_CLIENT_NONE) return 0;
  int used = 0;
  if (is_encrypting) {
    memcpy(name, session->set->tickets[0], 16);
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  } else {
    while (used < WEIR_TLS_TICKET_KEYS && CRYPTO_memcmp(name, session->set->tickets[used], 16) != 0) used++;
    if (used == WEIR_TLS_TICKET_KEYS) return 0;
  }
  const uint8_t *key = session->set->tickets[used];
  OSSL_PARAM parameters[] = {
    OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)(key + 48), 32),
    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "sha256", 0),
    OSSL_PARAM_construct_end(),
  };
  if (!EVP_MAC_CTX_set_params(mac, parameters) ||
      !EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key + 16, iv, is_encrypting)) {
    return -1;
  }
  // 2: taken, and a new ticket is made with the newest key.
  return is_encrypting || used == 0 ? 1 : 2;
}
