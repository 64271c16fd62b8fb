/* SPDX-License-Identifier: MIT
 * Typed values as people read them. */
#ifndef LDK_PRINT_H
#define LDK_PRINT_H

#include <lua.h>

/* Lua: __tostring of typed values: a table constructor with sorted keys, one
 * to a line, nested and indented; what fits in one line stays there.
 * What is secret by its name (password, join tokens, …) is not shown. */
int ldk_value_tostring(lua_State *L);

/* Sets the function that makes other texts of values of some types: it gets
 * the value and the name of its type, and returns the text, or nil. [-1, +0]
 */
void ldk_print_with(lua_State *L);

#endif
