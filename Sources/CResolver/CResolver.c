#include "CResolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { answer_bytes_max = 65536 };

static uint64_t big_endian(const uint8_t *bytes, int count) {
  uint64_t result = 0;
  for (int i = 0; i < count; i++) result = result << 8 | bytes[i];
  return result;
}

/// 1 when the record was read, 0 when it is malformed.
static int read_record(ns_msg *message, ns_rr *source, weir_dns_record *target) {
  memset(target, 0, sizeof *target);
  target->ttl = ns_rr_ttl(*source);
  const uint8_t *data = ns_rr_rdata(*source);
  size_t length = ns_rr_rdlen(*source);
  switch (ns_rr_type(*source)) {
    case ns_t_a:
      if (length != 4) return 0;
      target->low = 0xFFFF00000000u | big_endian(data, 4);
      return 1;
    case ns_t_aaaa:
      if (length != 16) return 0;
      target->high = big_endian(data, 8);
      target->low = big_endian(data + 8, 8);
      return 1;
    case ns_t_srv:
      if (length < 7) return 0;
      target->priority = (uint16_t)big_endian(data, 2);
      target->weight = (uint16_t)big_endian(data + 2, 2);
      target->port = (uint16_t)big_endian(data + 4, 2);
      return ns_name_uncompress(
                 ns_msg_base(*message), ns_msg_end(*message), data + 6, target->target, sizeof target->target) >= 0;
    default:
      return 0;
  }
}

static int32_t read_answer(
    const uint8_t *bytes, int length, int32_t type, weir_dns_record *records, int32_t count_max, uint32_t *ttl) {
  ns_msg message;
  if (ns_initparse(bytes, length, &message) != 0) return WEIR_DNS_MALFORMED;
  int32_t count = 0;
  *ttl = UINT32_MAX;
  for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
    ns_rr record;
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return WEIR_DNS_MALFORMED;
    if (ns_rr_class(record) != ns_c_in) continue;
    int32_t found = ns_rr_type(record);
    if (found != type && found != ns_t_cname && found != ns_t_dname) continue;
    if (ns_rr_ttl(record) < *ttl) *ttl = ns_rr_ttl(record);
    if (found != type) continue;
    if (count == count_max || !read_record(&message, &record, &records[count])) return WEIR_DNS_MALFORMED;
    count++;
  }
  return count == 0 ? WEIR_DNS_NONE : count;
}

/// The response code of an answer that the library took for none; 0 when no server has answered.
///
/// It goes on to the next server and leaves what it got in the buffer, whose header was zero before.
static int32_t refusal(const uint8_t *answer) {
  bool is_answer = (answer[2] & 0x80) != 0;
  int32_t code = answer[3] & 0x0F;
  return is_answer && code != ns_r_nxdomain ? code : 0;
}

int32_t weir_dns_lookup(
    const char *name, int32_t type, uint32_t server, uint16_t server_port, int32_t timeout_seconds, int32_t tries,
    weir_dns_record *records, int32_t count_max, uint32_t *ttl) {
  struct __res_state state;
  memset(&state, 0, sizeof state);
  if (res_ninit(&state) != 0) return WEIR_DNS_FAILED;
  state.retrans = timeout_seconds;
  state.retry = tries;
  if (server != 0) {
    state.nscount = 1;
    memset(&state.nsaddr_list[0], 0, sizeof state.nsaddr_list[0]);
    state.nsaddr_list[0].sin_family = AF_INET;
    state.nsaddr_list[0].sin_addr.s_addr = htonl(server);
    state.nsaddr_list[0].sin_port = htons(server_port);
  }
  int32_t result = WEIR_DNS_FAILED;
  uint8_t *answer = malloc(answer_bytes_max);
  if (answer != NULL) {
    memset(answer, 0, NS_HFIXEDSZ);
    int length = res_nsearch(&state, name, ns_c_in, type, answer, answer_bytes_max);
    if (length >= 0) {
      result = length > answer_bytes_max ? WEIR_DNS_MALFORMED
                                         : read_answer(answer, length, type, records, count_max, ttl);
    } else if (state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA) {
      result = WEIR_DNS_NONE;
    } else if (refusal(answer) != 0) {
      result = WEIR_DNS_REFUSED - refusal(answer);
    }
    free(answer);
  }
  res_nclose(&state);
  return result;
}
