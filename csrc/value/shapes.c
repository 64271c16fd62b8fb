/* SPDX-License-Identifier: MIT
 * Other notations for lists and maps: command lines, environments, labels,
 * sets. */
#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "bytes/quantity.h"
#include "value/error.h"
#include "value/keys.h"
#include "value/kit.h"
#include "value/write.h"

/* ---- commands ---- */

/* Appends n words that each end in a NUL as a list. */
static void put_words(ldk_Encoder *e, const char *words, int n,
                      const ldk_Path *path) {
  int i = 0;
  ldk_put_open(e, "[", path);
  while (i < n) {
    size_t length = strlen(words);
    ldk_put_comma(e, &i);
    ldk_put_string(e, words, length, path);
    words += length + 1;
  }
  ldk_put_close(e, "]");
}

/* Appends a list of strings. */
static void put_strings(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_Integer i, length = ldk_list_size(e, index, path);
  int n = 0;
  ldk_put_open(e, "[", path);
  for (i = 1; i <= length; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    const char *text;
    size_t bytes;
    lua_rawgeti(e->L, index, i);
    text = ldk_push_identity(e, lua_gettop(e->L), &bytes);
    if (text == NULL)
      ldk_complain_type(e, -1, &step, "string");
    ldk_put_comma(e, &n);
    ldk_put_string(e, text, bytes, &step);
    lua_pop(e->L, 2);
  }
  ldk_put_close(e, "]");
}

void ldk_encode_command(ldk_Encoder *e, int index, const dk_Type *t,
                        const ldk_Path *path) {
  size_t length;
  const char *line;
  dk_Buffer *words;
  int n;
  (void)t;
  if (lua_type(e->L, index) == LUA_TTABLE) {
    put_strings(e, index, path);
    return;
  }
  if (lua_type(e->L, index) != LUA_TSTRING)
    ldk_complain_type(e, index, path, "string or list");
  line = lua_tolstring(e->L, index, &length);
  words = ldk_new_buffer(e->L);
  n = dk_split_command(line, length, words);
  if (n < 0)
    ldk_check(e->L, n);
  if (n < 0)
    ldk_complain(e, path, "a quote is not closed, or it ends in a backslash");
  put_words(e, words->data, n, path);
  lua_pop(e->L, 1);
}

/* ---- environments ---- */

/* Appends "NAME=value", or "NAME" for false, which unsets it. The value is on
 * top. */
static void put_variable(ldk_Encoder *e, const ldk_Key *k,
                         const ldk_Path *path) {
  lua_State *L = e->L;
  size_t length;
  if (k->length == 0 || memchr(k->text, '=', k->length) != NULL)
    ldk_complain(e, path, "not the name of a variable");
  lua_pushlstring(L, k->text, k->length);
  if (!lua_isboolean(L, -2) || lua_toboolean(L, -2)) {
    lua_pushliteral(L, "=");
    ldk_push_text(e, lua_gettop(L) - 2, path, &length);
    lua_concat(L, 3);
  }
  lua_tolstring(L, -1, &length);
  ldk_put_string(e, lua_tostring(L, -1), length, path);
  lua_pop(L, 1);
}

static void put_variables(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_State *L = e->L;
  int i, count, n = 0;
  const ldk_Key *keys = ldk_map_keys(e, index, path, &count);
  ldk_put_open(e, "[", path);
  for (i = 0; i < count; i++) {
    ldk_Path step = {path, NULL, keys[i].text, 0};
    ldk_put_comma(e, &n);
    ldk_push_keyed(L, index, lua_gettop(L), &keys[i]);
    put_variable(e, &keys[i], &step);
    lua_pop(L, 1);
  }
  ldk_put_close(e, "]");
  lua_pop(L, 1);
}

void ldk_encode_environment(ldk_Encoder *e, int index, const dk_Type *t,
                            const ldk_Path *path) {
  (void)t;
  if (lua_type(e->L, index) != LUA_TTABLE)
    ldk_complain_type(e, index, path, "list or table");
  if (ldk_list_length(e->L, index) >= 0)
    put_strings(e, index, path);
  else
    put_variables(e, index, path);
}

/* ---- labels ---- */

/* Appends a map whose values become text. */
static void put_texts(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_State *L = e->L;
  int i, count, n = 0;
  const ldk_Key *keys = ldk_map_keys(e, index, path, &count);
  ldk_put_open(e, "{", path);
  for (i = 0; i < count; i++) {
    ldk_Path step = {path, NULL, keys[i].text, 0};
    const char *text;
    size_t length;
    ldk_push_keyed(L, index, lua_gettop(L), &keys[i]);
    text = ldk_push_text(e, lua_gettop(L), &step, &length);
    ldk_put_comma(e, &n);
    ldk_put_string(e, keys[i].text, keys[i].length, &step);
    ldk_put(e, ":", 1);
    ldk_put_string(e, text, length, &step);
    lua_pop(L, 2);
  }
  ldk_put_close(e, "}");
  lua_pop(L, 1);
}

/* Pushes the map that a list of "key=value" and "key" means. [-0, +1] */
static void push_pairs(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_State *L = e->L;
  lua_Integer i, n = ldk_list_size(e, index, path);
  lua_createtable(L, 0, (int)n);
  for (i = 1; i <= n; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    const char *pair, *equals;
    size_t length, key;
    if (lua_rawgeti(L, index, i) != LUA_TSTRING)
      ldk_complain_type(e, -1, &step, "string");
    pair = lua_tolstring(L, -1, &length);
    equals = memchr(pair, '=', length);
    key = equals != NULL ? (size_t)(equals - pair) : length;
    lua_pushlstring(L, pair, key);
    lua_pushlstring(L, pair + key + (equals != NULL),
                    length - key - (equals != NULL));
    lua_rawset(L, -4);
    lua_pop(L, 1);
  }
}

void ldk_encode_labels(ldk_Encoder *e, int index, const dk_Type *t,
                       const ldk_Path *path) {
  (void)t;
  if (lua_type(e->L, index) != LUA_TTABLE)
    ldk_complain_type(e, index, path, "table or list");
  if (ldk_list_length(e->L, index) <= 0) {
    put_texts(e, index, path);
    return;
  }
  push_pairs(e, index, path);
  put_texts(e, lua_gettop(e->L), path);
  lua_pop(e->L, 1);
}

/* ---- sets ---- */

/* Pushes the set that a list of its keys means. [-0, +1] */
static void push_set(ldk_Encoder *e, int index, lua_Integer n,
                     const ldk_Path *path) {
  lua_State *L = e->L;
  lua_Integer i;
  lua_createtable(L, 0, (int)n);
  for (i = 1; i <= n; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    lua_rawgeti(L, index, i);
    if (lua_isinteger(L, -1))
      lua_tostring(L, -1); /* in place */
    else if (lua_type(L, -1) != LUA_TSTRING)
      ldk_complain_type(e, -1, &step, "string");
    lua_pushboolean(L, 1);
    lua_rawset(L, -3);
  }
}

/* Whether the value on top says that its key is in the set; complains of what
 * says neither. */
static int is_member(ldk_Encoder *e, const ldk_Path *path) {
  lua_State *L = e->L;
  if (lua_isboolean(L, -1))
    return lua_toboolean(L, -1);
  if (ldk_is_null(L, -1))
    return 1;
  if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) == 0)
    return 1;
  if (lua_type(L, -1) != LUA_TTABLE)
    ldk_complain_type(e, -1, path, "true or {}");
  lua_pushnil(L);
  if (lua_next(L, -2))
    ldk_complain(e, path, "expected true or {}");
  return 1;
}

static void put_set(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_State *L = e->L;
  int i, count, n = 0;
  const ldk_Key *keys = ldk_map_keys(e, index, path, &count);
  ldk_put_open(e, "{", path);
  for (i = 0; i < count; i++) {
    ldk_Path step = {path, NULL, keys[i].text, 0};
    ldk_push_keyed(L, index, lua_gettop(L), &keys[i]);
    if (is_member(e, &step)) {
      ldk_put_comma(e, &n);
      ldk_put_string(e, keys[i].text, keys[i].length, &step);
      ldk_put_text(e, ":{}");
    }
    lua_pop(L, 1);
  }
  ldk_put_close(e, "}");
  lua_pop(L, 1);
}

void ldk_encode_set(ldk_Encoder *e, int index, const dk_Type *t,
                    const ldk_Path *path) {
  lua_Integer n;
  (void)t;
  if (lua_type(e->L, index) != LUA_TTABLE)
    ldk_complain_type(e, index, path, "list or table");
  n = ldk_list_length(e->L, index);
  if (n <= 0) {
    put_set(e, index, path);
    return;
  }
  push_set(e, index, n, path);
  put_set(e, lua_gettop(e->L), path);
  lua_pop(e->L, 1);
}
