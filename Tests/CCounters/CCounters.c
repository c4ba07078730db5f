#include "CCounters.h"

#include <dlfcn.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEIR_SANITIZED 1
#endif
#endif

static __thread uint64_t allocations;
static __thread uint64_t reference_counts;

uint64_t weir_allocations(void) { return allocations; }
uint64_t weir_reference_counts(void) { return reference_counts; }

#ifdef WEIR_SANITIZED

bool weir_counts(void) { return false; }

#else

bool weir_counts(void) { return true; }

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  allocations++;
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  allocations++;
  void *memory = __libc_memalign(alignment, size);
  if (!memory) return 12;  // ENOMEM
  *out = memory;
  return 0;
}

// The runtime's entry points keep all registers but the result's: so must whoever stands before them.
typedef void *(*refcount_function)(void *) __attribute__((preserve_most));

static refcount_function original(const char *name, refcount_function *known) {
  if (!*known) *known = (refcount_function)dlsym(RTLD_NEXT, name);
  return *known;
}

#define WEIR_COUNTED(name)                                       \
  __attribute__((preserve_most)) void *name(void *object) {      \
    static refcount_function known;                              \
    reference_counts++;                                          \
    return original(#name, &known)(object);                      \
  }

WEIR_COUNTED(swift_retain)
WEIR_COUNTED(swift_release)
WEIR_COUNTED(swift_bridgeObjectRetain)
WEIR_COUNTED(swift_bridgeObjectRelease)

#endif
