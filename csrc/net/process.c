/* SPDX-License-Identifier: MIT
 * A child process, and its pipes. */

#include "net/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"

/* What is read and written at once. */
#define PIECE 65536

/* Seconds that pipes may stay open when the child has ended: something that
 * it has started and left behind has them too. */
#define GRACE 0.5

/* Seconds: how often one looks whether it has ended when it has closed its
 * pipes, as it will next, and when it has not. */
#define ABOUT_NOW 0.005
#define AT_TIMES 0.1

static int is_open(const dk_Watch *w) {
  return w->owner != NULL;
}

static void close_pipe(dk_Watch *w) {
  if (!is_open(w))
    return;
  dk_watch_stop(w);
  close(w->fd);
  w->owner = NULL;
}

/* ---- what it is given ---- */

/* A write that raises no SIGPIPE: pipes have no flag for that. One that was
 * pending before is not ours to take. */
static ssize_t write_quietly(int fd, const char *bytes, size_t length) {
  static const struct timespec at_once = {0, 0};
  sigset_t pipe_only, before, pending;
  int was_pending, error;
  ssize_t n;
  sigemptyset(&pipe_only);
  sigaddset(&pipe_only, SIGPIPE);
  sigpending(&pending);
  was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
  n = write(fd, bytes, length);
  error = errno;
  if (n < 0 && error == EPIPE && !was_pending)
    sigtimedwait(&pipe_only, NULL, &at_once);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return n;
}

/* One that reads no more has had enough. */
static void on_writable(dk_Watch *w) {
  dk_Process *p = w->owner;
  size_t piece = p->unsent < PIECE ? p->unsent : PIECE;
  ssize_t n = write_quietly(w->fd, p->input, piece);
  if (n > 0) {
    p->input += n;
    p->unsent -= (size_t)n;
  } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
    p->unsent = 0;
  }
  if (p->unsent == 0)
    close_pipe(w);
}

/* ---- what it says ---- */

static void on_readable(dk_Watch *w) {
  dk_Process *p = w->owner;
  dk_Buffer *b = w == &p->pipes[1] ? &p->out : &p->err;
  char bytes[PIECE];
  ssize_t n = read(w->fd, bytes, sizeof bytes);
  int outcome = DK_OK;
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n > 0)
    outcome = dk_buffer_append(b, bytes, (size_t)n);
  if (outcome != DK_OK)
    p->failed = outcome;
  if (n > 0 && outcome == DK_OK)
    return;
  p->stirred = 1;
  close_pipe(w);
}

/* ---- start ---- */

/* Makes a pipe: our end is watched, the other is the child's. */
static int open_pipe(dk_Process *p, dk_Transport *t, int i, int *its) {
  dk_Watch *w = &p->pipes[i];
  int fds[2], ours = i == 0 ? 1 : 0, error;
  if (pipe2(fds, O_CLOEXEC) != 0)
    return errno;
  *its = fds[1 - ours];
  w->fd = fds[ours];
  w->events = i == 0 ? DK_WRITABLE : DK_READABLE;
  w->on_ready = i == 0 ? on_writable : on_readable;
  w->owner = p;
  error = fcntl(w->fd, F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
  if (error == 0)
    error = dk_watch_start(t, w);
  return error;
}

int dk_process_start(dk_Process *p, dk_Transport *t, dk_Command *c) {
  int i, error = 0, its[3] = {-1, -1, -1};
  for (i = p->unsent > 0 ? 0 : 1; i < 3 && error == 0; i++)
    error = open_pipe(p, t, i, &its[i]);
  memcpy(c->fds, its, sizeof its);
  c->listener = -1;
  if (error == 0)
    error = dk_child_start(c, &p->pid);
  for (i = 0; i < 3; i++)
    if (its[i] >= 0)
      close(its[i]);
  if (error != 0)
    dk_process_free(p);
  return error;
}

/* ---- the end ---- */

static int is_silent(const dk_Process *p) {
  return !is_open(&p->pipes[1]) && !is_open(&p->pipes[2]);
}

double dk_process_slice(const dk_Process *p) {
  return is_silent(p) ? ABOUT_NOW : AT_TIMES;
}

int dk_process_over(dk_Process *p) {
  p->stirred = 0;
  if (p->failed != DK_OK)
    return 1;
  if (p->pid != 0 && dk_child_ended(p->pid, &p->exit_code)) {
    p->pid = 0;
    p->gone_since = dk_now();
    close_pipe(&p->pipes[0]);
  }
  if (p->pid != 0)
    return 0;
  return is_silent(p) || dk_now() >= p->gone_since + GRACE;
}

void dk_process_free(dk_Process *p) {
  int i;
  for (i = 0; i < 3; i++)
    close_pipe(&p->pipes[i]);
  if (p->pid != 0)
    dk_child_kill(p->pid);
  p->pid = 0;
  p->unsent = 0;
  dk_buffer_free(&p->out);
  dk_buffer_free(&p->err);
}
