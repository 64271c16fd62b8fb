/* SPDX-License-Identifier: MIT
 * What a person types at: an open file that is read without keeping others
 * waiting, and, if it is a terminal, its raw mode and the size of its window.
 *
 * The file stays the user's: it is neither closed nor changed, and what its
 * own buffer holds is not seen. Lua has the class `moonsail.terminal`:
 *   terminal:read([seconds]) → bytes; nil at the end; nil, "timeout"
 *   terminal:resized([seconds]) → true once the size of the window may have
 *     changed since the last time; nil out of raw mode; nil, "timeout"
 *   terminal:raw(), terminal:restore()  both may be called again and again
 *   terminal:size() → rows, columns, or nil
 *   terminal:is_terminal() → boolean
 *   terminal:close()  restores it; also by <close>, and by the collector
 * read and resized wait as all calls do: inside a task others go on. */
#ifndef LDK_TERMINAL_H
#define LDK_TERMINAL_H

#include <lua.h>

#include "value/kit.h"

extern const ldk_Class ldk_terminal_class;

/* Lua: terminal(file) → of an open file, or the number of a descriptor; an
 * argument error unless it is a terminal. input(file): whatever it is. */
int ldk_terminal(lua_State *L);
int ldk_input(lua_State *L);

#endif
