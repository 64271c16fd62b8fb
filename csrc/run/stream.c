/* SPDX-License-Identifier: MIT
 * Streams: reading them, and the class. */
#include "run/stream.h"

#include <lauxlib.h>
#include <math.h>

#include "bytes/queue.h"
#include "model/model.h"
#include "run/composed.h"
#include "run/documents.h"
#include "run/duplex.h"
#include "run/ending.h"
#include "run/exchange.h"
#include "run/guard.h"
#include "run/loop.h"
#include "run/output.h"
#include "value/error.h"

/* Longest piece of an archive that is handed out at once. */
#define PIECE_BYTES ((size_t)256 * 1024)

/* ---- what is there ---- */

static int next_bytes(lua_State *L, ldk_Stream *s) {
  size_t length;
  const char *bytes = ldk_stream_waiting(s, &length);
  if (length == 0)
    return 0;
  if (length > PIECE_BYTES)
    length = PIECE_BYTES;
  lua_pushlstring(L, bytes, length);
  ldk_stream_take(s, length);
  return 1;
}

/* Pushes the next thing that is there already: the number of values, or 0. */
static int next_item(lua_State *L, ldk_Stream *s) {
  switch (s->items) {
  case LDK_LINES:
    return ldk_output_line(L, s);
  case LDK_CHUNKS:
    return ldk_output_chunk(L, s);
  case LDK_DOCUMENTS:
    return ldk_documents_next(L, s);
  default:
    return next_bytes(L, s);
  }
}

/* ---- reading ---- */

/* All has been read: raises what the transfer failed with, or ends. */
static int finish(lua_State *L, ldk_Stream *s) {
  int n = s->items == LDK_LINES ? ldk_output_last_line(L, s) : 0;
  if (n > 0)
    return n;
  if (!s->cut && s->x->transfer->state == DK_FAILED)
    return ldk_stream_fail_as_transfer(L, s);
  if (!s->cut && !dk_frames_complete(&s->frames))
    return ldk_stream_fail(L, s, "protocol",
                           "the stream ended within a frame");
  s->ended = 1;
  ldk_guard_release(&s->guard);
  ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
  ldk_exchange_end(L, lua_gettop(L), 0);
  lua_pushnil(L);
  return 1;
}

/* Pushes what there is already: the number of values. Making strings may run
 * a finalizer, which may close this very stream. */
static int produce(lua_State *L, ldk_Stream *s) {
  int n;
  ldk_exchange_hold(s->x);
  s->seen = 0;
  n = next_item(L, s);
  if (n == 0 && ldk_stream_complete(s))
    n = finish(L, s);
  ldk_exchange_let_go(s->x);
  return n;
}

/* Whether a reader has anything to look at. */
static int has_more(const void *subject) {
  const ldk_Stream *s = subject;
  return ldk_stream_complete(s) || ldk_guard_ready(&s->guard) ||
         dk_queue_length(&s->x->transfer->body) > s->seen;
}

/* Whether the deadline at 2, where there is one, has passed. */
static int is_late(lua_State *L) {
  return !lua_isnil(L, 2) && dk_now() >= lua_tonumber(L, 2);
}

static int push_timeout(lua_State *L) {
  lua_pushnil(L);
  lua_pushliteral(L, "timeout");
  return 2;
}

/* Raises unless the stream can be read; 0: it has ended. */
static int may_read(lua_State *L, const ldk_Stream *s) {
  if (s->closed || (s->x->transfer == NULL && !s->ended))
    ldk_fail_with(L, "closed", "the stream is closed");
  if (!s->ended && s->x->held)
    ldk_fail_with(L, "argument", "the stream is being read already");
  return !s->ended;
}

/* A continuation, with the deadline or nil at 2. The context tells whether it
 * has waited already: one that is late looks once more all the same. */
static int read_k(lua_State *L, int status, lua_KContext context) {
  ldk_Stream *s = lua_touserdata(L, 1);
  int waited = (int)context;
  (void)status;
  lua_settop(L, 2);
  for (;;) {
    ldk_Wait w = {has_more, s, 0};
    int n;
    if (!may_read(L, s)) {
      lua_pushnil(L);
      return 1;
    }
    n = produce(L, s);
    if (n > 0) {
      ldk_guard_heard(&s->guard);
      return n;
    }
    if (waited && is_late(L))
      return push_timeout(L);
    w.deadline = lua_tonumber(L, 2);
    if (ldk_guard_look(L, s, &w.deadline, read_k))
      continue;
    waited = 1;
    if (ldk_wait(L, &w, waited, read_k))
      return ldk_stream_abort(L, s);
  }
}

/* ---- methods ---- */

/* What a for loop calls, with arguments of its own. */
static int stream_call(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  lua_settop(L, 1);
  lua_pushnil(L);
  if (s->x == NULL)
    return ldk_composed_read(L, s);
  return read_k(L, LUA_OK, 0);
}

/* stream:read([seconds]) → item [, source]; nil; nil, "timeout". */
static int stream_read(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  lua_Number seconds;
  if (lua_isnoneornil(L, 2))
    return stream_call(L);
  seconds = lua_tonumber(L, 2);
  if (lua_type(L, 2) != LUA_TNUMBER || !(seconds >= 0) || isinf(seconds))
    return ldk_fail_argument(L, "stream:read", "seconds: expected 0 or more");
  lua_settop(L, 2);
  if (s->x == NULL)
    return ldk_composed_read(L, s);
  lua_pushnumber(L, dk_now() + seconds);
  lua_replace(L, 2);
  return read_k(L, LUA_OK, 0);
}

static int stream_close(lua_State *L) {
  ldk_stream_end(L, ldk_to_stream(L));
  return 0;
}

/* Lua calls it with the stream as it is: it may be half made. */
static int stream_gc(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  ldk_stream_release(s);
  if (s->x != NULL)
    ldk_exchange_release(s->x);
  else
    ldk_composed_end(L, s);
  return 0;
}

static int stream_is_closed(lua_State *L) {
  const ldk_Stream *s = ldk_to_stream(L);
  lua_pushboolean(L, s->closed || s->ended ||
                         (s->x != NULL && s->x->transfer == NULL));
  return 1;
}

/* What a generic for takes: the last value is closed when it is left. */
static int stream_iterate(lua_State *L) {
  ldk_to_stream(L);
  lua_settop(L, 1);
  lua_pushnil(L);
  lua_pushnil(L);
  lua_pushvalue(L, 1);
  return 4;
}

/* stream:lines() → the same; whole lines from now on. */
static int stream_lines(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  if (s->x != NULL && s->items == LDK_CHUNKS)
    s->items = LDK_LINES;
  if (s->items != LDK_LINES)
    return ldk_fail_argument(L, "stream:lines",
                             "what comes is not the output of a process");
  return stream_iterate(L);
}

static int stream_tostring(lua_State *L) {
  const ldk_Stream *s = ldk_to_stream(L);
  const char *label;
  if (s->x == NULL)
    ldk_composed_push_label(L);
  else
    lua_pushstring(L, s->x->call->label);
  label = lua_tostring(L, -1);
  lua_pushfstring(L, "stream of %s%s", label != NULL ? label : "?",
                  s->closed  ? " (closed)"
                  : s->ended ? " (ended)"
                             : "");
  return 1;
}

int ldk_stream_kind(lua_State *L) {
  static const char *const names[] = {[LDK_LINES] = "lines",
                                      [LDK_CHUNKS] = "chunks",
                                      [LDK_DOCUMENTS] = "documents",
                                      [LDK_BYTES] = "bytes"};
  lua_pushstring(L, names[ldk_to_stream(L)->items]);
  return 1;
}

/* ---- the class ---- */

static const luaL_Reg stream_methods[] = {
    {"close", stream_close},         {"close_write", ldk_stream_close_write},
    {"is_closed", stream_is_closed}, {"iterate", stream_iterate},
    {"lines", stream_lines},         {"read", stream_read},
    {"write", ldk_stream_write},     {NULL, NULL},
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

static ldk_Items items_of(const ldk_Exchange *x) {
  switch (x->response->answer) {
  case DK_DOCUMENTS:
    return LDK_DOCUMENTS;
  case DK_OUTPUT:
  case DK_UPGRADE:
  case DK_WEBSOCKET:
    return x->settings.chunks ? LDK_CHUNKS : LDK_LINES;
  default:
    return LDK_BYTES;
  }
}

void ldk_stream_new(lua_State *L) {
  ldk_Stream *s = ldk_new(L, &ldk_stream_class, sizeof *s, LDK_STREAM_ANCHORS);
  s->x = ldk_cast(L, -2, &ldk_exchange_class);
  lua_pushvalue(L, -2);
  ldk_anchor(L, -2, LDK_STREAM_EXCHANGE);
  lua_remove(L, -2);
  s->items = items_of(s->x);
  s->duplex = s->x->transfer->duplex && !s->x->settings.read_only;
  if (s->items == LDK_LINES || s->items == LDK_CHUNKS)
    ldk_output_open(s);
}
