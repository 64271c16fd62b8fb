/* SPDX-License-Identifier: MIT
 * The loop of a Lua state: transport and waiting. */
#include "run/loop.h"

#include <lauxlib.h>
#include <stddef.h>

#include "value/error.h"
#include "value/kit.h"

/* A signal that lands just before the poll is seen after this long. */
#define SLICE 0.2

typedef struct Loop {
  dk_Transport *transport;
} Loop;

static const char loop_key = 0; /* its address is the key in the registry */

static int loop_gc(lua_State *L);

static const luaL_Reg loop_metamethods[] = {{"__gc", loop_gc}, {NULL, NULL}};

static const ldk_Class loop_class = {"moonsail.loop", NULL, loop_metamethods};

static int loop_gc(lua_State *L) {
  Loop *loop = ldk_cast(L, 1, &loop_class);
  dk_transport_free(loop->transport);
  loop->transport = NULL;
  return 0;
}

void ldk_loop_open(lua_State *L) {
  Loop *loop;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key) == LUA_TNIL) {
    ldk_class_open(L, &loop_class);
    loop = ldk_new(L, &loop_class, sizeof *loop, 0);
    loop->transport = dk_transport_new();
    if (loop->transport == NULL)
      ldk_fail_with(L, "connection", "libcurl could not be started");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loop_key);
  }
  lua_pop(L, 1);
}

dk_Transport *ldk_transport(lua_State *L) {
  Loop *loop;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key);
  loop = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return loop->transport;
}

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

/* ---- waiting ---- */

static lua_State *main_thread(lua_State *L) {
  lua_State *main;
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main;
}

/* Raises the error that interrupts a wait, on top of the stack. */
static void interrupt(lua_State *L, const ldk_Wait *w) {
  if (w->cancel != NULL)
    w->cancel(w->subject);
  ldk_raise(L);
}

/* lua.c turns Ctrl-C into a hook of the main thread, which runs at the next
 * call there: so make one. In a coroutine the hook would never run; that it
 * was set while we waited is sign enough. */
static void check_signals(lua_State *L, lua_State *main, lua_Hook before,
                          const ldk_Wait *w) {
  if (lua_gethookmask(L)) {
    lua_pushcfunction(L, nothing);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK)
      interrupt(L, w);
  }
  if (main != L && lua_gethook(main) != before) {
    lua_pushliteral(L, "interrupted!");
    interrupt(L, w);
  }
}

static int over(const ldk_Wait *w) {
  return w->ready(w->subject) || (w->deadline > 0 && dk_now() >= w->deadline);
}

static double slice(const ldk_Wait *w) {
  double left = w->deadline > 0 ? w->deadline - dk_now() : SLICE;
  return left < 0 ? 0 : left < SLICE ? left : SLICE;
}

void ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
              lua_KFunction k) {
  lua_State *main = main_thread(L);
  lua_Hook before = lua_gethook(main);
  dk_Transport *transport = ldk_transport(L);
  (void)context; /* where a task goes on */
  (void)k;
  luaL_checkstack(L, 4, NULL);
  while (!over(w)) {
    dk_transport_pump(transport, slice(w));
    check_signals(L, main, before, w);
  }
}

static int never(const void *subject) {
  (void)subject;
  return 0;
}

static int sleep_k(lua_State *L, int status, lua_KContext context) {
  ldk_Wait w = {never, NULL, NULL, 0};
  (void)status;
  w.deadline = lua_tonumber(L, 2);
  while (dk_now() < w.deadline)
    ldk_wait(L, &w, context, sleep_k);
  return 0;
}

int ldk_sleep(lua_State *L) {
  lua_Number seconds = luaL_checknumber(L, 1);
  if (!(seconds >= 0))
    return ldk_fail_argument(L, "sleep", "seconds: expected 0 or more");
  lua_settop(L, 1);
  lua_pushnumber(L, dk_now() + seconds);
  return sleep_k(L, LUA_OK, 0);
}
