/* SPDX-License-Identifier: MIT
 * Which descriptors are waited for: a table by descriptor, a list of those
 * that have changed, and epoll. */

#include "net/poller.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bytes/memory.h"

/* Most that one wait tells of at a time. */
#define MOST 128

/* What is known of a descriptor. A number is used again and again: `serial`
 * tells what is told of the one from what is told of the one before. */
typedef struct Slot {
  dk_Watch *watch; /* whose it is, or NULL: libcurl's */
  uint32_t serial;
  unsigned char wanted;    /* by libcurl */
  unsigned char applied;   /* what the kernel looks for */
  unsigned char changed;   /* is in the list of those */
  unsigned char announced; /* libcurl will tell when it closes it */
  unsigned char file;      /* always ready, and nothing for the kernel */
} Slot;

struct dk_Poller {
  int kernel; /* the descriptor of epoll */
  unsigned forks;
  int error; /* no memory in a place that cannot say so */
  int n;     /* slots, and room in `changes` */
  Slot *slots;
  int *changes;
  int n_changes;
  int n_files; /* descriptors that are always ready, and wanted */
};

/* ---- the kernel's side: another system has its own three functions ---- */

static int kernel_new(void) {
  return epoll_create1(EPOLL_CLOEXEC);
}

static uint32_t to_epoll(int events) {
  return (events & DK_READABLE ? EPOLLIN : 0u) |
         (events & DK_WRITABLE ? EPOLLOUT : 0u);
}

/* From what it looks for to what it shall. What was closed without a word has
 * left its list already. */
static int kernel_change(int kernel, int fd, uint32_t serial, int before,
                         int events) {
  struct epoll_event e = {.events = to_epoll(events)};
  int operation = before == 0   ? EPOLL_CTL_ADD
                  : events != 0 ? EPOLL_CTL_MOD
                                : EPOLL_CTL_DEL;
  e.data.u64 = (uint64_t)serial << 32 | (uint32_t)fd;
  if (epoll_ctl(kernel, operation, fd, &e) == 0 || events == 0)
    return 0;
  if (operation == EPOLL_CTL_MOD && errno == ENOENT)
    operation = EPOLL_CTL_ADD;
  else if (operation == EPOLL_CTL_ADD && errno == EEXIST)
    operation = EPOLL_CTL_MOD;
  else
    return errno;
  return epoll_ctl(kernel, operation, fd, &e) == 0 ? 0 : errno;
}

typedef struct Found {
  int fd;
  uint32_t serial;
  int events;
} Found;

/* How many; -1: errno says why. */
static int kernel_wait(int kernel, Found *found, int milliseconds) {
  struct epoll_event events[MOST];
  int i, n = epoll_wait(kernel, events, MOST, milliseconds);
  for (i = 0; i < n; i++) {
    uint32_t e = events[i].events;
    found[i].fd = (int)(uint32_t)events[i].data.u64;
    found[i].serial = (uint32_t)(events[i].data.u64 >> 32);
    found[i].events = e & (EPOLLHUP | EPOLLERR)
                          ? DK_READABLE | DK_WRITABLE
                          : (e & EPOLLIN ? DK_READABLE : 0) |
                                (e & EPOLLOUT ? DK_WRITABLE : 0);
  }
  return n;
}

/* ---- forks ---- */

/* After a fork both processes have the same list in the kernel. The child
 * must not touch it: it makes its own. */
static pthread_once_t counting = PTHREAD_ONCE_INIT;
static unsigned forks;

static void count_fork(void) {
  forks++;
}

static void count_forks(void) {
  pthread_atfork(NULL, NULL, count_fork);
}

static void note_change(dk_Poller *p, int fd) {
  if (p->slots[fd].changed)
    return;
  p->slots[fd].changed = 1;
  p->changes[p->n_changes++] = fd;
}

static int is_forked(const dk_Poller *p) {
  return p->forks != forks;
}

static int renew(dk_Poller *p) {
  int fd, kernel = kernel_new();
  if (kernel < 0)
    return errno;
  close(p->kernel);
  p->kernel = kernel;
  p->forks = forks;
  for (fd = 0; fd < p->n; fd++) {
    p->slots[fd].applied = 0;
    note_change(p, fd);
  }
  return 0;
}

/* ---- life ---- */

dk_Poller *dk_poller_new(void) {
  dk_Poller *p = dk_zeroed(sizeof *p);
  pthread_once(&counting, count_forks);
  if (p == NULL) {
    errno = ENOMEM;
    return NULL;
  }
  p->forks = forks;
  p->kernel = kernel_new();
  if (p->kernel >= 0)
    return p;
  dk_release(p);
  return NULL;
}

void dk_poller_free(dk_Poller *p) {
  int fd;
  if (p == NULL)
    return;
  for (fd = 0; fd < p->n; fd++)
    if (p->slots[fd].watch != NULL)
      p->slots[fd].watch->poller = NULL;
  close(p->kernel);
  dk_release(p->slots);
  dk_release(p->changes);
  dk_release(p);
}

int dk_poller_fd(const dk_Poller *p) {
  return p->kernel;
}

/* ---- the table ---- */

static int make_room(dk_Poller *p, int fd) {
  int n = p->n > 0 ? p->n : 64;
  Slot *slots;
  int *changes;
  while (n <= fd)
    n *= 2;
  changes = dk_resize(p->changes, (size_t)n * sizeof *changes);
  if (changes == NULL)
    return ENOMEM;
  p->changes = changes;
  slots = dk_resize(p->slots, (size_t)n * sizeof *slots);
  if (slots == NULL)
    return ENOMEM;
  memset(slots + p->n, 0, (size_t)(n - p->n) * sizeof *slots);
  p->slots = slots;
  p->n = n;
  return 0;
}

/* NULL: no memory. */
static Slot *slot_of(dk_Poller *p, int fd) {
  if (fd < p->n || make_room(p, fd) == 0)
    return &p->slots[fd];
  p->error = ENOMEM;
  return NULL;
}

static int wanted(const Slot *s) {
  return s->watch != NULL ? s->watch->events : s->wanted;
}

static void set_file(dk_Poller *p, Slot *s, int file) {
  p->n_files += file - s->file;
  s->file = (unsigned char)file;
}

/* The kernel looks for nothing any more, and what it has told is void. */
static void drop(dk_Poller *p, int fd) {
  Slot *s = &p->slots[fd];
  if (s->applied != 0 && !is_forked(p))
    kernel_change(p->kernel, fd, s->serial, s->applied, 0);
  s->applied = 0;
  s->serial++;
  set_file(p, s, 0);
}

static int apply(dk_Poller *p, int fd) {
  Slot *s = &p->slots[fd];
  int error, events = wanted(s);
  if (s->file || events == s->applied)
    return 0;
  error = kernel_change(p->kernel, fd, s->serial, s->applied, events);
  s->applied = (unsigned char)(error == 0 ? events : 0);
  if (error != EPERM && (error != EBADF || s->watch != NULL))
    return error;
  set_file(p, s, 1); /* and libcurl will find out that it is closed */
  return 0;
}

int dk_poller_apply(dk_Poller *p) {
  int i, error = p->error;
  p->error = 0;
  if (is_forked(p) && error == 0)
    error = renew(p);
  for (i = 0; i < p->n_changes; i++) {
    int fd = p->changes[i], failed = apply(p, fd);
    p->slots[fd].changed = 0;
    if (failed != 0)
      error = failed;
  }
  p->n_changes = 0;
  return error;
}

/* ---- libcurl's descriptors ---- */

void dk_poller_want(dk_Poller *p, int fd, int events) {
  Slot *s = slot_of(p, fd);
  if (s == NULL)
    return;
  s->wanted = (unsigned char)events;
  if (s->watch != NULL)
    return;
  if (events == 0 && !s->announced)
    drop(p, fd); /* it may be closed at once */
  else
    note_change(p, fd);
}

void dk_poller_opened(dk_Poller *p, int fd) {
  Slot *s = slot_of(p, fd);
  if (s != NULL)
    s->announced = 1;
}

void dk_poller_closing(dk_Poller *p, int fd) {
  if (fd >= p->n)
    return;
  if (p->slots[fd].watch != NULL)
    dk_watch_stop(p->slots[fd].watch);
  drop(p, fd);
  p->slots[fd].announced = 0;
  p->slots[fd].wanted = 0;
}

/* ---- watches ---- */

int dk_poller_start(dk_Poller *p, dk_Watch *w) {
  Slot *s;
  int error;
  if (w->fd < 0)
    return EBADF;
  s = slot_of(p, w->fd);
  if (s == NULL) {
    p->error = 0;
    return ENOMEM;
  }
  if (s->watch != NULL)
    return EEXIST;
  s->watch = w;
  w->poller = p;
  w->ready = 0;
  error = is_forked(p) ? renew(p) : 0;
  if (error == 0)
    error = apply(p, w->fd);
  if (error != 0)
    dk_watch_stop(w);
  return error;
}

void dk_watch_set(dk_Watch *w, int events) {
  w->events = events;
  if (w->poller != NULL)
    note_change(w->poller, w->fd);
}

void dk_watch_stop(dk_Watch *w) {
  dk_Poller *p = w->poller;
  if (p == NULL)
    return;
  w->poller = NULL;
  p->slots[w->fd].watch = NULL;
  drop(p, w->fd);
  note_change(p, w->fd); /* should libcurl want it */
}

/* ---- the wait ---- */

typedef void Finder(void *context, int fd, int events);

static void tell(dk_Poller *p, int fd, int events, Finder *found, void *c) {
  dk_Watch *w = p->slots[fd].watch;
  events &= wanted(&p->slots[fd]);
  if (events == 0)
    return;
  if (w == NULL) {
    found(c, fd, events);
    return;
  }
  w->ready = events;
  if (w->on_ready != NULL)
    w->on_ready(w);
}

static void tell_files(dk_Poller *p, Finder *found, void *context) {
  int fd;
  for (fd = 0; fd < p->n && p->n_files > 0; fd++)
    if (p->slots[fd].file)
      tell(p, fd, DK_READABLE | DK_WRITABLE, found, context);
}

int dk_poller_never_waits(const dk_Poller *p) {
  int fd;
  if (p->n_files == 0)
    return 0;
  for (fd = 0; fd < p->n; fd++)
    if (p->slots[fd].file && wanted(&p->slots[fd]) != 0)
      return 1;
  return 0;
}

/* A full answer may not be all: what has come must not look late because
 * there was no room to tell of it. */
int dk_poller_wait(dk_Poller *p, int milliseconds, Finder *found,
                   void *context) {
  Found all[MOST];
  int i, n, rounds = p->n / MOST + 1;
  do {
    n = kernel_wait(p->kernel, all, milliseconds);
    if (n < 0 && errno != EINTR)
      return errno;
    for (i = 0; i < n; i++)
      if (all[i].serial == p->slots[all[i].fd].serial)
        tell(p, all[i].fd, all[i].events, found, context);
    milliseconds = 0;
  } while (n == MOST && rounds-- > 0);
  if (p->n_files > 0)
    tell_files(p, found, context);
  return 0;
}
