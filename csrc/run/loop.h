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
  void (*cancel)(void *subject);     /* when the wait is interrupted by an
                                        error (Ctrl-C); may be NULL */
  void *subject;   /* in a userdata that is on the stack or anchored there */
  double deadline; /* on dk_now's clock; 0: none */
} ldk_Wait;

/* Makes the loop of this Lua state, once. [-0, +0] */
void ldk_loop_open(lua_State *L);

/* The transport of this Lua state. */
dk_Transport *ldk_transport(lua_State *L);

/* Waits until w->ready, or the deadline. Signals that lua.c has caught are
 * raised within a moment. `k` and `context` are where a task goes on: the
 * function itself, with what finds its place again. May raise. [-0, +0] */
void ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
              lua_KFunction k);

/* Lua: sleep(seconds). */
int ldk_sleep(lua_State *L);

#endif
