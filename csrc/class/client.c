/* SPDX-License-Identifier: MIT
 * The client: the way to one engine. */
#include "class/client.h"

#include <lauxlib.h>
#include <string.h>

#include "class/bound.h"
#include "class/object.h"
#include "class/show.h"
#include "model/model.h"
#include "run/answer.h"
#include "run/session.h"
#include "value/arguments.h"
#include "value/error.h"

/* The largest number that a setting may be. */
#define LARGEST 1e12

/* ---- any operation ---- */

static const dk_Operation *check_operation(lua_State *L, int index) {
  size_t length;
  const char *name = luaL_checklstring(L, index, &length);
  uint16_t i = dk_find_operation(name, length);
  if (i == DK_NONE)
    ldk_fail_argument(L, NULL, "no operation \"%s\" in the API", name);
  return &dk_operations[i];
}

static int flag(lua_State *L, int index, const char *name, int otherwise) {
  int value = lua_getfield(L, index, name) == LUA_TNIL ? otherwise
                                                       : lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* A number from 1 on, or 0 when there is none. */
static lua_Number number(lua_State *L, int index, const char *name,
                         const char *label) {
  int type = lua_getfield(L, index, name);
  lua_Number value = lua_tonumber(L, -1);
  if (type != LUA_TNIL &&
      (type != LUA_TNUMBER || !(value >= 1) || value > LARGEST))
    ldk_fail_argument(L, label, "%s: expected a number from 1 on", name);
  lua_pop(L, 1);
  return value;
}

/* Settings from a table of tty, chunks, max_line, unlimited, read_only,
 * verbatim, added_timeout. */
static ldk_Settings opt_settings(lua_State *L, int index, const char *label) {
  ldk_Settings s = ldk_no_settings();
  if (lua_isnoneornil(L, index))
    return s;
  luaL_checktype(L, index, LUA_TTABLE);
  s.tty = flag(L, index, "tty", -1);
  s.chunks = flag(L, index, "chunks", 0);
  s.unlimited = flag(L, index, "unlimited", 0);
  s.read_only = flag(L, index, "read_only", 0);
  s.verbatim = flag(L, index, "verbatim", 0);
  s.max_line = (size_t)number(L, index, "max_line", label);
  s.added_timeout = number(L, index, "added_timeout", label);
  return s;
}

/* The arguments that call, begin and launch share: (client, operation
 * [, options [, label [, settings]]]). */
static const dk_Operation *call_arguments(lua_State *L, int *options,
                                          const char **label,
                                          ldk_Settings *settings) {
  const dk_Operation *operation;
  ldk_session(L, 1);
  operation = check_operation(L, 2);
  *options = lua_isnoneornil(L, 3) ? 0 : 3;
  if (*options)
    luaL_checktype(L, 3, LUA_TTABLE);
  *label = luaL_optstring(L, 4, dk_text(operation->name));
  *settings = opt_settings(L, 5, *label);
  return operation;
}

int ldk_client_call(lua_State *L) {
  int options;
  const char *label;
  ldk_Settings settings;
  const dk_Operation *operation =
      call_arguments(L, &options, &label, &settings);
  return ldk_perform(L, 1, operation, options, label, settings, NULL, NULL);
}

int ldk_client_check(lua_State *L) {
  int options;
  const char *label;
  ldk_Settings settings;
  const ldk_Session *s = ldk_session(L, 1);
  const dk_Operation *operation =
      call_arguments(L, &options, &label, &settings);
  const ldk_Call *call = ldk_arguments(L, operation, options, label);
  if (s->version == 0)
    return 0;
  ldk_check_version(L, call, s->version);
  lua_pushinteger(L, s->version);
  return 1;
}

/* Sends the call that the arguments stand for, and pushes it. [-0, +n] */
static void send_call(lua_State *L) {
  int options;
  const char *label;
  ldk_Settings settings;
  const dk_Operation *operation =
      call_arguments(L, &options, &label, &settings);
  ldk_arguments(L, operation, options, label);
  ldk_exchange_new(L, 1, &settings);
}

int ldk_client_begin(lua_State *L) {
  send_call(L);
  return ldk_answer_head(L, lua_gettop(L));
}

int ldk_client_launch(lua_State *L) {
  send_call(L);
  return 1;
}

/* An operation of client.api. Upvalues: its row, its label, the client. */
static int api_call(lua_State *L) {
  const dk_Operation *operation = lua_touserdata(L, lua_upvalueindex(1));
  const char *label = lua_tostring(L, lua_upvalueindex(2));
  int options = lua_isnoneornil(L, 1) ? 0 : 1;
  if (options && !lua_istable(L, 1))
    return ldk_fail_argument(L, label, "expected a table of options, got %s",
                             ldk_type_name(L, 1));
  lua_settop(L, 1);
  lua_pushvalue(L, lua_upvalueindex(3));
  return ldk_perform(L, -1, operation, options, label, ldk_no_settings(), NULL,
                     NULL);
}

/* Pushes the table of all operations, by their snake_case names, of the
 * client at 1. [-0, +1] */
static void push_api(lua_State *L) {
  uint16_t i;
  lua_createtable(L, 0, dk_n_operations);
  for (i = 0; i < dk_n_operations; i++) {
    const dk_Operation *operation = &dk_operations[i];
    lua_pushlightuserdata(L, (void *)operation);
    lua_pushfstring(L, "api.%s", dk_text(operation->name));
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, api_call, 3);
    lua_setfield(L, -2, dk_text(operation->name));
  }
  ldk_mark_api(L);
}

/* ---- methods ---- */

int ldk_client_make(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  ldk_session_new(L, 1);
  return 1;
}

/* Calls the ping of the client at 1, with the options at an index or 0. */
static int ping(lua_State *L, int options, const char *label,
                ldk_Finish *finish) {
  static const char id[] = "SystemPing";
  uint16_t i = dk_find_operation(id, sizeof id - 1);
  return ldk_perform(L, 1, &dk_operations[i], options, label,
                     ldk_no_settings(), finish, NULL);
}

static int finish_ping(lua_State *L, ldk_Exchange *x, int index) {
  (void)x;
  (void)index;
  lua_pushboolean(L, 1);
  return 1;
}

/* client:ping([options]) → true. */
static int client_ping(lua_State *L) {
  static const char label[] = "client:ping";
  ldk_session(L, 1);
  if (lua_gettop(L) == 1)
    return ping(L, 0, label, finish_ping);
  ldk_gather_options(L, 2, "", label);
  return ping(L, lua_gettop(L), label, finish_ping);
}

static int push_version(lua_State *L, const ldk_Session *s) {
  lua_pushfstring(L, "1.%d", s->version);
  return 1;
}

static int finish_version(lua_State *L, ldk_Exchange *x, int index) {
  (void)index;
  if (x->session->version != 0)
    return push_version(L, x->session);
  ldk_session_push_too_old(L, x->session, x->call->label);
  return ldk_raise(L);
}

/* client:api_version() → "1.41": the version that is spoken with the engine;
 * asks it when that is not known yet. */
static int client_api_version(lua_State *L) {
  const ldk_Session *s = ldk_session(L, 1);
  if (s->version != 0)
    return push_version(L, s);
  return ping(L, 0, "client:api_version", finish_version);
}

/* client:request{method, path, query, body, headers} → {status, headers,
 * body}. */
static int client_request(lua_State *L) {
  static const char label[] = "client:request";
  ldk_Settings settings = ldk_no_settings();
  ldk_session(L, 1);
  if (!lua_istable(L, 2))
    return ldk_fail_argument(L, label, "expected a table of options, got %s",
                             ldk_type_name(L, 2));
  ldk_free_arguments(L, 2, label);
  ldk_exchange_new(L, 1, &settings);
  return ldk_answer(L, lua_gettop(L));
}

static int client_close(lua_State *L) {
  ldk_session_close(L, ldk_cast(L, 1, &ldk_client_class));
  return 0;
}

static int client_gc(lua_State *L) {
  ldk_session_free(L, ldk_cast(L, 1, &ldk_client_class));
  return 0;
}

/* Shows what can be done with it. */
static int client_tostring(lua_State *L) {
  ldk_cast(L, 1, &ldk_client_class);
  return ldk_show(L, LDK_SHOW_METHODS, "client") ? 1 : ldk_object_title(L);
}

/* ---- collections ---- */

/* Pushes what a client has under a name besides methods, newly made; nil
 * when there is nothing. [-0, +1] */
static void make_part(lua_State *L, const char *name) {
  const ldk_Class *c = ldk_object_class(name);
  if (strcmp(name, "api") == 0)
    push_api(L);
  else if (ldk_is_collection(c))
    ldk_collection_new(L, c, 1);
  else
    lua_pushnil(L);
}

/* Pushes the table of the parts made so far of the client at 1. [-0, +1] */
static void push_parts(lua_State *L) {
  if (ldk_push_anchor(L, 1, LDK_SESSION_PARTS) != LUA_TNIL)
    return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  ldk_anchor(L, 1, LDK_SESSION_PARTS);
}

/* client.NAME: a method, or a collection, made when first asked for. The
 * upvalue is the table of methods. */
static int client_index(lua_State *L) {
  ldk_cast(L, 1, &ldk_client_class);
  lua_settop(L, 2);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
    return 1;
  if (lua_type(L, 2) != LUA_TSTRING)
    return 1;
  push_parts(L);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TNIL)
    return 1;
  lua_pop(L, 1);
  make_part(L, lua_tostring(L, 2));
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, -4);
  return 1;
}

/* ---- the class ---- */

static const luaL_Reg client_methods[] = {
    {"api_version", client_api_version},
    {"close", client_close},
    {"ping", client_ping},
    {"request", client_request},
    {NULL, NULL},
};

static const luaL_Reg client_metamethods[] = {
    {"__close", client_close},
    {"__gc", client_gc},
    {"__tostring", client_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_client_class = {"moonsail.client", client_methods,
                                    client_metamethods};

void ldk_client_open(lua_State *L) {
  ldk_class_open(L, &ldk_client_class);
  ldk_bind(L, &ldk_client_class);
  ldk_class_methods(L, &ldk_client_class);
  lua_pushcclosure(L, client_index, 1);
  ldk_class_set_index(L, &ldk_client_class);
}
