/* SPDX-License-Identifier: MIT
 * The kit that all classes are made with: metatables, checked casts, anchors.
 *
 * A userdata is made closed (zeroed, with its metatable) and opened later, so
 * that its __gc may run at any moment. What it depends on (an object on its
 * client, a stream on its exchange) it holds in user values, "anchors", never
 * in the registry. Functions may raise unless they say otherwise. */
#ifndef LDK_KIT_H
#define LDK_KIT_H

#include <lauxlib.h>
#include <lua.h>
#include <stddef.h>

#include "bytes/buffer.h"

/* A class is known by the address of this, which must be static. */
typedef struct ldk_Class {
  const char *name;            /* __name: "moonsail.stream" */
  const luaL_Reg *methods;     /* the table that __index is; may be NULL */
  const luaL_Reg *metamethods; /* __gc, __close, __tostring …; may be NULL */
} ldk_Class;

/* Makes the metatable of a class, once per Lua state; what else needs it
 * makes it too, so this is for those who add to it. [-0, +0] */
void ldk_class_open(lua_State *L, const ldk_Class *c);

/* Pushes the table of the methods of a class, to add to. [-0, +1] */
void ldk_class_methods(lua_State *L, const ldk_Class *c);

/* Makes the function on top the class's __index, in place of the table of its
 * methods (which ldk_class_methods goes on to give). [-1, +0] */
void ldk_class_set_index(lua_State *L, const ldk_Class *c);

/* A zeroed userdata of a class with n anchors (all nil). [-0, +1] */
void *ldk_new(lua_State *L, const ldk_Class *c, size_t size, int anchors);

/* What people call the type of the value at an index: its class, if it is a
 * userdata that has one. [-0, +1] for what it points to */
const char *ldk_type_name(lua_State *L, int index);

/* The userdata at an index: NULL (test), or an argument error (cast) when it
 * is of another class. */
void *ldk_test(lua_State *L, int index, const ldk_Class *c);
void *ldk_cast(lua_State *L, int index, const ldk_Class *c);

/* Gives the table on top the metatable of a class; whether the value at an
 * index has it. [-0, +0] */
void ldk_mark(lua_State *L, const ldk_Class *c);
int ldk_is(lua_State *L, int index, const ldk_Class *c);

/* The same in two steps, for many tables: pushes the metatable of a class
 * [-0, +1]; gives the table below the top the metatable there [-1, +0]. */
void ldk_push_metatable(lua_State *L, const ldk_Class *c);
void ldk_mark_with_top(lua_State *L);

/* Pushes one more metatable of a class. [-0, +1] */
void ldk_push_own_metatable(lua_State *L, const ldk_Class *c);

/* Pushes one more metatable of a class, with that function, which it takes
 * from the top, as its __index. [-1, +1] */
void ldk_push_indexed(lua_State *L, const ldk_Class *c);

/* The same, with the function as its __tostring. [-1, +1] */
void ldk_push_printed(lua_State *L, const ldk_Class *c);

/* Sets anchor `slot` (from 1 on) of the userdata at an index to the value on
 * top [-1, +0]; pushes the anchor's value [-0, +1]. */
void ldk_anchor(lua_State *L, int index, int slot);
int ldk_push_anchor(lua_State *L, int index, int slot);

/* An empty buffer that a userdata owns. [-0, +1] */
dk_Buffer *ldk_new_buffer(lua_State *L);

/* Metatables of plain tables. [-0, +0] each: sets it on the table on top.
 * A typed object; a list or map that was absent or null on the wire (left out
 * again when encoded while it is empty); a list (encoded as [], not {}, where
 * the model does not describe it). Typed maps have a class, and no mark. */
void ldk_mark_value(lua_State *L);
void ldk_mark_absent(lua_State *L);
void ldk_mark_array(lua_State *L);
int ldk_is_value(lua_State *L, int index);
int ldk_is_absent(lua_State *L, int index);
int ldk_is_array(lua_State *L, int index);

extern const ldk_Class ldk_value_class, ldk_absent_class, ldk_array_class,
    ldk_map_class;

#endif
