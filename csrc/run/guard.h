/* SPDX-License-Identifier: MIT
 * A guard: ends a stream that its engine has forgotten to close.
 *
 * Some engines leave a followed log open when its container has ended. When a
 * guarded stream has been silent for a while, a second call is begun, which is
 * to be answered when the container ends. When it is, and nothing more comes
 * for a grace period, the stream ends as if the engine had closed it. */
#ifndef LDK_GUARD_H
#define LDK_GUARD_H

#include <lua.h>

#include "run/flow.h"

/* Something has come. */
void ldk_guard_heard(ldk_Guard *g);

/* Whether its call is something to look at. */
int ldk_guard_ready(const ldk_Guard *g);

/* For a reader that has found nothing, before it waits: 1: look again; 0:
 * wait, and look again at *deadline at the latest, which is brought forward to
 * when the guard is to be looked at. May yield: `k`, a continuation whose
 * context is 0, goes on then. */
int ldk_guard_look(lua_State *L, ldk_Stream *s, double *deadline,
                   lua_KFunction k);

/* Lua: guard(stream, begin [, {silence, grace}]) → the stream. */
int ldk_guard_set(lua_State *L);

#endif
