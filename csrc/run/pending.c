/* SPDX-License-Identifier: MIT
 * An exchange in Lua's hands: a call whose answer has begun. */
#include <lauxlib.h>

#include "run/answer.h"
#include "run/exchange.h"
#include "run/feed.h"
#include "run/loop.h"

static ldk_Exchange *to_exchange(lua_State *L) {
  return ldk_cast(L, 1, &ldk_exchange_class);
}

/* pending:result() → what the call gives, waiting for it. */
static int pending_result(lua_State *L) {
  to_exchange(L);
  lua_settop(L, 1);
  return ldk_answer(L, 1);
}

/* At 2 is the deadline, or 0 when there is none. The context tells whether it
 * has waited, which lets what has come already come in. */
static int wait_k(lua_State *L, int status, lua_KContext context) {
  double deadline = lua_tonumber(L, 2);
  (void)status;
  for (;;) {
    int headed = ldk_exchange_headed(L, 1);
    if (headed || (context && deadline > 0 && dk_now() >= deadline)) {
      lua_pushboolean(L, headed);
      return 1;
    }
    ldk_feed_wait(L, 1, deadline, 1, wait_k);
    context = 1;
  }
}

/* pending:wait([seconds]) → true when the head of the answer is there, or
 * there will be none; false when it did not come in so many seconds. */
static int pending_wait(lua_State *L) {
  lua_Number seconds = luaL_optnumber(L, 2, -1);
  to_exchange(L);
  lua_settop(L, 1);
  lua_pushnumber(L, seconds < 0 ? 0 : dk_now() + seconds);
  return wait_k(L, LUA_OK, 0);
}

static int pending_close(lua_State *L) {
  to_exchange(L);
  ldk_exchange_end(L, 1, 0);
  return 0;
}

static int pending_gc(lua_State *L) {
  ldk_Exchange *x = to_exchange(L);
  x->held = 0;
  ldk_exchange_release(x);
  dk_buffer_free(&x->target);
  dk_buffer_free(&x->headers);
  return 0;
}

static const luaL_Reg pending_methods[] = {
    {"result", pending_result},
    {"close", pending_close},
    {"wait", pending_wait},
    {NULL, NULL},
};

static const luaL_Reg pending_metamethods[] = {
    {"__close", pending_close},
    {"__gc", pending_gc},
    {NULL, NULL},
};

const ldk_Class ldk_exchange_class = {"moonsail.pending", pending_methods,
                                      pending_metamethods};
