/* SPDX-License-Identifier: MIT
 * The metatables of typed values. */
#include "value/typed.h"

#include <lauxlib.h>

#include "model/model.h"
#include "value/kit.h"

static const char type_key;    /* in metatables: its address */
static const char methods_key; /* in the registry: its address */

/* Pushes the table with a table of methods for each type that has some.
 * [-0, +1] */
static void push_methods(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &methods_key) == LUA_TTABLE)
    return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &methods_key);
}

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

/* The method of the type that the string at 2 names: how many values. */
static int push_method(lua_State *L, lua_Integer type) {
  if (lua_rawgeti(L, lua_upvalueindex(2), type) != LUA_TTABLE)
    return 0;
  lua_pushvalue(L, 2);
  lua_rawget(L, -2);
  return 1;
}

/* __index of objects; upvalues: the row of their type, the methods of all. */
static int typed_index(lua_State *L) {
  lua_Integer type = lua_tointeger(L, lua_upvalueindex(1));
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_type(L, 2) != LUA_TSTRING)
    return 0;
  if (!names_collection(L, 2, &dk_types[type]))
    return push_method(L, type);
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

/* Notes the type in the metatable on top. */
static void note_type(lua_State *L, uint16_t type) {
  lua_pushinteger(L, type);
  lua_rawsetp(L, -2, &type_key);
}

static void push_object_metatable(lua_State *L, uint16_t type) {
  lua_pushinteger(L, type);
  push_methods(L);
  lua_pushcclosure(L, typed_index, 2);
  ldk_push_indexed(L, &ldk_value_class);
  note_type(L, type);
}

void ldk_push_typed_metatable(lua_State *L, uint16_t type) {
  const dk_Type *t = &dk_types[type];
  if (t->kind == DK_OBJECT && has_collections(t)) {
    push_object_metatable(L, type);
  } else if (t->kind == DK_OBJECT) {
    ldk_push_metatable(L, &ldk_value_class);
  } else {
    ldk_push_own_metatable(L, t->kind == DK_ARRAY ? &ldk_array_class
                                                  : &ldk_map_class);
    note_type(L, type);
  }
}

int ldk_type_methods(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  uint16_t type = dk_find_type(name, length);
  if (type == DK_NONE || !has_collections(&dk_types[type]))
    return 0;
  push_methods(L);
  if (lua_rawgeti(L, -1, type) == LUA_TTABLE)
    return 1;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, type);
  return 1;
}

uint16_t ldk_type_of(lua_State *L, int index) {
  uint16_t type = DK_NONE;
  if (!lua_getmetatable(L, index))
    return DK_NONE;
  if (lua_rawgetp(L, -1, &type_key) == LUA_TNUMBER)
    type = (uint16_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
  return type;
}
