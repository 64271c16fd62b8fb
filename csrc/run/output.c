/* SPDX-License-Identifier: MIT
 * Lines and chunks of output. */
#include "run/output.h"

#include <string.h>

#include "bytes/memory.h"
#include "bytes/queue.h"
#include "run/ending.h"
#include "run/exchange.h"
#include "value/error.h"

/* Longest line, unless asked otherwise, in bytes. */
#define LINE_BYTES ((size_t)1024 * 1024)

/* The first API version whose content types tell frames from raw bytes. */
#define TELLING_VERSION 42

/* ---- frames or not ---- */

static int is_podman(const dk_Transfer *t) {
  const char *server = dk_transfer_header(t, "Server");
  return dk_transfer_header(t, "Libpod-API-Version") != NULL ||
         (server != NULL && strncmp(server, "Libpod/", 7) == 0);
}

/* Frames, or a terminal's raw bytes? The content type tells from API 1.42 on;
 * below, and for Podman, which calls everything raw, only who made the
 * container knows. A WebSocket never has frames. */
static int is_framed(const ldk_Stream *s) {
  const dk_Transfer *t = s->x->transfer;
  const char *type = dk_transfer_header(t, "Content-Type");
  if (s->x->response->answer == DK_WEBSOCKET)
    return 0;
  if (type != NULL && strstr(type, "multiplexed-stream") != NULL)
    return 1;
  if (type != NULL && strstr(type, "raw-stream") != NULL &&
      s->x->session->version >= TELLING_VERSION && !is_podman(t))
    return 0;
  return s->x->settings.tty < 0 ? -1 : !s->x->settings.tty;
}

/* Which it is, when nobody has said: text of a terminal does not begin like
 * the header of a frame. */
static int looks_framed(const char *bytes) {
  return (unsigned char)bytes[0] < DK_N_SOURCES && bytes[1] == 0 &&
         bytes[2] == 0 && bytes[3] == 0;
}

/* Whether that is known, now that some bytes are there. */
static int frames_known(ldk_Stream *s) {
  size_t length;
  const char *bytes = ldk_stream_waiting(s, &length);
  if (s->framed >= 0)
    return 1;
  if (length < 4 && !ldk_stream_complete(s)) {
    s->seen = length;
    return 0;
  }
  s->framed = length >= 4 && looks_framed(bytes);
  return 1;
}

void ldk_output_open(ldk_Stream *s) {
  size_t longest = s->x->settings.max_line;
  int i;
  s->framed = is_framed(s);
  for (i = 0; i < DK_N_SOURCES; i++)
    s->lines[i].partial.limit = longest > 0 ? longest : LINE_BYTES;
}

/* ---- pieces ---- */

static void check_frames(lua_State *L, ldk_Stream *s, int result) {
  if (result == DK_MALFORMED)
    ldk_stream_fail(L, s, "protocol", "the output is not made of frames");
  if (result == DK_OVER_LIMIT)
    ldk_stream_fail(L, s, "limit",
                    "a frame of output is announced with more than 64 MiB");
}

/* A reader of chunks is given all that waits of one source, as it would be
 * from a pipe: the engine makes a frame of each line. */
static int read_frames(ldk_Stream *s, char **at, char *end, dk_Piece *piece) {
  const char *from = *at;
  int result;
  if (s->items == LDK_CHUNKS)
    return dk_frames_join(&s->frames, at, end, piece);
  result = dk_frames_next(&s->frames, &from, end, piece);
  *at += from - *at;
  return result;
}

static int next_framed(lua_State *L, ldk_Stream *s) {
  const dk_Queue *q = &s->x->transfer->body;
  char *bytes = q->data + q->start, *at = bytes;
  dk_Piece piece;
  int result = read_frames(s, &at, bytes + dk_queue_length(q), &piece);
  if (result == 1) {
    s->source = piece.source;
    s->piece = piece.length;
    s->spent = (size_t)(at - piece.bytes) - piece.length;
    at = bytes + (piece.bytes - bytes);
  }
  ldk_stream_take(s, (size_t)(at - bytes));
  check_frames(L, s, result);
  return result;
}

/* Finds the next piece of output and brings it to the front of the queue: 1
 * when there is one. */
static int next_piece(lua_State *L, ldk_Stream *s) {
  size_t length;
  if (s->piece > 0)
    return 1;
  ldk_stream_waiting(s, &length);
  if (length == 0 || !frames_known(s))
    return 0;
  if (s->framed)
    return next_framed(L, s);
  s->source = DK_STDOUT;
  s->piece = length;
  return 1;
}

/* Takes some of the piece away, and after its last byte what goes with it. */
static void take_of_piece(ldk_Stream *s, size_t length) {
  s->piece -= length;
  if (s->piece == 0) {
    length += s->spent;
    s->spent = 0;
  }
  ldk_stream_take(s, length);
}

/* ---- what the reader gets ---- */

static void push_source(lua_State *L, const ldk_Stream *s) {
  static const char *const sources[DK_N_SOURCES] = {"stdin", "stdout",
                                                    "stderr", "system"};
  lua_pushstring(L, sources[s->source]);
}

/* Pushes a line; that of a terminal without its carriage return. */
static void push_line(lua_State *L, const ldk_Stream *s, const char *line,
                      size_t length) {
  if (s->framed == 0 && length > 0 && line[length - 1] == '\r')
    length--;
  lua_pushlstring(L, line, length);
}

int ldk_output_chunk(lua_State *L, ldk_Stream *s) {
  size_t length;
  if (!next_piece(L, s))
    return 0;
  lua_pushlstring(L, ldk_stream_waiting(s, &length), s->piece);
  push_source(L, s);
  take_of_piece(s, s->piece);
  return 2;
}

static void check_line(lua_State *L, ldk_Stream *s, int result) {
  if (result == DK_OVER_LIMIT)
    ldk_stream_fail(L, s, "limit", "a line is longer than max_line allows");
  ldk_check(L, result);
}

int ldk_output_line(lua_State *L, ldk_Stream *s) {
  while (next_piece(L, s)) {
    size_t length;
    const char *bytes = ldk_stream_waiting(s, &length);
    const char *at = bytes;
    const char *line;
    int result = dk_lines_next(&s->lines[s->source], &at, bytes + s->piece,
                               &line, &length);
    check_line(L, s, result);
    if (result == 1) {
      push_line(L, s, line, length);
      push_source(L, s);
    }
    take_of_piece(s, (size_t)(at - bytes));
    if (result == 1)
      return 2;
  }
  return 0;
}

int ldk_output_last_line(lua_State *L, ldk_Stream *s) {
  const char *line;
  size_t length;
  int source;
  for (source = 0; source < DK_N_SOURCES; source++) {
    if (dk_lines_last(&s->lines[source], &line, &length) == 1) {
      s->source = (dk_Source)source;
      push_line(L, s, line, length);
      push_source(L, s);
      return 2;
    }
  }
  return 0;
}
