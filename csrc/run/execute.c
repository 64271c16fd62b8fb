/* SPDX-License-Identifier: MIT
 * Running a program to its end. */
#include "run/execute.h"

#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "bytes/memory.h"
#include "net/process.h"
#include "run/loop.h"
#include "value/error.h"

extern char **environ;

/* What a program may write to one of its outputs, unless said otherwise. */
#define LIMIT (1024 * 1024)

#define LABEL(L) lua_tostring(L, 3)

typedef struct Execution {
  dk_Process process;
  double deadline; /* 0: none */
  double timeout;
} Execution;

enum { EXECUTION_INPUT = 1, EXECUTION_ANCHORS = EXECUTION_INPUT };

/* ---- what to run ---- */

/* Pushes an array of the strings in the list at an index, which holds them.
 * [-0, +1] */
static const char **push_array(lua_State *L, int list, const char *what) {
  lua_Integer i, n = (lua_Integer)lua_rawlen(L, list);
  const char **texts =
      lua_newuserdatauv(L, ((size_t)n + 1) * sizeof *texts, 0);
  for (i = 0; i < n; i++) {
    size_t length;
    if (lua_rawgeti(L, list, i + 1) != LUA_TSTRING)
      ldk_fail_argument(L, LABEL(L), "%s: expected strings, got %s", what,
                        luaL_typename(L, -1));
    texts[i] = lua_tolstring(L, -1, &length);
    if (strlen(texts[i]) != length)
      ldk_fail_argument(L, LABEL(L), "%s: must not hold a NUL", what);
    lua_pop(L, 1);
  }
  texts[n] = NULL;
  return texts;
}

/* Appends the string on top to the list at an index. [-1, +0] */
static void append(lua_State *L, int list) {
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* Adds those of our variables that the table `given` does not name. */
static void add_ours(lua_State *L, int given, int list) {
  char **line;
  for (line = environ; *line != NULL; line++) {
    lua_pushlstring(L, *line, strcspn(*line, "="));
    if (lua_rawget(L, given) == LUA_TNIL) {
      lua_pushstring(L, *line);
      append(L, list);
    }
    lua_pop(L, 1);
  }
}

static void add_given(lua_State *L, int given, int list) {
  for (lua_pushnil(L); lua_next(L, given); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
      ldk_fail_argument(L, LABEL(L), "env: expected strings by their names");
    lua_pushvalue(L, -2);
    lua_pushliteral(L, "=");
    lua_pushvalue(L, -3);
    lua_concat(L, 3);
    append(L, list);
  }
}

/* The environment by the option "env", which what is pushed holds; NULL: ours.
 * [-0, +n] */
static const char **push_environment(lua_State *L) {
  int given = lua_gettop(L) + 1, list = given + 1;
  int type = lua_getfield(L, 2, "env");
  if (type == LUA_TNIL)
    return NULL;
  if (type != LUA_TTABLE)
    ldk_fail_argument(L, LABEL(L), "env: expected table, got %s",
                      luaL_typename(L, -1));
  lua_newtable(L);
  add_ours(L, given, list);
  add_given(L, given, list);
  return push_array(L, list, "env");
}

/* ---- options ---- */

static double seconds_option(lua_State *L, const char *name) {
  int type = lua_getfield(L, 2, name);
  double value = lua_tonumber(L, -1);
  if (type != LUA_TNIL && (type != LUA_TNUMBER || !(value > 0)))
    ldk_fail_argument(L, LABEL(L), "%s: expected more than 0 seconds", name);
  lua_pop(L, 1);
  return value;
}

static size_t limit_option(lua_State *L) {
  int type = lua_getfield(L, 2, "limit");
  lua_Integer value = type == LUA_TNIL ? LIMIT : lua_tointeger(L, -1);
  if (value < 1)
    ldk_fail_argument(L, LABEL(L), "limit: expected 1 byte or more");
  lua_pop(L, 1);
  return (size_t)value;
}

/* The string is anchored in the process, at 4. */
static void take_input(lua_State *L, dk_Process *p) {
  int type = lua_getfield(L, 2, "stdin");
  if (type != LUA_TNIL && type != LUA_TSTRING)
    ldk_fail_argument(L, LABEL(L), "stdin: expected string, got %s",
                      luaL_typename(L, -1));
  p->input = lua_tolstring(L, -1, &p->unsent);
  ldk_anchor(L, 4, EXECUTION_INPUT);
}

/* ---- its end ---- */

static const char *program(lua_State *L) {
  lua_rawgeti(L, 1, 1);
  return lua_tostring(L, -1);
}

/* Gives up on it, with the error whose message is on top. */
static int refuse(lua_State *L, Execution *e, const char *kind) {
  ldk_Failure f = {.kind = kind, .method = LABEL(L)};
  dk_process_free(&e->process);
  f.message = lua_tostring(L, -1);
  return ldk_fail(L, &f);
}

static int refuse_late(lua_State *L, Execution *e) {
  lua_pushfstring(L, "%s has not ended within %f seconds", program(L),
                  e->timeout);
  return refuse(L, e, "timeout");
}

static int refuse_large(lua_State *L, Execution *e) {
  lua_pushfstring(L, "%s wrote more than %I bytes", program(L),
                  (lua_Integer)e->process.out.limit);
  return refuse(L, e, "limit");
}

static void set_output(lua_State *L, const dk_Buffer *b, const char *name) {
  lua_pushlstring(L, b->data != NULL ? b->data : "", b->length);
  lua_setfield(L, -2, name);
}

static int result(lua_State *L, Execution *e) {
  dk_Process *p = &e->process;
  if (p->failed == DK_OVER_LIMIT)
    return refuse_large(L, e);
  ldk_check(L, p->failed);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, p->exit_code);
  lua_setfield(L, -2, "exit_code");
  set_output(L, &p->out, "stdout");
  set_output(L, &p->err, "stderr");
  dk_process_free(p);
  return 1;
}

static int stirred(const void *subject) {
  const Execution *e = subject;
  return e->process.stirred;
}

/* At 4 is the execution. */
static int execute_k(lua_State *L, int status, lua_KContext context) {
  Execution *e = lua_touserdata(L, 4);
  ldk_Wait w = {stirred, e, 0};
  (void)status;
  while (!dk_process_over(&e->process)) {
    double now = dk_now();
    if (e->deadline > 0 && now >= e->deadline)
      return refuse_late(L, e);
    w.deadline = now + dk_process_slice(&e->process);
    if (e->deadline > 0)
      w.deadline = fmin(w.deadline, e->deadline);
    if (ldk_wait(L, &w, context, execute_k)) {
      dk_process_free(&e->process);
      return ldk_raise(L);
    }
  }
  return result(L, e);
}

static int not_started(lua_State *L, int error) {
  lua_pushnil(L);
  lua_pushfstring(L, "cannot run %s: %s", program(L), strerror(error));
  lua_replace(L, -2);
  lua_pushinteger(L, error);
  return 3;
}

/* Makes an execution of the options at 2, at 4. */
static Execution *new_execution(lua_State *L) {
  Execution *e = ldk_new(L, &ldk_process_class, sizeof *e, EXECUTION_ANCHORS);
  e->timeout = seconds_option(L, "timeout");
  e->process.out.limit = e->process.err.limit = limit_option(L);
  take_input(L, &e->process);
  if (e->timeout > 0)
    e->deadline = dk_now() + e->timeout;
  return e;
}

int ldk_execute(lua_State *L) {
  dk_Command command = {.listener = -1};
  Execution *e;
  int error;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  if (lua_isnil(L, 2)) {
    lua_newtable(L);
    lua_replace(L, 2);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_optstring(L, 3, NULL);
  e = new_execution(L);
  if (lua_rawlen(L, 1) == 0)
    return ldk_fail_argument(L, LABEL(L), "argv: expected a program");
  command.env = push_environment(L);
  command.argv = push_array(L, 1, "argv");
  error = dk_process_start(&e->process, ldk_transport(L), &command);
  if (error != 0)
    return not_started(L, error);
  lua_settop(L, 4);
  return execute_k(L, LUA_OK, 0);
}

/* ---- the class ---- */

static int process_gc(lua_State *L) {
  Execution *e = ldk_cast(L, 1, &ldk_process_class);
  dk_process_free(&e->process);
  return 0;
}

static const luaL_Reg process_metamethods[] = {
    {"__close", process_gc},
    {"__gc", process_gc},
    {NULL, NULL},
};

const ldk_Class ldk_process_class = {"moonsail.process", NULL,
                                     process_metamethods};
