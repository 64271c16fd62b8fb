/* SPDX-License-Identifier: MIT
 * A queue between tasks: who takes from an empty one waits, and who puts into
 * a full one. */
#ifndef LDK_QUEUE_H
#define LDK_QUEUE_H

#include <lua.h>

#include "value/kit.h"

extern const ldk_Class ldk_queue_class;

/* Lua: queue([limit]) → queue. */
int ldk_queue(lua_State *L);

#endif
