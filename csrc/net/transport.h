/* SPDX-License-Identifier: MIT
 * The multi handle of libcurl and what it drives: one a Lua state.
 *
 * Everything here is ordinary C on C data: callbacks of libcurl fill queues
 * and set flags; who calls dk_transport_pump looks at its transfers
 * afterwards. */
#ifndef DK_TRANSPORT_H
#define DK_TRANSPORT_H

#include <stddef.h>

#include "net/endpoint.h"
#include "net/poller.h"

typedef struct dk_Transport dk_Transport;

/* NULL, with errno: no memory, or no descriptor left. Initialises libcurl, in
 * whatever number of states. */
dk_Transport *dk_transport_new(void);

/* Cancels the transfers that are still on, frees the idle connections. */
void dk_transport_free(dk_Transport *t);

/* Lets bytes flow for up to `timeout` seconds, but returns as soon as
 * anything happened to a transfer, at its deadlines, or on a signal. The
 * number of transfers that something happened to. */
int dk_transport_pump(dk_Transport *t, double timeout);

/* Nothing more is wanted of an endpoint: what was kept for it may go, unless
 * a transfer is on. */
void dk_transport_leave(dk_Transport *t, const dk_Endpoint *e);

/* For a loop that is not ours: the descriptor that is readable when the
 * transport wants to be pumped, */
int dk_transport_fd(const dk_Transport *t);

/* and the seconds after which it must be, though nothing was to be read: 0
 * when something is due now, -1 when nothing is. To be asked before each wait:
 * it is what makes the descriptor tell all that there is. */
double dk_transport_timeout(dk_Transport *t);

/* Begins to watch a descriptor that is not libcurl's (struct dk_Watch), which
 * must not be watched already. 0, or an errno, and it is not started. A
 * regular file is always ready. dk_watch_set and dk_watch_stop: poller.h. */
int dk_watch_start(dk_Transport *t, dk_Watch *w);

/* Transfers under way: 0 when there is nothing to wait for. */
int dk_transport_active(const dk_Transport *t);

/* What the libcurl that was found at run time cannot do, as a sentence for
 * people, or NULL when it can do all we need. */
const char *dk_transport_lacks(void);

/* The same for secure connections. */
const char *dk_transport_lacks_tls(void);

/* "8.5.0", of the libcurl found at run time. */
const char *dk_transport_libcurl(void);

/* Seconds on the monotonic clock, from some moment on. */
double dk_now(void);

#endif
