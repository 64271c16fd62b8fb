/* SPDX-License-Identifier: MIT
 * Feeding a request: from its source (run/source) to the connection, piece by
 * piece, as fast as that takes them. */
#ifndef LDK_FEED_H
#define LDK_FEED_H

#include <lua.h>

/* Waits as ldk_exchange_wait_until does, for the head or for what can be done
 * for the source; and does it. The source may be called then, which may yield;
 * `k` is entered when that is over. One that raises, or gives what is no
 * bytes, ends the exchange, so that the engine never sees the end of the body,
 * and the error is raised. */
void ldk_feed_wait(lua_State *L, int index, double deadline,
                   lua_KContext context, lua_KFunction k);

#endif
