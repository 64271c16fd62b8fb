/* SPDX-License-Identifier: MIT
 * The metatables of typed objects. */
#include "value/typed.h"

#include "model/model.h"
#include "value/kit.h"

int ldk_is_list_or_map(uint16_t type) {
  return dk_types[type].kind == DK_ARRAY || dk_types[type].kind == DK_MAP;
}

/* Whether the string at an index names a list or map of a type. */
static int names_collection(lua_State *L, int index, const dk_Type *t) {
  size_t length;
  const char *name = lua_tolstring(L, index, &length);
  uint16_t row = dk_find_name(t, name, length);
  return row != DK_NONE && ldk_is_list_or_map(dk_fields[row].type) &&
         dk_text_length(dk_fields[row].name) == length;
}

/* __index of objects of the type whose row is the upvalue. */
static int typed_index(lua_State *L) {
  const dk_Type *t = &dk_types[lua_tointeger(L, lua_upvalueindex(1))];
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_type(L, 2) != LUA_TSTRING || !names_collection(L, 2, t))
    return 0;
  lua_settop(L, 2);
  lua_newtable(L);
  ldk_mark_absent(L);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 3);
  lua_rawset(L, 1);
  return 1;
}

static int has_collections(const dk_Type *t) {
  uint16_t row;
  for (row = t->first; row < t->first + t->count; row++)
    if (ldk_is_list_or_map(dk_fields[row].type))
      return 1;
  return 0;
}

void ldk_push_typed_metatable(lua_State *L, uint16_t type) {
  if (has_collections(&dk_types[type])) {
    lua_pushinteger(L, type);
    lua_pushcclosure(L, typed_index, 1);
    ldk_push_indexed(L, &ldk_value_class);
  } else {
    ldk_push_metatable(L, &ldk_value_class);
  }
}
