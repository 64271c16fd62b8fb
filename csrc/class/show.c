/* SPDX-License-Identifier: MIT
 * What print shows of clients, collections, objects, and lists of objects. */
#include "class/show.h"

#include <lauxlib.h>

#include "value/kit.h"
#include "value/print.h"

static const char keys[LDK_N_SHOWS]; /* in the registry: their addresses */

/* All of them, or none. */
int ldk_show_with(lua_State *L) {
  static const char *const names[] = {"value", "list", "methods"};
  size_t i;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    lua_getfield(L, 1, names[i]);
    luaL_checktype(L, -1, LUA_TFUNCTION);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys[LDK_SHOW_METHODS]);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &keys[LDK_SHOW_LIST]);
  ldk_print_with(L);
  return 0;
}

int ldk_show(lua_State *L, ldk_Show what, const char *class_name) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &keys[what]) == LUA_TNIL) {
    lua_pop(L, 1);
    return 0;
  }
  lua_pushvalue(L, 1);
  lua_pushstring(L, class_name);
  lua_call(L, 2, 1);
  return 1;
}

/* ---- tables ---- */

/* The upvalues are what is shown, and the name of the class. */
static int table_tostring(lua_State *L) {
  ldk_Show what = (ldk_Show)lua_tointeger(L, lua_upvalueindex(1));
  const char *class_name = lua_tostring(L, lua_upvalueindex(2));
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!ldk_show(L, what, class_name))
    lua_pushfstring(L, "table of %d of class %s", (int)lua_rawlen(L, 1),
                    class_name);
  return 1;
}

/* Gives the table on top a metatable of a class that prints it. */
static void mark(lua_State *L, const ldk_Class *c, ldk_Show what,
                 const char *class_name) {
  lua_pushinteger(L, what);
  lua_pushstring(L, class_name);
  lua_pushcclosure(L, table_tostring, 2);
  ldk_push_printed(L, c);
  ldk_mark_with_top(L);
}

static const ldk_Class list_class = {"moonsail.list", NULL, NULL};
static const ldk_Class api_class = {"moonsail.api", NULL, NULL};

void ldk_mark_list(lua_State *L, const char *class_name) {
  mark(L, &list_class, LDK_SHOW_LIST, class_name);
}

void ldk_mark_api(lua_State *L) {
  mark(L, &api_class, LDK_SHOW_METHODS, "api");
}

/* ---- plain tables ---- */

int ldk_readable(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  ldk_mark(L, &ldk_map_class);
  return 1;
}
