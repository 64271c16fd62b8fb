/* SPDX-License-Identifier: MIT
 * The hook on_result: a client's record of what went over the wire, with the
 * secrets blanked. */
#ifndef LDK_HOOK_H
#define LDK_HOOK_H

#include <lua.h>

/* Calls the client's on_result, if there is one, with the exchange at an
 * index; `error` is the absolute index of an error object, or 0. 0 [-0, +0];
 * or 1, with what the hook raised on top [-0, +1]. */
int ldk_hook_call(lua_State *L, int index, int error);

#endif
