/* SPDX-License-Identifier: MIT
 * The frames of WebSocket (RFC 6455, 5) as a client reads and writes them.
 *
 * Messages are not put together: their payload is handed out as it comes,
 * text and binary alike. Frames of control, which may come in between, are
 * handed out whole. */
#ifndef DK_WSFRAME_H
#define DK_WSFRAME_H

#include <stddef.h>
#include <stdint.h>

/* The values are those on the wire. */
typedef enum dk_WsKind {
  DK_WS_MORE, /* of a message that has begun */
  DK_WS_TEXT,
  DK_WS_BINARY,
  DK_WS_CLOSE = 8,
  DK_WS_PING,
  DK_WS_PONG
} dk_WsKind;

enum {
  DK_WS_CONTROL = 125, /* the most that a frame of control holds */
  DK_WS_HEAD = 14      /* the longest head of a frame */
};

typedef struct dk_WsFrames {
  unsigned char head[10];
  uint8_t have;       /* bytes of the head that have come */
  uint8_t kind;       /* of the frame whose bytes come now */
  uint8_t within;     /* a message has begun and not ended */
  uint8_t held;       /* bytes of a frame of control in `control` */
  uint64_t remaining; /* bytes of the frame still to come */
  uint64_t limit;     /* the longest frame that is taken; 0: any */
  char control[DK_WS_CONTROL];
} dk_WsFrames;

typedef struct dk_WsPiece {
  dk_WsKind kind; /* DK_WS_BINARY for any payload, or what of control */
  const char *bytes;
  size_t length;
} dk_WsPiece;

/* A zeroed dk_WsFrames waits for the first frame. Reads on from *at, which it
 * moves. 1: a piece of payload, inside the input, or a whole frame of control,
 * which lasts until the next call; 0: needs more than there is before `end`;
 * DK_MALFORMED for what a server must not send; DK_OVER_LIMIT. */
int dk_wsframes_next(dk_WsFrames *f, const char **at, const char *end,
                     dk_WsPiece *piece);

/* Whether the input may end here: between two messages. */
int dk_wsframes_complete(const dk_WsFrames *f);

/* Writes the head of a masked frame that is a whole message; its length. */
size_t dk_wsframe_head(char head[DK_WS_HEAD], dk_WsKind kind, size_t length,
                       const unsigned char mask[4]);

/* Writes the payload as such a frame has it. */
void dk_wsframe_mask(char *to, const char *from, size_t length,
                     const unsigned char mask[4]);

#endif
