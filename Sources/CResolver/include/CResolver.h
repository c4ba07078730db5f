#pragma once
// Name lookups by glibc's stub resolver: it knows /etc/resolv.conf, search lists, timeouts and TCP after truncation, and unlike
// getaddrinfo it tells times to live and SRV records.
#include <stddef.h>
#include <stdint.h>

enum {
  WEIR_DNS_A = 1,
  WEIR_DNS_AAAA = 28,
  WEIR_DNS_SRV = 33,
  WEIR_DNS_NAME_MAX = 256,
  // Outcomes of a lookup that gave no records.
  /// The name has no such records, or does not exist.
  WEIR_DNS_NONE = -1,
  /// No answer: another try may succeed.
  WEIR_DNS_FAILED = -2,
  /// The answer cannot be read, or has more than `count_max` records.
  WEIR_DNS_MALFORMED = -3,
  /// This, less the response code: the server answered that it cannot or will not tell (RFC 1035 section 4.1.1).
  WEIR_DNS_REFUSED = -16,
};

/// One record of an answer.
typedef struct weir_dns_record {
  /// An address as 128 bits, IPv4 in its mapped form. A, AAAA.
  uint64_t high;
  uint64_t low;
  uint32_t ttl;
  // SRV
  uint16_t priority;
  uint16_t weight;
  uint16_t port;
  char target[WEIR_DNS_NAME_MAX];
} weir_dns_record;

/// Looks up records of one type; the answer's aliases only shorten `ttl`, the shortest of all seconds to live.
///
/// `server`: an IPv4 address to ask instead of those of the system, in host order; 0 for those.
/// Returns the number of records, or one of the outcomes above. Blocks for at most about `tries * timeout_seconds` a server and name.
int32_t weir_dns_lookup(
    const char *_Nonnull name, int32_t type, uint32_t server, uint16_t server_port, int32_t timeout_seconds,
    int32_t tries, weir_dns_record *_Nonnull records, int32_t count_max, uint32_t *_Nonnull ttl);
