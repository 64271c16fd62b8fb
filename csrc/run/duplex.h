/* SPDX-License-Identifier: MIT
 * Writing to a stream that goes both ways. */
#ifndef LDK_DUPLEX_H
#define LDK_DUPLEX_H

#include <lua.h>

/* Lua: stream:write(bytes [, seconds]), stream:close_write(); each returns the
 * stream. */
int ldk_stream_write(lua_State *L);
int ldk_stream_close_write(lua_State *L);

#endif
