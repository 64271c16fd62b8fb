/* SPDX-License-Identifier: MIT
 * Typed values as people read them. */
#ifndef LDK_PRINT_H
#define LDK_PRINT_H

#include <lua.h>

/* Lua: __tostring of typed values: a table constructor with sorted keys, one
 * to a line, nested and indented; short lists of scalars stay on one line.
 * What is secret by its name (password, join tokens, …) is not shown. */
int ldk_value_tostring(lua_State *L);

#endif
