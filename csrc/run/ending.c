/* SPDX-License-Identifier: MIT
 * The ends of a stream other than its own. */
#include "run/ending.h"

#include <string.h>

#include "run/composed.h"
#include "run/exchange.h"
#include "run/failure.h"
#include "value/error.h"

/* ---- errors ---- */

void ldk_stream_push_error(lua_State *L, const ldk_Stream *s, const char *kind,
                           const char *message) {
  ldk_Failure f;
  memset(&f, 0, sizeof f);
  f.kind = kind;
  f.message = message;
  f.operation = ldk_record_operation(s->x);
  f.method = s->x->call->label;
  ldk_push_failure(L, &f);
}

int ldk_stream_fail(lua_State *L, ldk_Stream *s, const char *kind,
                    const char *message) {
  s->ended = 1;
  ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
  ldk_stream_push_error(L, s, kind, message);
  ldk_guard_release(&s->guard);
  return ldk_exchange_fail(L, lua_gettop(L) - 1);
}

int ldk_stream_fail_as_transfer(lua_State *L, ldk_Stream *s) {
  if (s->duplex && s->x->transfer->trouble == DK_LIMIT)
    return ldk_stream_fail(L, s, "limit",
                           "more output waits than max_body allows: read "
                           "while you write");
  s->ended = 1;
  ldk_guard_release(&s->guard);
  ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
  return ldk_exchange_raise(L, lua_gettop(L));
}

/* Who is interrupted does not read from the exchange; but one may, whose
 * finalizer is who is interrupted: so it remains held. */
int ldk_stream_abort(lua_State *L, ldk_Stream *s) {
  ldk_stream_release(s);
  if (s->x != NULL) {
    ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
    lua_insert(L, -2);
    ldk_exchange_end(L, lua_gettop(L) - 1, lua_gettop(L));
  }
  return ldk_raise(L);
}

/* ---- close ---- */

void ldk_stream_end(lua_State *L, ldk_Stream *s) {
  ldk_stream_release(s);
  if (s->x == NULL) {
    ldk_composed_end(L, s);
    return;
  }
  ldk_push_anchor(L, 1, LDK_STREAM_EXCHANGE);
  ldk_exchange_end(L, lua_gettop(L), 0);
}
