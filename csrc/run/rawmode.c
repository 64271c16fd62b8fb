/* SPDX-License-Identifier: MIT
 * Terminals in raw mode, and the signals meanwhile. */
#include "run/rawmode.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <termios.h>
#include <unistd.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

/* ---- terminals ---- */

/* A place is filled before it is RAW, and only a RAW one is looked at by
 * handlers, which may run in the middle of anything, in any thread. */
enum { FREE, TAKEN, RAW };

typedef struct Place {
  atomic_int state;
  pid_t process;
  int fd;
  int bell;
  struct termios before;
  struct termios raw;
} Place;

static Place places[8];

/* Someone else's turn: the shell has set the terminal as it needs it. */
static int in_background(int fd) {
  pid_t group = tcgetpgrp(fd);
  return group > 0 && group != getpgrp();
}

/* Who writes while in the background is stopped: not us, on the way out. */
static void apply(int fd, const struct termios *mode) {
  sigset_t stops, mask;
  if (in_background(fd))
    return;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTTOU);
  pthread_sigmask(SIG_BLOCK, &stops, &mask);
  while (tcsetattr(fd, TCSANOW, mode) != 0 && errno == EINTR)
    continue;
  pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

/* The next RAW place of this process from `p` on, or NULL. */
static Place *next_raw(Place *p) {
  for (; p < places + COUNT(places); p++)
    if (atomic_load(&p->state) == RAW && p->process == getpid())
      return p;
  return NULL;
}

static void make_all_normal(void) {
  Place *p;
  for (p = next_raw(places); p != NULL; p = next_raw(p + 1))
    apply(p->fd, &p->before);
}

static void make_all_raw(void) {
  Place *p;
  for (p = next_raw(places); p != NULL; p = next_raw(p + 1))
    apply(p->fd, &p->raw);
}

static void ring_all(void) {
  static const uint64_t once = 1;
  Place *p;
  for (p = next_raw(places); p != NULL; p = next_raw(p + 1))
    if (p->bell >= 0 && write(p->bell, &once, sizeof once) < 0)
      continue; /* it has been rung, and nobody has listened yet */
}

/* When the process exits, or is done with this library. */
__attribute__((destructor)) static void leave(void) {
  make_all_normal();
}

/* ---- signals ---- */

typedef struct Signal {
  int number;
  int ends; /* or stops the process, unless the program has a handler */
  int ours; /* our handler was set */
  struct sigaction before;
} Signal;

static Signal signals[] = {
    {.number = SIGHUP, .ends = 1},
    {.number = SIGINT, .ends = 1},
    {.number = SIGQUIT, .ends = 1},
    {.number = SIGTERM, .ends = 1},
    {.number = SIGPIPE, .ends = 1},
    {.number = SIGALRM, .ends = 1},
    {.number = SIGABRT, .ends = 1},
    {.number = SIGTSTP, .ends = 1},
    {.number = SIGCONT},
    {.number = SIGWINCH},
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int users; /* terminals that are raw: the signals are ours meanwhile */

static Signal *signal_of(int number) {
  Signal *s = signals;
  while (s->number != number)
    s++;
  return s;
}

static void set_handler(Signal *s);

/* Lets a signal do what it would do without us, with the terminal as it was.
 * What comes back from that has a handler of its own, or has been stopped and
 * goes on. A handler may set another in its place, as lua.c's does. */
static void on_end(int number) {
  Signal *s = signal_of(number);
  int error = errno;
  sigset_t this;
  make_all_normal();
  sigaction(number, &s->before, NULL);
  sigemptyset(&this);
  sigaddset(&this, number);
  raise(number);
  pthread_sigmask(SIG_UNBLOCK, &this, NULL); /* here it happens */
  pthread_sigmask(SIG_BLOCK, &this, NULL);
  set_handler(s);
  make_all_raw();
  errno = error;
}

static void on_news(int number, siginfo_t *info, void *context) {
  const struct sigaction *b = &signal_of(number)->before;
  int error = errno;
  if (number == SIGCONT) /* others have had the terminal */
    make_all_raw();
  ring_all();
  if (b->sa_flags & SA_SIGINFO)
    b->sa_sigaction(number, info, context);
  else if (b->sa_handler != SIG_DFL && b->sa_handler != SIG_IGN)
    b->sa_handler(number);
  errno = error;
}

static int is_ours(const struct sigaction *a) {
  return a->sa_handler == on_end || a->sa_sigaction == on_news;
}

/* Sets our handler, and keeps what there is. It interrupts calls no more than
 * that would: but for news nobody's writing shall break off. */
static void set_handler(Signal *s) {
  struct sigaction a;
  sigaction(s->number, NULL, &a);
  if (!is_ours(&a))
    s->before = a;
  if (s->ends && a.sa_handler == SIG_IGN)
    return;
  a.sa_flags &= SA_ONSTACK | SA_RESTART;
  if (s->ends) {
    a.sa_handler = on_end;
  } else {
    a.sa_flags |= SA_SIGINFO | SA_RESTART;
    a.sa_sigaction = on_news;
  }
  s->ours = sigaction(s->number, &a, NULL) == 0;
}

/* A handler that was set after ours stays. */
static void reset_handler(Signal *s) {
  struct sigaction a;
  if (s->ours && sigaction(s->number, NULL, &a) == 0 && is_ours(&a))
    sigaction(s->number, &s->before, NULL);
  s->ours = 0;
}

/* Counts the terminals that need the signals. */
static void use_signals(int more) {
  int i;
  pthread_mutex_lock(&lock);
  users += more;
  for (i = 0; i < COUNT(signals); i++)
    if (users == 0)
      reset_handler(&signals[i]);
    else if (users == 1 && more > 0)
      set_handler(&signals[i]);
  pthread_mutex_unlock(&lock);
}

/* ---- in and out ---- */

static void hold_signals(sigset_t *mask) {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, mask);
}

static void let_signals_go(const sigset_t *mask) {
  int error = errno;
  pthread_sigmask(SIG_SETMASK, mask, NULL);
  errno = error;
}

static Place *take_place(void) {
  Place *p;
  for (p = places; p < places + COUNT(places); p++) {
    int state = FREE;
    if (atomic_compare_exchange_strong(&p->state, &state, TAKEN))
      return p;
  }
  errno = EBUSY;
  return NULL;
}

static void fill(Place *p, int fd, int bell, const struct termios *before) {
  p->process = getpid();
  p->fd = fd;
  p->bell = bell;
  p->before = p->raw = *before;
  cfmakeraw(&p->raw);
}

static void give_back(Place *p) {
  sigset_t mask;
  hold_signals(&mask);
  atomic_store(&p->state, TAKEN);
  if (p->process == getpid())
    apply(p->fd, &p->before);
  use_signals(-1);
  atomic_store(&p->state, FREE);
  let_signals_go(&mask);
}

/* Those who start in the background are stopped here, as they should be. */
int dk_rawmode_begin(int fd, int bell) {
  struct termios before;
  sigset_t mask;
  Place *p;
  int error;
  if (tcgetattr(fd, &before) != 0 || (p = take_place()) == NULL)
    return -1;
  fill(p, fd, bell, &before);
  hold_signals(&mask);
  use_signals(1);
  atomic_store(&p->state, RAW);
  let_signals_go(&mask);
  if (tcsetattr(fd, TCSANOW, &p->raw) == 0)
    return (int)(p - places);
  error = errno;
  give_back(p);
  errno = error;
  return -1;
}

void dk_rawmode_end(int number) {
  give_back(&places[number]);
}
