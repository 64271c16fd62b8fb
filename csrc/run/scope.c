/* SPDX-License-Identifier: MIT
 * What no task that is spawned in it outlives. */
#include "run/scope.h"

#include <lauxlib.h>

#include "run/loop.h"
#include "run/task.h"
#include "value/error.h"

enum { SCOPE_OWNER = 1, SCOPE_ANCHORS = SCOPE_OWNER };

static ldk_Scope *to_scope(lua_State *L) {
  return ldk_cast(L, 1, &ldk_scope_class);
}

int ldk_scope(lua_State *L) {
  ldk_Task *owner = ldk_current(L);
  ldk_Scope *s = ldk_new(L, &ldk_scope_class, sizeof *s, SCOPE_ANCHORS);
  if (owner != NULL) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, owner);
    ldk_anchor(L, -2, SCOPE_OWNER);
    s->owner = owner;
  }
  return 1;
}

/* scope:spawn(fn, ...) → task; who calls holds the scope meanwhile. */
static int scope_spawn(lua_State *L) {
  ldk_Scope *s = to_scope(L);
  lua_remove(L, 1);
  ldk_task_new(L, s, "run");
  return 1;
}

/* ---- values that its tasks yield ---- */

static ldk_Task *yielded_task(lua_State *L, const ldk_Scope *s) {
  ldk_Task *t = ldk_tasks(L)->first;
  while (t->scope != s || t->state != LDK_YIELDED || s->speaker == t)
    t = t->next;
  return t;
}

/* Takes the values that a task has yielded to the top. [-0, +n] */
static int take_values(lua_State *L, ldk_Scope *s, ldk_Task *t) {
  int n = ldk_task_values(t);
  luaL_checkstack(L, n, "too many values");
  lua_xmove(t->thread, L, n);
  t->values = 0;
  s->yielded--;
  s->speaker = t;
  return n;
}

/* Gives the values above `top` to the task that waits for them. [-n, +0] */
static void give_values(lua_State *L, ldk_Scope *s, int top) {
  ldk_Task *t = s->speaker;
  int n = lua_gettop(L) - top;
  s->speaker = NULL;
  if (t != NULL) {
    if (lua_status(t->thread) == LUA_YIELD && lua_checkstack(t->thread, n)) {
      lua_xmove(L, t->thread, n);
      t->values = n;
    }
    t->state = LDK_DUE;
  }
  lua_settop(L, top);
}

/* ---- who is in it ---- */

/* Whoever is left belongs to the loop from now on; errors that nobody knows
 * are forgotten. Cannot raise. */
static void disband(lua_State *L, ldk_Scope *s) {
  ldk_Task *t;
  for (t = ldk_tasks(L)->first; t != NULL; t = t->next)
    if (t->scope == s)
      ldk_scope_leave(t);
  while (s->failed.first != NULL)
    ldk_task_claim(L, s->failed.first);
}

/* All but the one that runs, should it be one of them: os.exit in a task
 * closes what stands below it. */
static void cancel_all(lua_State *L, const ldk_Scope *s) {
  const ldk_Task *self = ldk_current(L);
  ldk_Task *t, *next;
  for (t = ldk_tasks(L)->first; t != NULL; t = next) {
    next = t->next;
    if (t->scope == s && t != self)
      ldk_task_cancel(L, t);
  }
}

/* Its tasks that wait in place: when who asks waits in place as well, they
 * stand below, and cannot end before. */
static size_t count_running(lua_State *L, const ldk_Scope *s) {
  const ldk_Task *t;
  size_t n = 0;
  for (t = ldk_tasks(L)->first; t != NULL; t = t->next)
    n += t->scope == s && t->state == LDK_RUNNING;
  return n;
}

/* ---- waiting ---- */

/* In the context: values are awaited from where others were handed to. */
#define OUTSIDE 1

static int reached(const ldk_Scope *s) {
  if (s->until == LDK_BODY)
    return ldk_task_over(s->body);
  return s->living <= s->beneath ||
         (s->until == LDK_FAILURE && s->failed.length > 0);
}

static int scope_ready(const void *subject) {
  const ldk_Scope *s = subject;
  return s->yielded > 0 || reached(s);
}

/* Waits, or hands out what a task has yielded. As ldk_wait. */
static int scope_go_on(lua_State *L, ldk_Scope *s, lua_KFunction k) {
  ldk_Wait w = {scope_ready, s, 0};
  int failed;
  s->passes = lua_isyieldable(L);
  if (s->yielded > 0) {
    ldk_Task *t = yielded_task(L, s);
    if (s->passes && lua_status(t->thread) == LUA_YIELD)
      return ldk_yield(L, take_values(L, s, t), OUTSIDE, k);
    ldk_scope_dismiss(t);
  }
  failed = ldk_wait(L, &w, 0, k);
  s->passes = 0;
  return failed;
}

static int wait_k(lua_State *L, int status, lua_KContext context) {
  ldk_Scope *s = lua_touserdata(L, 1);
  (void)status;
  if (context == OUTSIDE)
    give_values(L, s, 2);
  while (!reached(s))
    if (scope_go_on(L, s, wait_k))
      return ldk_raise(L);
  s->passes = 0;
  return 0;
}

/* scope:wait(task): until that has ended; scope:wait(): until one has failed
 * and nobody knows, or all have ended. */
static int scope_wait(lua_State *L) {
  ldk_Scope *s = to_scope(L);
  lua_settop(L, 2);
  s->until = LDK_FAILURE;
  if (!lua_isnil(L, 2)) {
    s->until = LDK_BODY;
    s->body = ldk_cast(L, 2, &ldk_task_class);
  }
  return wait_k(L, LUA_OK, 0);
}

/* scope:failed() → the task that has failed first, and nobody knows; or nil
 */
static int scope_failed(lua_State *L) {
  const ldk_Scope *s = to_scope(L);
  if (s->failed.first == NULL)
    return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, s->failed.first);
  return 1;
}

/* ---- the end ---- */

/* One who is cancelled while this waits passes it on, and waits; only a
 * signal makes it give up. */
static int close_k(lua_State *L, int status, lua_KContext context) {
  ldk_Scope *s = lua_touserdata(L, 1);
  (void)status;
  if (context == OUTSIDE)
    give_values(L, s, 2);
  while (!reached(s)) {
    if (!scope_go_on(L, s, close_k))
      continue;
    if (!ldk_error_is(L, -1, "cancelled")) {
      disband(L, s);
      return ldk_raise(L);
    }
    cancel_all(L, s);
    lua_settop(L, 2);
  }
  s->passes = 0;
  disband(L, s);
  return 0;
}

static int scope_close(lua_State *L) {
  ldk_Scope *s = to_scope(L);
  lua_settop(L, 2);
  s->until = LDK_ALL;
  s->beneath = ldk_would_yield(L) ? 0 : count_running(L, s);
  if (s->speaker != NULL)
    ldk_scope_dismiss(s->speaker);
  cancel_all(L, s);
  return close_k(L, LUA_OK, 0);
}

static int scope_gc(lua_State *L) {
  disband(L, to_scope(L));
  return 0;
}

static const luaL_Reg scope_methods[] = {
    {"failed", scope_failed},
    {"spawn", scope_spawn},
    {"wait", scope_wait},
    {NULL, NULL},
};

static const luaL_Reg scope_metamethods[] = {
    {"__close", scope_close},
    {"__gc", scope_gc},
    {NULL, NULL},
};

const ldk_Class ldk_scope_class = {"moonsail.scope", scope_methods,
                                   scope_metamethods};
