/* SPDX-License-Identifier: MIT
 * One exchange with an engine: a request out, an answer in.
 *
 * States only move down the enum. The owner calls dk_transfer_start, pumps
 * the transport, looks at `state` and `body`, and ends with dk_transfer_free,
 * at any time.
 *
 * A transfer whose request asks for an upgrade (net/request.h) is `duplex`
 * when the engine agrees: with 101, or with 200 and no end of the body told.
 * Its body then is all that the other side says, and DK_FINISHED its end. Any
 * other answer is one as ever.
 *
 * A transfer whose request is fed is `feeding` until all of the request's body
 * was handed over, or nothing more of it is wanted: an answer that tells of a
 * failure may come at any time, and ends that. */
#ifndef DK_TRANSFER_H
#define DK_TRANSFER_H

#include <stddef.h>

#include "bytes/buffer.h"
#include "bytes/queue.h"
#include "net/endpoint.h"
#include "net/request.h"
#include "net/transport.h"

typedef enum dk_State {
  DK_READY,    /* not started */
  DK_SENT,     /* under way, no head of an answer yet */
  DK_ANSWERED, /* the head (status, headers) is there; the body arrives */
  DK_FINISHED, /* all of the answer is there */
  DK_FAILED    /* over, by `trouble` */
} dk_State;

typedef enum dk_Trouble {
  DK_NO_TROUBLE,
  DK_CONNECTION, /* no connection, or it broke */
  DK_TIMEOUT,    /* one of the limits; the message names it */
  DK_TLS,
  DK_PROTOCOL, /* not an HTTP answer */
  DK_LIMIT,    /* the body is larger than allowed */
  DK_CANCELLED,
  DK_SOURCE, /* a file of ours (a certificate, a key) cannot be used */
  DK_MEMORY
} dk_Trouble;

typedef struct dk_Transfer {
  dk_State state;       /* all of these are to be read, not set, */
  dk_Trouble trouble;   /* by the owner */
  char message[320];    /* for people, when it failed; names no secret */
  int os_error;         /* errno behind a failed connection, or 0 */
  int status;           /* of the answer */
  dk_Buffer headers;    /* lines of the head, "Name: value" and a NUL each */
  dk_Queue body;        /* what of the body waits; the owner takes from it */
  int reused;           /* went over a kept connection */
  int duplex;           /* upgraded: can be sent to, from DK_ANSWERED on */
  int half_closes;      /* and can be told that no more will be sent */
  int feeding;          /* more of the request's body is wanted */
  size_t unsent;        /* bytes of dk_transfer_send, or _feed, that have not
                           gone */
  int broken;           /* nothing more goes out, though more may come in */
  struct dk_Wire *wire; /* libcurl's side of it */
} dk_Transfer;

/* A transfer that is not started; NULL: no memory. */
dk_Transfer *dk_transfer_new(dk_Transport *t);

/* Sends the request. GET and HEAD may use a kept connection, and are sent
 * again (by libcurl) when that turns out to be dead; anything else opens a
 * fresh one, because libcurl would silently send it twice. After a failure to
 * start the state is DK_FAILED. */
void dk_transfer_start(dk_Transfer *x, dk_Endpoint *e, const dk_Request *r,
                       const dk_Limits *l);

/* Takes bytes off the body, and lets the engine send on when the queue has
 * drained below half of the window. */
void dk_transfer_take(dk_Transfer *x, size_t length);

/* From now on the limits of a stream hold: those of the body are known only
 * when the head has arrived (an error's body is short). */
void dk_transfer_set_limits(dk_Transfer *x, const dk_Limits *l);

/* Begins to send bytes on a duplex transfer that has nothing unsent. They
 * remain the caller's, and must hold until `unsent` is 0 or the transfer is
 * over; what is unsent then never went. While something is unsent the window
 * does not hold the engine back, so that a peer that answers as it reads goes
 * on reading. When nothing can be sent any more, `broken` is set, `unsent` is
 * 0, and what the engine still says comes as ever. */
void dk_transfer_send(dk_Transfer *x, const void *bytes, size_t length);

/* Says that no more will be sent, once nothing is unsent; the answer goes on
 * to its end. Does nothing unless `half_closes`. */
void dk_transfer_half_close(dk_Transfer *x);

/* Whether one that is feeding takes a piece now. While it waits for one, no
 * limit in time holds; and the window does not hold the engine back, which
 * might not read on else. */
int dk_transfer_room(const dk_Transfer *x);

/* Hands over a piece, not an empty one, where there is room. The bytes remain
 * the caller's, and must hold until there is room again, or it is feeding no
 * more and nothing is unsent. */
void dk_transfer_feed(dk_Transfer *x, const void *bytes, size_t length);

/* That was all of the body. One that ends otherwise never came to its end for
 * the engine either. */
void dk_transfer_fed(dk_Transfer *x);

/* Ends it: DK_FAILED by DK_CANCELLED unless it was over. */
void dk_transfer_cancel(dk_Transfer *x);

/* Ends it when it is not over, and frees it (NULL is fine). */
void dk_transfer_free(dk_Transfer *x);

/* The value of the first header of that name in the answer, or NULL. */
const char *dk_transfer_header(const dk_Transfer *x, const char *name);

#endif
