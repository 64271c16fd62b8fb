/* SPDX-License-Identifier: MIT
 * What becomes of an answer: a typed value, a stream, or an error. */
#include "run/answer.h"

#include <string.h>
#include <strings.h>

#include "bytes/queue.h"
#include "model/model.h"
#include "run/document.h"
#include "run/exchange.h"
#include "run/feed.h"
#include "run/headers.h"
#include "run/stream.h"
#include "value/decode.h"
#include "value/error.h"

/* ---- values ---- */

static int is_good(const dk_Transfer *t) {
  return t->state != DK_FAILED && t->status < 300;
}

static int is_json(const dk_Transfer *t) {
  const char *type = dk_transfer_header(t, "Content-Type");
  return type != NULL && strncasecmp(type, "application/json", 16) == 0 &&
         strchr("; ", type[16]) != NULL;
}

/* Pushes the answer to a free request. [-0, +1] */
static void push_free(lua_State *L, const ldk_Exchange *x) {
  const dk_Transfer *t = x->transfer;
  const char *bytes = dk_queue_bytes(&t->body);
  size_t length = dk_queue_length(&t->body);
  lua_createtable(L, 0, 3);
  lua_pushinteger(L, t->status);
  lua_setfield(L, -2, "status");
  ldk_push_headers(L, t);
  lua_setfield(L, -2, "headers");
  if (is_json(t) && length > 0)
    ldk_decode_raw(L, bytes, length, "the answer");
  else
    lua_pushlstring(L, bytes, length);
  lua_setfield(L, -2, "body");
}

/* Pushes what an answer without a body has in its head. [-0, +1] */
static void push_head(lua_State *L, const ldk_Exchange *x) {
  ldk_document_decode_head(L, x);
  if (lua_isnil(L, -1))
    ldk_fail_with(L, "protocol", "the answer has no header %s",
                  dk_text(x->response->header));
}

/* Pushes the answer to an operation, by its row. [-0, +1] */
static void push_typed(lua_State *L, const ldk_Exchange *x) {
  const dk_Response *r = x->response;
  const char *bytes = dk_queue_bytes(&x->transfer->body);
  size_t length = dk_queue_length(&x->transfer->body);
  if (r != NULL && r->answer == DK_PLAIN_TEXT)
    lua_pushlstring(L, bytes, length);
  else if (ldk_document_in_head(x))
    push_head(L, x);
  else if (r == NULL || r->answer == DK_NOTHING || length == 0)
    lua_pushboolean(L, 1);
  else
    ldk_document_decode(L, x, bytes, length);
}

/* Lua: the value of the exchange given, as its caller wants it. */
static int value_of(lua_State *L) {
  ldk_Exchange *x = lua_touserdata(L, 1);
  if (x->call->operation == NULL) {
    push_free(L, x);
    return 1;
  }
  if (x->transfer->status == 304) {
    lua_pushboolean(L, 0);
    return 1;
  }
  push_typed(L, x);
  return x->finish != NULL ? x->finish(L, x, 1) : 1;
}

static int results(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  int unchanged = x->transfer->status == 304;
  if (!is_good(x->transfer) && !unchanged)
    return ldk_exchange_raise(L, index);
  ldk_exchange_hold(x);
  lua_pushcfunction(L, value_of);
  lua_pushvalue(L, index);
  ldk_document_call(L, index, 1);
  ldk_exchange_let_go(x);
  ldk_exchange_end(L, index, 0);
  return 1;
}

/* Lua: what the head of the answer says of the stream, for the exchange
 * given. */
static int head_of(lua_State *L) {
  ldk_document_decode_head(L, lua_touserdata(L, 1));
  return 1;
}

/* Pushes the stream, of which there is one, and the document in the head,
 * where there is to be one. */
static int push_stream(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  if (x->given)
    return ldk_fail_with(L, "closed", "the stream was given already");
  x->given = 1;
  lua_pushvalue(L, index);
  ldk_stream_new(L);
  if (!ldk_document_in_head(x))
    return 1;
  lua_pushcfunction(L, head_of);
  lua_pushvalue(L, index);
  ldk_document_call(L, index, 1);
  return 2;
}

/* The context of the continuation: the index of the exchange, and whether its
 * head is all that is waited for. */
static int answer_k(lua_State *L, int status, lua_KContext context) {
  int index = (int)(context >> 1), head_only = (int)(context & 1);
  ldk_Exchange *x = lua_touserdata(L, index);
  (void)status;
  for (;;) {
    if (!ldk_exchange_headed(L, index)) {
      ldk_feed_wait(L, index, 0, context, answer_k);
    } else if (head_only &&
               (is_good(x->transfer) || ldk_exchange_streams(x))) {
      lua_pushvalue(L, index);
      return 1;
    } else if (ldk_exchange_streams(x)) {
      return push_stream(L, index);
    } else if (!ldk_exchange_complete(x)) {
      ldk_exchange_wait(L, index, 1, context, answer_k);
    } else if (!ldk_exchange_again(L, index)) {
      return results(L, index);
    }
  }
}

static int answer(lua_State *L, int index, int head_only) {
  lua_KContext context = (lua_KContext)lua_absindex(L, index) << 1;
  return answer_k(L, LUA_OK, context | head_only);
}

int ldk_answer(lua_State *L, int index) {
  return answer(L, index, 0);
}

int ldk_answer_head(lua_State *L, int index) {
  return answer(L, index, 1);
}
