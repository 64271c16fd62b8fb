/* SPDX-License-Identifier: MIT
 * What a stream is. */
#include "run/flow.h"

#include "bytes/queue.h"
#include "run/exchange.h"
#include "value/error.h"

ldk_Stream *ldk_to_stream(lua_State *L) {
  return ldk_cast(L, 1, &ldk_stream_class);
}

int ldk_stream_complete(const ldk_Stream *s) {
  return s->cut || ldk_exchange_complete(s->x);
}

const char *ldk_stream_waiting(const ldk_Stream *s, size_t *length) {
  *length = dk_queue_length(&s->x->transfer->body);
  return dk_queue_bytes(&s->x->transfer->body);
}

void ldk_stream_take(ldk_Stream *s, size_t length) {
  if (length > 0)
    dk_transfer_take(s->x->transfer, length);
}

int ldk_is_outcome(lua_State *L, const char *kind) {
  return ldk_error_is(L, -1, kind) && !ldk_error_is(L, -1, "cancelled");
}

void ldk_guard_release(ldk_Guard *g) {
  g->state = LDK_UNGUARDED;
  if (g->call != NULL)
    ldk_exchange_release(g->call);
}

void ldk_stream_release(ldk_Stream *s) {
  int i;
  s->closed = 1;
  for (i = 0; i < DK_N_SOURCES; i++)
    dk_lines_free(&s->lines[i]);
  ldk_guard_release(&s->guard);
}
