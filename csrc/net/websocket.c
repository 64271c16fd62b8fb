/* SPDX-License-Identifier: MIT
 * WebSocket: the handshake, the frames of both sides, the end. */
#include "net/websocket.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "bytes/base64.h"
#include "bytes/httphead.h"
#include "bytes/memory.h"
#include "bytes/sha1.h"
#include "bytes/wsframe.h"

/* What a key is hashed with. */
#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/* What a frame of ours holds at most. */
#define FRAME 16384

/* Codes of frames that close. */
enum { NORMAL = 1000, WRONG = 1002, TOO_LARGE = 1009 };

struct dk_WebSocket {
  dk_WsFrames frames;
  dk_Buffer accept; /* what the answer must hold, with a NUL */
  int code;         /* with which the other side closed; 0: with none */
  int parted;       /* our frame that closes was written */
  int pong_due;
  uint8_t pong_length;
  char pong[DK_WS_CONTROL]; /* what the last ping held */
};

/* ---- life ---- */

dk_WebSocket *dk_websocket_new(void) {
  return dk_zeroed(sizeof(dk_WebSocket));
}

void dk_websocket_free(dk_WebSocket *s) {
  if (s == NULL)
    return;
  dk_buffer_free(&s->accept);
  dk_release(s);
}

/* ---- the handshake ---- */

/* The answer to a key is the hash of it and a constant. */
static int write_accept(dk_Buffer *b, const char *key, size_t length) {
  unsigned char digest[DK_SHA1_SIZE];
  char text[100];
  int n = snprintf(text, sizeof text, "%.*s" GUID, (int)length, key);
  int status;
  dk_sha1(text, (size_t)n, digest);
  status = dk_base64_write(b, digest, sizeof digest);
  return status == DK_OK ? dk_buffer_terminate(b) : status;
}

/* Neither key nor masks are secrets: they keep proxies from mistaking bytes
 * for HTTP. So it is no failure when there is no chance to be had. */
static void fill_by_chance(unsigned char *bytes, size_t length) {
  if (getrandom(bytes, length, GRND_NONBLOCK) < 0)
    memset(bytes, 0x5A, length);
}

static int write_key(dk_WebSocket *s, dk_Buffer *out) {
  unsigned char nonce[16];
  size_t before;
  int status = dk_buffer_text(out, "Sec-WebSocket-Key: ");
  before = out->length;
  fill_by_chance(nonce, sizeof nonce);
  if (status == DK_OK)
    status = dk_base64_write(out, nonce, sizeof nonce);
  if (status == DK_OK)
    status =
        write_accept(&s->accept, out->data + before, out->length - before);
  return status == DK_OK ? dk_buffer_text(out, "\r\n") : status;
}

int dk_websocket_ask(dk_WebSocket *s, dk_Buffer *out) {
  int status = dk_buffer_text(out, "Upgrade: websocket\r\n"
                                   "Sec-WebSocket-Version: 13\r\n");
  if (status == DK_OK)
    status = write_key(s, out);
  if (status == DK_OK && dk_buffer_room(out, DK_WS_HEAD + FRAME) == NULL)
    status = DK_NO_MEMORY;
  return status;
}

const char *dk_websocket_refusal(const dk_WebSocket *s,
                                 const dk_Buffer *headers) {
  const char *upgrade = dk_httphead_find(headers, "Upgrade");
  const char *accept = dk_httphead_find(headers, "Sec-WebSocket-Accept");
  if (upgrade == NULL || !dk_httphead_lists(upgrade, "websocket"))
    return "it switched to something else than WebSocket";
  if (accept == NULL || strcmp(accept, s->accept.data) != 0)
    return "a wrong Sec-WebSocket-Accept";
  if (dk_httphead_find(headers, "Sec-WebSocket-Extensions") != NULL)
    return "it uses an extension of WebSocket that was not asked for";
  return NULL;
}

/* ---- reading ---- */

static void keep_code(dk_WebSocket *s, const dk_WsPiece *piece) {
  const unsigned char *bytes = (const unsigned char *)piece->bytes;
  s->code = piece->length >= 2 ? bytes[0] << 8 | bytes[1] : 0;
}

static void keep_ping(dk_WebSocket *s, const dk_WsPiece *piece) {
  s->pong_due = 1;
  s->pong_length = (uint8_t)piece->length;
  memcpy(s->pong, piece->bytes, piece->length);
}

int dk_websocket_read(dk_WebSocket *s, const char **at, const char *end,
                      const char **piece, size_t *length) {
  dk_WsPiece p;
  int status;
  while ((status = dk_wsframes_next(&s->frames, at, end, &p)) > 0) {
    if (p.kind == DK_WS_PING) {
      keep_ping(s, &p);
    } else if (p.kind == DK_WS_CLOSE) {
      keep_code(s, &p);
      return DK_WS_GOES;
    } else if (p.kind != DK_WS_PONG) {
      *piece = p.bytes;
      *length = p.length;
      return 1;
    }
  }
  return status;
}

int dk_websocket_complete(const dk_WebSocket *s) {
  return dk_wsframes_complete(&s->frames);
}

/* ---- writing ---- */

static void put_frame(dk_Buffer *out, dk_WsKind kind, const char *bytes,
                      size_t length) {
  unsigned char mask[4];
  char *room = dk_buffer_room(out, DK_WS_HEAD + length);
  if (room == NULL)
    return; /* there is room since dk_websocket_ask */
  fill_by_chance(mask, sizeof mask);
  out->length += dk_wsframe_head(room, kind, length, mask);
  dk_wsframe_mask(out->data + out->length, bytes, length, mask);
  out->length += length;
}

int dk_websocket_due(const dk_WebSocket *s) {
  return s->pong_due && !s->parted;
}

int dk_websocket_write(dk_WebSocket *s, dk_Buffer *out, const char *bytes,
                       size_t length, size_t *taken) {
  *taken = 0;
  if (s->parted)
    return 0;
  if (s->pong_due) {
    s->pong_due = 0;
    put_frame(out, DK_WS_PONG, s->pong, s->pong_length);
    return 1;
  }
  if (length == 0)
    return 0;
  *taken = length < FRAME ? length : FRAME;
  put_frame(out, DK_WS_BINARY, bytes, *taken);
  return 1;
}

/* Who closes is answered with his own code. */
static int code_for(const dk_WebSocket *s, int status) {
  if (status == DK_WS_GOES)
    return s->code;
  if (status == DK_OVER_LIMIT)
    return TOO_LARGE;
  return status == DK_MALFORMED ? WRONG : NORMAL;
}

void dk_websocket_part(dk_WebSocket *s, dk_Buffer *out, int status) {
  int code = code_for(s, status);
  char bytes[2] = {(char)(code >> 8), (char)(code & 0xFF)};
  if (s->parted)
    return;
  s->parted = 1;
  put_frame(out, DK_WS_CLOSE, bytes, code > 0 ? sizeof bytes : 0);
}
