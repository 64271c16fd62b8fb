/* SPDX-License-Identifier: MIT
 * A stream whose items come from a Lua function: of the same class, for what
 * is composed of other streams. */
#ifndef LDK_COMPOSED_H
#define LDK_COMPOSED_H

#include <lua.h>

#include "run/flow.h"

/* Lua: stream_of{read, close, label, kind} → stream. */
int ldk_stream_of(lua_State *L);

/* The rest of a C function with a composed stream at 1 and the seconds (or
 * nil) at 2, and nothing else: returns with what its function gives. */
int ldk_composed_read(lua_State *L, ldk_Stream *s);

/* Calls what is to be called at its end, once. */
void ldk_composed_end(lua_State *L, ldk_Stream *s);

/* Pushes what it is called. [-0, +1] */
void ldk_composed_push_label(lua_State *L);

#endif
