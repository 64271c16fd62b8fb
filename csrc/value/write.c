/* SPDX-License-Identifier: MIT
 * What the parts of the encoder share: appending, and reading scalars. */
#include "value/write.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "bytes/jsonlex.h"
#include "bytes/jsonwrite.h"
#include "bytes/memory.h"
#include "value/error.h"
#include "value/kit.h"

/* ---- appending ---- */

void ldk_put(ldk_Encoder *e, const char *bytes, size_t length) {
  ldk_check(e->L, dk_buffer_append(e->out, bytes, length));
}

void ldk_put_text(ldk_Encoder *e, const char *text) {
  ldk_put(e, text, strlen(text));
}

void ldk_put_string(ldk_Encoder *e, const char *bytes, size_t length,
                    const ldk_Path *path) {
  int result = dk_json_write_string(e->out, bytes, length);
  size_t at;
  ldk_check(e->L, result);
  if (result == DK_MALFORMED) {
    dk_utf8_valid(bytes, length, &at);
    ldk_complain(e, path, "not UTF-8 at byte %d", (int)at);
  }
}

void ldk_put_open(ldk_Encoder *e, const char *bracket, const ldk_Path *path) {
  if (++e->depth > DK_JSON_DEPTH)
    ldk_complain(e, path, "nested too deeply (does a table hold itself?)");
  luaL_checkstack(e->L, 16, "nested too deeply");
  ldk_put_text(e, bracket);
}

void ldk_put_close(ldk_Encoder *e, const char *bracket) {
  e->depth--;
  ldk_put_text(e, bracket);
}

void ldk_put_comma(ldk_Encoder *e, int *n) {
  if ((*n)++ > 0)
    ldk_put(e, ",", 1);
}

/* ---- reading ---- */

int ldk_is_null(lua_State *L, int index) {
  return lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL;
}

int ldk_is_left_out(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE || !ldk_is_absent(L, index))
    return 0;
  index = lua_absindex(L, index);
  lua_pushnil(L);
  if (!lua_next(L, index))
    return 1;
  lua_pop(L, 2);
  return 0;
}

/* Pushes what the metamethod __key of the userdata at `index` tells.
 * [-0, +1] */
static const char *push_key(lua_State *L, int index, size_t *length) {
  if (!luaL_callmeta(L, index, "__key"))
    return NULL;
  if (lua_type(L, -1) == LUA_TSTRING)
    return lua_tolstring(L, -1, length);
  lua_pop(L, 1);
  return NULL;
}

const char *ldk_push_identity(ldk_Encoder *e, int index, size_t *length) {
  lua_State *L = e->L;
  if (lua_type(L, index) == LUA_TUSERDATA)
    return push_key(L, index, length);
  if (lua_type(L, index) != LUA_TSTRING)
    return NULL;
  lua_pushvalue(L, index);
  return lua_tolstring(L, -1, length);
}

/* Pushes a float as text: an integral one without a point. [-0, +1] */
static const char *push_float(ldk_Encoder *e, int index, const ldk_Path *path,
                              size_t *length) {
  lua_State *L = e->L;
  lua_Number number = lua_tonumber(L, index);
  lua_Integer integer;
  dk_Buffer *b;
  int result;
  if (lua_numbertointeger(number, &integer) && number == floor(number)) {
    lua_pushinteger(L, integer);
    return lua_tolstring(L, -1, length);
  }
  b = ldk_new_buffer(L);
  result = dk_json_write_number(b, number);
  ldk_check(L, result);
  if (result == DK_MALFORMED)
    ldk_complain(e, path, "not a finite number");
  lua_pushlstring(L, b->data, b->length);
  lua_remove(L, -2);
  return lua_tolstring(L, -1, length);
}

const char *ldk_push_text(ldk_Encoder *e, int index, const ldk_Path *path,
                          size_t *length) {
  lua_State *L = e->L;
  const char *text = ldk_push_identity(e, index, length);
  if (text != NULL)
    return text;
  switch (lua_type(L, index)) {
  case LUA_TBOOLEAN:
    lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    return lua_tolstring(L, -1, length);
  case LUA_TNUMBER:
    if (!lua_isinteger(L, index))
      return push_float(e, index, path, length);
    lua_pushvalue(L, index);
    return lua_tolstring(L, -1, length);
  default:
    ldk_complain_type(e, index, path, "string, number or boolean");
    return NULL;
  }
}

lua_Integer ldk_list_size(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_Integer n;
  if (lua_type(e->L, index) != LUA_TTABLE)
    ldk_complain_type(e, index, path, "list");
  n = ldk_list_length(e->L, index);
  if (n < 0)
    ldk_complain(e, path,
                 "expected list, got a table with a gap or with "
                 "keys that are no indices");
  return n;
}

const ldk_Key *ldk_map_keys(ldk_Encoder *e, int index, const ldk_Path *path,
                            int *count) {
  const ldk_Key *keys;
  if (lua_type(e->L, index) != LUA_TTABLE)
    ldk_complain_type(e, index, path, "table");
  if (lua_rawgeti(e->L, index, 1) != LUA_TNIL)
    ldk_complain(e, path, "expected table with names as keys, got %s",
                 ldk_list_length(e->L, index) >= 0
                     ? "list"
                     : "a list with a gap or with names among its keys");
  lua_pop(e->L, 1);
  keys = ldk_sorted_keys(e->L, index, count);
  if (*count < 0)
    ldk_complain(e, path, "expected names as keys, got a key of type %s",
                 keys[0].text);
  return keys;
}
