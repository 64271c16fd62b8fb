/* SPDX-License-Identifier: MIT
 * What print shows of clients, collections, objects, and lists of objects. */
#include "class/show.h"

#include <lauxlib.h>

#include "value/kit.h"

static const char keys[LDK_N_SHOWS]; /* in the registry: their addresses */

int ldk_show_with(lua_State *L) {
  static const char *const names[] = {"methods", "list"};
  int i;
  luaL_checktype(L, 1, LUA_TTABLE);
  for (i = 0; i < LDK_N_SHOWS; i++) {
    lua_getfield(L, 1, names[i]);
    luaL_checktype(L, -1, LUA_TFUNCTION);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &keys[i]);
  }
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

/* ---- lists ---- */

/* The upvalue is the name of the class. */
static int list_tostring(lua_State *L) {
  const char *class_name = lua_tostring(L, lua_upvalueindex(1));
  luaL_checktype(L, 1, LUA_TTABLE);
  if (!ldk_show(L, LDK_SHOW_LIST, class_name))
    lua_pushfstring(L, "list of %d of class %s", (int)lua_rawlen(L, 1),
                    class_name);
  return 1;
}

static const ldk_Class list_class = {"moonsail.list", NULL, NULL};

void ldk_mark_list(lua_State *L, const char *class_name) {
  lua_pushstring(L, class_name);
  lua_pushcclosure(L, list_tostring, 1);
  ldk_push_printed(L, &list_class);
  ldk_mark_with_top(L);
}
