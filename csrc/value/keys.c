/* SPDX-License-Identifier: MIT
 * The keys of a table in one order whatever the table's. */
#include "value/keys.h"

#include <stdlib.h>
#include <string.h>

static int compare_keys(const void *left, const void *right) {
  const ldk_Key *a = left, *b = right;
  size_t shorter = a->length < b->length ? a->length : b->length;
  int order = memcmp(a->text, b->text, shorter);
  if (order != 0)
    return order;
  return (a->length > b->length) - (a->length < b->length);
}

/* How many keys there are; 0 also when one is of no use, whose type is then
 * in *odd. */
static int count_keys(lua_State *L, int index, const char **odd) {
  int n = 0;
  *odd = NULL;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    n++;
    if (lua_type(L, -2) != LUA_TSTRING && !lua_isinteger(L, -2)) {
      *odd = lua_typename(L, lua_type(L, -2));
      lua_pop(L, 2);
      return 0;
    }
  }
  return n;
}

/* Keeps the key at the top of the stack, which stays, as number i of n in the
 * table at `kept`; what integers look like is kept behind all keys. */
static void keep_key(lua_State *L, int kept, ldk_Key *k, int i, int n) {
  k->at = i;
  lua_pushvalue(L, -1);
  lua_rawseti(L, kept, i);
  lua_pushvalue(L, -1);
  k->text = lua_tolstring(L, -1, &k->length); /* converts the copy */
  if (lua_isinteger(L, -2))
    lua_rawseti(L, kept, n + i);
  else
    lua_pop(L, 1);
}

const ldk_Key *ldk_sorted_keys(lua_State *L, int index, int *count) {
  const char *odd;
  int n, i = 0, kept;
  ldk_Key *keys;
  index = lua_absindex(L, index);
  n = count_keys(L, index, &odd);
  keys = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *keys, 1);
  keys[0].text = odd;
  *count = odd != NULL ? -1 : n;
  if (n == 0)
    return keys;
  lua_createtable(L, n, 0);
  kept = lua_gettop(L);
  for (lua_pushnil(L); i < n && lua_next(L, index);) {
    lua_pop(L, 1);
    keep_key(L, kept, &keys[i], i + 1, n);
    i++;
  }
  lua_settop(L, kept);
  lua_setiuservalue(L, -2, 1);
  *count = i;
  qsort(keys, (size_t)i, sizeof *keys, compare_keys);
  return keys;
}

void ldk_push_keyed(lua_State *L, int table, int keys, const ldk_Key *k) {
  table = lua_absindex(L, table);
  lua_getiuservalue(L, keys, 1);
  lua_rawgeti(L, -1, k->at);
  lua_rawget(L, table);
  lua_remove(L, -2);
}

lua_Integer ldk_list_length(lua_State *L, int index) {
  lua_Unsigned length = lua_rawlen(L, index), n = 0;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index); n++) {
    lua_Unsigned place = (lua_Unsigned)lua_tointeger(L, -2) - 1;
    lua_pop(L, 1);
    if (!lua_isinteger(L, -1) || place >= length) { /* not of a list? */
      lua_pop(L, 1);
      return -1;
    }
  }
  return n == length ? (lua_Integer)length : -1;
}
