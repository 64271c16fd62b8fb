/* SPDX-License-Identifier: MIT
 * The marks of plain tables, and the cast that complains: what of the kit
 * stands on its other parts. */
#include "value/error.h"
#include "value/kit.h"
#include "value/print.h"

/* ---- the cast ---- */

void *ldk_cast(lua_State *L, int index, const ldk_Class *c) {
  void *block = ldk_test(L, index, c);
  if (block == NULL) {
    const char *hint = index == 1 ? " (was it called with a colon?)" : "";
    ldk_fail_argument(L, NULL, "argument %d: expected %s, got %s%s", index,
                      c->name, luaL_typename(L, index), hint);
  }
  return block;
}

/* ---- marks of tables ---- */

static const luaL_Reg value_metamethods[] = {
    {"__tostring", ldk_value_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_value_class = {"moonsail.value", NULL, value_metamethods};
const ldk_Class ldk_absent_class = {"moonsail.absent", NULL, NULL};
static const ldk_Class array_class = {"moonsail.array", NULL, NULL};

void ldk_mark_value(lua_State *L) {
  ldk_mark(L, &ldk_value_class);
}

void ldk_mark_absent(lua_State *L) {
  ldk_mark(L, &ldk_absent_class);
}

void ldk_mark_array(lua_State *L) {
  ldk_mark(L, &array_class);
}

int ldk_is_value(lua_State *L, int index) {
  return ldk_is(L, index, &ldk_value_class);
}

int ldk_is_absent(lua_State *L, int index) {
  return ldk_is(L, index, &ldk_absent_class);
}

int ldk_is_array(lua_State *L, int index) {
  return ldk_is(L, index, &array_class);
}
