/* SPDX-License-Identifier: MIT
 * The multi handle of libcurl and what it drives: one a Lua state.
 *
 * Everything here is ordinary C on C data: callbacks of libcurl fill queues
 * and set flags; who calls dk_transport_pump looks at its transfers
 * afterwards. */
#ifndef DK_TRANSPORT_H
#define DK_TRANSPORT_H

#include <stddef.h>

typedef struct dk_Transport dk_Transport;

/* NULL: no memory. Initialises libcurl, in whatever number of states. */
dk_Transport *dk_transport_new(void);

/* Cancels the transfers that are still on, frees the idle connections. */
void dk_transport_free(dk_Transport *t);

/* Lets bytes flow for up to `timeout` seconds, but returns as soon as
 * anything happened to a transfer, at its deadlines, or on a signal. The
 * number of transfers that something happened to. */
int dk_transport_pump(dk_Transport *t, double timeout);

/* A descriptor that is not libcurl's, watched while transfers go on. */
enum { DK_READABLE = 1, DK_WRITABLE = 2 };
typedef struct dk_Watch {
  int fd;
  int events; /* what is waited for: DK_READABLE | DK_WRITABLE, or 0 */
  int ready;  /* what of it there is, for on_ready */
  void (*on_ready)(struct dk_Watch *); /* may stop it */
  void *owner;
  dk_Transport *transport;
  struct dk_Watch *next;
} dk_Watch;
int dk_watch_start(dk_Transport *t, dk_Watch *w); /* DK_OK, DK_NO_MEMORY */
void dk_watch_set(dk_Watch *w, int events);
void dk_watch_stop(dk_Watch *w);

/* Transfers under way: 0 when there is nothing to wait for. */
int dk_transport_active(const dk_Transport *t);

/* What the libcurl that was found at run time cannot do, as a sentence for
 * people, or NULL when it can do all we need. */
const char *dk_transport_lacks(void);

/* "8.5.0", of the libcurl found at run time. */
const char *dk_transport_libcurl(void);

/* Seconds on the monotonic clock, from some moment on. */
double dk_now(void);

#endif
