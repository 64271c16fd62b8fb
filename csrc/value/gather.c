/* SPDX-License-Identifier: MIT
 * Arguments by place and options by name, brought together. */
#include <lauxlib.h>
#include <string.h>

#include "value/arguments.h"
#include "value/error.h"
#include "value/kit.h"

/* Whether the value at `index` is a table of options: no list, which would be
 * a value. */
static int is_options(lua_State *L, int index) {
  int is;
  if (lua_type(L, index) != LUA_TTABLE)
    return 0;
  is = lua_rawgeti(L, index, 1) == LUA_TNIL;
  lua_pop(L, 1);
  return is;
}

/* Pushes a copy of the table of options at `index`; 0: an empty one. */
static void push_copy(lua_State *L, int index) {
  lua_newtable(L);
  if (index == 0)
    return;
  for (lua_pushnil(L); lua_next(L, index);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
}

/* Sets the value at `index` under a name in the table on top. */
static void set_positional(lua_State *L, int index, const char *name,
                           size_t length, const char *label) {
  if (lua_isnil(L, index))
    return;
  lua_pushlstring(L, name, length);
  lua_pushvalue(L, -1);
  if (lua_rawget(L, -3) != LUA_TNIL)
    ldk_fail_argument(L, label, "%s: given twice, by place and by name",
                      lua_tostring(L, -2));
  lua_pop(L, 1);
  lua_pushvalue(L, index);
  lua_rawset(L, -3);
}

/* Complains of the argument at `index`, which is one too many. */
static void fail_too_many(lua_State *L, int index, const char *positional,
                          const char *label) {
  if (*positional == '\0')
    ldk_fail_argument(L, label, "takes only a table of options, got %s",
                      lua_istable(L, index) ? "list"
                                            : ldk_type_name(L, index));
  ldk_fail_argument(L, label,
                    "too many arguments: takes %s, then a table of "
                    "options",
                    positional);
}

void ldk_gather_options(lua_State *L, int first, const char *positional,
                        const char *label) {
  int last = lua_gettop(L), options = 0, i;
  const char *name = positional;
  while (last >= first && lua_isnil(L, last))
    last--;
  if (last >= first && is_options(L, last))
    options = last--;
  luaL_checkstack(L, 8, "arguments");
  push_copy(L, options);
  for (i = first; i <= last; i++) {
    size_t length = strcspn(name, " ");
    if (length == 0)
      fail_too_many(L, i, positional, label);
    set_positional(L, i, name, length, label);
    name += length;
    name += *name == ' ';
  }
}
