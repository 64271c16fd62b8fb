/* SPDX-License-Identifier: MIT
 * A function on a C stack of its own. */
#include "value/strand.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* libarchive wants a few KiB of it; what is not touched costs nothing. */
#define STACK_BYTES ((size_t)1024 * 1024)

/* ---- turns ---- */

/* Gives the turn to the other, and waits until it comes back. */
static void hand_over(dk_Strand *s, int its_turn) {
  pthread_mutex_lock(&s->lock);
  s->its_turn = its_turn;
  pthread_cond_signal(&s->handed);
  while (s->its_turn == its_turn)
    pthread_cond_wait(&s->handed, &s->lock);
  pthread_mutex_unlock(&s->lock);
}

int dk_strand_pause(dk_Strand *s) {
  if (!s->cancelled)
    hand_over(s, 0);
  return !s->cancelled;
}

/* ---- the thread ---- */

/* It begins when it has the turn, and gives it away at its end. */
static void *thread_main(void *strand) {
  dk_Strand *s = strand;
  pthread_mutex_lock(&s->lock);
  while (!s->its_turn)
    pthread_cond_wait(&s->handed, &s->lock);
  pthread_mutex_unlock(&s->lock);
  if (!s->cancelled)
    s->run(s->subject);
  pthread_mutex_lock(&s->lock);
  s->over = 1;
  s->its_turn = 0;
  pthread_cond_signal(&s->handed);
  pthread_mutex_unlock(&s->lock);
  return NULL;
}

/* A thread has the signal mask of who starts it. */
static int start_masked(dk_Strand *s, const pthread_attr_t *how) {
  sigset_t all, before;
  int result;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  result = pthread_create(&s->thread, how, thread_main, s);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}

static int start(dk_Strand *s) {
  pthread_attr_t how;
  int result = pthread_attr_init(&how);
  if (result != 0)
    return -result;
  pthread_mutex_init(&s->lock, NULL);
  pthread_cond_init(&s->handed, NULL);
  result = pthread_attr_setstacksize(&how, STACK_BYTES);
  if (result == 0)
    result = start_masked(s, &how);
  pthread_attr_destroy(&how);
  s->process = getpid();
  s->started = result == 0;
  return -result;
}

/* ---- the owner ---- */

/* In a forked child the thread is not there. */
static int is_elsewhere(const dk_Strand *s) {
  return s->started && s->process != getpid();
}

int dk_strand_resume(dk_Strand *s) {
  if (!s->started) {
    int result = start(s);
    if (result != 0)
      return result;
  }
  if (is_elsewhere(s))
    return -ESRCH;
  if (!s->over)
    hand_over(s, 1);
  return !s->over;
}

void dk_strand_end(dk_Strand *s) {
  if (!s->started)
    return;
  if (!is_elsewhere(s)) {
    s->cancelled = 1;
    if (!s->over)
      hand_over(s, 1);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->handed);
    pthread_mutex_destroy(&s->lock);
  }
  memset(s, 0, sizeof *s);
}
