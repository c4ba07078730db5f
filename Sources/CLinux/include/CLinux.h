#pragma once
// The system calls of the data plane. Everything is plain numbers and pointers, so that Swift sees no header of libc.
// Unless said otherwise a function returns a negative errno when it failed, and repeats itself when a signal came between.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The errors that the data plane tells apart. CLinux.c checks the numbers against errno.h.
enum {
  WEIR_EPERM = 1,
  WEIR_ENOENT = 2,
  WEIR_EIO = 5,
  WEIR_ENXIO = 6,
  WEIR_EAGAIN = 11,
  WEIR_ENOMEM = 12,
  WEIR_EINVAL = 22,
  WEIR_ENFILE = 23,
  WEIR_EMFILE = 24,
  WEIR_EFBIG = 27,
  WEIR_ENOSPC = 28,
  WEIR_EPIPE = 32,
  WEIR_ENOTSOCK = 88,
  WEIR_EADDRINUSE = 98,
  WEIR_EADDRNOTAVAIL = 99,
  WEIR_ENETUNREACH = 101,
  WEIR_ECONNABORTED = 103,
  WEIR_ECONNRESET = 104,
  WEIR_ENOBUFS = 105,
  WEIR_ETIMEDOUT = 110,
  WEIR_ECONNREFUSED = 111,
  WEIR_EHOSTUNREACH = 113,
};

/// `ECONNREFUSED`, or NULL for a number that is no errno.
const char *_Nullable weir_error_name(int32_t code);
/// `Connection refused`, or NULL for a number that is no errno.
const char *_Nullable weir_error_text(int32_t code);

// Clocks, nanoseconds.

uint64_t weir_monotonic(void);
/// Since 1970, without leap seconds.
int64_t weir_wall(void);

// Sockets. An address is 128 bits, IPv4 in its mapped form, most significant byte first in `high`.

typedef struct weir_address {
  uint64_t high;
  uint64_t low;
  uint16_t port;
} weir_address;

/// A listening TCP socket: nonblocking, closed on exec, SO_REUSEADDR; IPv6 sockets take IPv6 only. Its connections have TCP_NODELAY.
int32_t weir_listen(weir_address address, bool reuse_port, int32_t backlog);
/// Whether nobody listens on the address (0, or -EADDRINUSE): SO_REUSEPORT would let a second process take half of the connections.
int32_t weir_is_free(weir_address address);
/// A listening Unix stream socket. A socket file at which nobody listens is replaced; where somebody does,
/// -EADDRINUSE; for any other file -ENOTSOCK.
int32_t weir_listen_unix(const char *_Nonnull path, uint32_t mode, int32_t backlog);
/// The next connection, nonblocking. Connections that died in the queue are passed over.
int32_t weir_accept(int32_t listener, weir_address *_Nonnull peer);
/// A nonblocking socket that connects; the outcome is told by `weir_socket_error` once it is writable.
int32_t weir_connect(weir_address address);
/// A nonblocking socket that connects to a Unix stream socket.
int32_t weir_connect_unix(const char *_Nonnull path);
/// SO_ERROR: 0, or a positive errno.
int32_t weir_socket_error(int32_t descriptor);
int32_t weir_local_address(int32_t descriptor, weir_address *_Nonnull address);
int64_t weir_receive(int32_t descriptor, void *_Nonnull bytes, size_t count);
int64_t weir_send(int32_t descriptor, const void *_Nonnull bytes, size_t count);
void weir_finish_sending(int32_t descriptor);
void weir_close(int32_t descriptor);
/// Closes with a reset.
void weir_reset(int32_t descriptor);
/// Raises the soft limit of descriptors to the hard one and returns it.
int64_t weir_raise_descriptor_limit(void);

// Readiness.

enum {
  WEIR_READABLE = 1,
  WEIR_WRITABLE = 2,
  WEIR_READ_HANG_UP = 4,
  WEIR_HANG_UP = 8,
  WEIR_FAILED = 16,
  WEIR_EVENTS_MAX = 256,
};

typedef struct weir_event {
  uint64_t token;
  uint8_t readiness;
} weir_event;

int32_t weir_epoll(void);
/// Level: readable only. Edge: readable, writable and the peer's half-close.
int32_t weir_watch(int32_t epoll, int32_t descriptor, uint64_t token, bool is_level_triggered);
/// Of a level-triggered descriptor: whether it is reported.
void weir_set_watched(int32_t epoll, int32_t descriptor, uint64_t token, bool is_watched);
/// Waits until `deadline` (monotonic; UINT64_MAX: for ever), rounded up to milliseconds. Writes at most WEIR_EVENTS_MAX events and
/// returns how many; a signal is no event.
int32_t weir_wait(int32_t epoll, uint64_t deadline, weir_event *_Nonnull events);
int32_t weir_wake_up(void);
void weir_wake(int32_t descriptor);
void weir_drain_wake_up(int32_t descriptor);

// Memory.

/// Zeroed pages that are backed when touched, or NULL.
void *_Nullable weir_map(size_t count);
void weir_unmap(void *_Nonnull start, size_t count);
/// Takes the pages of code and constants out of the resident set: those that are still needed come back from the page cache.
void weir_forget_code(void);

// Files.

/// Copies a regular file of at most `bytes_max` bytes into sealed memory that nobody can change, and returns its descriptor.
int32_t weir_seal_file(const char *_Nonnull path, uint64_t bytes_max);
/// The same with bytes of memory.
int32_t weir_seal_bytes(const void *_Nullable bytes, size_t count);
/// Opens a file for appending, or creates it with mode 0640. Waits for nobody: a pipe without a reader is -ENXIO.
int32_t weir_open_append(const char *_Nonnull path);
int64_t weir_append(int32_t descriptor, const void *_Nonnull bytes, size_t count);
/// The size of a file.
int64_t weir_file_size(int32_t descriptor);
/// What tells one state of the file at a path from another: device, inode, size, and when it was changed last in nanoseconds since 1970.
typedef struct {
  uint64_t device, inode;
  int64_t size, changed;
} weir_file_stamp;
int32_t weir_stat(const char *_Nonnull path, weir_file_stamp *_Nonnull stamp);
/// The whole file, mapped for reading, or NULL. Only for sealed files: another could shrink, and a read would end the process.
const void *_Nullable weir_map_sealed(int32_t descriptor, size_t count);

/// A descriptor that is readable when something happened in a watched directory.
int32_t weir_directory_watch(void);
/// Reports files of a directory that come, go, are replaced or were written.
int32_t weir_directory_watch_add(int32_t watch, const char *_Nonnull path);
/// Forgets what happened so far.
void weir_directory_watch_drain(int32_t watch);

// Signals.

/// Ignores SIGPIPE, and blocks SIGHUP, SIGINT and SIGTERM for the calling thread and those that it starts, to be read from the
/// descriptor: nonblocking, readable while one waits.
int32_t weir_signal_watch(void);
/// The next signal: WEIR_SIGHUP, WEIR_SIGINT or WEIR_SIGTERM; 0 when none waits.
int32_t weir_next_signal(int32_t watch);

enum {
  WEIR_SIGHUP = 1,
  WEIR_SIGINT = 2,
  WEIR_SIGTERM = 15,
};

// Randomness and threads.

/// Fills 8 bytes from the system's generator.
uint64_t weir_seed(void);
/// Starts a detached thread that runs `body(context)` with all signals blocked. `name`: at most 15 bytes. `cpu`: -1 for any.
int32_t weir_thread(const char *_Nonnull name, int32_t cpu, void (*_Nonnull body)(void *_Nonnull), void *_Nonnull context);
