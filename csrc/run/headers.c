/* SPDX-License-Identifier: MIT
 * The head of an answer as a Lua table, and the head of a request. */
#include "run/headers.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "value/error.h"

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

/* Whether one of the lines has the same name as a line. */
static int names_one(const dk_Buffer *lines, const char *line) {
  const char *at = lines->data, *end = at + lines->length;
  size_t length = strcspn(line, ":") + 1;
  for (; at < end; at += strlen(at) + 1)
    if (strncasecmp(at, line, length) == 0)
      return 1;
  return 0;
}

void ldk_join_headers(lua_State *L, dk_Buffer *to, const dk_Buffer *common,
                      const dk_Buffer *own) {
  const char *at = common->data, *end = at + common->length;
  dk_buffer_clear(to);
  for (; at < end; at += strlen(at) + 1)
    if (!names_one(own, at))
      ldk_check(L, dk_buffer_append(to, at, strlen(at) + 1));
  ldk_check(L, dk_buffer_append(to, own->data, own->length));
}
