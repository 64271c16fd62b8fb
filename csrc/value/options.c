/* SPDX-License-Identifier: MIT
 * The options of a call while its request is being written. */
#include "value/options.h"

#include <lauxlib.h>
#include <string.h>
#include <strings.h>

#include "bytes/memory.h"
#include "bytes/url.h"
#include "value/encode.h"
#include "value/error.h"
#include "value/kit.h"
#include "value/packer.h"
#include "value/write.h"

void ldk_options_begin(lua_State *L, ldk_Options *o, int table,
                       const char *label) {
  memset(o, 0, sizeof *o);
  luaL_checkstack(L, 24, "options");
  o->call = ldk_new_call(L, label);
  o->call_at = lua_gettop(L);
  o->e.L = L;
  o->e.method = o->call->label;
  o->e.needs = &o->call->needs;
  o->table = table;
  o->keys = ldk_map_keys(&o->e, table, NULL, &o->count);
  o->keys_at = lua_gettop(L);
  o->found =
      lua_newuserdatauv(L, (size_t)(o->count + 1) * sizeof *o->found, 0);
  o->text = ldk_new_buffer(L);
  o->e.out = o->text;
}

int ldk_push_option(ldk_Options *o, ldk_Owner owner, uint16_t row) {
  int i;
  for (i = 0; i < o->count; i++) {
    if (o->found[i].owner != owner || o->found[i].row != row)
      continue;
    ldk_push_keyed(o->e.L, o->table, o->keys_at, &o->keys[i]);
    if (!ldk_is_null(o->e.L, -1))
      return 1;
    lua_pop(o->e.L, 1);
  }
  return 0;
}

/* ---- the call's own options ---- */

const char *const ldk_own_names[LDK_N_OWN] = {
    [LDK_TIMEOUT] = "timeout",
    [LDK_CONNECT_TIMEOUT] = "connect_timeout",
    [LDK_IDLE_TIMEOUT] = "idle_timeout",
    [LDK_RAW] = "raw",
    [LDK_EXTRA] = "extra",
    [LDK_BODY] = "body",
    [LDK_BODY_FILE] = "body_file",
};

ldk_Own ldk_find_own(const char *name) {
  int i = 0;
  while (i < LDK_N_OWN && strcmp(ldk_own_names[i], name) != 0)
    i++;
  return (ldk_Own)i;
}

static void take_limit(ldk_Options *o, ldk_Own own, double *limit) {
  lua_State *L = o->e.L;
  ldk_Path path = {NULL, ldk_own_names[own], NULL, 0};
  if (!ldk_push_option(o, LDK_OWN, own))
    return;
  if (lua_type(L, -1) == LUA_TNUMBER)
    *limit = lua_tonumber(L, -1);
  else if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
    *limit = 0;
  else
    ldk_complain_type(&o->e, -1, &path, "seconds or false");
  if (!(*limit >= 0)) /* or not a number? */
    ldk_complain(&o->e, &path, "expected 0 seconds or more");
  lua_pop(L, 1);
}

void ldk_take_settings(ldk_Options *o) {
  ldk_Path path = {NULL, ldk_own_names[LDK_RAW], NULL, 0};
  take_limit(o, LDK_TIMEOUT, &o->call->timeout);
  take_limit(o, LDK_CONNECT_TIMEOUT, &o->call->connect_timeout);
  take_limit(o, LDK_IDLE_TIMEOUT, &o->call->idle_timeout);
  if (!ldk_push_option(o, LDK_OWN, LDK_RAW))
    return;
  if (!lua_isboolean(o->e.L, -1))
    ldk_complain_type(&o->e, -1, &path, "boolean");
  o->call->raw = lua_toboolean(o->e.L, -1);
  lua_pop(o->e.L, 1);
}

/* Pushes an own option that is a string. [-0, +(0|1)] */
static const char *push_own_string(ldk_Options *o, ldk_Own own,
                                   size_t *length) {
  ldk_Path path = {NULL, ldk_own_names[own], NULL, 0};
  if (!ldk_push_option(o, LDK_OWN, own))
    return NULL;
  if (lua_type(o->e.L, -1) != LUA_TSTRING)
    ldk_complain_type(&o->e, -1, &path, "string");
  return lua_tolstring(o->e.L, -1, length);
}

static void take_file(ldk_Options *o, const char *name, size_t length) {
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY_FILE], NULL, 0};
  if (memchr(name, '\0', length) != NULL)
    ldk_complain(&o->e, &path, "a path has no NUL in it");
  if (o->call->has_body)
    ldk_complain(&o->e, &path, "there is a body too");
  o->call->body_file = dk_resize(NULL, length + 1);
  if (o->call->body_file == NULL)
    ldk_check(o->e.L, DK_NO_MEMORY);
  memcpy(o->call->body_file, name, length + 1);
  o->call->has_body = 1;
}

int ldk_is_source(lua_State *L, int index) {
  if (lua_isfunction(L, index) ||
      luaL_testudata(L, index, LUA_FILEHANDLE) != NULL ||
      ldk_test(L, index, &ldk_packer_class) != NULL)
    return 1;
  if (luaL_getmetafield(L, index, "__call") == LUA_TNIL)
    return 0;
  lua_pop(L, 1);
  return 1;
}

/* Takes the body on top. [-1, +0] */
static void take_body(ldk_Options *o) {
  lua_State *L = o->e.L;
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY], NULL, 0};
  size_t length;
  const char *bytes;
  o->call->has_body = 1;
  if (ldk_is_source(L, -1)) {
    o->call->has_source = 1;
    ldk_anchor(L, o->call_at, LDK_CALL_SOURCE);
    return;
  }
  if (lua_type(L, -1) != LUA_TSTRING)
    ldk_complain_type(&o->e, -1, &path,
                      "string, open file, stream or function");
  bytes = lua_tolstring(L, -1, &length);
  ldk_check(L, dk_buffer_append(&o->call->body, bytes, length));
  lua_pop(L, 1);
}

int ldk_take_bytes(ldk_Options *o) {
  lua_State *L = o->e.L;
  size_t length;
  const char *bytes;
  if (ldk_push_option(o, LDK_OWN, LDK_BODY))
    take_body(o);
  bytes = push_own_string(o, LDK_BODY_FILE, &length);
  if (bytes != NULL) {
    take_file(o, bytes, length);
    lua_pop(L, 1);
  }
  return o->call->has_body;
}

/* ---- the query ---- */

void ldk_put_query(ldk_Options *o, const char *key, size_t length) {
  dk_Buffer *target = &o->call->target;
  int begun =
      target->length > 0 && memchr(target->data, '?', target->length) != NULL;
  ldk_check(o->e.L, dk_buffer_byte(target, begun ? '&' : '?'));
  ldk_check(o->e.L, dk_url_query(target, key, length));
  ldk_check(o->e.L, dk_buffer_byte(target, '='));
  ldk_check(o->e.L, dk_url_query(target, o->text->data, o->text->length));
}

static void put_one_query(ldk_Options *o, int index, const char *key,
                          size_t length, uint16_t type, const ldk_Path *path) {
  dk_buffer_clear(o->text);
  o->e.out = o->text;
  ldk_encode_text(&o->e, index, type, path);
  ldk_put_query(o, key, length);
}

void ldk_put_queries(ldk_Options *o, int index, const char *key, size_t length,
                     uint16_t type, const ldk_Path *path) {
  lua_State *L = o->e.L;
  lua_Integer i, n = lua_istable(L, index) ? ldk_list_length(L, index) : -1;
  if (n < 0) {
    put_one_query(o, index, key, length, type, path);
    return;
  }
  for (i = 1; i <= n; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    lua_rawgeti(L, index, i);
    put_one_query(o, lua_gettop(L), key, length, type, &step);
    lua_pop(L, 1);
  }
}

void ldk_put_entry(ldk_Options *o, const ldk_Key *k, const ldk_Path *path) {
  ldk_put_queries(o, lua_gettop(o->e.L), k->text, k->length, DK_NONE, path);
}

/* ---- tables of entries ---- */

void ldk_each_entry(ldk_Options *o, uint16_t row, const char *name,
                    ldk_Put *put) {
  lua_State *L = o->e.L;
  ldk_Path path = {NULL, name, NULL, 0};
  const ldk_Key *keys;
  int i, count, table;
  if (!ldk_push_option(o, LDK_OWN, row))
    return;
  table = lua_gettop(L);
  keys = ldk_map_keys(&o->e, table, &path, &count);
  for (i = 0; i < count; i++) {
    ldk_Path step = {&path, NULL, keys[i].text, 0};
    ldk_push_keyed(L, table, table + 1, &keys[i]);
    put(o, &keys[i], &step);
    lua_settop(L, table + 1);
  }
  lua_settop(L, table - 1);
}

/* ---- headers ---- */

/* A line end would begin another header. */
static int breaks_header(const char *bytes, size_t length) {
  return memchr(bytes, '\r', length) != NULL ||
         memchr(bytes, '\n', length) != NULL ||
         memchr(bytes, '\0', length) != NULL;
}

void ldk_put_header(ldk_Options *o, const char *name, const ldk_Path *path) {
  dk_Buffer *headers = &o->call->headers;
  ldk_check(o->e.L, dk_buffer_terminate(o->text));
  if (breaks_header(o->text->data, o->text->length))
    ldk_complain(&o->e, path, "a header has no line end and no NUL in it");
  ldk_check(o->e.L, dk_buffer_text(headers, name));
  ldk_check(o->e.L, dk_buffer_text(headers, ": "));
  ldk_check(o->e.L, dk_buffer_append(headers, o->text->data, o->text->length));
  ldk_check(o->e.L, dk_buffer_byte(headers, '\0'));
}

int ldk_has_header(const ldk_Call *call, const char *name) {
  size_t length = strlen(name), at = 0;
  while (at < call->headers.length) {
    const char *header = call->headers.data + at;
    if (strncasecmp(header, name, length) == 0 && header[length] == ':')
      return 1;
    at += strlen(header) + 1;
  }
  return 0;
}

void ldk_put_type(ldk_Options *o, const char *type) {
  if (ldk_has_header(o->call, "Content-Type"))
    return;
  dk_buffer_clear(o->text);
  ldk_check(o->e.L, dk_buffer_text(o->text, type));
  ldk_put_header(o, "Content-Type", NULL);
}
