// A BIO over the cursors of a session: it reads what the step was given and writes where the step has room.
#include "internal.h"

static int read_cipher(BIO *bio, char *to, int room) {
  weir_tls_session *session = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  size_t count = session->in_count < (size_t)room ? session->in_count : (size_t)room;
  if (count == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  if (session->status == WEIR_TLS_HANDSHAKING) {
    // Each message is bounded by OpenSSL, but a ClientHello may have 128 KiB there.
    session->handshake_bytes += count;
    if (session->handshake_bytes > WEIR_TLS_HANDSHAKE_BYTES_MAX) {
      weir_tls_fail(session, WEIR_TLS_TOO_LARGE);
      return -1;
    }
  }
  memcpy(to, session->in, count);
  session->in += count;
  session->in_count -= count;
  return (int)count;
}

static int write_cipher(BIO *bio, const char *from, int count) {
  weir_tls_session *session = BIO_get_data(bio);
  BIO_clear_retry_flags(bio);
  if (count < 0 || (size_t)count > session->out_room - session->out_count) {
    // The caller leaves room for everything that a step can cause; whoever causes more is not served.
    weir_tls_fail(session, WEIR_TLS_TOO_LARGE);
    return -1;
  }
  memcpy(session->out + session->out_count, from, (size_t)count);
  session->out_count += (size_t)count;
  return count;
}

static long control(BIO *bio, int command, long argument, void *pointer) { return command == BIO_CTRL_FLUSH; }

static int create(BIO *bio) {
  BIO_set_init(bio, 1);
  return 1;
}

static BIO_METHOD *method;

static void make_method(void) {
  method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "weir cursors");
  if (!method) return;
  BIO_meth_set_read(method, read_cipher);
  BIO_meth_set_write(method, write_cipher);
  BIO_meth_set_ctrl(method, control);
  BIO_meth_set_create(method, create);
}

BIO *weir_tls_bio(weir_tls_session *session) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_method);
  BIO *bio = method ? BIO_new(method) : NULL;
  if (bio) BIO_set_data(bio, session);
  return bio;
}
