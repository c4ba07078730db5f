#pragma once
// Counts what a thread asks of the allocator and of the reference counter, by standing before both.
#include <stdbool.h>
#include <stdint.h>

/// Allocations of this thread so far.
uint64_t weir_allocations(void);

/// Retains and releases of this thread so far.
uint64_t weir_reference_counts(void);

/// Whether the counters stand in place: not under a sanitizer, which has its own allocator.
bool weir_counts(void);
