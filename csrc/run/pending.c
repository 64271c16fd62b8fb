/* SPDX-License-Identifier: MIT
 * An exchange in Lua's hands: a call whose answer has begun. */
#include <lauxlib.h>

#include "run/answer.h"
#include "run/exchange.h"

static ldk_Exchange *to_exchange(lua_State *L) {
  return ldk_cast(L, 1, &ldk_exchange_class);
}

/* pending:result() → what the call gives, waiting for it. */
static int pending_result(lua_State *L) {
  to_exchange(L);
  lua_settop(L, 1);
  return ldk_answer(L, 1);
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
  return 0;
}

static const luaL_Reg pending_methods[] = {
    {"result", pending_result},
    {"close", pending_close},
    {NULL, NULL},
};

static const luaL_Reg pending_metamethods[] = {
    {"__close", pending_close},
    {"__gc", pending_gc},
    {NULL, NULL},
};

const ldk_Class ldk_exchange_class = {"moonsail.pending", pending_methods,
                                      pending_metamethods};
