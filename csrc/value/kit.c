/* SPDX-License-Identifier: MIT
 * The kit that all classes are made with. */
#include "value/kit.h"

#include <string.h>

/* ---- metatables ---- */

/* Pushes a new table of the methods of a class. [-0, +1] */
static void push_methods(lua_State *L, const ldk_Class *c) {
  lua_newtable(L);
  if (c->methods != NULL)
    luaL_setfuncs(L, c->methods, 0);
}

/* Pushes a new metatable of a class. The methods are also kept under a key
 * that Lua cannot make, for classes with an __index of their own. [-0, +1] */
static void push_new_metatable(lua_State *L, const ldk_Class *c) {
  lua_newtable(L);
  lua_pushstring(L, c->name);
  lua_setfield(L, -2, "__name");
  lua_pushstring(L, c->name);
  lua_setfield(L, -2, "__metatable"); /* out of reach for scripts */
  push_methods(L, c);
  if (c->methods != NULL) {
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
  }
  lua_rawsetp(L, -2, c);
  if (c->metamethods != NULL)
    luaL_setfuncs(L, c->metamethods, 0);
}

/* Pushes the metatable of a class; it is registered only when it is whole,
 * so that a failure in between does no harm. [-0, +1] */
void ldk_push_metatable(lua_State *L, const ldk_Class *c) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, c) != LUA_TNIL)
    return;
  lua_pop(L, 1);
  push_new_metatable(L, c);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, c);
}

void ldk_class_open(lua_State *L, const ldk_Class *c) {
  ldk_push_metatable(L, c);
  lua_pop(L, 1);
}

void ldk_class_methods(lua_State *L, const ldk_Class *c) {
  ldk_push_metatable(L, c);
  lua_rawgetp(L, -1, c);
  lua_remove(L, -2);
}

void ldk_class_set_index(lua_State *L, const ldk_Class *c) {
  ldk_push_metatable(L, c);
  lua_insert(L, -2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}

void ldk_mark(lua_State *L, const ldk_Class *c) {
  ldk_push_metatable(L, c);
  lua_setmetatable(L, -2);
}

void ldk_mark_with_top(lua_State *L) {
  lua_setmetatable(L, -2);
}

void ldk_push_own_metatable(lua_State *L, const ldk_Class *c) {
  push_new_metatable(L, c);
}

/* Pushes a new metatable with the function on top as a metamethod. [-1, +1]
 */
static void push_with(lua_State *L, const ldk_Class *c, const char *event) {
  push_new_metatable(L, c);
  lua_insert(L, -2);
  lua_setfield(L, -2, event);
}

void ldk_push_indexed(lua_State *L, const ldk_Class *c) {
  push_with(L, c, "__index");
}

void ldk_push_printed(lua_State *L, const ldk_Class *c) {
  push_with(L, c, "__tostring");
}

/* All metatables of a class have its private key. */
int ldk_is(lua_State *L, int index, const ldk_Class *c) {
  int is;
  if (!lua_getmetatable(L, index))
    return 0;
  is = lua_rawgetp(L, -1, c) != LUA_TNIL;
  lua_pop(L, 2);
  return is;
}

/* ---- userdata ---- */

/* A block ends with the address of its class, by which it is known: to look
 * for its metatable would take five times as long, for each line of a log.
 * What another library made may end with anything, but not with that. */

void *ldk_new(lua_State *L, const ldk_Class *c, size_t size, int anchors) {
  char *block = lua_newuserdatauv(L, size + sizeof c, anchors);
  memset(block, 0, size);
  memcpy(block + size, &c, sizeof c);
  ldk_mark(L, c);
  return block;
}

void *ldk_test(lua_State *L, int index, const ldk_Class *c) {
  const ldk_Class *own;
  size_t size = (size_t)lua_rawlen(L, index);
  char *block;
  if (lua_type(L, index) != LUA_TUSERDATA || size < sizeof own)
    return NULL;
  block = lua_touserdata(L, index);
  memcpy(&own, block + size - sizeof own, sizeof own);
  return own == c ? block : NULL;
}

void ldk_anchor(lua_State *L, int index, int slot) {
  lua_setiuservalue(L, index, slot);
}

int ldk_push_anchor(lua_State *L, int index, int slot) {
  return lua_getiuservalue(L, index, slot);
}

/* ---- a buffer that is collected ---- */

static int buffer_gc(lua_State *L) {
  dk_buffer_free(lua_touserdata(L, 1));
  return 0;
}

static const luaL_Reg buffer_metamethods[] = {
    {"__gc", buffer_gc},
    {NULL, NULL},
};

static const ldk_Class buffer_class = {"moonsail.buffer", NULL,
                                       buffer_metamethods};

dk_Buffer *ldk_new_buffer(lua_State *L) {
  return ldk_new(L, &buffer_class, sizeof(dk_Buffer), 0);
}
