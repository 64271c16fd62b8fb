/* SPDX-License-Identifier: MIT
 * The loop of a Lua state: it owns the transport, gives tasks their turns,
 * and is the one place where Lua waits.
 *
 * A function that has to wait is written as a continuation: it does what can
 * be done, calls ldk_wait, and looks again. In the coroutine of a task that
 * yields, and the continuation is entered anew; elsewhere (the main program, a
 * coroutine within a task, a comparator of table.sort) it returns when what it
 * waits for has come, and the tasks have their turns meanwhile. To the
 * function there is no difference. */
#ifndef LDK_LOOP_H
#define LDK_LOOP_H

#include <lua.h>

#include "net/transport.h"
#include "run/fiber.h"
#include "value/kit.h"

extern const ldk_Class ldk_loop_class;

/* Makes the loop of this Lua state, once. [-0, +0] */
void ldk_loop_open(lua_State *L);

/* The transport of this Lua state. Raises when the state is being closed and
 * the loop is gone. */
dk_Transport *ldk_transport(lua_State *L);

/* The same for who cleans up: NULL when the loop is gone. */
dk_Transport *ldk_transport_left(lua_State *L);

/* Waits until w->ready, or the deadline, and returns 0; in any case bytes
 * have flowed, and others have had a turn. Or returns 1 with an error on top
 * [+1], for the caller to raise when it has closed what it waited for: within
 * a moment of a signal that lua.c has caught, or when the task that waits was
 * cancelled. `k` and `context` are where a task goes on: the function itself,
 * with what finds its place again. */
int ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
             lua_KFunction k);

/* Whether ldk_wait would yield here, and not wait in place. */
int ldk_would_yield(lua_State *L);

/* The task that runs now, or NULL. */
ldk_Task *ldk_current(lua_State *L);

/* The tasks that have not ended, those that wait the longest first. */
ldk_TaskList *ldk_tasks(lua_State *L);

/* Numbers things in the order in which they happen. */
unsigned long long ldk_next_number(lua_State *L);

/* For a function that a coroutine is to yield through: hands the n values on
 * top of it out of L; k is entered with what comes back. Never returns. */
int ldk_yield(lua_State *L, int n, lua_KContext context, lua_KFunction k);

/* A coroutine is not to inherit the hook by which lua.c interrupts. */
void ldk_clear_interrupt(lua_State *L);

/* The seconds of an argument as the moment when they are over; raises an error
 * of the method for what is no time. */
lua_Number ldk_check_moment(lua_State *L, int index, const char *method);

/* Lua: sleep(seconds); loop() → the loop, for one that is not ours. */
int ldk_sleep(lua_State *L);
int ldk_loop(lua_State *L);

#endif
