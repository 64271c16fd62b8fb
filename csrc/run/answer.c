/* SPDX-License-Identifier: MIT
 * What becomes of an answer: a typed value, a stream, or an error. */
#include "run/answer.h"

#include <lauxlib.h>
#include <string.h>

#include "bytes/queue.h"
#include "model/model.h"
#include "run/headers.h"
#include "run/stream.h"
#include "value/decode.h"
#include "value/error.h"

/* Of an answer that is not the engine's JSON, this much is quoted. */
#define QUOTED_BYTES 500

static const char *operation_id(const ldk_Exchange *x) {
  const dk_Operation *o = x->call->operation;
  return o != NULL ? dk_text(o->id) : NULL;
}

/* ---- errors ---- */

/* What engines mean with some answers is not what their status says. */
static const struct {
  int status;
  const char *words;
  const char *kind;
} meanings[] = {
    {400, "client version", "not_supported"},
    {404, "page not found", "not_supported"},
    {501, "", "not_supported"},
    {503, "does not support", "not_supported"},
};

/* strstr for bytes that need not end in NUL. */
static int contains(const char *bytes, size_t length, const char *words) {
  return memmem(bytes, length, words, strlen(words)) != NULL;
}

int ldk_answer_says(const dk_Transfer *x, const char *words) {
  return contains(dk_queue_bytes(&x->body), dk_queue_length(&x->body), words);
}

static const char *answer_kind(const dk_Transfer *x) {
  size_t i;
  for (i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if (meanings[i].status == x->status &&
        ldk_answer_says(x, meanings[i].words))
      return meanings[i].kind;
  return ldk_status_kind(x->status);
}

static const char *trouble_kind(dk_Trouble trouble) {
  static const char *const kinds[] = {
      [DK_NO_TROUBLE] = "protocol", [DK_CONNECTION] = "connection",
      [DK_TIMEOUT] = "timeout",     [DK_TLS] = "tls",
      [DK_PROTOCOL] = "protocol",   [DK_LIMIT] = "limit",
      [DK_CANCELLED] = "cancelled", [DK_SOURCE] = "argument",
      [DK_MEMORY] = "limit",
  };
  return kinds[trouble];
}

/* Lua: the words of an engine's error document, given as a light pointer to
 * its transfer. */
static int words_of(lua_State *L) {
  const dk_Transfer *x = lua_touserdata(L, 1);
  ldk_decode(L, dk_queue_bytes(&x->body), dk_queue_length(&x->body), DK_NONE,
             "an error");
  if (lua_istable(L, -1)) lua_getfield(L, -1, "message");
  if (lua_type(L, -1) != LUA_TSTRING) lua_pushnil(L);
  return 1;
}

/* Pushes the engine's own words: those of its document, else the text that
 * it sent, else its status. [-0, +1] */
static void push_words(lua_State *L, const dk_Transfer *x) {
  const char *text = dk_queue_bytes(&x->body);
  size_t length = dk_queue_length(&x->body);
  lua_pushcfunction(L, words_of);
  lua_pushlightuserdata(L, (void *)x);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    return;
  lua_pop(L, 1);
  while (length > 0 && strchr(" \r\n\t", text[length - 1]) != NULL) length--;
  if (length == 0)
    lua_pushfstring(L, "HTTP status %d", x->status);
  else
    lua_pushlstring(L, text, length < QUOTED_BYTES ? length : QUOTED_BYTES);
}

/* Pushes where the call went, without the query: it may hold a secret.
 * [-0, +1] */
static void push_place(lua_State *L, const ldk_Exchange *x) {
  const char *address = x->session->endpoint.address;
  const char *target = x->target.data != NULL ? x->target.data : "/_ping";
  lua_pushstring(L, address != NULL ? address : "");
  lua_pushlstring(L, target, strcspn(target, "?"));
  lua_concat(L, 2);
}

void ldk_answer_push_error(lua_State *L, int index) {
  const ldk_Exchange *x = lua_touserdata(L, index);
  const dk_Transfer *t = x->transfer;
  ldk_Failure f;
  memset(&f, 0, sizeof f);
  f.operation = x->stage == LDK_PINGING ? "SystemPing" : operation_id(x);
  f.method = x->call->label;
  push_place(L, x);
  f.url = lua_tostring(L, -1);
  if (t->state == DK_FAILED) {
    f.kind = trouble_kind(t->trouble);
    f.os_error = t->os_error;
    lua_pushstring(L, t->message);
  } else {
    f.kind = answer_kind(t);
    f.status = t->status;
    push_words(L, t);
  }
  f.message = lua_tolstring(L, -1, &f.length);
  ldk_push_failure(L, &f);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

int ldk_answer_fail(lua_State *L, int index) {
  ldk_exchange_end(L, index, lua_gettop(L));
  return ldk_raise(L);
}

int ldk_answer_raise(lua_State *L, int index) {
  ldk_answer_push_error(L, index);
  return ldk_answer_fail(L, index);
}

/* ---- values ---- */

static int is_good(const dk_Transfer *t) {
  return t->state != DK_FAILED && t->status < 300;
}

static int wants_raw(const ldk_Exchange *x) {
  return x->call->raw >= 0 ? x->call->raw : x->session->raw;
}

static int is_json(const dk_Transfer *t) {
  const char *type = dk_transfer_header(t, "Content-Type");
  return type != NULL && strncasecmp(type, "application/json", 16) == 0;
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

/* Pushes the value of a document by the row of the answer. [-0, +1] */
static void push_document(lua_State *L, const ldk_Exchange *x,
                          const char *bytes, size_t length) {
  const char *id = operation_id(x);
  if (wants_raw(x))
    ldk_decode_raw(L, bytes, length, id);
  else
    ldk_decode(L, bytes, length, x->response->type, id);
}

/* Pushes the answer to an operation, by its row. [-0, +1] */
static void push_typed(lua_State *L, const ldk_Exchange *x) {
  const dk_Response *r = x->response;
  const char *bytes = dk_queue_bytes(&x->transfer->body);
  size_t length = dk_queue_length(&x->transfer->body);
  if (r != NULL && r->answer == DK_PLAIN_TEXT)
    lua_pushlstring(L, bytes, length);
  else if (r == NULL || r->answer == DK_NOTHING || length == 0)
    lua_pushboolean(L, 1);
  else
    push_document(L, x, bytes, length);
}

/* Lua: the value of the exchange given. */
static int value_of(lua_State *L) {
  const ldk_Exchange *x = lua_touserdata(L, 1);
  if (x->transfer->status == 304)
    lua_pushboolean(L, 0);
  else if (x->call->operation == NULL)
    push_free(L, x);
  else
    push_typed(L, x);
  return 1;
}

/* Says of the error on top, made where only bytes were known, which call it
 * is about. */
static void complete_error(lua_State *L, const ldk_Exchange *x) {
  if (!lua_istable(L, -1)) return;
  lua_pushstring(L, operation_id(x));
  lua_setfield(L, -2, "operation");
  lua_pushstring(L, x->call->label);
  lua_setfield(L, -2, "method");
}

/* Calls the function below n arguments for one result; what it raises ends
 * the exchange. [-n - 1, +1] */
static void protected_call(lua_State *L, int index, int n) {
  if (lua_pcall(L, n, 1, 0) == LUA_OK) return;
  complete_error(L, lua_touserdata(L, index));
  ldk_answer_fail(L, index);
}

typedef struct Document {
  const char *bytes;
  size_t length;
} Document;

/* Lua: the value of a document (a light pointer) of the exchange given. */
static int document_of(lua_State *L) {
  const Document *d = lua_touserdata(L, 2);
  push_document(L, lua_touserdata(L, 1), d->bytes, d->length);
  return 1;
}

void ldk_answer_document(lua_State *L, int index, const char *bytes,
                         size_t length) {
  Document d = {bytes, length};
  index = lua_absindex(L, index);
  lua_pushcfunction(L, document_of);
  lua_pushvalue(L, index);
  lua_pushlightuserdata(L, &d);
  protected_call(L, index, 2);
}

static int results(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  int unchanged = x->transfer->status == 304;
  int as_it_is = x->finish == NULL || unchanged || wants_raw(x);
  if (!is_good(x->transfer) && !unchanged) return ldk_answer_raise(L, index);
  lua_pushcfunction(L, value_of);
  lua_pushvalue(L, index);
  protected_call(L, index, 1);
  ldk_exchange_end(L, index, 0);
  if (as_it_is) return 1;
  return x->finish(L, x, index);
}

/* Whether the answer, so far a head, is one of many pieces. */
static int gives_stream(const ldk_Exchange *x) {
  return is_good(x->transfer) && x->response != NULL &&
         x->response->answer >= DK_ARCHIVE;
}

static int answer_k(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  ldk_Exchange *x = lua_touserdata(L, index);
  (void)status;
  for (;;) {
    if (!ldk_exchange_headed(L, index)) {
      ldk_exchange_wait(L, index, 0, context, answer_k);
    } else if (gives_stream(x)) {
      lua_pushvalue(L, index);
      ldk_stream_new(L);
      return 1;
    } else if (!ldk_exchange_complete(x)) {
      ldk_exchange_wait(L, index, 1, context, answer_k);
    } else if (!ldk_exchange_again(L, index)) {
      return results(L, index);
    }
  }
}

int ldk_answer(lua_State *L, int index) {
  return answer_k(L, LUA_OK, lua_absindex(L, index));
}

/* ---- the head only ---- */

static int head_k(lua_State *L, int status, lua_KContext context) {
  int index = (int)context;
  ldk_Exchange *x = lua_touserdata(L, index);
  (void)status;
  for (;;) {
    if (!ldk_exchange_headed(L, index)) {
      ldk_exchange_wait(L, index, 0, context, head_k);
    } else if (is_good(x->transfer)) {
      lua_pushvalue(L, index);
      return 1;
    } else if (!ldk_exchange_complete(x)) {
      ldk_exchange_wait(L, index, 1, context, head_k);
    } else if (!ldk_exchange_again(L, index)) {
      return ldk_answer_raise(L, index);
    }
  }
}

int ldk_answer_head(lua_State *L, int index) {
  return head_k(L, LUA_OK, lua_absindex(L, index));
}
