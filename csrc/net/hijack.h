/* SPDX-License-Identifier: MIT
 * A transfer whose connection is to be upgraded, or whose body is fed. libcurl
 * only connects (CURLOPT_CONNECT_ONLY), and sends and receives bytes; request,
 * answer and what follows are ours. Private to net/.
 *
 * Its life: dk_hijack_prepare when the transfer starts, dk_hijack_connected
 * when libcurl has connected, then a turn whenever something can be read or
 * written. A turn may conclude the wire, and then the hijack is gone. */
#ifndef DK_HIJACK_H
#define DK_HIJACK_H

#include <stdint.h>

#include "bytes/buffer.h"
#include "bytes/chunked.h"
#include "bytes/httphead.h"
#include "net/transport.h"
#include "net/websocket.h"
#include "net/wire.h"

/* How the end of the body is told. */
typedef enum dk_Ending {
  DK_BY_CLOSE,
  DK_BY_LENGTH,
  DK_BY_CHUNKS,
  DK_NO_BODY
} dk_Ending;

typedef struct dk_Hijack {
  dk_Watch watch;
  dk_Upgrade upgrade;
  int fed;   /* the request's body is fed, in chunks, */
  int begun; /* one of which has gone */
  dk_HttpHead head;
  dk_Ending ending; /* known when the head has come */
  uint64_t left;    /* of the body, DK_BY_LENGTH */
  dk_Chunked chunks;
  dk_Buffer out;        /* of our own, to go out: the request, or a frame */
  size_t gone;          /* bytes of it that have gone */
  const char *bytes;    /* the owner's, `unsent` of them */
  dk_WebSocket *socket; /* NULL: raw bytes */
  size_t framed;        /* of the owner's, in the frame in `out` */
  int headless;         /* it was a HEAD: no body follows */
  int connected;        /* `watch` is on */
  int eager;            /* may have more to read though nothing will wake us */
  int mute;             /* nothing goes out any more */
  int spoken;           /* the other side may not have read all that went */
  int half;             /* the owner will send no more, */
  int half_now;         /* and the other side has been told */
} dk_Hijack;

/* Makes the hijack, and writes its request. DK_NO_TROUBLE, or what is wrong
 * (told in the transfer's message). */
dk_Trouble dk_hijack_prepare(dk_Wire *w, const dk_Request *r);

/* libcurl has connected. */
void dk_hijack_connected(dk_Wire *w);

/* Reads and writes what goes without waiting, but never for long. */
void dk_hijack_turn(dk_Wire *w);

/* Reads on after the engine was held back. */
void dk_hijack_resume(dk_Wire *w);

/* Says goodbye where that is usual, and frees it; before its handle goes. */
void dk_hijack_end(dk_Wire *w);

/* Of dk_transfer_send and dk_transfer_half_close. */
void dk_hijack_send(dk_Wire *w, const char *bytes, size_t length);
void dk_hijack_half_close(dk_Wire *w);

/* Of dk_transfer_room, dk_transfer_feed and dk_transfer_fed. */
int dk_hijack_room(const dk_Wire *w);
void dk_hijack_feed(dk_Wire *w, const char *bytes, size_t length);
void dk_hijack_fed(dk_Wire *w);

/* Nothing goes out any more; what comes in still counts. */
void dk_hijack_fall_silent(dk_Wire *w);

/* ---- reply.c: the answer, and what the other side says then ---- */

/* Takes what was read; the end of the connection. Whether that has concluded
 * the wire. */
int dk_reply_take(dk_Wire *w, const char *at, const char *end);
int dk_reply_ended(dk_Wire *w);

/* Concludes it, well, or by a result of libcurl. 1. */
int dk_reply_finish(dk_Wire *w);
int dk_reply_fail(dk_Wire *w, CURLcode code);

/* Tells the other side of a WebSocket that we go, and why (as
 * dk_websocket_part), unless a frame is on its way, which would then be torn.
 * As far as that goes at once; nothing is sent after it. */
void dk_reply_part(dk_Wire *w, int status);

#endif
