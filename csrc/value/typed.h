/* SPDX-License-Identifier: MIT
 * The metatables of typed values. */
#ifndef LDK_TYPED_H
#define LDK_TYPED_H

#include <lua.h>
#include <stdint.h>

/* Pushes the metatable for objects, lists or maps of a type: a new one, which
 * knows the type; that of all typed objects for those without lists or maps.
 * [-0, +1]
 *
 * That of objects makes lists and maps that did not come when they are first
 * asked for: empty, marked absent, and from then on fields like others. So
 * they cost nothing until then, and are not among the fields that pairs()
 * gives. */
void ldk_push_typed_metatable(lua_State *L, uint16_t type);

/* The type of the value at an index, if its metatable knows it, or DK_NONE. */
uint16_t ldk_type_of(lua_State *L, int index);

/* Lua: type_methods(name) → the table of the methods that values of a type of
 * objects have, to add to; nil when there is no such type. Fields of a value
 * come before methods of the same name. Only for types with lists or maps. */
int ldk_type_methods(lua_State *L);

/* Whether values of a type are lists or maps. */
int ldk_is_list_or_map(uint16_t type);

#endif
