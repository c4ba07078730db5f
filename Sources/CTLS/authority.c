// Keys and certificates for development and tests: P-256, SHA-256, extensions as X509-SVID wants them unless told otherwise.
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "internal.h"

bool weir_tls_random(uint8_t *bytes, size_t count) { return count <= INT32_MAX && RAND_bytes(bytes, (int)count) == 1; }

/// `SEQUENCE OF GeneralName` written by hand: OpenSSL's own text form cannot say what a test of malformed names needs.
static bool add_names(X509 *certificate, const weir_tls_request *request) {
  if (request->name_count == 0) return true;
  GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();
  bool is_whole = names != NULL;
  for (size_t i = 0; is_whole && i < request->name_count; i++) {
    const weir_tls_name *wanted = &request->names[i];
    GENERAL_NAME *name = GENERAL_NAME_new();
    bool is_address = wanted->kind == 'I';
    ASN1_STRING *value = is_address ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    is_whole = name && value && wanted->value.count <= INT32_MAX &&
               ASN1_STRING_set(value, wanted->value.start, (int)wanted->value.count) == 1;
    if (is_whole) {
      GENERAL_NAME_set0_value(name, is_address ? GEN_IPADD : wanted->kind == 'U' ? GEN_URI : GEN_DNS, value);
      is_whole = sk_GENERAL_NAME_push(names, name) > 0;
    }
    if (!is_whole) {
      GENERAL_NAME_free(name);
      ASN1_STRING_free(value);
    }
  }
  is_whole = is_whole && X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
  GENERAL_NAMES_free(names);
  return is_whole;
}

static bool add_usage(X509 *certificate, uint32_t usage) {
  if (usage == 0) return true;
  ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();
  bool is_whole = bits != NULL;
  // KU_ constants number the bits of a byte from its high end: digitalSignature, bit 0, is 0x80.
  for (int i = 0; is_whole && i < 8; i++) {
    if (usage & (0x80u >> i)) is_whole = ASN1_BIT_STRING_set_bit(bits, i, 1) == 1;
  }
  is_whole = is_whole && X509_add1_ext_i2d(certificate, NID_key_usage, bits, 1, X509V3_ADD_DEFAULT) == 1;
  ASN1_BIT_STRING_free(bits);
  return is_whole;
}

static bool add_extension(X509 *certificate, X509 *issuer, int kind, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, kind, value);
  bool is_added = extension && X509_add_ext(certificate, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return is_added;
}

static bool set_serial(X509 *certificate) {
  uint64_t serial;
  if (RAND_bytes((unsigned char *)&serial, sizeof serial) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1 | 1) == 1;
}

static bool describe(X509 *certificate, const weir_tls_request *request, X509 *issuer, EVP_PKEY *key) {
  X509_NAME *subject = X509_get_subject_name(certificate);
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
         request->subject.count <= 64 &&
         X509_NAME_add_entry_by_NID(
           subject, NID_commonName, MBSTRING_UTF8, request->subject.start, (int)request->subject.count, -1, 0) == 1 &&
         X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
         ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)request->not_before) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)request->not_after) &&
         X509_set_pubkey(certificate, key) == 1 &&
         add_extension(
           certificate, issuer, NID_basic_constraints, request->is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE") &&
         add_usage(certificate, request->key_usage) &&
         (request->is_authority || add_extension(certificate, issuer, NID_ext_key_usage, "serverAuth,clientAuth")) &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash") &&
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid") && add_names(certificate, request);
}

static bool copy_out(BIO *bio, uint8_t **start, size_t *count) {
  char *bytes;
  long length = BIO_get_mem_data(bio, &bytes);
  *start = length > 0 ? OPENSSL_memdup(bytes, (size_t)length) : NULL;
  *count = *start ? (size_t)length : 0;
  return *start != NULL;
}

static bool export(X509 *certificate, EVP_PKEY *key, weir_tls_issued *issued) {
  BIO *certificate_text = BIO_new(BIO_s_mem()), *key_text = BIO_new(BIO_s_mem());
  bool is_whole = certificate_text && key_text && PEM_write_bio_X509(certificate_text, certificate) == 1 &&
                  PEM_write_bio_PKCS8PrivateKey(key_text, key, NULL, NULL, 0, NULL, NULL) == 1 &&
                  copy_out(certificate_text, &issued->certificate, &issued->certificate_count) &&
                  copy_out(key_text, &issued->key, &issued->key_count);
  BIO_free(certificate_text);
  BIO_free(key_text);
  return is_whole;
}

bool weir_tls_issue(
  const weir_tls_request *request, weir_tls_bytes issuer_certificate, weir_tls_bytes issuer_key,
  weir_tls_issued *issued) {
  *issued = (weir_tls_issued){0};
  X509 *issuer = NULL;
  EVP_PKEY *signer = NULL;
  bool is_own = issuer_certificate.count == 0;
  if (!is_own) {
    BIO *bio = BIO_new_mem_buf(issuer_certificate.start, (int)issuer_certificate.count);
    issuer = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    bio = BIO_new_mem_buf(issuer_key.start, (int)issuer_key.count);
    signer = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
  }
  X509 *certificate = X509_new();
  EVP_PKEY *key = EVP_EC_gen("P-256");
  bool is_whole = certificate && key && (is_own || (issuer && signer)) &&
                  describe(certificate, request, is_own ? certificate : issuer, key) &&
                  X509_sign(certificate, is_own ? key : signer, EVP_sha256()) > 0 && export(certificate, key, issued);
  EVP_PKEY_free(key);
  EVP_PKEY_free(signer);
  X509_free(certificate);
  X509_free(issuer);
  ERR_clear_error();
  if (!is_whole) weir_tls_issued_free(issued);
  return is_whole;
}

void weir_tls_issued_free(weir_tls_issued *issued) {
  OPENSSL_free(issued->certificate);
  OPENSSL_clear_free(issued->key, issued->key_count);
  *issued = (weir_tls_issued){0};
}
