/* SPDX-License-Identifier: MIT
 * The known name that somebody may have meant. */
#ifndef LDK_NEAREST_H
#define LDK_NEAREST_H

#include <lua.h>

/* Pushes the name nearest to `given` among the names that `next` yields until
 * it returns NULL, or nil when none is near. [-0, +1] */
int ldk_nearest(lua_State *L, const char *given,
                const char *(*next)(void *state), void *state);

#endif
