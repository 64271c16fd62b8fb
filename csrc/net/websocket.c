/* SPDX-License-Identifier: MIT
 * WebSocket: the handshake, the frames of both sides, the end. */
#include "net/websocket.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "bytes/base64.h"
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
  size_t filled;    /* bytes of the owner's in the frame that goes out */
  int pong_due;
  int parted; /* a frame that closes has gone out, or will not */
  uint8_t pong_length;
  char pong[DK_WS_CONTROL]; /* what the last ping held */
};

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

static int write_key(dk_Hijack *h) {
  unsigned char nonce[16] = {0};
  size_t before;
  int status = dk_buffer_text(&h->out, "Sec-WebSocket-Key: ");
  before = h->out.length;
  if (getrandom(nonce, sizeof nonce, 0) < 0)
    nonce[0] = 1; /* it is no secret */
  if (status == DK_OK)
    status = dk_base64_write(&h->out, nonce, sizeof nonce);
  if (status == DK_OK)
    status = write_accept(&h->socket->accept, h->out.data + before,
                          h->out.length - before);
  return status == DK_OK ? dk_buffer_text(&h->out, "\r\n") : status;
}

/* Room for a whole frame is made now, so that there is some later. */
int dk_websocket_ask(dk_Hijack *h) {
  int status;
  h->socket = dk_zeroed(sizeof *h->socket);
  if (h->socket == NULL)
    return DK_NO_MEMORY;
  status = dk_buffer_text(&h->out, "Upgrade: websocket\r\n"
                                   "Sec-WebSocket-Version: 13\r\n");
  if (status == DK_OK)
    status = write_key(h);
  if (status == DK_OK && dk_buffer_room(&h->out, DK_WS_HEAD + FRAME) == NULL)
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

/* ---- sending ---- */

/* Puts a frame into `out`, where there is room for it. */
static void put_frame(dk_Hijack *h, dk_WsKind kind, const char *bytes,
                      size_t length) {
  unsigned char mask[4] = {0};
  char *room;
  if (getrandom(mask, sizeof mask, 0) < 0)
    memset(mask, 0, sizeof mask); /* as good as any to an engine */
  room = dk_buffer_room(&h->out, DK_WS_HEAD + length);
  if (room == NULL)
    return;
  h->out.length += dk_wsframe_head(room, kind, length, mask);
  dk_wsframe_mask(h->out.data + h->out.length, bytes, length, mask);
  h->out.length += length;
}

int dk_websocket_due(const dk_Wire *w) {
  return w->hijack->socket->pong_due;
}

int dk_websocket_fill(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  dk_WebSocket *s = h->socket;
  size_t length = w->transfer->unsent;
  if (s->parted)
    return 0;
  if (s->pong_due) {
    s->pong_due = 0;
    put_frame(h, DK_WS_PONG, s->pong, s->pong_length);
    return 1;
  }
  if (length == 0)
    return 0;
  s->filled = length < FRAME ? length : FRAME;
  put_frame(h, DK_WS_BINARY, h->bytes, s->filled);
  return 1;
}

void dk_websocket_filled_gone(dk_Wire *w) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  size_t filled = h->socket->filled;
  if (filled == 0)
    return;
  h->socket->filled = 0;
  h->spoken = 1;
  h->bytes += filled;
  x->unsent -= filled;
  if (x->unsent == 0)
    dk_wire_note(w);
}

/* Says that we go, unless a frame is on its way, which would then be torn. */
static void part(dk_Wire *w, int code) {
  dk_Hijack *h = w->hijack;
  char bytes[2] = {(char)(code >> 8), (char)(code & 0xFF)};
  if (h->socket->parted || h->mute || !w->transfer->duplex ||
      h->gone < h->out.length)
    return;
  h->socket->parted = 1;
  put_frame(h, DK_WS_CLOSE, bytes, code > 0 ? sizeof bytes : 0);
  dk_hijack_flush(w);
}

void dk_websocket_part(dk_Wire *w) {
  part(w, NORMAL);
}

/* ---- receiving ---- */

static int refuse(dk_Wire *w, int code, const char *why) {
  part(w, code);
  dk_wire_say(w, "what came from %s is not WebSocket (%s)",
              w->endpoint->address, why);
  dk_wire_conclude(w, DK_PROTOCOL);
  return 1;
}

/* The other side goes, and is answered with its own code. */
static int take_close(dk_Wire *w, const dk_WsPiece *piece) {
  const unsigned char *code = (const unsigned char *)piece->bytes;
  part(w, piece->length >= 2 ? code[0] << 8 | code[1] : 0);
  w->hijack->socket->parted = 1;
  dk_wire_conclude(w, DK_NO_TROUBLE);
  return 1;
}

static int take_ping(dk_WebSocket *s, const dk_WsPiece *piece) {
  s->pong_due = 1;
  s->pong_length = (uint8_t)piece->length;
  memcpy(s->pong, piece->bytes, piece->length);
  return 0;
}

static int take_piece(dk_Wire *w, const dk_WsPiece *piece) {
  switch (piece->kind) {
  case DK_WS_CLOSE:
    return take_close(w, piece);
  case DK_WS_PING:
    return take_ping(w->hijack->socket, piece);
  case DK_WS_PONG:
    return 0;
  default:
    return dk_hijack_deliver(w, piece->bytes, piece->length);
  }
}

int dk_websocket_take(dk_Wire *w, const char *bytes, size_t length) {
  dk_WebSocket *s = w->hijack->socket;
  const char *at = bytes, *end = bytes + length;
  dk_WsPiece piece;
  int status;
  while ((status = dk_wsframes_next(&s->frames, &at, end, &piece)) > 0)
    if (take_piece(w, &piece))
      return 1;
  if (status == DK_OVER_LIMIT)
    return refuse(w, TOO_LARGE, "a frame that is too large");
  if (status < 0)
    return refuse(w, WRONG, "a frame that a server must not send");
  return 0;
}

int dk_websocket_ended(dk_Wire *w) {
  dk_WebSocket *s = w->hijack->socket;
  CURLcode code = CURLE_OK;
  if (!dk_wsframes_complete(&s->frames))
    code = CURLE_PARTIAL_FILE;
  dk_wire_conclude(w,
                   code == CURLE_OK ? DK_NO_TROUBLE : dk_wire_judge(w, code));
  return 1;
}

void dk_websocket_free(dk_WebSocket *s) {
  if (s == NULL)
    return;
  dk_buffer_free(&s->accept);
  dk_release(s);
}
