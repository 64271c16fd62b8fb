/* SPDX-License-Identifier: MIT
 * Ends streams that their engine has forgotten to close. */
#include "run/guard.h"

#include <lauxlib.h>

#include "net/transport.h"
#include "run/ending.h"
#include "run/exchange.h"
#include "value/error.h"

/* Seconds, unless set otherwise. */
#define SILENCE 3.0
#define GRACE 1.0

void ldk_guard_heard(ldk_Guard *g) {
  g->quiet = 0;
}

int ldk_guard_ready(const ldk_Guard *g) {
  return g->state == LDK_WATCHING && ldk_exchange_complete(g->call);
}

static void enter(ldk_Guard *g, ldk_Watching state) {
  g->state = state;
  g->quiet = 0;
}

/* ---- its call ---- */

/* Its call came to the error on top: what is gone has ended; other errors
 * leave the stream without a guard. One that interrupts, or that is a mistake
 * in the script, is no error of the call. [-1, +0] */
static void failed(lua_State *L, ldk_Stream *s) {
  if (!ldk_is_outcome(L, NULL))
    ldk_stream_abort(L, s);
  if (ldk_is_outcome(L, "not_found"))
    enter(&s->guard, LDK_GRACE);
  else
    ldk_guard_release(&s->guard);
  lua_pop(L, 1);
}

/* What begins the call has returned (or raised) what is on top. [-1, +0] */
static void begun(lua_State *L, ldk_Stream *s, int status) {
  ldk_Guard *g = &s->guard;
  if (status != LUA_OK && status != LUA_YIELD) {
    failed(L, s);
    return;
  }
  g->call = ldk_test(L, -1, &ldk_exchange_class);
  if (g->call != NULL && g->state == LDK_BEGINNING)
    g->state = LDK_WATCHING;
  else if (g->call != NULL) /* the stream was closed meanwhile */
    ldk_guard_release(g);
  else
    g->state = LDK_UNGUARDED;
  ldk_anchor(L, 1, LDK_STREAM_WATCH);
}

/* The context is the reader that goes on. */
static int begun_k(lua_State *L, int status, lua_KContext context) {
  begun(L, lua_touserdata(L, 1), status);
  return ((lua_KFunction)context)(L, LUA_OK, 0);
}

static void begin(lua_State *L, ldk_Stream *s, lua_KFunction k) {
  enter(&s->guard, LDK_BEGINNING);
  ldk_push_anchor(L, 1, LDK_STREAM_BEGIN);
  begun(L, s, lua_pcallk(L, 0, 1, 0, (lua_KContext)k, begun_k));
}

/* Lua: goes on with the call at 1: true when it has its answer; raises when
 * that is an error. */
static int go_on(lua_State *L) {
  int answered = ldk_exchange_headed(L, 1) &&
                 ldk_exchange_complete(lua_touserdata(L, 1)) &&
                 !ldk_exchange_again(L, 1);
  const ldk_Exchange *x = lua_touserdata(L, 1);
  if (answered &&
      (x->transfer->state == DK_FAILED || x->transfer->status >= 300))
    return ldk_exchange_raise(L, 1);
  if (answered)
    ldk_exchange_end(L, 1, 0);
  lua_pushboolean(L, answered);
  return 1;
}

static void judge(lua_State *L, ldk_Stream *s) {
  lua_pushcfunction(L, go_on);
  ldk_push_anchor(L, 1, LDK_STREAM_WATCH);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
    failed(L, s);
    return;
  }
  if (lua_toboolean(L, -1))
    enter(&s->guard, LDK_GRACE);
  lua_pop(L, 1);
}

/* ---- time ---- */

static int silent(lua_State *L, ldk_Stream *s, double *deadline,
                  lua_KFunction k) {
  ldk_Guard *g = &s->guard;
  double now = dk_now(), limit;
  if (g->quiet == 0)
    g->quiet = now;
  limit = g->quiet + (g->state == LDK_ARMED ? g->silence : g->grace);
  if (now < limit) {
    if (*deadline == 0 || limit < *deadline)
      *deadline = limit;
    return 0;
  }
  if (g->state == LDK_ARMED) {
    begin(L, s, k);
  } else {
    s->cut = 1;
    ldk_guard_release(g);
  }
  return 1;
}

int ldk_guard_look(lua_State *L, ldk_Stream *s, double *deadline,
                   lua_KFunction k) {
  switch (s->guard.state) {
  case LDK_ARMED:
  case LDK_GRACE:
    return silent(L, s, deadline, k);
  case LDK_WATCHING:
    if (!ldk_guard_ready(&s->guard))
      return 0;
    judge(L, s);
    return 1;
  default:
    return 0;
  }
}

/* ---- setting it ---- */

static double seconds(lua_State *L, const char *name, double otherwise) {
  double value = otherwise;
  if (lua_istable(L, 3) && lua_getfield(L, 3, name) != LUA_TNIL) {
    value = luaL_checknumber(L, -1);
    if (!(value >= 0))
      ldk_fail_argument(L, "guard", "%s: expected 0 seconds or more", name);
  }
  lua_settop(L, 3);
  return value;
}

int ldk_guard_set(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  luaL_checktype(L, 2, LUA_TFUNCTION);
  lua_settop(L, 3);
  if (s->x == NULL)
    return ldk_fail_argument(L, "guard", "the stream has no call of its own");
  s->guard.silence = seconds(L, "silence", SILENCE);
  s->guard.grace = seconds(L, "grace", GRACE);
  lua_pushvalue(L, 2);
  ldk_anchor(L, 1, LDK_STREAM_BEGIN);
  if (!s->closed && !s->ended)
    enter(&s->guard, LDK_ARMED);
  lua_settop(L, 1);
  return 1;
}
