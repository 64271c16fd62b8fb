/* SPDX-License-Identifier: MIT
 * What tasks and scopes are: who is in which list. */
#include "run/fiber.h"

/* ---- lists ---- */

void ldk_task_append(ldk_TaskList *list, ldk_Task *t) {
  t->next = NULL;
  t->here = list->first == NULL ? &list->first : list->end;
  *t->here = t;
  list->end = &t->next;
  list->length++;
}

void ldk_task_remove(ldk_TaskList *list, ldk_Task *t) {
  ldk_Walk *walk;
  for (walk = list->walk; walk != NULL; walk = walk->outer)
    if (walk->next == t)
      walk->next = t->next;
  *t->here = t->next;
  if (t->next != NULL)
    t->next->here = t->here;
  else
    list->end = t->here;
  t->next = NULL;
  t->here = NULL;
  list->length--;
}

/* ---- the end of a task ---- */

int ldk_task_over(const ldk_Task *t) {
  return t->state >= LDK_ENDED;
}

int ldk_task_values(const ldk_Task *t) {
  int n = lua_gettop(t->thread);
  return n < t->values ? n : t->values;
}

/* Nothing but its holders keep it from now on. */
static void let_go(lua_State *L, ldk_Task *t) {
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, t);
}

/* One whose coroutine was closed may still wait. */
static void leave_joined(ldk_Task *t) {
  if (t->joins != NULL)
    t->joins->joiners--;
  t->joins = NULL;
}

void ldk_task_conclude(lua_State *L, ldk_TaskList *living, ldk_Task *t,
                       ldk_TaskState state) {
  ldk_Scope *scope = t->scope;
  ldk_task_remove(living, t);
  leave_joined(t);
  t->state = state;
  t->ended = ++living->n_ended;
  if (scope != NULL)
    scope->living--;
  if (scope != NULL && state == LDK_FAILED && t->joiners == 0 && !t->claimed) {
    ldk_task_append(&scope->failed, t);
    return;
  }
  t->scope = NULL;
  let_go(L, t);
}

void ldk_task_claim(lua_State *L, ldk_Task *t) {
  t->claimed = 1;
  if (!ldk_task_over(t) || t->scope == NULL)
    return;
  ldk_task_remove(&t->scope->failed, t);
  t->scope = NULL;
  let_go(L, t);
}

/* ---- scopes ---- */

void ldk_scope_dismiss(ldk_Task *t) {
  if (t->state != LDK_YIELDED)
    return;
  if (t->scope->speaker == t)
    t->scope->speaker = NULL;
  else
    t->scope->yielded--;
  if (lua_status(t->thread) == LUA_YIELD)
    lua_pop(t->thread, ldk_task_values(t));
  t->values = 0;
  t->state = LDK_DUE;
}

void ldk_scope_leave(ldk_Task *t) {
  ldk_scope_dismiss(t);
  t->scope->living--;
  t->scope = NULL;
}
