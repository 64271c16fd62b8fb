/* SPDX-License-Identifier: MIT
 * Starting a child process: no shell, no descriptor of ours but those that it
 * is given, no signal blocked or handled in it. */
#ifndef DK_CHILD_H
#define DK_CHILD_H

#include <sys/types.h>

typedef struct dk_Command {
  const char *const *argv; /* ends in NULL; a name without a slash is looked
                              for in PATH */
  const char *const *env;  /* "NAME=value", ends in NULL; NULL: ours */
  int fds[3];              /* what it has as 0, 1 and 2; -1: /dev/null */
  int apart;               /* without our terminal, and its Ctrl-C */
  int listener; /* or -1: it is to wait here for a connection, which takes the
                   place of 0 and 1 */
  const char *folder, *socket; /* of the listener: removed by the child */
} dk_Command;

/* Starts it. 0, or an errno, and *pid is 0: ENOENT when there is no such
 * program. Of a child that waits for a connection what goes wrong later is
 * told on its 2. */
int dk_child_start(const dk_Command *c, pid_t *pid);

/* Whether it has ended: its exit code (128 and more: the signal that it died
 * of; -1: somebody else has asked already), and it is gone. */
int dk_child_ended(pid_t pid, int *exit_code);

/* Kills it, and waits until it is gone. */
void dk_child_kill(pid_t pid);

#endif
