/* SPDX-License-Identifier: MIT
 * Writing to streams. The string is sent from where it lies, and the stream
 * holds it until it has gone. Writers take turns: one whose turn has come goes
 * on to its end. */
#include "run/duplex.h"

#include <lauxlib.h>

#include "run/ending.h"
#include "run/exchange.h"
#include "run/flow.h"
#include "run/loop.h"
#include "value/error.h"

/* What the functions of a writer have on the stack. */
enum { AT_STREAM = 1, AT_BYTES, AT_DEADLINE, AT_WRITER };

/* One that cannot return at once; a userdata on its stack. */
typedef struct Writer {
  const ldk_Stream *s;
  unsigned long ticket;
  int sending; /* its turn has come */
} Writer;

/* ---- may it be written to? ---- */

/* Why nothing goes out any more, though the stream is not closed; or NULL. */
static const char *reason_to_stop(const ldk_Stream *s) {
  if (s->ended || s->x->transfer == NULL || ldk_stream_complete(s))
    return "the other side has ended";
  if (s->x->transfer->broken)
    return "the other side takes nothing more";
  return NULL;
}

/* The same for what has not begun to go. */
static const char *reason_to_refuse(const ldk_Stream *s) {
  if (s->half)
    return "close_write was called: nothing more can be written";
  return reason_to_stop(s);
}

/* A connection that broke ends the stream; else what has come can be read on,
 * though nothing can be written any more. */
static void check_writable(lua_State *L, ldk_Stream *s, int sending) {
  const char *reason;
  if (s->closed)
    ldk_fail_with(L, "closed", "the stream is closed");
  if (!s->ended && s->x->transfer != NULL && !s->x->held &&
      s->x->transfer->state == DK_FAILED)
    ldk_stream_fail_as_transfer(L, s);
  reason = sending ? reason_to_stop(s) : reason_to_refuse(s);
  if (reason == NULL)
    return;
  ldk_stream_push_error(L, s, "closed", reason);
  ldk_raise(L);
}

static ldk_Stream *to_duplex(lua_State *L, const char *label) {
  ldk_Stream *s = ldk_to_stream(L);
  if (!s->duplex)
    ldk_fail_argument(L, label, "this stream can only be read");
  check_writable(L, s, 0);
  return s;
}

/* ---- write ---- */

/* Whether all has gone, be it that the other side has ended since. */
static int has_gone(const ldk_Stream *s) {
  const dk_Transfer *t = s->x->transfer;
  return t != NULL && t->unsent == 0 && !t->broken && t->state != DK_FAILED;
}

/* Sends the bytes: the turn has come. */
static void send_bytes(lua_State *L, ldk_Stream *s) {
  size_t length;
  const char *bytes = lua_tolstring(L, AT_BYTES, &length);
  lua_pushvalue(L, AT_BYTES);
  ldk_anchor(L, AT_STREAM, LDK_STREAM_UNSENT);
  dk_transfer_send(s->x->transfer, bytes, length);
}

/* Ends the turn. */
static int sent(lua_State *L, ldk_Stream *s) {
  s->serving++;
  lua_pushnil(L);
  ldk_anchor(L, AT_STREAM, LDK_STREAM_UNSENT);
  lua_settop(L, AT_STREAM);
  return 1;
}

/* Whether a writer has anything to do: to send, to return, to raise. */
static int writer_ready(const void *subject) {
  const Writer *w = subject;
  const ldk_Stream *s = w->s;
  if (s->closed)
    return 1;
  if (w->sending)
    return reason_to_stop(s) != NULL || has_gone(s);
  return reason_to_refuse(s) != NULL || w->ticket == s->serving;
}

static int write_k(lua_State *L, int status, lua_KContext context) {
  ldk_Stream *s = lua_touserdata(L, AT_STREAM);
  Writer *w = lua_touserdata(L, AT_WRITER);
  ldk_Wait wait = {writer_ready, w, 0};
  (void)status;
  wait.deadline = lua_tonumber(L, AT_DEADLINE);
  for (;;) {
    if (w->sending && !s->closed && has_gone(s))
      return sent(L, s);
    check_writable(L, s, w->sending);
    if (!w->sending && w->ticket == s->serving) {
      w->sending = 1;
      send_bytes(L, s);
      continue;
    }
    if (wait.deadline > 0 && dk_now() >= wait.deadline) {
      ldk_stream_push_error(L, s, "timeout",
                            "not all was taken in time: the stream is closed");
      return ldk_stream_abort(L, s);
    }
    if (ldk_wait(L, &wait, context, write_k))
      return ldk_stream_abort(L, s);
  }
}

/* Nobody is before us, and as a rule all goes at once. */
static int write_now(lua_State *L, ldk_Stream *s) {
  Writer *w = lua_newuserdatauv(L, sizeof *w, 0);
  w->s = s;
  w->ticket = s->tickets++;
  w->sending = 0;
  return write_k(L, LUA_OK, 0);
}

int ldk_stream_write(lua_State *L) {
  ldk_Stream *s = to_duplex(L, "stream:write");
  lua_Number seconds = luaL_optnumber(L, 3, 0);
  size_t length;
  if (lua_type(L, AT_BYTES) != LUA_TSTRING)
    return ldk_fail_argument(L, "stream:write",
                             "bytes: expected string, got %s",
                             ldk_type_name(L, AT_BYTES));
  if (!lua_isnoneornil(L, 3) && !(seconds > 0))
    return ldk_fail_argument(L, "stream:write",
                             "seconds: expected more than 0");
  lua_settop(L, AT_BYTES);
  lua_pushnumber(L, seconds > 0 ? dk_now() + seconds : 0);
  lua_tolstring(L, AT_BYTES, &length);
  if (length > 0)
    return write_now(L, s);
  lua_settop(L, AT_STREAM);
  return 1;
}

/* ---- close_write ---- */

int ldk_stream_close_write(lua_State *L) {
  ldk_Stream *s = ldk_to_stream(L);
  if (!s->duplex)
    return ldk_fail_argument(L, "stream:close_write",
                             "this stream can only be read");
  if (s->closed)
    return ldk_fail_with(L, "closed", "the stream is closed");
  lua_settop(L, AT_STREAM);
  if (s->half || reason_to_refuse(s) != NULL)
    return 1; /* nothing goes out as it is */
  if (!s->x->transfer->half_closes)
    return ldk_fail_with(L, "not_supported",
                         "a WebSocket has no end of its own for input: close "
                         "the stream");
  s->half = 1;
  dk_transfer_half_close(s->x->transfer);
  return 1;
}
