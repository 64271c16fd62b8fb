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
#include "value/error.h"

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
/* Those whose queries may: addresses with a password, build arguments. */
static const char *const secret_queries[] = {"ImageBuild", "ImageCreate"};

static const char *const secret_headers[] = {
    "x-registry-auth", "x-registry-config",
    "authorization",   "proxy-authorization",
    "cookie",
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static int is_among(const char *name, const char *const *rows, size_t n) {
  size_t i;
  for (i = 0; name != NULL && i < n; i++)
    if (strcasecmp(name, rows[i]) == 0)
      return 1;
  return 0;
}

/* Whether a path, up to its query, is of a form: "/containers/{id}/json". */
static int fits(const char *path, const char *form) {
  for (;;) {
    size_t n = strcspn(path, "/?"), m = strcspn(form, "/");
    if (*form != '{' && (n != m || memcmp(path, form, n) != 0))
      return 0;
    path += n;
    form += m;
    if (*path != '/' || *form != '/')
      return *path != '/' && *form == '\0';
    path++;
    form++;
  }
}

/* The path that was asked for, without its version. */
static const char *plain_path(const ldk_Exchange *x) {
  const char *path = ldk_record_target(x);
  size_t digits;
  if (strncmp(path, "/v1.", 4) != 0)
    return path;
  digits = strspn(path + 4, "0123456789");
  return path[4 + digits] == '/' ? path + 4 + digits : path;
}

/* The id of the operation, which a free request may be as well. */
static const char *operation_of(const ldk_Exchange *x) {
  const char *id = ldk_record_operation(x);
  const char *path = plain_path(x), *method = ldk_record_method(x);
  uint16_t i;
  for (i = 0; id == NULL && i < dk_n_operations; i++)
    if (strcasecmp(method, dk_text(dk_operations[i].method)) == 0 &&
        fits(path, dk_text(dk_operations[i].path)))
      id = dk_text(dk_operations[i].id);
  return id;
}

/* Pushes the address and the path, and the query where it holds no secret.
 * [-0, +1] */
static void push_url(lua_State *L, const ldk_Exchange *x, const char *id) {
  const char *address = x->session->endpoint.address;
  const char *target = ldk_record_target(x);
  size_t length = strlen(target);
  if (is_among(id, secret_queries, COUNT(secret_queries)))
    length = strcspn(target, "?");
  lua_pushstring(L, address != NULL ? address : "");
  lua_pushlstring(L, target, length);
  lua_concat(L, 2);
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
    ldk_push_blanked(L, bytes, length, BODY_BYTES);
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
  const char *id = operation_of(x);
  set_number(L, "started", x->started);
  set_number(L, "ended", x->ended);
  set_text(L, "operation", ldk_record_operation(x));
  set_text(L, "method", call->label);
  set_text(L, "http_method", ldk_record_method(x));
  push_url(L, x, id);
  lua_setfield(L, -2, "url");
  push_request_headers(L, call);
  lua_setfield(L, -2, "request_headers");
  if (ldk_record_is_fed(x)) {
    lua_pushinteger(L, (lua_Integer)x->source.fed);
    lua_setfield(L, -2, "request_size");
  } else if (call->has_body) {
    set_body(L, "request_body", call->body.data, call->body.length,
             is_among(id, secret_requests, COUNT(secret_requests)));
  }
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
             is_among(operation_of(x), secret_answers, COUNT(secret_answers)));
}

/* Lua: calls a function with what is known of an exchange; the third argument
 * is the error, or nil. */
static int report(lua_State *L) {
  const ldk_Exchange *x = lua_touserdata(L, 2);
  lua_pushvalue(L, 1);
  lua_newtable(L);
  describe_request(L, x);
  describe_answer(L, x);
  lua_pushvalue(L, 3);
  lua_setfield(L, -2, "error");
  lua_call(L, 1, 0);
  return 0;
}

int ldk_hook_call(lua_State *L, int index, int error) {
  luaL_checkstack(L, 8, NULL);
  index = lua_absindex(L, index);
  lua_pushcfunction(L, report);
  ldk_push_anchor(L, index, LDK_EXCHANGE_CLIENT);
  if (ldk_push_anchor(L, -1, LDK_SESSION_HOOK) == LUA_TNIL) {
    lua_pop(L, 3);
    return 0;
  }
  lua_replace(L, -2);
  lua_pushvalue(L, index);
  if (error != 0)
    lua_pushvalue(L, error);
  else
    lua_pushnil(L);
  return lua_pcall(L, 3, 0, 0) != LUA_OK;
}
