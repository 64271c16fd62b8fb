/* SPDX-License-Identifier: MIT
 * Decoding, encoding and the forms of arguments, as Lua functions. */
#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "bytes/quantity.h"
#include "class/introspect.h"
#include "model/model.h"
#include "value/arguments.h"
#include "value/decode.h"
#include "value/encode.h"
#include "value/error.h"

/* The type that is named at an index; nil: none. */
static uint16_t opt_type(lua_State *L, int index) {
  size_t length;
  const char *name = luaL_optlstring(L, index, NULL, &length);
  uint16_t type;
  if (name == NULL)
    return DK_NONE;
  type = dk_find_type(name, length);
  if (type == DK_NONE)
    ldk_fail_argument(L, NULL, "no type \"%s\" in the API", name);
  return type;
}

int ldk_decode_text(lua_State *L) {
  size_t length;
  uint16_t type = opt_type(L, 1);
  const char *json = luaL_checklstring(L, 2, &length);
  ldk_decode(L, json, length, type, "the text");
  return 1;
}

int ldk_decode_text_raw(lua_State *L) {
  size_t length;
  const char *json = luaL_checklstring(L, 1, &length);
  ldk_decode_raw(L, json, length, "the text");
  return 1;
}

int ldk_encode_value(lua_State *L) {
  ldk_Encoder e;
  uint16_t type = opt_type(L, 1);
  memset(&e, 0, sizeof e);
  luaL_checkany(L, 2);
  e.method = luaL_optstring(L, 3, "encode");
  e.L = L;
  e.out = ldk_new_buffer(L);
  ldk_encode(&e, 2, type == DK_NONE ? 0 : type, NULL);
  lua_pushlstring(L, e.out->data, e.out->length);
  return 1;
}

/* ---- arguments ---- */

static void set_bytes(lua_State *L, const char *field, const dk_Buffer *b) {
  lua_pushlstring(L, b->length > 0 ? b->data : "", b->length);
  lua_setfield(L, -2, field);
}

static void set_headers(lua_State *L, const dk_Buffer *b) {
  const char *at = b->data;
  const char *end = at + b->length;
  lua_Integer i;
  lua_newtable(L);
  for (i = 1; at < end; at += strlen(at) + 1, i++) {
    lua_pushstring(L, at);
    lua_rawseti(L, -2, i);
  }
  lua_setfield(L, -2, "headers");
}

static void set_need(lua_State *L, const char *field, int version,
                     const char *path_field, const char *path) {
  lua_pushinteger(L, version);
  lua_setfield(L, -2, field);
  lua_pushstring(L, path);
  lua_setfield(L, -2, path_field);
}

int ldk_arguments_of(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  const char *label = luaL_optstring(L, 3, name);
  uint16_t i = dk_find_operation(name, length);
  const ldk_Call *call;
  if (i == DK_NONE)
    return ldk_fail_argument(L, NULL, "no operation \"%s\"", name);
  call = ldk_arguments(L, &dk_operations[i], lua_isnoneornil(L, 2) ? 0 : 2,
                       label);
  lua_newtable(L);
  set_bytes(L, "target", &call->target);
  set_headers(L, &call->headers);
  if (call->has_body && !call->has_source)
    set_bytes(L, "body", &call->body);
  lua_pushstring(L, call->body_file);
  lua_setfield(L, -2, "body_file");
  set_need(L, "since", call->needs.since, "since_path",
           call->needs.since_path);
  set_need(L, "until", call->needs.until, "until_path",
           call->needs.until_path);
  return 1;
}

int ldk_gather(lua_State *L) {
  const char *positional = luaL_checkstring(L, 1);
  const char *label = luaL_optstring(L, 2, NULL);
  ldk_gather_options(L, 3, positional, label);
  return 1;
}

/* ---- quantities ---- */

/* Pushes a number that was parsed, or nil and what was expected. */
static int parsed(lua_State *L, int result, long long value,
                  const char *expected) {
  if (result == DK_OK) {
    lua_pushinteger(L, value);
    return 1;
  }
  lua_pushnil(L);
  lua_pushstring(L, expected);
  return 2;
}

int ldk_size(lua_State *L) {
  size_t length;
  long long bytes = 0;
  const char *text = luaL_checklstring(L, 1, &length);
  int result = dk_parse_size(text, length, &bytes);
  return parsed(L, result, bytes, "expected a size such as \"512m\"");
}

int ldk_duration(lua_State *L) {
  size_t length;
  long long ns = 0;
  const char *text = luaL_checklstring(L, 1, &length);
  int result = dk_parse_duration(text, length, &ns);
  return parsed(L, result, ns, "expected a duration such as \"1m30s\"");
}
