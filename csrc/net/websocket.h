/* SPDX-License-Identifier: MIT
 * WebSocket (RFC 6455) as a client speaks it: what to write, and what that
 * which was read means. Knows bytes, and no connection. Private to net/. */
#ifndef DK_WEBSOCKET_H
#define DK_WEBSOCKET_H

#include <stddef.h>

#include "bytes/buffer.h"

typedef struct dk_WebSocket dk_WebSocket;

/* NULL: no memory. */
dk_WebSocket *dk_websocket_new(void);
void dk_websocket_free(dk_WebSocket *s); /* NULL is fine */

/* Appends our lines to the head of a request, and makes room behind them for
 * the largest frame, so that writing one cannot fail later. As
 * dk_buffer_append. */
int dk_websocket_ask(dk_WebSocket *s, dk_Buffer *out);

/* What is wrong with the answer, a 101; NULL: nothing. */
const char *dk_websocket_refusal(const dk_WebSocket *s,
                                 const dk_Buffer *headers);

/* What the other side may have sent, beside pieces of payload. */
enum { DK_WS_GOES = 2 }; /* it closes */

/* Reads on from *at, which it moves. 1: a piece of payload; 0: all was read;
 * DK_WS_GOES; DK_MALFORMED; DK_OVER_LIMIT. */
int dk_websocket_read(dk_WebSocket *s, const char **at, const char *end,
                      const char **piece, size_t *length);

/* Whether the connection may end here: between two messages. */
int dk_websocket_complete(const dk_WebSocket *s);

/* Whether an answer to the other side is due, though we have nothing to
 * say. */
int dk_websocket_due(const dk_WebSocket *s);

/* Writes the next frame to `out`, which is empty: what is due, or the first of
 * these bytes. Whether there was any; *taken: how many of them it holds. */
int dk_websocket_write(dk_WebSocket *s, dk_Buffer *out, const char *bytes,
                       size_t length, size_t *taken);

/* Writes the frame that closes, once: what dk_websocket_read returned last, or
 * 0 when it is we who go. Nothing can be written after it. */
void dk_websocket_part(dk_WebSocket *s, dk_Buffer *out, int status);

#endif
