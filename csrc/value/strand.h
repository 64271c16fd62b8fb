/* SPDX-License-Identifier: MIT
 * A strand: a function on a C stack of its own, which can stop in the middle
 * of whatever it calls.
 *
 * It is a thread that strictly takes turns with its owner: exactly one of the
 * two runs, so they share data without a lock, and the state of the process
 * (umask, working folder) is never changed under one by the other. Signals are
 * not delivered to it. It must not know Lua. Nothing is started before it is
 * resumed. */
#ifndef DK_STRAND_H
#define DK_STRAND_H

#include <pthread.h>
#include <sys/types.h>

typedef struct dk_Strand {
  void (*run)(void *subject); /* set both before it is resumed */
  void *subject;

  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t handed; /* the turn to the other */
  int started, over;
  int its_turn;
  int cancelled;
  pid_t process; /* which has the thread: a forked child has none */
} dk_Strand;

/* For the owner: lets the function of a zeroed strand run until it pauses (1)
 * or has returned (0); a negative errno when it cannot be started. */
int dk_strand_resume(dk_Strand *s);

/* For the function: stops until it is resumed: 1; or 0, at once and from then
 * on: it was cancelled, and is to return. */
int dk_strand_pause(dk_Strand *s);

/* For the owner: cancels the function unless it has returned, and waits for
 * that; idempotent. */
void dk_strand_end(dk_Strand *s);

#endif
