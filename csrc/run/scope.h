/* SPDX-License-Identifier: MIT
 * What no task that is spawned in it outlives: the inside of a run.
 *
 * Lua's part of it is in lua/moonsail/concurrency.lua; here is what waits. */
#ifndef LDK_SCOPE_H
#define LDK_SCOPE_H

#include <lua.h>
#include <stddef.h>

#include "run/task.h"

typedef enum ldk_Until { LDK_BODY, LDK_FAILURE, LDK_ALL } ldk_Until;

typedef struct ldk_Scope {
  size_t living;         /* tasks that have not ended */
  size_t beneath;        /* those of them that wait for who closes it */
  size_t yielded;        /* those of them that have yielded values, */
  ldk_Task *speaker;     /* and the one that is to have an answer */
  int passes;            /* who waits can hand values further out */
  ldk_Until until;       /* what is waited for */
  ldk_TaskList failed;   /* with errors that nobody knows; registered */
  const ldk_Task *body;  /* BODY: whose end, on the stack of who waits */
  const ldk_Task *owner; /* the task that has opened it, anchored; or NULL */
} ldk_Scope;

extern const ldk_Class ldk_scope_class;

/* What a living task in a scope may have yielded is not taken: it goes on
 * without an answer. Cannot raise. */
void ldk_scope_dismiss(ldk_Task *t);

/* Takes a living task out of its scope. Cannot raise. */
void ldk_scope_leave(ldk_Task *t);

/* Lua: scope() → one more, to be closed. */
int ldk_scope(lua_State *L);

#endif
