/* SPDX-License-Identifier: MIT
 * A queue between tasks. */
#include "run/queue.h"

#include <lauxlib.h>

#include "run/loop.h"
#include "value/error.h"

enum { QUEUE_VALUES = 1, QUEUE_ANCHORS = QUEUE_VALUES };

typedef struct Queue {
  lua_Integer first; /* of the values that are in it, in the table */
  lua_Integer length;
  lua_Integer limit; /* 0: none */
  int closed;
} Queue;

static Queue *to_queue(lua_State *L) {
  return ldk_cast(L, 1, &ldk_queue_class);
}

int ldk_queue(lua_State *L) {
  lua_Integer limit = luaL_optinteger(L, 1, 0);
  Queue *q;
  if (limit < 0 || (limit == 0 && !lua_isnoneornil(L, 1)))
    return ldk_fail_argument(L, "queue", "limit: expected 1 or more");
  q = ldk_new(L, &ldk_queue_class, sizeof *q, QUEUE_ANCHORS);
  q->limit = limit;
  q->first = 1;
  lua_newtable(L);
  ldk_anchor(L, -2, QUEUE_VALUES);
  return 1;
}

/* ---- putting ---- */

static int is_full(const Queue *q) {
  return q->limit > 0 && q->length >= q->limit;
}

static int may_put(const void *subject) {
  const Queue *q = subject;
  return q->closed || !is_full(q);
}

static int put_k(lua_State *L, int status, lua_KContext context) {
  Queue *q = lua_touserdata(L, 1);
  ldk_Wait w = {may_put, q, 0};
  (void)status;
  while (!may_put(q))
    if (ldk_wait(L, &w, context, put_k))
      return ldk_raise(L);
  if (q->closed)
    return ldk_fail_with(L, "closed", "the queue is closed");
  ldk_push_anchor(L, 1, QUEUE_VALUES);
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, q->first + q->length);
  q->length++;
  return 0;
}

/* queue:put(value), waiting while it is full. */
static int queue_put(lua_State *L) {
  to_queue(L);
  lua_settop(L, 2);
  if (lua_isnil(L, 2))
    return ldk_fail_argument(L, "queue:put", "value: nil cannot be queued");
  return put_k(L, LUA_OK, 0);
}

/* ---- taking ---- */

static int may_get(const void *subject) {
  const Queue *q = subject;
  return q->closed || q->length > 0;
}

/* Takes the first value to the top. [-0, +1] */
static int take(lua_State *L, Queue *q) {
  ldk_push_anchor(L, 1, QUEUE_VALUES);
  lua_rawgeti(L, -1, q->first);
  lua_pushnil(L);
  lua_rawseti(L, -3, q->first);
  q->length--;
  q->first = q->length > 0 ? q->first + 1 : 1;
  return 1;
}

static int nothing(lua_State *L, const char *why) {
  lua_pushnil(L);
  lua_pushstring(L, why);
  return 2;
}

static int get_k(lua_State *L, int status, lua_KContext context) {
  Queue *q = lua_touserdata(L, 1);
  ldk_Wait w = {may_get, q, 0};
  (void)status;
  w.deadline = lua_tonumber(L, 2);
  while (!may_get(q)) {
    if (w.deadline > 0 && dk_now() >= w.deadline && context)
      return nothing(L, "timeout");
    if (ldk_wait(L, &w, context = 1, get_k))
      return ldk_raise(L);
  }
  return q->length > 0 ? take(L, q) : nothing(L, "closed");
}

/* queue:get([seconds]) → value; nil, "timeout"; nil, "closed". With 0 seconds
 * others have had a turn. */
static int queue_get(lua_State *L) {
  to_queue(L);
  lua_settop(L, 2);
  if (!lua_isnil(L, 2)) {
    lua_pushnumber(L, ldk_check_moment(L, 2, "queue:get"));
    lua_replace(L, 2);
  }
  return get_k(L, LUA_OK, 0);
}

/* for value in queue do */
static int queue_call(lua_State *L) {
  to_queue(L);
  lua_settop(L, 1);
  lua_pushnil(L);
  return get_k(L, LUA_OK, 0);
}

/* ---- the class ---- */

/* queue:close(): nothing more is put; what is in it may be taken. */
static int queue_close(lua_State *L) {
  to_queue(L)->closed = 1;
  return 0;
}

static int queue_len(lua_State *L) {
  lua_pushinteger(L, to_queue(L)->length);
  return 1;
}

static int queue_tostring(lua_State *L) {
  const Queue *q = to_queue(L);
  lua_pushfstring(L, "queue of %I%s", q->length, q->closed ? " (closed)" : "");
  return 1;
}

static const luaL_Reg queue_methods[] = {
    {"close", queue_close},
    {"get", queue_get},
    {"put", queue_put},
    {NULL, NULL},
};

static const luaL_Reg queue_metamethods[] = {
    {"__call", queue_call}, {"__close", queue_close},
    {"__len", queue_len},   {"__tostring", queue_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_queue_class = {"moonsail.queue", queue_methods,
                                   queue_metamethods};
