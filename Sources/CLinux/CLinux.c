#include "CLinux.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

_Static_assert(WEIR_EPERM == EPERM && WEIR_ENOENT == ENOENT && WEIR_EIO == EIO && WEIR_EAGAIN == EAGAIN, "errno");
_Static_assert(EAGAIN == EWOULDBLOCK && WEIR_ENOMEM == ENOMEM && WEIR_EINVAL == EINVAL, "errno");
_Static_assert(WEIR_ENFILE == ENFILE && WEIR_EMFILE == EMFILE && WEIR_EFBIG == EFBIG && WEIR_ENOSPC == ENOSPC, "errno");
_Static_assert(WEIR_ENXIO == ENXIO && WEIR_ENOTSOCK == ENOTSOCK, "errno");
_Static_assert(WEIR_EPIPE == EPIPE && WEIR_EADDRINUSE == EADDRINUSE && WEIR_EADDRNOTAVAIL == EADDRNOTAVAIL, "errno");
_Static_assert(WEIR_ENETUNREACH == ENETUNREACH && WEIR_ECONNABORTED == ECONNABORTED, "errno");
_Static_assert(WEIR_ECONNRESET == ECONNRESET && WEIR_ENOBUFS == ENOBUFS && WEIR_ETIMEDOUT == ETIMEDOUT, "errno");
_Static_assert(WEIR_ECONNREFUSED == ECONNREFUSED && WEIR_EHOSTUNREACH == EHOSTUNREACH, "errno");

const char *weir_error_name(int32_t code) { return strerrorname_np(code); }
const char *weir_error_text(int32_t code) { return strerrordesc_np(code); }

uint64_t weir_monotonic(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t weir_wall(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Addresses

typedef union any_address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
  struct sockaddr_storage storage;
} any_address;

static bool is_v4(weir_address address) { return address.high == 0 && address.low >> 32 == 0xFFFF; }

static socklen_t to_system(weir_address address, any_address *result) {
  memset(result, 0, sizeof *result);
  if (is_v4(address)) {
    result->v4.sin_family = AF_INET;
    result->v4.sin_port = htons(address.port);
    result->v4.sin_addr.s_addr = htonl((uint32_t)address.low);
    return sizeof result->v4;
  }
  result->v6.sin6_family = AF_INET6;
  result->v6.sin6_port = htons(address.port);
  uint64_t words[2] = {__builtin_bswap64(address.high), __builtin_bswap64(address.low)};
  if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__) {
    words[0] = address.high;
    words[1] = address.low;
  }
  memcpy(&result->v6.sin6_addr, words, sizeof words);
  return sizeof result->v6;
}

/// All zero for a Unix socket: it has no address that could be compared.
static weir_address from_system(const any_address *address) {
  weir_address result = {0, 0, 0};
  if (address->any.sa_family == AF_INET) {
    result.low = 0xFFFF00000000u | ntohl(address->v4.sin_addr.s_addr);
    result.port = ntohs(address->v4.sin_port);
  } else if (address->any.sa_family == AF_INET6) {
    const uint8_t *bytes = address->v6.sin6_addr.s6_addr;
    for (int i = 0; i < 8; i++) result.high = result.high << 8 | bytes[i];
    for (int i = 8; i < 16; i++) result.low = result.low << 8 | bytes[i];
    result.port = ntohs(address->v6.sin6_port);
  }
  return result;
}

// Sockets

static int32_t failed(int32_t descriptor) {
  int32_t code = errno;
  if (descriptor >= 0) close(descriptor);
  return -code;
}

static void set(int32_t descriptor, int level, int option) {
  int on = 1;
  setsockopt(descriptor, level, option, &on, sizeof on);
}

int32_t weir_listen(weir_address address, bool reuse_port, int32_t backlog) {
  any_address system;
  socklen_t length = to_system(address, &system);
  int32_t result = socket(system.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (result < 0) return -errno;
  set(result, SOL_SOCKET, SO_REUSEADDR);
  if (reuse_port) set(result, SOL_SOCKET, SO_REUSEPORT);
  if (system.any.sa_family == AF_INET6) set(result, IPPROTO_IPV6, IPV6_V6ONLY);
  // Linux hands it on to every connection that is accepted: no call for each.
  set(result, IPPROTO_TCP, TCP_NODELAY);
  if (bind(result, &system.any, length) != 0 || listen(result, backlog) != 0) return failed(result);
  return result;
}

int32_t weir_is_free(weir_address address) {
  any_address system;
  socklen_t length = to_system(address, &system);
  int32_t result = socket(system.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (result < 0) return -errno;
  set(result, SOL_SOCKET, SO_REUSEADDR);
  if (system.any.sa_family == AF_INET6) set(result, IPPROTO_IPV6, IPV6_V6ONLY);
  int32_t status = bind(result, &system.any, length) == 0 ? 0 : -errno;
  close(result);
  return status;
}

static bool to_unix(const char *path, struct sockaddr_un *result) {
  memset(result, 0, sizeof *result);
  result->sun_family = AF_UNIX;
  size_t length = strlen(path);
  if (length == 0 || length >= sizeof result->sun_path) return false;
  memcpy(result->sun_path, path, length);
  return true;
}

/// Whether nobody listens at a socket file any more: its process has ended without removing it.
static bool is_stale(const char *path, const struct sockaddr_un *address) {
  struct stat old;
  if (lstat(path, &old) != 0 || !S_ISSOCK(old.st_mode)) return false;
  int32_t caller = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (caller < 0) return false;
  bool result = connect(caller, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
  close(caller);
  return result;
}

static bool is_socket(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

int32_t weir_listen_unix(const char *path, uint32_t mode, int32_t backlog) {
  struct sockaddr_un address;
  if (!to_unix(path, &address)) return -EINVAL;
  if (is_stale(path, &address)) unlink(path);
  int32_t result = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (result < 0) return -errno;
  // The mode of the descriptor becomes that of the file: there is no moment at which others could connect.
  if (fchmod(result, mode) != 0) return failed(result);
  if (bind(result, (struct sockaddr *)&address, sizeof address) != 0) {
    if (errno == EADDRINUSE && !is_socket(path)) errno = ENOTSOCK;
    return failed(result);
  }
  if (chmod(path, mode) != 0 || listen(result, backlog) != 0) return failed(result);
  return result;
}

/// Errors of a connection that died before it was taken (accept(2), "Error handling"): the next one may live.
static bool is_of_the_dead(int code) {
  return code == EINTR || code == ECONNABORTED || code == EPROTO || code == ENETDOWN || code == ENOPROTOOPT ||
         code == EHOSTDOWN || code == ENONET || code == EHOSTUNREACH || code == ENETUNREACH;
}

int32_t weir_accept(int32_t listener, weir_address *peer) {
  any_address system;
  for (;;) {
    socklen_t length = sizeof system;
    memset(&system, 0, sizeof system);
    int32_t result = accept4(listener, &system.any, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (result < 0) {
      if (is_of_the_dead(errno)) continue;
      return -errno;
    }
    *peer = from_system(&system);
    return result;
  }
}

int32_t weir_connect(weir_address address) {
  any_address system;
  socklen_t length = to_system(address, &system);
  int32_t result = socket(system.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (result < 0) return -errno;
  set(result, IPPROTO_TCP, TCP_NODELAY);
  // An interrupted connect goes on by itself (POSIX.1-2008).
  if (connect(result, &system.any, length) != 0 && errno != EINPROGRESS && errno != EINTR) return failed(result);
  return result;
}

int32_t weir_connect_unix(const char *path) {
  struct sockaddr_un address;
  if (!to_unix(path, &address)) return -EINVAL;
  int32_t result = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (result < 0) return -errno;
  if (connect(result, (struct sockaddr *)&address, sizeof address) != 0) return failed(result);
  return result;
}

int32_t weir_socket_error(int32_t descriptor) {
  int code = 0;
  socklen_t length = sizeof code;
  if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) != 0) return errno;
  return code;
}

int32_t weir_local_address(int32_t descriptor, weir_address *address) {
  any_address system;
  socklen_t length = sizeof system;
  memset(&system, 0, sizeof system);
  int32_t result = getsockname(descriptor, &system.any, &length) == 0 ? 0 : -errno;
  *address = from_system(&system);
  return result;
}

int64_t weir_receive(int32_t descriptor, void *bytes, size_t count) {
  for (;;) {
    ssize_t result = recv(descriptor, bytes, count, 0);
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

int64_t weir_send(int32_t descriptor, const void *bytes, size_t count) {
  for (;;) {
    ssize_t result = send(descriptor, bytes, count, MSG_NOSIGNAL);
    if (result >= 0) return result;
    if (errno != EINTR) return -errno;
  }
}

void weir_finish_sending(int32_t descriptor) { shutdown(descriptor, SHUT_WR); }

// Linux frees the descriptor even when close is interrupted.
void weir_close(int32_t descriptor) { close(descriptor); }

void weir_reset(int32_t descriptor) {
  struct linger none = {1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &none, sizeof none);
  close(descriptor);
}

int64_t weir_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -errno;
  struct rlimit raised = {limit.rlim_max, limit.rlim_max};
  if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  return limit.rlim_cur > INT64_MAX ? INT64_MAX : (int64_t)limit.rlim_cur;
}

// Readiness

int32_t weir_epoll(void) {
  int32_t result = epoll_create1(EPOLL_CLOEXEC);
  return result < 0 ? -errno : result;
}

int32_t weir_watch(int32_t epoll, int32_t descriptor, uint64_t token, bool is_level_triggered) {
  struct epoll_event event = {
      .events = is_level_triggered ? EPOLLIN : EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
      .data.u64 = token,
  };
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : -errno;
}

void weir_set_watched(int32_t epoll, int32_t descriptor, uint64_t token, bool is_watched) {
  struct epoll_event event = {.events = is_watched ? EPOLLIN : 0, .data.u64 = token};
  epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event);
}

static int timeout_milliseconds(uint64_t deadline) {
  if (deadline == UINT64_MAX) return -1;
  uint64_t now = weir_monotonic();
  if (deadline <= now) return 0;
  uint64_t milliseconds = (deadline - now + 999999) / 1000000;
  return milliseconds > INT_MAX ? INT_MAX : (int)milliseconds;
}

int32_t weir_wait(int32_t epoll, uint64_t deadline, weir_event *events) {
  struct epoll_event system[WEIR_EVENTS_MAX];
  int count = epoll_wait(epoll, system, WEIR_EVENTS_MAX, timeout_milliseconds(deadline));
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t bits = system[i].events;
    events[i].token = system[i].data.u64;
    events[i].readiness = (bits & EPOLLIN ? WEIR_READABLE : 0) | (bits & EPOLLOUT ? WEIR_WRITABLE : 0) |
                          (bits & EPOLLRDHUP ? WEIR_READ_HANG_UP : 0) | (bits & EPOLLHUP ? WEIR_HANG_UP : 0) |
                          (bits & EPOLLERR ? WEIR_FAILED : 0);
  }
  return count;
}

int32_t weir_wake_up(void) {
  int32_t result = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return result < 0 ? -errno : result;
}

// A counter that is full is a wake-up that was not yet seen: nothing is lost.
void weir_wake(int32_t descriptor) {
  uint64_t one = 1;
  while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void weir_drain_wake_up(int32_t descriptor) {
  uint64_t count;
  while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

// Memory

void *weir_map(size_t count) {
  void *result = mmap(NULL, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return result == MAP_FAILED ? NULL : result;
}

void weir_unmap(void *start, size_t count) { munmap(start, count); }

static int forget_code(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size;
  (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    // What was ever written, as relocated tables are, would be lost.
    if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void weir_forget_code(void) { dl_iterate_phdr(forget_code, NULL); }

// Files

static int64_t write_all(int32_t descriptor, const uint8_t *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, bytes, count);
    if (written < 0) {
      if (errno == EINTR) continue;
      return -errno;
    }
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

static int32_t seal(int32_t descriptor) {
  int all = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
  return fcntl(descriptor, F_ADD_SEALS, all) == 0 ? descriptor : failed(descriptor);
}

static int32_t sealable(void) {
  int32_t result = memfd_create("weir", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  return result < 0 ? -errno : result;
}

int32_t weir_seal_bytes(const void *bytes, size_t count) {
  int32_t target = sealable();
  if (target < 0) return target;
  int64_t status = write_all(target, bytes, count);
  if (status < 0) {
    close(target);
    return (int32_t)status;
  }
  return seal(target);
}

/// Copies until the end of `source`; its size may change meanwhile, so only what was read counts.
static int64_t copy_all(int32_t source, int32_t target, uint64_t bytes_max) {
  static const size_t piece = 256 * 1024;
  uint8_t *buffer = malloc(piece);
  if (buffer == NULL) return -ENOMEM;
  int64_t status = 0;
  uint64_t total = 0;
  for (;;) {
    ssize_t count = read(source, buffer, piece);
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      status = -errno;
      break;
    }
    total += (uint64_t)count;
    status = total > bytes_max ? -EFBIG : write_all(target, buffer, (size_t)count);
    if (status < 0) break;
  }
  free(buffer);
  return status;
}

int32_t weir_seal_file(const char *path, uint64_t bytes_max) {
  // Nonblocking, so that a pipe without a writer is refused below instead of waited for.
  int32_t source = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (source < 0) return -errno;
  struct stat status;
  if (fstat(source, &status) != 0) return failed(source);
  if (!S_ISREG(status.st_mode)) {
    close(source);
    return S_ISDIR(status.st_mode) ? -EISDIR : -EINVAL;
  }
  int32_t target = sealable();
  if (target < 0) {
    close(source);
    return target;
  }
  int64_t copied = copy_all(source, target, bytes_max);
  close(source);
  if (copied < 0) {
    close(target);
    return (int32_t)copied;
  }
  return seal(target);
}

int32_t weir_open_append(const char *path) {
  int descriptor;
  do {
    // Nonblocking, so that a pipe that nobody reads is refused instead of waited for.
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0640);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return -errno;
  // Who writes waits for readers: a pipe that is full for a moment loses nothing.
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) != 0) return failed(descriptor);
  return descriptor;
}

int64_t weir_append(int32_t descriptor, const void *bytes, size_t count) {
  ssize_t written;
  do {
    written = write(descriptor, bytes, count);
  } while (written < 0 && errno == EINTR);
  return written < 0 ? -errno : written;
}

int64_t weir_file_size(int32_t descriptor) {
  struct stat status;
  return fstat(descriptor, &status) == 0 ? status.st_size : -errno;
}

int32_t weir_stat(const char *path, weir_file_stamp *stamp) {
  struct stat status;
  if (stat(path, &status) != 0) return -errno;
  // The time of the change of the inode: nobody sets it back, as they may that of the content.
  *stamp = (weir_file_stamp){
      .device = status.st_dev,
      .inode = status.st_ino,
      .size = status.st_size,
      .changed = (int64_t)status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec,
  };
  return 0;
}

const void *weir_map_sealed(int32_t descriptor, size_t count) {
  void *result = mmap(NULL, count, PROT_READ, MAP_SHARED, descriptor, 0);
  return result == MAP_FAILED ? NULL : result;
}

int32_t weir_directory_watch(void) {
  int32_t result = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  return result < 0 ? -errno : result;
}

int32_t weir_directory_watch_add(int32_t watch, const char *path) {
  uint32_t mask = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
  return inotify_add_watch(watch, path, mask) < 0 ? -errno : 0;
}

void weir_directory_watch_drain(int32_t watch) {
  char events[4096] __attribute__((aligned(8)));
  ssize_t count;
  do {
    count = read(watch, events, sizeof events);
  } while (count > 0 || (count < 0 && errno == EINTR));
}

// Signals

_Static_assert(WEIR_SIGHUP == SIGHUP && WEIR_SIGINT == SIGINT && WEIR_SIGTERM == SIGTERM, "signals");

int32_t weir_signal_watch(void) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int code = pthread_sigmask(SIG_BLOCK, &signals, NULL);
  if (code != 0) return -code;
  if (signal(SIGPIPE, SIG_IGN) == SIG_ERR) return -errno;
  int32_t result = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  return result < 0 ? -errno : result;
}

int32_t weir_next_signal(int32_t watch) {
  struct signalfd_siginfo signal;
  ssize_t count;
  do {
    count = read(watch, &signal, sizeof signal);
  } while (count < 0 && errno == EINTR);
  return count == sizeof signal ? (int32_t)signal.ssi_signo : 0;
}

// Randomness and threads

uint64_t weir_seed(void) {
  uint64_t result;
  // Short answers and errors other than EINTR do not happen for 8 bytes; should they, no seed is better than a weak one.
  for (;;) {
    ssize_t count = getrandom(&result, sizeof result, 0);
    if (count == sizeof result) return result;
    if (count < 0 && errno != EINTR) abort();
  }
}

typedef struct launch {
  char name[16];
  void (*body)(void *);
  void *context;
} launch;

static void *run(void *argument) {
  launch start = *(launch *)argument;
  free(argument);
  // By the thread itself: it may have ended, and its memory be gone, before whoever started it could name it.
  prctl(PR_SET_NAME, start.name);
  start.body(start.context);
  return NULL;
}

int32_t weir_thread(const char *name, int32_t cpu, void (*body)(void *), void *context) {
  launch *start = malloc(sizeof *start);
  if (start == NULL) return -ENOMEM;
  *start = (launch){.body = body, .context = context};
  strncpy(start->name, name, sizeof start->name - 1);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (cpu >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    pthread_attr_setaffinity_np(&attributes, sizeof set, &set);
  }
  // Signals belong to the thread that waits for them.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pthread_t thread;
  int code = pthread_create(&thread, &attributes, run, start);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  pthread_attr_destroy(&attributes);
  if (code != 0) free(start);
  return -code;
}
