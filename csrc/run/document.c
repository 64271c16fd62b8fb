/* SPDX-License-Identifier: MIT
 * A JSON document of an answer as a Lua value. */
#include "run/document.h"

#include "model/model.h"
#include "run/exchange.h"
#include "value/decode.h"

int ldk_document_is_raw(const ldk_Exchange *x) {
  return x->call->raw >= 0 ? x->call->raw : x->session->raw;
}

void ldk_document_decode(lua_State *L, const ldk_Exchange *x,
                         const char *bytes, size_t length) {
  const char *id = dk_text(x->call->operation->id);
  if (ldk_document_is_raw(x))
    ldk_decode_raw(L, bytes, length, id);
  else
    ldk_decode(L, bytes, length, x->response->type, id);
}

/* Says of the error on top, made where only bytes were known, which call it
 * is about. */
static void complete_error(lua_State *L, const ldk_Exchange *x) {
  const dk_Operation *o = x->call->operation;
  if (!lua_istable(L, -1))
    return;
  lua_pushstring(L, o != NULL ? dk_text(o->id) : NULL);
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

typedef struct Document {
  const char *bytes;
  size_t length;
} Document;

/* Lua: the value of a document (a light pointer) of the exchange given. */
static int document_of(lua_State *L) {
  const Document *d = lua_touserdata(L, 2);
  ldk_document_decode(L, lua_touserdata(L, 1), d->bytes, d->length);
  return 1;
}

void ldk_document_push(lua_State *L, int index, const char *bytes,
                       size_t length) {
  Document d = {bytes, length};
  index = lua_absindex(L, index);
  lua_pushcfunction(L, document_of);
  lua_pushvalue(L, index);
  lua_pushlightuserdata(L, &d);
  ldk_document_call(L, index, 2);
}
