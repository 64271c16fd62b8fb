/* SPDX-License-Identifier: MIT
 * Tasks: functions that run along with others. */
#include "run/task.h"

#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "run/loop.h"
#include "value/error.h"

enum { TASK_THREAD = 1, TASK_TRACE, TASK_JOINS, TASK_ANCHORS = TASK_JOINS };

static ldk_Task *to_task(lua_State *L) {
  return ldk_cast(L, 1, &ldk_task_class);
}

/* ---- the errors of a task ---- */

/* Gives the error at 1 the traceback at 2, unless it has one. Pushes the
 * error. [-0, +1] */
static void push_with_trace(lua_State *L) {
  static const char head[] = "\nstack traceback:";
  if (lua_type(L, 1) == LUA_TSTRING &&
      strstr(lua_tostring(L, 1), head) == NULL) {
    lua_pushvalue(L, 1);
    lua_pushliteral(L, "\n");
    lua_pushvalue(L, 2);
    lua_concat(L, 3);
    return;
  }
  if (ldk_error_is(L, 1, NULL)) {
    lua_pushliteral(L, "traceback");
    if (lua_rawget(L, 1) == LUA_TNIL) {
      lua_pushliteral(L, "traceback");
      lua_pushvalue(L, 2);
      lua_rawset(L, 1);
    }
    lua_pop(L, 1);
  }
  lua_pushvalue(L, 1);
}

/* The message handler of a task, called where the error is raised. */
static int on_error(lua_State *L) {
  ldk_Task *t = ldk_current(L);
  lua_settop(L, 1);
  luaL_traceback(L, L, NULL, 1);
  if (t != NULL && t->thread == L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, t);
    lua_pushvalue(L, 2);
    ldk_anchor(L, -2, TASK_TRACE);
    lua_pop(L, 1);
  }
  push_with_trace(L);
  return 1;
}

/* ---- its body ---- */

/* Somebody else has found the coroutine, and resumed it to its end: who joins
 * finds the results on a stack of their own. */
static void end_elsewhere(lua_State *L, ldk_Task *t, ldk_TaskState state,
                          int values) {
  int i, first = lua_gettop(L) - values + 1;
  lua_State *keeper;
  luaL_checkstack(L, values + 4, NULL);
  lua_rawgetp(L, LUA_REGISTRYINDEX, t);
  keeper = lua_newthread(L);
  if (!lua_checkstack(keeper, values))
    ldk_check(L, DK_NO_MEMORY);
  for (i = 0; i < values; i++)
    lua_pushvalue(L, first + i);
  lua_xmove(L, keeper, values);
  ldk_anchor(L, -2, TASK_THREAD);
  lua_pop(L, 1);
  if (t->scope != NULL)
    ldk_scope_dismiss(t);
  t->thread = keeper;
  t->values = values;
  ldk_task_conclude(L, ldk_tasks(L), t, state);
}

/* Its function has returned, or has failed: the results, or the error, are
 * above the message handler. */
static int body_k(lua_State *L, int status, lua_KContext context) {
  ldk_Task *t = (ldk_Task *)context;
  ldk_TaskState state = LDK_ENDED;
  int values = lua_gettop(L) - 1;
  if (status != LUA_OK && status != LUA_YIELD)
    state = ldk_error_is(L, -1, "cancelled") ? LDK_CANCELLED : LDK_FAILED;
  if (ldk_current(L) == t)
    t->state = state;
  else
    end_elsewhere(L, t, state, values);
  return values;
}

/* Lua, in the coroutine: calls a function with its arguments. It is under a
 * handler of errors in there, so that what is to be closed may wait, too. */
static int body(lua_State *L) {
  lua_KContext t = (lua_KContext)ldk_current(L);
  lua_pushcfunction(L, on_error);
  lua_insert(L, 1);
  return body_k(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, t, body_k),
                t);
}

/* ---- making one ---- */

static void check_function(lua_State *L, const char *method) {
  if (lua_type(L, 1) != LUA_TFUNCTION &&
      luaL_getmetafield(L, 1, "__call") == LUA_TNIL)
    ldk_fail_argument(L, method, "fn: expected a function, got %s",
                      ldk_type_name(L, 1));
}

ldk_Task *ldk_task_new(lua_State *L, ldk_Scope *scope, const char *method) {
  int given = lua_gettop(L);
  ldk_Task *t;
  luaL_checkany(L, 1);
  check_function(L, method);
  lua_settop(L, given);
  luaL_checkstack(L, given + 4, NULL);
  t = ldk_new(L, &ldk_task_class, sizeof *t, TASK_ANCHORS);
  t->thread = lua_newthread(L);
  ldk_anchor(L, -2, TASK_THREAD);
  ldk_clear_interrupt(t->thread);
  lua_insert(L, 1);
  if (!lua_checkstack(t->thread, given + 8))
    ldk_check(L, DK_NO_MEMORY);
  lua_pushcfunction(t->thread, body);
  lua_xmove(L, t->thread, given);
  t->values = given;
  lua_pushvalue(L, 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, t);
  t->turn = ldk_next_number(L);
  t->scope = scope;
  if (scope != NULL)
    scope->living++;
  ldk_task_append(ldk_tasks(L), t);
  return t;
}

int ldk_spawn(lua_State *L) {
  ldk_Task *current = ldk_current(L);
  ldk_task_new(L, current != NULL ? current->scope : NULL, "spawn");
  return 1;
}

/* ---- joining ---- */

/* Whether a task is among those that have opened the scopes around another,
 * and so ends after it. */
static int is_around(const ldk_Task *outer, const ldk_Task *t) {
  const ldk_Scope *s = t->scope;
  for (; s != NULL; s = s->owner != NULL ? s->owner->scope : NULL)
    if (s->owner == outer)
      return 1;
  return 0;
}

static void check_join(lua_State *L, const ldk_Task *t, const char *method) {
  const ldk_Task *self = ldk_current(L), *at;
  if (self == NULL)
    return;
  if (t == self)
    ldk_fail_argument(L, method, "a task cannot wait for itself");
  if (t->state == LDK_RUNNING && !ldk_would_yield(L))
    ldk_fail_argument(L, method,
                      "that would wait for ever: it waits in place, and goes "
                      "on when the task that waits has yielded");
  for (at = t; at != NULL && !ldk_task_over(at); at = at->joins)
    if (at == self || is_around(at, self))
      ldk_fail_argument(L, method,
                        "that would wait for ever: it ends after the task "
                        "that waits");
}

int ldk_check_join(lua_State *L) {
  check_join(L, to_task(L), luaL_checkstring(L, 2));
  return 0;
}

static int joined(const void *subject) {
  return ldk_task_over(subject);
}

/* The task that runs, if one does, waits for the end of t, or of nobody any
 * more (NULL). It holds it, as somebody may close the coroutine that does. */
static void note_join(lua_State *L, ldk_Task *t) {
  ldk_Task *self = ldk_current(L);
  if (self == NULL)
    return;
  lua_rawgetp(L, LUA_REGISTRYINDEX, self);
  if (t != NULL)
    lua_pushvalue(L, 1);
  else
    lua_pushnil(L);
  ldk_anchor(L, -2, TASK_JOINS);
  lua_pop(L, 1);
  self->joins = t;
}

static void start_joining(lua_State *L, ldk_Task *t) {
  t->joiners++;
  note_join(L, t);
}

static void stop_joining(lua_State *L, ldk_Task *t) {
  t->joiners--;
  note_join(L, NULL);
}

/* Pushes copies of the values of a task that has ended. [-0, +n] */
static int push_values(lua_State *L, const ldk_Task *t) {
  int i, n = ldk_task_values(t), first = lua_gettop(t->thread) - n + 1;
  luaL_checkstack(L, n, "too many results");
  if (!lua_checkstack(t->thread, n))
    ldk_check(L, DK_NO_MEMORY);
  for (i = 0; i < n; i++)
    lua_pushvalue(t->thread, first + i);
  lua_xmove(t->thread, L, n);
  return n;
}

static int push_outcome(lua_State *L, ldk_Task *t) {
  ldk_task_claim(L, t);
  if (t->state == LDK_ENDED && ldk_task_values(t) == t->values)
    return push_values(L, t);
  if (t->state != LDK_ENDED && push_values(L, t) > 0)
    return ldk_raise(L);
  if (t->state == LDK_CANCELLED)
    return ldk_fail_with(L, "cancelled",
                         "the task was cancelled before it began");
  return ldk_fail_with(L, "closed", "the coroutine of the task was closed");
}

/* The context tells whether it has waited, as others have a turn in any
 * case. */
static int join_k(lua_State *L, int status, lua_KContext context) {
  ldk_Task *t = lua_touserdata(L, 1);
  ldk_Wait w = {joined, t, 0};
  (void)status;
  w.deadline = lua_tonumber(L, 2);
  for (;;) {
    if (ldk_task_over(t)) {
      stop_joining(L, t);
      return push_outcome(L, t);
    }
    if (context && w.deadline > 0 && dk_now() >= w.deadline) {
      stop_joining(L, t);
      lua_pushnil(L);
      lua_pushliteral(L, "timeout");
      return 2;
    }
    if (ldk_wait(L, &w, context = 1, join_k)) {
      stop_joining(L, t);
      return ldk_raise(L);
    }
  }
}

/* task:join([seconds]) → what its function has returned. */
static int task_join(lua_State *L) {
  ldk_Task *t = to_task(L);
  lua_settop(L, 2);
  check_join(L, t, "task:join");
  if (!lua_isnil(L, 2)) {
    lua_pushnumber(L, ldk_check_moment(L, 2, "task:join"));
    lua_replace(L, 2);
  }
  start_joining(L, t);
  return join_k(L, LUA_OK, 0);
}

/* ---- waiting for several ---- */

typedef struct Crowd {
  size_t n;
  int all;
  const ldk_Task *tasks[]; /* anchored by the table that they are from */
} Crowd;

static const ldk_Class crowd_class = {"moonsail.crowd", NULL, NULL};

/* The one of them that has failed, or was cancelled, first. */
static const ldk_Task *first_failure(const Crowd *c, size_t *living) {
  const ldk_Task *first = NULL;
  size_t i;
  *living = 0;
  for (i = 0; i < c->n; i++) {
    const ldk_Task *t = c->tasks[i];
    *living += !ldk_task_over(t);
    if (t->state > LDK_ENDED && (first == NULL || t->ended < first->ended))
      first = t;
  }
  return first;
}

static int crowd_ready(const void *subject) {
  const Crowd *c = subject;
  size_t living;
  const ldk_Task *failed = first_failure(c, &living);
  return living == 0 || (failed != NULL && !c->all);
}

static int await_k(lua_State *L, int status, lua_KContext context) {
  Crowd *c = lua_touserdata(L, 3);
  ldk_Wait w = {crowd_ready, c, 0};
  const ldk_Task *failed;
  size_t living;
  (void)status;
  while (!crowd_ready(c))
    if (ldk_wait(L, &w, context, await_k))
      return ldk_raise(L);
  failed = first_failure(c, &living);
  if (failed == NULL)
    return 0;
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1))
    if (lua_touserdata(L, -1) == failed)
      return 1;
  return 0;
}

int ldk_await(lua_State *L) {
  size_t i, n;
  Crowd *c;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 2);
  n = (size_t)lua_rawlen(L, 1);
  c = ldk_new(L, &crowd_class, sizeof *c + n * sizeof *c->tasks, 0);
  c->all = lua_toboolean(L, 2);
  for (i = 0; i < n; i++) {
    ldk_Task *t;
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    t = ldk_cast(L, -1, &ldk_task_class);
    ldk_task_claim(L, t);
    c->tasks[c->n++] = t;
    lua_pop(L, 1);
  }
  return await_k(L, LUA_OK, 0);
}

/* ---- the class ---- */

int ldk_task_cancel(lua_State *L, ldk_Task *t) {
  if (ldk_task_over(t))
    return 0;
  t->cancelled = 1;
  if (t->state == LDK_FRESH) { /* it never begins */
    t->values = 0;
    lua_settop(t->thread, 0);
    ldk_task_conclude(L, ldk_tasks(L), t, LDK_CANCELLED);
  }
  return 1;
}

/* task:cancel() → whether it had not ended before. */
static int task_cancel(lua_State *L) {
  lua_pushboolean(L, ldk_task_cancel(L, to_task(L)));
  return 1;
}

/* task:detach() → the task, which may outlive the run that it is in. */
static int task_detach(lua_State *L) {
  ldk_Task *t = to_task(L);
  lua_settop(L, 1);
  if (ldk_task_over(t)) {
    ldk_task_claim(L, t);
  } else if (t->scope != NULL) {
    ldk_scope_leave(t);
  }
  return 1;
}

static const char *status_of(const ldk_Task *t) {
  static const char *const names[] = {"ready",   "ready",    "running",
                                      "waiting", "waiting",  "ended",
                                      "failed",  "cancelled"};
  return names[t->state];
}

static int task_status(lua_State *L) {
  lua_pushstring(L, status_of(to_task(L)));
  return 1;
}

/* task:traceback() → where it is, or where it has failed; nil when it has
 * ended well. */
static int task_traceback(lua_State *L) {
  ldk_Task *t = to_task(L);
  if (ldk_task_over(t))
    ldk_push_anchor(L, 1, TASK_TRACE);
  else
    luaL_traceback(L, t->thread, NULL, 0);
  return 1;
}

static int task_tostring(lua_State *L) {
  lua_pushfstring(L, "task (%s)", status_of(to_task(L)));
  return 1;
}

static int task_gc(lua_State *L) {
  ldk_Task *t = to_task(L);
  if (t->here != NULL && !ldk_task_over(t)) /* is the state being closed? */
    ldk_task_remove(ldk_tasks(L), t);
  return 0;
}

static const luaL_Reg task_methods[] = {
    {"cancel", task_cancel},       {"detach", task_detach},
    {"join", task_join},           {"status", task_status},
    {"traceback", task_traceback}, {NULL, NULL},
};

static const luaL_Reg task_metamethods[] = {
    {"__gc", task_gc},
    {"__tostring", task_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_task_class = {"moonsail.fiber", task_methods,
                                  task_metamethods};
