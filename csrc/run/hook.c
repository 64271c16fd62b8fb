/* SPDX-License-Identifier: MIT
 * The hook on_result. */
#include "run/hook.h"

#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "bytes/queue.h"
#include "model/model.h"
#include "run/headers.h"
#include "run/record.h"

/* Of a body, this much is given. */
#define BODY_BYTES 65536

#define BLANKED "(blanked)"

/* Operations whose bodies carry a password, a token, a key or a secret. */
static const char *const secret_requests[] = {
    "SystemAuth",  "SwarmInit",    "SwarmJoin",    "SwarmUnlock",
    "SwarmUpdate", "SecretCreate", "SecretUpdate",
};
static const char *const secret_answers[] = {
    "SystemAuth",
    "SwarmInspect",
    "SwarmUnlockkey",
    "SwarmInit",
};
static const char *const secret_headers[] = {
    "x-registry-auth",
    "x-registry-config",
    "authorization",
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int is_among(const char *name, const char *const *rows, size_t n) {
  size_t i;
  for (i = 0; name != NULL && i < n; i++)
    if (strcasecmp(name, rows[i]) == 0)
      return 1;
  return 0;
}

static const char *operation_id(const ldk_Exchange *x) {
  const dk_Operation *o = x->call->operation;
  return o != NULL ? dk_text(o->id) : NULL;
}

/* Sets a string field of the table on top, if there is one. */
static void set_text(lua_State *L, const char *field, const char *text) {
  if (text == NULL)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, field);
}

/* Sets a body, or what stands for it, in the table on top. */
static void set_body(lua_State *L, const char *field, const char *bytes,
                     size_t length, int secret) {
  if (secret)
    lua_pushliteral(L, BLANKED);
  else
    lua_pushlstring(L, bytes, length < BODY_BYTES ? length : BODY_BYTES);
  lua_setfield(L, -2, field);
}

static void set_number(lua_State *L, const char *field, double number) {
  lua_pushnumber(L, number);
  lua_setfield(L, -2, field);
}

/* Pushes the headers of the request, credentials blanked. [-0, +1] */
static void push_request_headers(lua_State *L, const ldk_Call *call) {
  const char *at = call->headers.data;
  const char *end = at + call->headers.length;
  lua_newtable(L);
  for (; at < end; at += strlen(at) + 1) {
    const char *colon = strchr(at, ':');
    if (colon == NULL)
      continue;
    lua_pushlstring(L, at, (size_t)(colon - at));
    if (is_among(lua_tostring(L, -1), secret_headers, COUNT(secret_headers)))
      lua_pushliteral(L, BLANKED);
    else
      lua_pushstring(L, colon + 1 + strspn(colon + 1, " "));
    lua_settable(L, -3);
  }
}

static void describe_request(lua_State *L, const ldk_Exchange *x) {
  const ldk_Call *call = x->call;
  const char *id = operation_id(x);
  const char *address = x->session->endpoint.address;
  set_number(L, "started", x->started);
  set_number(L, "ended", x->ended);
  set_text(L, "operation", id);
  set_text(L, "method", call->label);
  set_text(L, "http_method",
           call->operation != NULL ? dk_text(call->operation->method)
                                   : call->method);
  lua_pushfstring(L, "%s%s", address != NULL ? address : "",
                  x->target.data != NULL ? x->target.data : "/_ping");
  lua_setfield(L, -2, "url");
  push_request_headers(L, call);
  lua_setfield(L, -2, "request_headers");
  if (call->has_body && call->body_file == NULL)
    set_body(L, "request_body", call->body.data, call->body.length,
             is_among(id, secret_requests, COUNT(secret_requests)));
}

static void describe_answer(lua_State *L, const ldk_Exchange *x) {
  const dk_Transfer *t = x->transfer;
  if (t == NULL || t->state < DK_ANSWERED || t->status == 0)
    return;
  lua_pushinteger(L, t->status);
  lua_setfield(L, -2, "status");
  ldk_push_headers(L, t);
  lua_setfield(L, -2, "headers");
  if (t->state == DK_FINISHED && dk_queue_length(&t->body) > 0)
    set_body(L, "response_body", dk_queue_bytes(&t->body),
             dk_queue_length(&t->body),
             is_among(operation_id(x), secret_answers, COUNT(secret_answers)));
}

void ldk_hook_call(lua_State *L, int index, int error) {
  const ldk_Exchange *x = lua_touserdata(L, index);
  luaL_checkstack(L, 12, NULL);
  ldk_push_anchor(L, index, LDK_EXCHANGE_CLIENT);
  if (ldk_push_anchor(L, -1, LDK_SESSION_HOOK) == LUA_TNIL) {
    lua_pop(L, 2);
    return;
  }
  lua_newtable(L);
  describe_request(L, x);
  describe_answer(L, x);
  if (error != 0) {
    lua_pushvalue(L, error);
    lua_setfield(L, -2, "error");
  }
  lua_call(L, 1, 0);
  lua_pop(L, 1);
}
