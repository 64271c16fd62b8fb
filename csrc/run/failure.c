/* SPDX-License-Identifier: MIT
 * The error that a call has come to. */
#include "run/failure.h"

#include <string.h>

#include "bytes/queue.h"
#include "value/decode.h"
#include "value/error.h"

/* Of an answer that is not the engine's JSON, this much is quoted. */
#define QUOTED_BYTES 500

/* What engines mean with some answers is not what their status says: paths
 * that they do not have, refusals of Podman that Docker gives another status,
 * and what they pass on from others. The first row that fits is taken. */
static const struct {
  int status;
  const char *words; /* in the answer */
  int alone;         /* are they all of it? */
  const char *kind;
} meanings[] = {
    {400, "client version", 0, "not_supported"},
    {400, "HTTP request to an HTTPS server", 0, "tls"},
    {400, "plain HTTP request was sent to HTTPS", 0, "tls"},
    {404, "page not found", 0, "not_supported"},
    {404, "Not Found", 1, "not_supported"},
    {404, "\"Path /v1.", 0, "not_supported"},
    {503, "does not support", 0, "not_supported"},
    {409, "preparing container", 0, "api"},
    {500, "container state improper", 0, "conflict"},
    {500, "only be used on running", 0, "conflict"},
    {500, "is already in use", 0, "conflict"},
    {500, "network already exists", 0, "conflict"},
    {500, "UNIQUE constraint failed", 0, "conflict"},
    {500, "please force removal", 0, "conflict"},
    {500, "layer not known", 0, "not_found"},
    {500, "no such container", 0, "not_found"},
    {500, "update out of sequence", 0, "conflict"},
};

/* What registries refuse somebody with, whose words engines pass on with a
 * status of their own, or within a good answer. */
static const char *const refusals[] = {
    "no basic auth credentials",
    "unauthorized: ",
    "authentication required",
    "denied: requested access",
    "401 Unauthorized",
    "401 (Unauthorized)",
    "incorrect username or password",
    "invalid username/password",
};

#define N_REFUSALS (sizeof refusals / sizeof refusals[0])

/* strstr for bytes that need not end in NUL. */
static int contains(const char *bytes, size_t length, const char *words) {
  return memmem(bytes, length, words, strlen(words)) != NULL;
}

int ldk_failure_says(const dk_Transfer *x, const char *words) {
  return contains(dk_queue_bytes(&x->body), dk_queue_length(&x->body), words);
}

const char *ldk_reported_kind(const char *message) {
  size_t i;
  for (i = 0; i < N_REFUSALS; i++)
    if (strstr(message, refusals[i]) != NULL)
      return "unauthorized";
  return "stream";
}

/* Whether the engine failed because a registry has refused it. */
static int is_refused(const dk_Transfer *x) {
  size_t i;
  for (i = 0; x->status == 500 && i < N_REFUSALS; i++)
    if (ldk_failure_says(x, refusals[i]))
      return 1;
  return 0;
}

/* How long the answer is without the newlines and blanks at its end. */
static size_t trimmed_length(const dk_Transfer *x) {
  const char *text = dk_queue_bytes(&x->body);
  size_t length = dk_queue_length(&x->body);
  while (length > 0 && strchr(" \r\n\t", text[length - 1]) != NULL)
    length--;
  return length;
}

static const char *answer_kind(const dk_Transfer *x) {
  size_t i;
  for (i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
    if (meanings[i].status == x->status &&
        ldk_failure_says(x, meanings[i].words) &&
        (!meanings[i].alone || trimmed_length(x) == strlen(meanings[i].words)))
      return meanings[i].kind;
  return is_refused(x) ? "unauthorized" : ldk_status_kind(x->status);
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
  if (lua_istable(L, -1) && lua_getfield(L, -1, "message") != LUA_TSTRING)
    lua_getfield(L, -2, "error"); /* as Podman has it when a push fails */
  if (lua_type(L, -1) != LUA_TSTRING)
    lua_pushnil(L);
  return 1;
}

/* Pushes the engine's own words: those of its document, else the text that
 * it sent, else its status. [-0, +1] */
static void push_words(lua_State *L, const dk_Transfer *x) {
  size_t length = trimmed_length(x);
  lua_pushcfunction(L, words_of);
  lua_pushlightuserdata(L, (void *)x);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING)
    return;
  lua_pop(L, 1);
  if (length == 0)
    lua_pushfstring(L, "HTTP status %d", x->status);
  else
    lua_pushlstring(L, dk_queue_bytes(&x->body),
                    length < QUOTED_BYTES ? length : QUOTED_BYTES);
}

/* Pushes where the call went, without the query: it may hold a secret.
 * [-0, +1] */
static void push_place(lua_State *L, const ldk_Exchange *x) {
  const char *address = x->session->endpoint.address;
  const char *target = ldk_record_target(x);
  lua_pushstring(L, address != NULL ? address : "");
  lua_pushlstring(L, target, strcspn(target, "?"));
  lua_concat(L, 2);
}

void ldk_failure_push(lua_State *L, int index) {
  const ldk_Exchange *x = lua_touserdata(L, index);
  const dk_Transfer *t = x->transfer;
  ldk_Failure f;
  memset(&f, 0, sizeof f);
  f.operation =
      x->stage == LDK_PINGING ? "SystemPing" : ldk_record_operation(x);
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
