/* SPDX-License-Identifier: MIT
 * What tasks and scopes are, for the files that run them: run/loop gives the
 * turns, run/task makes tasks and waits for their ends, run/scope for those of
 * all that are in one.
 *
 * A task that has not ended is in the loop's list and in the registry, so
 * nobody need hold it. Its results stay on the stack of its coroutine, for
 * whoever asks. Only run/loop resumes one. Nothing here raises. */
#ifndef LDK_FIBER_H
#define LDK_FIBER_H

#include <lua.h>
#include <stddef.h>

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
  struct ldk_Task *joins;   /* whose end it waits for; anchored */
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
  unsigned long long n_ended; /* of those that were in it */
} ldk_TaskList;

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

void ldk_task_append(ldk_TaskList *list, ldk_Task *t);
void ldk_task_remove(ldk_TaskList *list, ldk_Task *t);

int ldk_task_over(const ldk_Task *t);

/* How many of its `values` there are: somebody else may have found the
 * coroutine, and have resumed or closed it. */
int ldk_task_values(const ldk_Task *t);

/* Takes it from the list of the living. Its results, or its error, are the
 * `values` on top of its stack. */
void ldk_task_conclude(lua_State *L, ldk_TaskList *living, ldk_Task *t,
                       ldk_TaskState state);

/* Somebody takes note of how it ended. */
void ldk_task_claim(lua_State *L, ldk_Task *t);

/* What a living task in a scope may have yielded is not taken: it goes on
 * without an answer. */
void ldk_scope_dismiss(ldk_Task *t);

/* Takes a living task out of its scope. */
void ldk_scope_leave(ldk_Task *t);

#endif
