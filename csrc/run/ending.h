/* SPDX-License-Identifier: MIT
 * The ends of a stream other than its own: close, and errors. */
#ifndef LDK_ENDING_H
#define LDK_ENDING_H

#include <lua.h>

#include "run/flow.h"

/* Raises an error of ours about the stream at 1, whose exchange it ends. What
 * read from it held it, and lets go. */
int ldk_stream_fail(lua_State *L, ldk_Stream *s, const char *kind,
                    const char *message);

/* Raises what the transfer of the stream has failed with, and ends it. */
int ldk_stream_fail_as_transfer(lua_State *L, ldk_Stream *s);

/* Pushes an error of ours about the stream, which goes on. [-0, +1] */
void ldk_stream_push_error(lua_State *L, const ldk_Stream *s, const char *kind,
                           const char *message);

/* Closes the stream because of the error on top, and raises that: a wait that
 * was interrupted, a write that did not come to its end. */
int ldk_stream_abort(lua_State *L, ldk_Stream *s);

/* Closes it: a read raises `closed` from now on. Idempotent. May raise what a
 * hook raises. */
void ldk_stream_end(lua_State *L, ldk_Stream *s);

#endif
