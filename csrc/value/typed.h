/* SPDX-License-Identifier: MIT
 * The metatables of typed objects. */
#ifndef LDK_TYPED_H
#define LDK_TYPED_H

#include <lua.h>
#include <stdint.h>

/* Pushes the metatable for objects of a type: a new one when the type has
 * lists or maps, else that of all typed objects. [-0, +1]
 *
 * It makes lists and maps that did not come when they are first asked for:
 * empty, marked absent, and from then on fields like others. So they cost
 * nothing until then, and are not among the fields that pairs() gives. */
void ldk_push_typed_metatable(lua_State *L, uint16_t type);

/* Whether values of a type are lists or maps. */
int ldk_is_list_or_map(uint16_t type);

#endif
