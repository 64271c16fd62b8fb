/* SPDX-License-Identifier: MIT
 * The hook on_result: a client's record of what went over the wire, with the
 * secrets blanked. */
#ifndef LDK_HOOK_H
#define LDK_HOOK_H

#include <lua.h>

/* Calls the client's on_result, if there is one, with the exchange at an
 * index; `error` is the index of an error object, or 0. What it raises goes
 * through. [-0, +0] */
void ldk_hook_call(lua_State *L, int index, int error);

#endif
