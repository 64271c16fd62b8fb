/* SPDX-License-Identifier: MIT
 * From the source of a request's body to the connection. */
#include "run/feed.h"

#include <lauxlib.h>

#include "run/exchange.h"
#include "run/flow.h"
#include "value/error.h"
#include "value/kit.h"

/* Most pieces in a row: then others have a turn. */
#define PIECES 8

/* How long a stream is waited for before one looks whether the engine has
 * answered, which would be the end of it. */
#define LOOK_SECONDS 0.25

/* ---- pieces ---- */

static void hand_over(ldk_Exchange *x, const char *bytes, size_t length) {
  x->source.fed += length;
  dk_transfer_feed(x->transfer, bytes, length);
}

/* Lua: reads, or pulls, a piece of the exchange's source, given what that was
 * made of: what the reading came to, and the piece, as pointer and length. */
static int read_piece(lua_State *L) {
  ldk_Exchange *x = lua_touserdata(L, 1);
  const char *bytes = NULL;
  size_t length = 0;
  int got = ldk_source_read(L, &x->source, 2, &bytes, &length);
  lua_pushinteger(L, got);
  lua_pushlightuserdata(L, (void *)bytes);
  lua_pushinteger(L, (lua_Integer)length);
  return 3;
}

/* Feeds from what is read; it raises in protected mode, as the exchange is to
 * be ended then. */
static void feed_read(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  int got;
  lua_pushcfunction(L, read_piece);
  lua_pushvalue(L, index);
  ldk_push_anchor(L, index, LDK_EXCHANGE_SOURCE);
  if (lua_pcall(L, 2, 3, 0) != LUA_OK)
    ldk_exchange_fail(L, index);
  got = (int)lua_tointeger(L, -3);
  if (x->transfer != NULL && x->transfer->feeding) {
    if (got > 0)
      hand_over(x, lua_touserdata(L, -2), (size_t)lua_tointeger(L, -1));
    else if (got < 0)
      dk_transfer_fed(x->transfer);
  }
  lua_pop(L, 3);
}

/* ---- calls ---- */

/* Whether a stream, whose results are at the top, was only late. */
static int was_late(lua_State *L, const ldk_Source *s) {
  return s->stream && lua_isnil(L, -2) && lua_type(L, -1) == LUA_TSTRING;
}

/* Feeds the string on top, which it takes. */
static void feed_string(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  size_t length;
  const char *bytes;
  if (x->source.lines) {
    lua_pushliteral(L, "\n");
    lua_concat(L, 2);
  }
  bytes = lua_tolstring(L, -1, &length);
  ldk_anchor(L, index, LDK_EXCHANGE_PIECE);
  if (length > 0 && x->transfer != NULL && x->transfer->feeding)
    hand_over(x, bytes, length);
}

static int refuse(lua_State *L, int index) {
  const ldk_Exchange *x = lua_touserdata(L, index);
  ldk_Failure f = {.kind = "argument", .method = x->source.label};
  f.message = lua_pushfstring(L,
                              "body: what the function gives must be strings, "
                              "and nil at the end; it gave a value of type %s",
                              ldk_type_name(L, -1));
  ldk_push_failure(L, &f);
  return ldk_exchange_fail(L, index);
}

/* The source was called: two results are on top, or an error. [-2, +0] */
static void called(lua_State *L, int index, int status) {
  ldk_Exchange *x = lua_touserdata(L, index);
  x->source.busy = 0;
  if (status != LUA_OK && status != LUA_YIELD)
    ldk_exchange_fail(L, index);
  if (was_late(L, &x->source)) {
    lua_pop(L, 2);
    return;
  }
  lua_pop(L, 1);
  if (lua_type(L, -1) == LUA_TSTRING) {
    feed_string(L, index);
    return;
  }
  if (!lua_isnil(L, -1))
    refuse(L, index);
  lua_pop(L, 1);
  if (x->transfer != NULL)
    dk_transfer_fed(x->transfer);
}

static int called_k(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  const ldk_Exchange *x = lua_touserdata(L, index);
  called(L, index, status);
  return x->source.k(L, LUA_YIELD, x->source.context);
}

/* Pushes what is called, and its arguments, which it counts: a stream is read
 * for a little while. [-0, +1 + n] */
static int push_function(lua_State *L, int index, ldk_Source *s) {
  const ldk_Stream *stream;
  ldk_push_anchor(L, index, LDK_EXCHANGE_SOURCE);
  stream = ldk_test(L, -1, &ldk_stream_class);
  s->stream = stream != NULL;
  s->lines = s->stream && stream->items == LDK_LINES;
  if (!s->stream)
    return 0;
  lua_getfield(L, -1, "read");
  lua_insert(L, -2);
  lua_pushnumber(L, LOOK_SECONDS);
  return 2;
}

static void feed_called(lua_State *L, int index, lua_KContext context,
                        lua_KFunction k) {
  ldk_Exchange *x = lua_touserdata(L, index);
  int n;
  luaL_checkstack(L, 8, NULL);
  n = push_function(L, index, &x->source);
  x->source.taken = 1;
  x->source.busy = 1;
  x->source.k = k;
  x->source.context = context;
  called(L, index, lua_pcallk(L, n, 2, 0, (lua_KContext)index, called_k));
}

/* ---- the whole ---- */

void ldk_feed_wait(lua_State *L, int index, double deadline,
                   lua_KContext context, lua_KFunction k) {
  const ldk_Exchange *x = lua_touserdata(L, index);
  int i;
  for (i = 0; i < PIECES && ldk_record_due(x); i++) {
    if (x->source.kind == LDK_FROM_FUNCTION)
      feed_called(L, index, context, k);
    else
      feed_read(L, index);
  }
  ldk_exchange_wait_until(L, index, deadline, context, k);
}
