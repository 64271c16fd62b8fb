/* SPDX-License-Identifier: MIT
 * A JSON document of an answer as a Lua value. */
#include "run/document.h"

#include "run/exchange.h"
#include "value/decode.h"

int ldk_document_is_raw(const ldk_Exchange *x) {
  return x->call->raw >= 0 ? x->call->raw : x->session->raw;
}

void ldk_document_decode(lua_State *L, const ldk_Exchange *x,
                         const char *bytes, size_t length) {
  const char *id = ldk_record_operation(x);
  if (ldk_document_is_raw(x))
    ldk_decode_raw(L, bytes, length, id);
  else
    ldk_decode(L, bytes, length, x->response->type, id);
}

/* Says of the error on top, made where only bytes were known, which call it
 * is about. */
static void complete_error(lua_State *L, const ldk_Exchange *x) {
  if (!lua_istable(L, -1))
    return;
  lua_pushstring(L, ldk_record_operation(x));
  lua_setfield(L, -2, "operation");
  lua_pushstring(L, x->call->label);
  lua_setfield(L, -2, "method");
}

void ldk_document_call(lua_State *L, int index, int n) {
  if (lua_pcall(L, n, 1, 0) == LUA_OK)
    return;
  complete_error(L, lua_touserdata(L, index));
  ldk_exchange_fail(L, index);
}

/* Lua: the value of a document (a string) of the exchange given. */
static int document_of(lua_State *L) {
  size_t length;
  const char *bytes = lua_tolstring(L, 2, &length);
  ldk_document_decode(L, lua_touserdata(L, 1), bytes, length);
  return 1;
}

void ldk_document_push(lua_State *L, int index) {
  index = lua_absindex(L, index);
  lua_pushcfunction(L, document_of);
  lua_insert(L, -2);
  lua_pushvalue(L, index);
  lua_insert(L, -2);
  ldk_document_call(L, index, 2);
}
