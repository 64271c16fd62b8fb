/* SPDX-License-Identifier: MIT
 * Documents out of a stream. */
#include "run/documents.h"

#include <string.h>

#include "bytes/memory.h"
#include "run/document.h"
#include "run/ending.h"
#include "run/failure.h"

/* Longest document, in bytes. */
#define DOCUMENT_BYTES ((size_t)64 * 1024 * 1024)

/* A document does not fit into the window: let it grow, within reason. */
static void widen(lua_State *L, ldk_Stream *s, size_t length) {
  dk_Limits l;
  memset(&l, 0, sizeof l);
  if (length < s->x->session->window)
    return;
  if (length >= DOCUMENT_BYTES)
    ldk_stream_fail(L, s, "limit", "a document is longer than 64 MiB");
  l.idle = s->x->call->idle_timeout > 0 ? s->x->call->idle_timeout : 0;
  l.window = 4 * length; /* what waits is less than half of it: go on */
  dk_transfer_set_limits(s->x->transfer, &l);
}

/* Raises what the engine reports inside of its good answer, in the document
 * on top. */
static void raise_reported(lua_State *L, ldk_Stream *s) {
  static const char *const names[] = {"error_detail", "errorDetail", "error"};
  size_t i;
  if (!lua_istable(L, -1))
    return;
  for (i = 0; i < sizeof names / sizeof names[0]; i++) {
    int type = lua_getfield(L, -1, names[i]);
    if (type == LUA_TTABLE) {
      lua_getfield(L, -1, "message");
      lua_replace(L, -2);
    }
    if (lua_type(L, -1) == LUA_TSTRING && lua_rawlen(L, -1) > 0)
      ldk_stream_fail(L, s, ldk_reported_kind(lua_tostring(L, -1)),
                      lua_tostring(L, -1));
    lua_pop(L, 1);
  }
}

/* Brings the next document as a string to the top: 1 when there is one. It
 * leaves the queue before it is read, because reading it may run a finalizer,
 * and that may make calls. */
static int take_document(lua_State *L, ldk_Stream *s) {
  size_t length, start, end;
  const char *bytes = ldk_stream_waiting(s, &length);
  int result = dk_jsonsplit_next(&s->split, bytes, length,
                                 ldk_stream_complete(s), &start, &end);
  if (result == DK_MALFORMED && s->x->transfer->state == DK_FAILED)
    return 0;
  if (result == DK_MALFORMED)
    ldk_stream_fail(L, s, "protocol", "the stream ended within a document");
  if (result != 1) {
    size_t blanks = dk_jsonsplit_blanks(&s->split);
    s->seen = length - blanks; /* more may come while it is made wider */
    ldk_stream_take(s, blanks);
    widen(L, s, length - blanks);
    return 0;
  }
  lua_pushlstring(L, bytes + start, end - start);
  ldk_stream_take(s, end);
  return 1;
}

/* Documents that are null say nothing, and would end a for loop. */
int ldk_documents_next(lua_State *L, ldk_Stream *s) {
  int top = lua_gettop(L);
  while (take_document(L, s)) {
    ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
    lua_insert(L, -2);
    s->ended = 1; /* unless the document is a good one */
    ldk_document_push(L, -2);
    s->ended = 0;
    if (!lua_isnil(L, -1)) {
      raise_reported(L, s);
      return 1;
    }
    lua_settop(L, top);
  }
  return 0;
}
