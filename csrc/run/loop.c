/* SPDX-License-Identifier: MIT
 * The loop of a Lua state: transport and waiting. */
#include "run/loop.h"

#include <errno.h>
#include <lauxlib.h>
#include <stddef.h>
#include <string.h>

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
      ldk_fail_with(L, "connection", "libcurl could not be started: %s",
                    strerror(errno));
    lua_rawsetp(L, LUA_REGISTRYINDEX, &loop_key);
  }
  lua_pop(L, 1);
}

dk_Transport *ldk_transport(lua_State *L) {
  Loop *loop;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loop_key);
  loop = lua_touserdata(L, -1);
  lua_pop(L, 1);
  if (loop->transport == NULL) /* a finalizer that runs after ours? */
    ldk_fail_with(L, "closed", "the Lua state is being closed");
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

/* How lua.c sets its hook when it has caught Ctrl-C. */
#define EVERYTHING (LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT)

/* lua.c turns Ctrl-C into a hook of the main thread, which runs at the next
 * call there: so make one. In a coroutine that hook never runs; that it is set
 * must be sign enough. 1: with the error on top. */
static int interrupted(lua_State *L, lua_State *main) {
  if (lua_gethookmask(L)) {
    lua_pushcfunction(L, nothing);
    return lua_pcall(L, 0, 0, 0) != LUA_OK;
  }
  if (lua_gethookmask(main) != EVERYTHING || lua_gethookcount(main) != 1)
    return 0;
  lua_pushliteral(L, "interrupted!");
  return 1;
}

static int over(const ldk_Wait *w) {
  return w->ready(w->subject) || (w->deadline > 0 && dk_now() >= w->deadline);
}

static double slice(const ldk_Wait *w) {
  double left = w->deadline > 0 ? w->deadline - dk_now() : SLICE;
  return left < 0 ? 0 : left < SLICE ? left : SLICE;
}

int ldk_wait(lua_State *L, const ldk_Wait *w, lua_KContext context,
             lua_KFunction k) {
  lua_State *main = main_thread(L);
  (void)context; /* where a task goes on */
  (void)k;
  luaL_checkstack(L, 4, NULL);
  while (!over(w)) {
    dk_transport_pump(ldk_transport(L), slice(w));
    if (interrupted(L, main))
      return 1;
  }
  return 0;
}

static int never(const void *subject) {
  (void)subject;
  return 0;
}

static int sleep_k(lua_State *L, int status, lua_KContext context) {
  ldk_Wait w = {never, NULL, 0};
  (void)status;
  w.deadline = lua_tonumber(L, 2);
  while (dk_now() < w.deadline)
    if (ldk_wait(L, &w, context, sleep_k))
      return ldk_raise(L);
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
