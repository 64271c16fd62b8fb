/* SPDX-License-Identifier: MIT
 * Tests of net/poller: what is told of descriptors that change, are closed
 * and used again; forks; what has no room. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "net/poller.h"

static dk_Poller *poller;
static int ends[2];   /* of a stream socket */
static int found_fd;  /* what the last wait told of libcurl's, */
static int found;     /* its events, */
static int n_found;   /* and how much */
static int n_watched; /* calls of count_ready */

static void begin(void) {
  poller = dk_poller_new();
  CHECK(poller != NULL);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    abort();
}

static void end(void) {
  dk_poller_free(poller);
  poller = NULL;
  close(ends[0]);
  close(ends[1]);
}

static void put(int fd) {
  CHECK(write(fd, "x", 1) == 1);
}

static void note_found(void *context, int fd, int events) {
  CHECK(context == &found);
  found_fd = fd;
  found = events;
  n_found++;
}

/* What it tells of libcurl's descriptors, how many. */
static int look(int milliseconds) {
  n_found = found = 0;
  found_fd = -1;
  EQUAL(dk_poller_apply(poller), 0);
  EQUAL(dk_poller_wait(poller, milliseconds, note_found, &found), 0);
  return n_found;
}

/* Whether another loop would be woken. */
static int wakes(void) {
  struct pollfd p = {.fd = dk_poller_fd(poller), .events = POLLIN};
  return poll(&p, 1, 0) == 1;
}

static void count_ready(dk_Watch *w) {
  CHECK(w->ready != 0 && (w->ready & ~w->events) == 0);
  n_watched++;
}

static int look_watched(int milliseconds) {
  n_watched = 0;
  EQUAL(look(milliseconds), 0);
  return n_watched;
}

/* ---- libcurl's ---- */

static void test_interest(void) {
  begin();
  EQUAL(look(0), 0);
  dk_poller_want(poller, ends[0], DK_READABLE);
  EQUAL(look(0), 0);
  put(ends[1]);
  CHECK(wakes());
  EQUAL(look(1000), 1);
  CHECK(found_fd == ends[0] && found == DK_READABLE);
  EQUAL(look(0), 1); /* still */
  dk_poller_want(poller, ends[0], DK_READABLE | DK_WRITABLE);
  EQUAL(look(0), 1);
  EQUAL(found, DK_READABLE | DK_WRITABLE);
  dk_poller_want(poller, ends[0], DK_WRITABLE);
  EQUAL(look(0), 1);
  EQUAL(found, DK_WRITABLE);
  dk_poller_want(poller, ends[0], 0);
  EQUAL(look(0), 0);
  CHECK(!wakes());
  end();
}

/* The other side is gone: reading, and writing, will tell. */
static void test_hang_up(void) {
  begin();
  dk_poller_want(poller, ends[0], DK_READABLE);
  EQUAL(look(0), 0);
  close(ends[1]);
  EQUAL(look(0), 1);
  EQUAL(found, DK_READABLE);
  dk_poller_want(poller, ends[0], 0); /* or it would wake us for ever */
  EQUAL(look(0), 0);
  CHECK(!wakes());
  ends[1] = dup(ends[0]);
  end();
}

/* A socket that is announced may be closed only after a word; any other as
 * soon as libcurl wants nothing of it. */
static void test_number_used_again(int announced) {
  int other[2], fd;
  begin();
  if (announced)
    dk_poller_opened(poller, ends[0]);
  dk_poller_want(poller, ends[0], DK_READABLE);
  EQUAL(look(0), 0);
  put(ends[1]);
  dk_poller_want(poller, ends[0], 0);
  if (announced)
    dk_poller_closing(poller, ends[0]);
  fd = ends[0];
  close(fd);
  CHECK(pipe2(other, O_CLOEXEC) == 0);
  EQUAL(other[0], fd);
  dk_poller_want(poller, fd, DK_READABLE);
  EQUAL(look(0), 0);
  put(other[1]);
  EQUAL(look(0), 1);
  dk_poller_want(poller, fd, 0);
  ends[0] = other[0];
  close(other[1]);
  end();
}

static void test_announced_used_again(void) {
  test_number_used_again(1);
}

static void test_other_used_again(void) {
  test_number_used_again(0);
}

/* Somebody closed it without a word, and the number is in use again. */
static void test_closed_behind_the_back(void) {
  int other[2], fd = -1;
  begin();
  dk_poller_opened(poller, ends[0]);
  dk_poller_want(poller, ends[0], DK_READABLE);
  EQUAL(look(0), 0);
  fd = ends[0];
  close(fd);
  CHECK(pipe2(other, O_CLOEXEC) == 0);
  EQUAL(other[0], fd);
  dk_poller_want(poller, fd, DK_READABLE | DK_WRITABLE);
  put(other[1]);
  EQUAL(look(0), 1);
  close(other[1]);
  end();
}

/* What is closed when the kernel is told of it: libcurl shall find out. */
static void test_closed_descriptor(void) {
  int fd;
  begin();
  fd = dup(ends[0]);
  close(fd);
  dk_poller_want(poller, fd, DK_READABLE);
  EQUAL(look(0), 1);
  EQUAL(found_fd, fd);
  dk_poller_want(poller, fd, 0);
  EQUAL(look(0), 0);
  end();
}

/* More than one answer of the kernel has room for. */
static void test_many(void) {
  enum { N = 400 };
  int pipes[N][2], i;
  begin();
  for (i = 0; i < N; i++) {
    CHECK(pipe2(pipes[i], O_CLOEXEC) == 0);
    dk_poller_want(poller, pipes[i][0], DK_READABLE);
    put(pipes[i][1]);
  }
  CHECK(look(0) >= N);
  for (i = 0; i < N; i++) {
    dk_poller_want(poller, pipes[i][0], 0);
    close(pipes[i][0]);
    close(pipes[i][1]);
  }
  EQUAL(look(0), 0);
  end();
}

/* ---- watches ---- */

static void test_watch(void) {
  dk_Watch w = {.events = DK_READABLE, .on_ready = count_ready};
  dk_Watch twice;
  begin();
  w.fd = ends[0];
  EQUAL(dk_poller_start(poller, &w), 0);
  twice = w;
  EQUAL(dk_poller_start(poller, &twice), EEXIST);
  EQUAL(look_watched(0), 0);
  put(ends[1]);
  EQUAL(look_watched(1000), 1);
  dk_watch_set(&w, 0);
  EQUAL(look_watched(0), 0);
  CHECK(!wakes());
  dk_watch_set(&w, DK_WRITABLE);
  EQUAL(look_watched(0), 1);
  EQUAL(w.ready, DK_WRITABLE);
  dk_watch_stop(&w);
  EQUAL(look_watched(0), 0);
  CHECK(w.poller == NULL);
  dk_watch_stop(&w);
  dk_watch_set(&w, DK_READABLE);
  EQUAL(dk_poller_start(poller, &w), 0);
  dk_poller_free(poller); /* a watch that outlives it */
  CHECK(w.poller == NULL);
  dk_watch_stop(&w);
  poller = dk_poller_new();
  end();
}

static void test_watch_nothing(void) {
  dk_Watch w = {.fd = -1, .events = DK_READABLE};
  begin();
  EQUAL(dk_poller_start(poller, &w), EBADF);
  w.fd = dup(ends[0]);
  close(w.fd);
  EQUAL(dk_poller_start(poller, &w), EBADF);
  CHECK(w.poller == NULL);
  EQUAL(look_watched(0), 0);
  end();
}

/* libcurl is done with a socket, but has it still; a watch takes over, until
 * libcurl closes it. */
static void test_watch_takes_over(void) {
  dk_Watch w = {.events = DK_READABLE, .on_ready = count_ready};
  begin();
  dk_poller_opened(poller, ends[0]);
  dk_poller_want(poller, ends[0], DK_READABLE | DK_WRITABLE);
  EQUAL(look(0), 1);
  dk_poller_want(poller, ends[0], 0);
  w.fd = ends[0];
  EQUAL(dk_poller_start(poller, &w), 0);
  EQUAL(look_watched(0), 0);
  put(ends[1]);
  EQUAL(look_watched(0), 1);
  dk_poller_want(poller, ends[0], 0);
  EQUAL(look_watched(0), 1);
  dk_poller_closing(poller, ends[0]);
  CHECK(w.poller == NULL);
  EQUAL(look_watched(0), 0);
  dk_watch_stop(&w);
  end();
}

/* And the other way round: the watch stops, libcurl goes on. */
static void test_watch_gives_back(void) {
  dk_Watch w = {.events = DK_READABLE, .on_ready = count_ready};
  begin();
  dk_poller_want(poller, ends[0], DK_WRITABLE);
  w.fd = ends[0];
  EQUAL(dk_poller_start(poller, &w), 0);
  EQUAL(look_watched(0), 0);
  dk_watch_stop(&w);
  EQUAL(look(0), 1);
  EQUAL(found, DK_WRITABLE);
  end();
}

static dk_Watch pair[2];

static void stop_both(dk_Watch *w) {
  (void)w;
  n_watched++;
  dk_watch_stop(&pair[0]);
  dk_watch_stop(&pair[1]);
}

static void test_stop_within(void) {
  int i;
  begin();
  for (i = 0; i < 2; i++) {
    pair[i].fd = ends[i];
    pair[i].events = DK_WRITABLE;
    pair[i].on_ready = stop_both;
    EQUAL(dk_poller_start(poller, &pair[i]), 0);
  }
  EQUAL(look_watched(0), 1); /* the first stops the second */
  EQUAL(look_watched(0), 0);
  end();
}

/* Within on_ready, another watch is stopped, its descriptor closed, and one
 * of the same number started: what the kernel told is not about that. */
static int other[2];

static void exchange_other(dk_Watch *w) {
  dk_Watch *o = w == &pair[0] ? &pair[1] : &pair[0];
  int fd = o->fd;
  n_watched++;
  dk_watch_stop(w);
  dk_watch_stop(o);
  close(fd);
  CHECK(pipe2(other, O_CLOEXEC) == 0);
  EQUAL(other[0], fd);
  o->fd = fd;
  EQUAL(dk_poller_start(poller, o), 0);
}

static void test_exchange_within(void) {
  int i;
  begin();
  for (i = 0; i < 2; i++) {
    put(ends[1 - i]);
    pair[i].fd = ends[i];
    pair[i].events = DK_READABLE;
    pair[i].on_ready = exchange_other;
    EQUAL(dk_poller_start(poller, &pair[i]), 0);
  }
  EQUAL(look_watched(0), 1);
  EQUAL(look_watched(0), 0);
  close(other[1]);
  end();
}

/* A file is always ready, and the kernel takes none. */
static void test_file(void) {
  dk_Watch w = {.events = DK_READABLE, .on_ready = count_ready};
  begin();
  w.fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  CHECK(!dk_poller_never_waits(poller));
  EQUAL(dk_poller_start(poller, &w), 0);
  CHECK(dk_poller_never_waits(poller));
  EQUAL(look_watched(0), 1);
  dk_watch_set(&w, 0);
  CHECK(!dk_poller_never_waits(poller));
  EQUAL(look_watched(0), 0);
  dk_watch_set(&w, DK_READABLE);
  EQUAL(look_watched(0), 1);
  dk_watch_stop(&w);
  CHECK(!dk_poller_never_waits(poller));
  EQUAL(look_watched(0), 0);
  close(w.fd);
  end();
}

/* ---- forks, and what is not there ---- */

/* In a child: it has its own list, and does not touch ours. */
static int child_is_apart(dk_Watch *w) {
  check_bad = 0;
  EQUAL(look_watched(0), 1);
  dk_watch_set(w, 0);
  EQUAL(look_watched(0), 0);
  dk_watch_stop(w);
  dk_poller_closing(poller, ends[0]);
  dk_poller_free(poller);
  return check_bad > 0;
}

static int child_frees(dk_Watch *w) {
  dk_watch_stop(w);
  dk_poller_free(poller);
  return 0;
}

static void test_fork(int (*child)(dk_Watch *)) {
  dk_Watch w = {.events = DK_READABLE, .on_ready = count_ready};
  int status = 0;
  pid_t pid;
  begin();
  w.fd = ends[0];
  EQUAL(dk_poller_start(poller, &w), 0);
  put(ends[1]);
  fflush(stdout);
  pid = fork();
  if (pid == 0)
    _exit(child(&w));
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  EQUAL(look_watched(0), 1);
  dk_watch_stop(&w);
  end();
}

static void test_child_that_goes_on(void) {
  test_fork(child_is_apart);
}

static void test_child_that_ends(void) {
  test_fork(child_frees);
}

static void test_close_on_exec(void) {
  begin();
  CHECK(fcntl(dk_poller_fd(poller), F_GETFD) & FD_CLOEXEC);
  end();
}

static void on_alarm(int number) {
  (void)number;
}

static void test_signal(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  struct itimerval soon = {{0, 0}, {0, 20000}}, never = {{0, 0}, {0, 0}};
  begin();
  sigaction(SIGALRM, &action, NULL);
  soon.it_interval.tv_usec = 20000; /* should one come too early */
  setitimer(ITIMER_REAL, &soon, NULL);
  EQUAL(look(60000), 0);
  setitimer(ITIMER_REAL, &never, NULL);
  end();
}

/* Somebody has closed every descriptor there is. */
static void test_closed_poller(void) {
  begin();
  close(dk_poller_fd(poller));
  EQUAL(dk_poller_wait(poller, 60000, note_found, &found), EBADF);
  EQUAL(dup(ends[0]), dk_poller_fd(poller));
  end();
}

static void test_no_descriptor(void) {
  struct rlimit limit, none;
  CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  none = limit;
  none.rlim_cur = 3;
  CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
  CHECK(dk_poller_new() == NULL && errno == EMFILE);
  CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

/* The first n allocations succeed. Whether all did. */
static int with_memory(long n) {
  dk_Watch w = {.events = DK_WRITABLE, .on_ready = count_ready};
  int started = 0, applied = 0;
  w.fd = 1000;
  CHECK(dup2(ends[1], w.fd) == w.fd);
  check_allowed = n;
  poller = dk_poller_new();
  if (poller != NULL) {
    dk_poller_want(poller, ends[0], DK_WRITABLE);
    applied = dk_poller_apply(poller) == 0;
    started = dk_poller_start(poller, &w) == 0;
  } else {
    EQUAL(errno, ENOMEM);
  }
  check_allowed = -1;
  CHECK(started == (w.poller != NULL));
  if (started && applied) {
    n_found = n_watched = 0;
    EQUAL(dk_poller_wait(poller, 0, note_found, &found), 0);
    CHECK(n_found == 1 && n_watched == 1);
  }
  dk_watch_stop(&w);
  dk_poller_free(poller);
  close(w.fd);
  return started && applied;
}

static void test_no_memory(void) {
  long n, before = check_live;
  int good = 0;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
  for (n = 0; n < 20 && !good; n++) {
    good = with_memory(n);
    EQUAL(check_live, before);
  }
  CHECK(good && n > 3);
  close(ends[0]);
  close(ends[1]);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_interest);
  RUN(test_hang_up);
  RUN(test_announced_used_again);
  RUN(test_other_used_again);
  RUN(test_closed_behind_the_back);
  RUN(test_closed_descriptor);
  RUN(test_many);
  RUN(test_watch);
  RUN(test_watch_nothing);
  RUN(test_watch_takes_over);
  RUN(test_watch_gives_back);
  RUN(test_stop_within);
  RUN(test_exchange_within);
  RUN(test_file);
  RUN(test_child_that_goes_on);
  RUN(test_child_that_ends);
  RUN(test_close_on_exec);
  RUN(test_signal);
  RUN(test_closed_poller);
  RUN(test_no_descriptor);
  RUN(test_no_memory);
  return check_end();
}
