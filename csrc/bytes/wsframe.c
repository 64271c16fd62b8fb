/* SPDX-License-Identifier: MIT
 * The frames of WebSocket. */
#include "bytes/wsframe.h"

#include <string.h>

#include "bytes/memory.h"

enum { FINAL = 0x80, RESERVED = 0x70, KIND = 0x0F, MASKED = 0x80 };

/* In place of a length: it follows in two bytes, or in eight. */
enum { LENGTH_16 = 126, LENGTH_64 = 127 };

static int is_control(unsigned kind) {
  return kind >= DK_WS_CLOSE;
}

/* ---- the head ---- */

/* The size of the head whose second byte this is. */
static size_t head_size(unsigned char second) {
  if (second == LENGTH_16)
    return 4;
  return second == LENGTH_64 ? 10 : 2;
}

/* Whether a frame may begin like that. */
static int check_first(const dk_WsFrames *f, unsigned char byte) {
  unsigned kind = byte & KIND;
  if (byte & RESERVED)
    return DK_MALFORMED;
  if (is_control(kind))
    return kind <= DK_WS_PONG && byte & FINAL ? DK_OK : DK_MALFORMED;
  if (kind > DK_WS_BINARY || (kind == DK_WS_MORE) != f->within)
    return DK_MALFORMED;
  return DK_OK;
}

/* The mask is for clients. */
static int check_second(const dk_WsFrames *f, unsigned char byte) {
  if (byte & MASKED)
    return DK_MALFORMED;
  if (is_control(f->head[0] & KIND) && byte > DK_WS_CONTROL)
    return DK_MALFORMED;
  return DK_OK;
}

static uint64_t number(const unsigned char *bytes, size_t size) {
  uint64_t value = 0;
  while (size-- > 0)
    value = value << 8 | *bytes++;
  return value;
}

/* The head is whole. A length must not be written longer than it needs. */
static int begin_frame(dk_WsFrames *f) {
  const unsigned char *h = f->head;
  uint64_t length = h[1];
  if (h[1] == LENGTH_16)
    length = number(h + 2, 2);
  else if (h[1] == LENGTH_64)
    length = number(h + 2, 8);
  if ((h[1] == LENGTH_16 && length < LENGTH_16) ||
      (h[1] == LENGTH_64 && (length <= 0xFFFF || length >> 63)))
    return DK_MALFORMED;
  if (f->limit > 0 && length > f->limit)
    return DK_OVER_LIMIT;
  f->kind = h[0] & KIND;
  f->remaining = length;
  f->held = 0;
  if (!is_control(f->kind))
    f->within = !(h[0] & FINAL);
  return DK_OK;
}

/* 1 when a head has come. */
static int read_head(dk_WsFrames *f, const char **at, const char *end) {
  while (*at < end) {
    unsigned char byte = (unsigned char)**at;
    int status = DK_OK;
    if (f->have < 2)
      status = f->have == 0 ? check_first(f, byte) : check_second(f, byte);
    if (status != DK_OK)
      return status;
    f->head[f->have++] = byte;
    (*at)++;
    if (f->have < 2 || f->have < head_size(f->head[1]))
      continue;
    status = begin_frame(f);
    return status == DK_OK ? 1 : status;
  }
  return 0;
}

/* Whether a frame's head has come, and its payload has not. */
static int in_frame(const dk_WsFrames *f) {
  return f->have >= 2 && f->have == head_size(f->head[1]);
}

/* ---- the payload ---- */

static size_t take(dk_WsFrames *f, const char **at, const char *end) {
  size_t length = (size_t)(end - *at);
  if (length > f->remaining)
    length = (size_t)f->remaining;
  *at += length;
  f->remaining -= length;
  if (f->remaining == 0)
    f->have = 0;
  return length;
}

static int read_control(dk_WsFrames *f, const char **at, const char *end,
                        dk_WsPiece *piece) {
  const char *from = *at;
  size_t length = take(f, at, end);
  if (length > 0)
    memcpy(f->control + f->held, from, length);
  f->held += (uint8_t)length;
  if (f->remaining > 0)
    return 0;
  if (f->kind == DK_WS_CLOSE && f->held == 1) /* half a code */
    return DK_MALFORMED;
  piece->kind = (dk_WsKind)f->kind;
  piece->bytes = f->control;
  piece->length = f->held;
  return 1;
}

/* A piece of payload, or nothing when the frame is empty. */
static int read_payload(dk_WsFrames *f, const char **at, const char *end,
                        dk_WsPiece *piece) {
  piece->kind = DK_WS_BINARY;
  piece->bytes = *at;
  piece->length = take(f, at, end);
  return piece->length > 0;
}

int dk_wsframes_next(dk_WsFrames *f, const char **at, const char *end,
                     dk_WsPiece *piece) {
  for (;;) {
    int status = in_frame(f) ? 1 : read_head(f, at, end);
    if (status <= 0)
      return status;
    if (is_control(f->kind))
      return read_control(f, at, end, piece);
    if (read_payload(f, at, end, piece))
      return 1;
    if (*at == end)
      return 0;
  }
}

int dk_wsframes_complete(const dk_WsFrames *f) {
  return f->have == 0 && !f->within;
}

/* ---- writing ---- */

static size_t put_length(unsigned char *out, size_t length) {
  size_t size = 0, i;
  uint64_t left = length;
  if (length > 0xFFFF)
    size = 8;
  else if (length > DK_WS_CONTROL)
    size = 2;
  out[0] = (unsigned char)(size == 8   ? LENGTH_64
                           : size == 2 ? LENGTH_16
                                       : length);
  out[0] |= MASKED;
  for (i = size; i > 0; i--, left >>= 8)
    out[i] = (unsigned char)left;
  return 1 + size;
}

size_t dk_wsframe_head(char head[DK_WS_HEAD], dk_WsKind kind, size_t length,
                       const unsigned char mask[4]) {
  unsigned char out[DK_WS_HEAD];
  size_t size;
  out[0] = (unsigned char)(FINAL | kind);
  size = 1 + put_length(out + 1, length);
  memcpy(out + size, mask, 4);
  memcpy(head, out, size + 4);
  return size + 4;
}

void dk_wsframe_mask(char *to, const char *from, size_t length,
                     const unsigned char mask[4]) {
  size_t i;
  for (i = 0; i < length; i++)
    to[i] = (char)(from[i] ^ mask[i % 4]);
}
