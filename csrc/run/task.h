/* SPDX-License-Identifier: MIT
 * Tasks: functions that run along with others, each in a coroutine of ours.
 * Their making, joining and cancelling; the class. */
#ifndef LDK_TASK_H
#define LDK_TASK_H

#include <lua.h>

#include "run/fiber.h"
#include "value/kit.h"

extern const ldk_Class ldk_task_class;

/* Makes a task of the function at index 1 and its arguments, all that is on
 * the stack, and pushes it. [-n, +1] */
ldk_Task *ldk_task_new(lua_State *L, ldk_Scope *scope, const char *method);

/* Asks a task to end. Whether it had not ended before. Cannot raise. */
int ldk_task_cancel(lua_State *L, ldk_Task *t);

/* Lua: spawn(fn, ...) → task; check_join(task, method), which raises an
 * argument error when its end cannot come before that of who waits;
 * await(tasks [, all]) → the one that has failed first, as soon as one has, or
 * nil when all have ended; with `all` in any case when all have ended. */
int ldk_spawn(lua_State *L);
int ldk_check_join(lua_State *L);
int ldk_await(lua_State *L);

#endif
