/* SPDX-License-Identifier: MIT
 * WebSocket (RFC 6455) over a hijacked connection, as a client. Private to
 * net/. */
#ifndef DK_WEBSOCKET_H
#define DK_WEBSOCKET_H

#include "net/hijack.h"

typedef struct dk_WebSocket dk_WebSocket;

/* Makes it, and appends its lines to the head of the request in `out`. DK_OK
 * or DK_NO_MEMORY. */
int dk_websocket_ask(dk_Hijack *h);

/* What is wrong with the answer, a 101; NULL: nothing. */
const char *dk_websocket_refusal(const dk_WebSocket *s,
                                 const dk_Buffer *headers);

/* Takes what came. 1: that ended the transfer. */
int dk_websocket_take(dk_Wire *w, const char *bytes, size_t length);

/* The connection ended. 1, as that ends the transfer. */
int dk_websocket_ended(dk_Wire *w);

/* Puts the next frame into `out`, which is empty; 0: there is none. */
int dk_websocket_fill(dk_Wire *w);

/* What was put into `out` has gone. */
void dk_websocket_filled_gone(dk_Wire *w);

/* Whether there is something to send. */
int dk_websocket_due(const dk_Wire *w);

/* Tells the other side that we go, if that can be done at once. */
void dk_websocket_part(dk_Wire *w);

void dk_websocket_free(dk_WebSocket *s);

#endif
