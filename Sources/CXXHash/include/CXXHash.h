#pragma once
// Header-only use of libxxhash: nothing to link, and the compiler may inline the hash into Swift.
#define XXH_INLINE_ALL
#define XXH_VECTOR 1  // SSE2: Swift cannot import the headers that wider vectors need
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

/// XXH3 of `length` bytes with a seed; never fails.
static inline uint64_t weir_xxh3(const void *bytes, size_t length, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, length, seed);
}
