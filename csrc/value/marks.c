/* SPDX-License-Identifier: MIT
 * The marks of plain tables, and the cast that complains: what of the kit
 * stands on its other parts. */
#include "value/error.h"
#include "value/kit.h"
#include "value/print.h"

/* ---- types, and the cast ---- */

const char *ldk_type_name(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TUSERDATA &&
      luaL_getmetafield(L, index, "__name") == LUA_TSTRING)
    return lua_tostring(L, -1);
  return luaL_typename(L, index);
}

void *ldk_cast(lua_State *L, int index, const ldk_Class *c) {
  void *block = ldk_test(L, index, c);
  if (block == NULL) {
    const char *hint = index == 1 ? " (was it called with a colon?)" : "";
    ldk_fail_argument(L, NULL, "argument %d: expected %s, got %s%s", index,
                      c->name, ldk_type_name(L, index), hint);
  }
  return block;
}

/* ---- marks of tables ---- */

static const luaL_Reg value_metamethods[] = {
    {"__tostring", ldk_value_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_value_class = {"moonsail.value", NULL, value_metamethods};
const ldk_Class ldk_absent_class = {"moonsail.absent", NULL,
                                    value_metamethods};
const ldk_Class ldk_array_class = {"moonsail.array", NULL, value_metamethods};
const ldk_Class ldk_map_class = {"moonsail.map", NULL, value_metamethods};

void ldk_mark_value(lua_State *L) {
  ldk_mark(L, &ldk_value_class);
}

void ldk_mark_absent(lua_State *L) {
  ldk_mark(L, &ldk_absent_class);
}

void ldk_mark_array(lua_State *L) {
  ldk_mark(L, &ldk_array_class);
}

int ldk_is_value(lua_State *L, int index) {
  return ldk_is(L, index, &ldk_value_class);
}

int ldk_is_absent(lua_State *L, int index) {
  return ldk_is(L, index, &ldk_absent_class);
}

int ldk_is_array(lua_State *L, int index) {
  return ldk_is(L, index, &ldk_array_class);
}
