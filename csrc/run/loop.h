/* SPDX-License-Identifier: MIT
 * The loop of a Lua state: it owns the transport, and is the one place where
 * Lua waits.
 *
 * A function that has to wait is written as a continuation: it does what can
 * be done, calls ldk_wait, and looks again. Outside of a task ldk_wait returns
 * when what it waits for has come. Inside one it yields, and the continuation
 * is entered anew; to the function there is no difference. */
#ifndef LDK_LOOP_H
#define LDK_LOOP_H

#include <lua.h>

#include "net/transport.h"

typedef struct ldk_Wait {
  int (*ready)(const void *subject); /* plain C: no Lua, no libcurl */
  void *subject;   /* in a userdata that is on the stack or anchored there */
  double deadline; /* on dk_now's clock; 0: none */
} ldk_Wait;

/* Makes the loop of this Lua state, once. [-0, +0] */
void ldk_loop_open(lua_State *L);

/* The transport of this Lua state. Raises when the state is being closed and
 * the loop is gone. */
dk_Transport *ldk_transport(lua_State *L);

/* Waits until w->ready, or the deadline, and returns 0; or, within a moment of
 * a signal that lua.c has caught, returns 1 with the error that it means on
 * top [+1], for the caller to raise. `k` and `context` are where a task goes
 * on: the function itself, with what finds its place again. */
int ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
             lua_KFunction k);

/* Lua: sleep(seconds). */
int ldk_sleep(lua_State *L);

#endif
