/* SPDX-License-Identifier: MIT
 * A JSON document of an answer as a Lua value. */
#include "run/document.h"

#include <string.h>

#include "bytes/base64.h"
#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "run/exchange.h"
#include "value/decode.h"
#include "value/error.h"

/* The row of the type of what is taken as it comes. */
#define ANY_TYPE 0

int ldk_document_is_raw(const ldk_Exchange *x) {
  return x->call->raw >= 0 ? x->call->raw : x->session->raw;
}

void ldk_document_decode(lua_State *L, const ldk_Exchange *x,
                         const char *bytes, size_t length) {
  const char *id = ldk_record_operation(x);
  if (x->settings.verbatim)
    ldk_decode(L, bytes, length, ANY_TYPE, id);
  else if (ldk_document_is_raw(x))
    ldk_decode_raw(L, bytes, length, id);
  else
    ldk_decode(L, bytes, length, x->response->type, id);
}

int ldk_document_in_head(const ldk_Exchange *x) {
  return x->response != NULL && dk_text_length(x->response->header) > 0;
}

/* Making the buffer may run a finalizer that ends the exchange: what is in
 * the head is looked for afterwards. */
void ldk_document_decode_head(lua_State *L, const ldk_Exchange *x) {
  const char *name = dk_text(x->response->header);
  dk_Buffer *json = ldk_new_buffer(L);
  const char *text =
      x->transfer != NULL ? dk_transfer_header(x->transfer, name) : NULL;
  int result = text != NULL ? dk_base64_read(json, text, strlen(text)) : DK_OK;
  ldk_check(L, result);
  if (result == DK_MALFORMED)
    ldk_fail_with(L, "protocol", "the header %s is not base64", name);
  if (json->length > 0)
    ldk_document_decode(L, x, json->data, json->length);
  else
    lua_pushnil(L);
  lua_remove(L, -2);
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
