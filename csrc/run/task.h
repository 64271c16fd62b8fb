/* SPDX-License-Identifier: MIT
 * Tasks: functions that run along with others, each in a coroutine of ours.
 *
 * A task that has not ended is in the loop's list and in the registry, so
 * nobody need hold it. Its results stay on the stack of its coroutine, for
 * whoever asks. Only loop.c resumes one. */
#ifndef LDK_TASK_H
#define LDK_TASK_H

#include <lua.h>

#include "value/kit.h"

typedef struct ldk_Wait {
  int (*ready)(const void *subject); /* plain C: no Lua, no libcurl */
  void *subject;   /* in a userdata that is on the stack or anchored there */
  double deadline; /* on dk_now's clock; 0: none */
} ldk_Wait;

typedef enum ldk_TaskState {
  LDK_FRESH,   /* its function has not begun */
  LDK_DUE,     /* it goes on with the next turn */
  LDK_RUNNING, /* it has the turn, or waits within it, in place */
  LDK_WAITING, /* it has yielded, in ldk_wait */
  LDK_YIELDED, /* it has yielded values, which somebody is to take */
  LDK_ENDED,
  LDK_FAILED,
  LDK_CANCELLED /* before it began, or by the error that this raised */
} ldk_TaskState;

typedef struct ldk_Task {
  struct ldk_Task *next, **here; /* in the list of the loop while it lives;
      in that of its scope when it has failed and nobody knows */
  lua_State *thread;             /* anchored */
  ldk_TaskState state;
  ldk_Wait wait; /* WAITING: for what, and where it goes on */
  lua_KFunction k;
  lua_KContext context;
  int top;                  /* WAITING: of its stack */
  int values;               /* on top of its stack, to be taken */
  unsigned long long turn;  /* the number of its last turn, */
  unsigned long long ended; /* and of its end */
  int cancelled;            /* its next wait is to raise that */
  int joiners;              /* who wait for its end, */
  int claimed;              /* or know it */
  struct ldk_Task *joins;   /* whose end it waits for */
  struct ldk_Scope *scope;  /* that it must end within, or NULL */
} ldk_Task;

/* A walk along a list that others may take from, or walk along, meanwhile. */
typedef struct ldk_Walk {
  ldk_Task *next;
  struct ldk_Walk *outer;
} ldk_Walk;

typedef struct ldk_TaskList {
  ldk_Task *first, **end; /* end: where the next one goes; NULL: at first */
  size_t length;
  ldk_Walk *walk;
} ldk_TaskList;

extern const ldk_Class ldk_task_class;

void ldk_task_append(ldk_TaskList *list, ldk_Task *t);
void ldk_task_remove(ldk_TaskList *list, ldk_Task *t);

int ldk_task_over(const ldk_Task *t);

/* Takes it from the list of the living. Its results, or its error, are the
 * `values` on top of its stack. Cannot raise. */
void ldk_task_conclude(lua_State *L, ldk_Task *t, ldk_TaskState state);

/* Makes a task of the function at index 1 and its arguments, all that is on
 * the stack, and pushes it. [-n, +1] */
ldk_Task *ldk_task_new(lua_State *L, struct ldk_Scope *scope,
                       const char *method);

/* Asks a task to end. Whether it had not ended before. Cannot raise. */
int ldk_task_cancel(lua_State *L, ldk_Task *t);

/* Somebody takes note of how it ended. */
void ldk_task_claim(lua_State *L, ldk_Task *t);

/* Lua: spawn(fn, ...) → task; check_join(task, method), which raises an
 * argument error when its end cannot come before that of who waits;
 * await(tasks [, all]) → the one that has failed first, as soon as one has, or
 * nil when all have ended; with `all` in any case when all have ended. */
int ldk_spawn(lua_State *L);
int ldk_check_join(lua_State *L);
int ldk_await(lua_State *L);

#endif
