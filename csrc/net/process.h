/* SPDX-License-Identifier: MIT
 * A child process that is given bytes and says some, while the transport is
 * pumped. */
#ifndef DK_PROCESS_H
#define DK_PROCESS_H

#include "bytes/buffer.h"
#include "net/child.h"
#include "net/transport.h"

typedef struct dk_Process {
  const char *input; /* the owner's: bytes that it has not been given, which */
  size_t unsent;     /* must hold until there are none, or it has ended */
  dk_Buffer out; /* what it wrote to 1, and to 2; the owner may set their */
  dk_Buffer err; /* limits before it starts */
  int failed;    /* DK_OVER_LIMIT or DK_NO_MEMORY: of one of these */
  int exit_code; /* dk_child_ended, when it has ended */
  pid_t pid;     /* 0: not started, or gone */
  double gone_since; /* 0: it has not ended */
  int stirred;       /* something has happened since it was asked */
  dk_Watch pipes[3]; /* to its 0, from its 1 and 2; those that are open */
} dk_Process;

/* Starts a command (its fds are set here), with a zeroed process. 0, or an
 * errno, and it is not started. */
int dk_process_start(dk_Process *p, dk_Transport *t, dk_Command *c);

/* Whether it has ended, and all that it wrote is there; or `failed`. What it
 * has started itself and left behind is not waited for for long. To be asked
 * when it is `stirred`, and after dk_process_slice seconds at the latest. */
int dk_process_over(dk_Process *p);
double dk_process_slice(const dk_Process *p);

/* Kills it if it has not ended, and frees all; idempotent. */
void dk_process_free(dk_Process *p);

#endif
