/* SPDX-License-Identifier: MIT
 * What no task that is spawned in it outlives: the inside of a run.
 *
 * Lua's part of it is in lua/moonsail/concurrency.lua; here is what waits. */
#ifndef LDK_SCOPE_H
#define LDK_SCOPE_H

#include <lua.h>

#include "value/kit.h"

extern const ldk_Class ldk_scope_class;

/* Lua: scope() → one more, to be closed. */
int ldk_scope(lua_State *L);

#endif
