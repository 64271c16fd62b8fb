/* SPDX-License-Identifier: MIT
 * Streams: answers of many pieces. */
#include "run/stream.h"

#include <lauxlib.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "bytes/frames.h"
#include "bytes/jsonsplit.h"
#include "bytes/lines.h"
#include "bytes/memory.h"
#include "bytes/queue.h"
#include "model/model.h"
#include "run/document.h"
#include "run/exchange.h"
#include "run/loop.h"
#include "value/error.h"

/* Longest line, unless asked otherwise, and longest document, in bytes. */
#define LINE_BYTES ((size_t)1024 * 1024)
#define DOCUMENT_BYTES ((size_t)64 * 1024 * 1024)

/* Longest piece of an archive that is handed out at once. */
#define PIECE_BYTES ((size_t)256 * 1024)

struct Stream;

/* Pushes the next thing that is there already: the number of values, or 0. */
typedef int Produce(lua_State *L, struct Stream *s);

typedef struct Stream {
  ldk_Exchange *x; /* anchored */
  Produce *produce;
  int closed;       /* by the user: a read is an error */
  int ended;        /* nothing more comes */
  size_t seen;      /* bytes that wait, and are not enough */
  int framed;       /* output: in frames (1), raw (0), not known yet (-1) */
  size_t piece;     /* output: bytes of the piece at the front of the queue */
  size_t spent;     /* output: bytes behind it that go with it */
  dk_Source source; /* output: whose piece that is */
  dk_Frames frames;
  dk_Lines lines[DK_N_SOURCES];
  dk_Jsonsplit split; /* documents */
} Stream;

enum { STREAM_EXCHANGE = 1, STREAM_ANCHORS = STREAM_EXCHANGE };

/* ---- what waits ---- */

static dk_Transfer *transfer(const Stream *s) {
  return s->x->transfer;
}

static const char *waiting(const Stream *s, size_t *length) {
  *length = dk_queue_length(&transfer(s)->body);
  return dk_queue_bytes(&transfer(s)->body);
}

static void take(Stream *s, size_t length) {
  if (length > 0)
    dk_transfer_take(transfer(s), length);
}

/* Raises an error of ours about the stream, which it ends. */
static int stream_fail(lua_State *L, Stream *s, const char *kind,
                       const char *message) {
  ldk_Failure f;
  const dk_Operation *o = s->x->call->operation;
  memset(&f, 0, sizeof f);
  f.kind = kind;
  f.message = message;
  f.operation = o != NULL ? dk_text(o->id) : NULL;
  f.method = s->x->call->label;
  s->ended = 1;
  ldk_push_anchor(L, 1, STREAM_EXCHANGE);
  ldk_push_failure(L, &f);
  return ldk_exchange_fail(L, lua_gettop(L) - 1);
}

static void stream_check(lua_State *L, Stream *s, int result) {
  if (result == DK_OVER_LIMIT)
    stream_fail(L, s, "limit", "a line is longer than max_line allows");
  if (result == DK_NO_MEMORY)
    ldk_check(L, result);
  if (result == DK_MALFORMED)
    stream_fail(L, s, "protocol", "the output is not made of frames");
}

/* ---- output ---- */

static const char *const sources[DK_N_SOURCES] = {"stdin", "stdout", "stderr",
                                                  "system"};

/* Which it is, when nobody has said: text of a terminal does not begin like
 * the header of a frame. */
static int looks_framed(const char *bytes) {
  return (unsigned char)bytes[0] < DK_N_SOURCES && bytes[1] == 0 &&
         bytes[2] == 0 && bytes[3] == 0;
}

/* A reader of chunks is given all that waits of one source, as it would be
 * from a pipe: the engine makes a frame of each line. */
static int read_frames(Stream *s, char **at, char *end, dk_Piece *piece) {
  const char *from = *at;
  int result;
  if (s->x->settings.chunks)
    return dk_frames_join(&s->frames, at, end, piece);
  result = dk_frames_next(&s->frames, &from, end, piece);
  *at += from - *at;
  return result;
}

/* Finds the next piece of output and brings it to the front of the queue: 1
 * when there is one. */
static int next_piece(lua_State *L, Stream *s) {
  const dk_Queue *q = &transfer(s)->body;
  size_t length = dk_queue_length(q);
  char *bytes, *at;
  dk_Piece piece;
  int result;
  if (s->piece > 0)
    return 1;
  if (length == 0)
    return 0;
  if (s->framed < 0) {
    s->seen = length;
    if (length < 4 && !ldk_exchange_complete(s->x))
      return 0;
    s->framed = length >= 4 && looks_framed(dk_queue_bytes(q));
  }
  if (!s->framed) {
    s->source = DK_STDOUT;
    s->piece = length;
    return 1;
  }
  at = bytes = q->data + q->start;
  result = read_frames(s, &at, bytes + length, &piece);
  if (result == 1) {
    s->source = piece.source;
    s->piece = piece.length;
    s->spent = (size_t)(at - piece.bytes) - piece.length;
    at = bytes + (piece.bytes - bytes);
  }
  take(s, (size_t)(at - bytes));
  stream_check(L, s, result);
  return result;
}

static void push_source(lua_State *L, const Stream *s) {
  lua_pushstring(L, sources[s->source]);
}

/* Pushes a line; that of a terminal without its carriage return. */
static void push_line(lua_State *L, const Stream *s, const char *line,
                      size_t length) {
  if (s->framed == 0 && length > 0 && line[length - 1] == '\r')
    length--;
  lua_pushlstring(L, line, length);
}

static int produce_chunk(lua_State *L, Stream *s) {
  size_t length;
  if (!next_piece(L, s))
    return 0;
  lua_pushlstring(L, waiting(s, &length), s->piece);
  push_source(L, s);
  take(s, s->piece + s->spent);
  s->piece = s->spent = 0;
  return 2;
}

static int produce_line(lua_State *L, Stream *s) {
  while (next_piece(L, s)) {
    size_t length, used;
    const char *bytes = waiting(s, &length);
    const char *at = bytes;
    const char *line;
    int result = dk_lines_next(&s->lines[s->source], &at, bytes + s->piece,
                               &line, &length);
    stream_check(L, s, result);
    used = (size_t)(at - bytes);
    if (result == 1) {
      push_line(L, s, line, length);
      push_source(L, s);
    }
    s->piece -= used;
    take(s, used);
    if (result == 1)
      return 2;
  }
  return 0;
}

/* At the end: the line that had no newline, of one source after another. */
static int produce_last_line(lua_State *L, Stream *s) {
  const char *line;
  size_t length;
  int source;
  if (s->produce != produce_line)
    return 0;
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

/* ---- documents ---- */

/* A document does not fit into the window: let it grow, within reason. */
static void widen(lua_State *L, Stream *s, size_t length) {
  dk_Limits l;
  memset(&l, 0, sizeof l);
  if (length < s->x->session->window)
    return;
  if (length >= DOCUMENT_BYTES)
    stream_fail(L, s, "limit", "a document is longer than 64 MiB");
  l.idle = s->x->call->idle_timeout > 0 ? s->x->call->idle_timeout : 0;
  l.window = 4 * length; /* what waits is less than half of it: go on */
  dk_transfer_set_limits(transfer(s), &l);
}

/* Raises what the engine reports inside of its good answer, in the document
 * on top. */
static void raise_reported(lua_State *L, Stream *s) {
  static const char *const names[] = {"error_detail", "errorDetail", "error"};
  size_t i;
  if (!lua_istable(L, -1))
    return;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    int type = lua_getfield(L, -1, names[i]);
    if (type == LUA_TTABLE) {
      lua_getfield(L, -1, "message");
      lua_replace(L, -2);
    }
    if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) > 0)
      stream_fail(L, s, "stream", lua_tostring(L, -1));
    lua_pop(L, 1);
  }
}

/* Brings the next document as a string to the top: 1 when there is one. It
 * leaves the queue before it is read, because reading it may run a finalizer,
 * and that may make calls. */
static int take_document(lua_State *L, Stream *s) {
  size_t length, start, end;
  const char *bytes = waiting(s, &length);
  int result = dk_jsonsplit_next(&s->split, bytes, length,
                                 ldk_exchange_complete(s->x), &start, &end);
  if (result == DK_MALFORMED && transfer(s)->state == DK_FAILED)
    return 0;
  if (result == DK_MALFORMED)
    stream_fail(L, s, "protocol", "the stream ended within a document");
  if (result != 1) {
    size_t blanks = dk_jsonsplit_blanks(&s->split);
    s->seen = length - blanks; /* more may come while it is made wider */
    take(s, blanks);
    widen(L, s, length - blanks);
    return 0;
  }
  lua_pushlstring(L, bytes + start, end - start);
  take(s, end);
  return 1;
}

/* Documents that are null say nothing, and would end a for loop. */
static int produce_document(lua_State *L, Stream *s) {
  while (take_document(L, s)) {
    ldk_push_anchor(L, 1, STREAM_EXCHANGE);
    lua_insert(L, -2);
    s->ended = 1; /* unless the document is a good one */
    ldk_document_push(L, -2);
    s->ended = 0;
    if (!lua_isnil(L, -1)) {
      raise_reported(L, s);
      return 1;
    }
    lua_settop(L, 1);
  }
  return 0;
}

/* ---- bytes ---- */

static int produce_bytes(lua_State *L, Stream *s) {
  size_t length;
  const char *bytes = waiting(s, &length);
  if (length == 0)
    return 0;
  if (length > PIECE_BYTES)
    length = PIECE_BYTES;
  lua_pushlstring(L, bytes, length);
  take(s, length);
  return 1;
}

/* ---- reading ---- */

static int has_more(const void *subject) {
  const Stream *s = subject;
  return ldk_exchange_complete(s->x) ||
         dk_queue_length(&transfer(s)->body) > s->seen;
}

/* All has been read: raises what the transfer failed with, or ends. */
static int stream_end(lua_State *L, Stream *s) {
  int n = produce_last_line(L, s);
  if (n > 0)
    return n;
  s->ended = 1;
  ldk_push_anchor(L, 1, STREAM_EXCHANGE);
  if (transfer(s)->state == DK_FAILED)
    return ldk_exchange_raise(L, lua_gettop(L));
  if (!dk_frames_complete(&s->frames))
    return stream_fail(L, s, "protocol", "the stream ended within a frame");
  ldk_exchange_end(L, lua_gettop(L), 0);
  lua_pushnil(L);
  return 1;
}

/* Pushes what there is already: the number of values. Making strings may run
 * a finalizer, which may close this very stream. */
static int produce(lua_State *L, Stream *s) {
  int n;
  ldk_exchange_hold(s->x);
  s->seen = 0;
  n = s->produce(L, s);
  if (n == 0 && ldk_exchange_complete(s->x))
    n = stream_end(L, s);
  ldk_exchange_let_go(s->x);
  return n;
}

static int next_k(lua_State *L, int status, lua_KContext context) {
  Stream *s = lua_touserdata(L, 1);
  ldk_Wait w = {has_more, s, 0};
  (void)status;
  for (;;) {
    int n;
    if (s->closed || (transfer(s) == NULL && !s->ended))
      return ldk_fail_with(L, "closed", "the stream is closed");
    if (s->ended)
      return 0;
    if (s->x->held)
      return ldk_fail_with(L, "argument", "the stream is being read already");
    n = produce(L, s);
    if (n > 0)
      return n;
    if (ldk_wait(L, &w, context, next_k))
      return ldk_raise(L);
  }
}

/* ---- the class ---- */

static Stream *to_stream(lua_State *L) {
  return ldk_cast(L, 1, &ldk_stream_class);
}

static int stream_call(lua_State *L) {
  to_stream(L);
  lua_settop(L, 1);
  return next_k(L, LUA_OK, 0);
}

/* Gives back what the stream holds; idempotent. */
static void stream_release(Stream *s) {
  int i;
  s->closed = 1;
  for (i = 0; i < DK_N_SOURCES; i++)
    dk_lines_free(&s->lines[i]);
}

static int stream_gc(lua_State *L) {
  Stream *s = to_stream(L);
  stream_release(s);
  if (s->x != NULL)
    ldk_exchange_release(s->x);
  return 0;
}

static int stream_close(lua_State *L) {
  Stream *s = to_stream(L);
  stream_release(s);
  if (s->x != NULL) {
    ldk_push_anchor(L, 1, STREAM_EXCHANGE);
    ldk_exchange_end(L, lua_gettop(L), 0);
  }
  return 0;
}

static int stream_is_closed(lua_State *L) {
  const Stream *s = to_stream(L);
  lua_pushboolean(L, s->closed || s->ended || transfer(s) == NULL);
  return 1;
}

/* What a generic for takes: the last value is closed when it is left. */
static int stream_iterate(lua_State *L) {
  to_stream(L);
  lua_settop(L, 1);
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, 1);
  return 4;
}

static int stream_tostring(lua_State *L) {
  const Stream *s = to_stream(L);
  const char *label = s->x != NULL ? s->x->call->label : NULL;
  lua_pushfstring(L, "stream of %s%s", label != NULL ? label : "?",
                  s->closed  ? " (closed)"
                  : s->ended ? " (ended)"
                             : "");
  return 1;
}

static const luaL_Reg stream_methods[] = {
    {"close", stream_close},
    {"is_closed", stream_is_closed},
    {"iterate", stream_iterate},
    {NULL, NULL},
};

static const luaL_Reg stream_metamethods[] = {
    {"__call", stream_call},
    {"__close", stream_close},
    {"__gc", stream_gc},
    {"__tostring", stream_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_stream_class = {"moonsail.stream", stream_methods,
                                    stream_metamethods};

int ldk_stream_kind(lua_State *L) {
  const Stream *s = to_stream(L);
  lua_pushstring(L, s->produce == produce_line       ? "lines"
                    : s->produce == produce_chunk    ? "chunks"
                    : s->produce == produce_document ? "documents"
                                                     : "bytes");
  return 1;
}

/* Frames, or a terminal's raw bytes? The content type tells from API 1.42 on,
 * below and for Podman only who made the container knows. */
static int is_framed(const Stream *s) {
  const char *type = dk_transfer_header(transfer(s), "Content-Type");
  if (type != NULL && strstr(type, "multiplexed-stream") != NULL)
    return 1;
  return s->x->settings.tty < 0 ? -1 : !s->x->settings.tty;
}

static Produce *producer(const Stream *s) {
  switch (s->x->response->answer) {
  case DK_DOCUMENTS:
    return produce_document;
  case DK_OUTPUT:
  case DK_UPGRADE:
    return s->x->settings.chunks ? produce_chunk : produce_line;
  default:
    return produce_bytes;
  }
}

void ldk_stream_new(lua_State *L) {
  int i;
  Stream *s = ldk_new(L, &ldk_stream_class, sizeof *s, STREAM_ANCHORS);
  s->x = ldk_cast(L, -2, &ldk_exchange_class);
  lua_pushvalue(L, -2);
  ldk_anchor(L, -2, STREAM_EXCHANGE);
  lua_remove(L, -2);
  s->produce = producer(s);
  s->framed = is_framed(s);
  for (i = 0; i < DK_N_SOURCES; i++)
    s->lines[i].partial.limit =
        s->x->settings.max_line > 0 ? s->x->settings.max_line : LINE_BYTES;
}
