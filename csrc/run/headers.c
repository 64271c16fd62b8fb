/* SPDX-License-Identifier: MIT
 * The head of an answer as a Lua table. */
#include "run/headers.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

/* Pushes a name in lower case. [-0, +1] */
static void push_lower(lua_State *L, const char *name, size_t length) {
  luaL_Buffer b;
  char *out = luaL_buffinitsize(L, &b, length);
  size_t i;
  for (i = 0; i < length; i++)
    out[i] = (char)tolower((unsigned char)name[i]);
  luaL_pushresultsize(&b, length);
}

/* Adds "Name: value" to the table on top. */
static void add_header(lua_State *L, const char *line) {
  const char *colon = strchr(line, ':');
  if (colon == NULL)
    return;
  push_lower(L, line, (size_t)(colon - line));
  lua_pushvalue(L, -1);
  lua_pushstring(L, colon + 1 + strspn(colon + 1, " \t")); /* T name name v */
  lua_insert(L, -2);
  if (lua_gettable(L, -4) == LUA_TSTRING) { /* T name v old */
    lua_pushliteral(L, ", ");
    lua_pushvalue(L, -3);
    lua_concat(L, 3);
    lua_replace(L, -2);
  } else {
    lua_pop(L, 1);
  }
  lua_settable(L, -3);
}

void ldk_push_headers(lua_State *L, const dk_Transfer *x) {
  const char *at = x->headers.data;
  const char *end = at + x->headers.length;
  lua_newtable(L);
  for (; at < end; at += strlen(at) + 1)
    add_header(L, at);
}
