// What OpenSSL allocates counts towards the memory of the worker that it is allocated for.
#include <malloc.h>
#include <stdlib.h>

#include "internal.h"

static _Thread_local int64_t held;

static void *allocate(size_t count, const char *file, int line) {
  void *block = malloc(count);
  if (block) held += (int64_t)malloc_usable_size(block);
  return block;
}

static void *reallocate(void *block, size_t count, const char *file, int line) {
  int64_t before = block ? (int64_t)malloc_usable_size(block) : 0;
  void *moved = realloc(block, count);
  if (moved || count == 0) held += (moved ? (int64_t)malloc_usable_size(moved) : 0) - before;
  return moved;
}

static void release(void *block, const char *file, int line) {
  if (block) held -= (int64_t)malloc_usable_size(block);
  free(block);
}

/// OpenSSL takes other functions before its first allocation only, so they are set before anything runs.
__attribute__((constructor)) static void count_memory(void) { CRYPTO_set_mem_functions(allocate, reallocate, release); }

int64_t weir_tls_memory_of_thread(void) { return held; }
