/* SPDX-License-Identifier: MIT
 * Streams whose items come from a Lua function. */
#include "run/composed.h"

#include <lauxlib.h>

#include "value/error.h"

/* ---- reading ---- */

void ldk_composed_end(lua_State *L, ldk_Stream *s) {
  s->ended = 1;
  if (ldk_push_anchor(L, 1, LDK_STREAM_CLOSE) == LUA_TNIL) {
    lua_pop(L, 1);
    return;
  }
  lua_pushnil(L);
  ldk_anchor(L, 1, LDK_STREAM_CLOSE);
  lua_call(L, 0, 0);
}

/* Lua: ends the stream at 1. */
static int end_of(lua_State *L) {
  ldk_composed_end(L, ldk_to_stream(L));
  return 0;
}

/* The function has raised what is on top, which counts more than what comes
 * of closing. */
static int composed_fail(lua_State *L, ldk_Stream *s) {
  s->closed = !ldk_is_outcome(L, NULL);
  lua_pushcfunction(L, end_of);
  lua_pushvalue(L, 1);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK)
    lua_pop(L, 1);
  return ldk_raise(L);
}

/* The function has returned (or raised) what is above index 2. */
static int composed_k(lua_State *L, int status, lua_KContext context) {
  ldk_Stream *s = lua_touserdata(L, 1);
  (void)context;
  s->busy = 0;
  if (status != LUA_OK && status != LUA_YIELD)
    return composed_fail(L, s);
  if (lua_gettop(L) == 2)
    lua_pushnil(L);
  if (lua_isnil(L, 3) && lua_type(L, 4) != LUA_TSTRING) { /* not "timeout"? */
    ldk_composed_end(L, s);
    lua_pushnil(L);
    return 1;
  }
  return lua_gettop(L) - 2;
}

int ldk_composed_read(lua_State *L, ldk_Stream *s) {
  if (s->closed)
    return ldk_fail_with(L, "closed", "the stream is closed");
  if (s->ended) {
    lua_pushnil(L);
    return 1;
  }
  if (s->busy)
    return ldk_fail_with(L, "argument", "the stream is being read already");
  s->busy = 1;
  ldk_push_anchor(L, 1, LDK_STREAM_READ);
  lua_pushvalue(L, 2);
  return composed_k(L, lua_pcallk(L, 1, LUA_MULTRET, 0, 0, composed_k), 0);
}

void ldk_composed_push_label(lua_State *L) {
  ldk_push_anchor(L, 1, LDK_STREAM_LABEL);
}

/* ---- making it ---- */

/* Takes a field of the table at 1 over as an anchor of the stream on top. */
static void take_field(lua_State *L, const char *name, int type, int optional,
                       int slot) {
  int found = lua_getfield(L, 1, name);
  if (found != type && !(optional && found == LUA_TNIL))
    ldk_fail_argument(L, "stream_of", "%s: expected %s, got %s", name,
                      lua_typename(L, type), luaL_typename(L, -1));
  ldk_anchor(L, -2, slot);
}

int ldk_stream_of(lua_State *L) {
  static const char *const kinds[] = {"lines", "chunks", "documents", "bytes",
                                      NULL};
  ldk_Stream *s;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_getfield(L, 1, "kind");
  s = ldk_new(L, &ldk_stream_class, sizeof *s, LDK_STREAM_ANCHORS);
  s->items = (ldk_Items)luaL_checkoption(L, 2, "documents", kinds);
  take_field(L, "read", LUA_TFUNCTION, 0, LDK_STREAM_READ);
  take_field(L, "close", LUA_TFUNCTION, 1, LDK_STREAM_CLOSE);
  take_field(L, "label", LUA_TSTRING, 1, LDK_STREAM_LABEL);
  return 1;
}
