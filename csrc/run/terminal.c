/* SPDX-License-Identifier: MIT
 * A terminal, or what stands in for one, as Lua has it. */
#include "run/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "net/transport.h"
#include "run/loop.h"
#include "run/rawmode.h"
#include "value/error.h"

#define PIECE_BYTES 16384 /* no person types faster; a pipe may */

/* A descriptor that is waited for. */
typedef struct Ear {
  dk_Watch watch;
  int started;
  int heard; /* it is readable, or was a moment ago */
} Ear;

typedef struct Terminal {
  int open; /* else nothing below is there */
  int raw;  /* by the number `mode` */
  int mode;
  Ear input; /* a descriptor of our own, of the same open file */
  Ear bell;  /* rung when the size of the window changes */
} Terminal;

/* ---- waiting ---- */

static void on_heard(dk_Watch *w) {
  Ear *e = w->owner;
  e->heard = 1;
  dk_watch_set(w, 0);
}

static void ear_listen(lua_State *L, Ear *e) {
  int problem = 0;
  e->heard = 0;
  if (e->started) {
    dk_watch_set(&e->watch, DK_READABLE);
    return;
  }
  e->watch.events = DK_READABLE;
  e->watch.on_ready = on_heard;
  e->watch.owner = e;
  problem = dk_watch_start(ldk_transport(L), &e->watch);
  if (problem != 0)
    ldk_fail_with(L, "connection", "the terminal cannot be waited for: %s",
                  strerror(problem));
  e->started = 1;
}

/* Who listens as well looks again, and listens on. */
static void ear_rest(Ear *e) {
  e->heard = 1;
  if (e->started)
    dk_watch_set(&e->watch, 0);
}

static void ear_close(Ear *e) {
  if (e->started)
    dk_watch_stop(&e->watch);
  e->started = 0;
  if (e->watch.fd >= 0)
    close(e->watch.fd);
  e->watch.fd = -1;
}

/* Whether a read would not wait. */
static int is_readable(int fd) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  return poll(&p, 1, 0) > 0;
}

/* ---- the class ---- */

static Terminal *to_terminal(lua_State *L) {
  return ldk_cast(L, 1, &ldk_terminal_class);
}

static Terminal *to_open(lua_State *L) {
  Terminal *t = to_terminal(L);
  if (!t->open)
    ldk_fail_with(L, "closed", "the terminal is closed");
  return t;
}

/* Leaves the seconds of argument 2 there as a moment; none is 0. */
static void set_deadline(lua_State *L, const char *method) {
  lua_Number seconds = luaL_optnumber(L, 2, -1);
  if (!(seconds >= 0) && !lua_isnoneornil(L, 2))
    ldk_fail_argument(L, method, "seconds: expected 0 or more");
  lua_settop(L, 1);
  lua_pushnumber(L, seconds >= 0 ? dk_now() + seconds : 0);
}

static int timed_out(lua_State *L) {
  lua_pushnil(L);
  lua_pushliteral(L, "timeout");
  return 2;
}

static int is_late(const ldk_Wait *w) {
  return w->deadline > 0 && dk_now() >= w->deadline;
}

/* ---- reading ---- */

/* What is there: 1 with the bytes, or nil at the end, on top; 0 when it was
 * somebody else who got them. A terminal that has gone has ended. */
static int take_input(lua_State *L, const Terminal *t) {
  char bytes[PIECE_BYTES];
  ssize_t n = read(t->input.watch.fd, bytes, sizeof bytes);
  if (n > 0)
    lua_pushlstring(L, bytes, (size_t)n);
  else if (n == 0 || errno == EIO)
    lua_pushnil(L);
  else if (errno == EAGAIN || errno == EINTR)
    return 0;
  else
    ldk_fail_with(L, "argument", "it cannot be read: %s", strerror(errno));
  return 1;
}

static int has_input(const void *subject) {
  const Terminal *t = subject;
  return !t->open || t->input.heard;
}

/* The context of both that wait tells whether they have: others have a turn in
 * any case. */
static int read_k(lua_State *L, int status, lua_KContext context) {
  Terminal *t = lua_touserdata(L, 1);
  ldk_Wait w = {has_input, t, lua_tonumber(L, 2)};
  (void)status;
  for (;;) {
    if (!t->open)
      return 0;
    if (is_readable(t->input.watch.fd) && take_input(L, t))
      return 1;
    if (context && is_late(&w))
      break;
    ear_listen(L, &t->input);
    if (ldk_wait(L, &w, context = 1, read_k)) {
      ear_rest(&t->input);
      return ldk_raise(L);
    }
  }
  ear_rest(&t->input);
  return timed_out(L);
}

static int terminal_read(lua_State *L) {
  to_open(L);
  set_deadline(L, "terminal:read");
  return read_k(L, LUA_OK, 0);
}

/* ---- the window ---- */

static int terminal_size(lua_State *L) {
  const Terminal *t = to_open(L);
  struct winsize size;
  if (ioctl(t->input.watch.fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
      size.ws_col == 0)
    return 0;
  lua_pushinteger(L, size.ws_row);
  lua_pushinteger(L, size.ws_col);
  return 2;
}

/* Whether the bell was rung since it was last asked. */
static int was_rung(const Terminal *t) {
  uint64_t times;
  return read(t->bell.watch.fd, &times, sizeof times) == sizeof times;
}

static int has_news(const void *subject) {
  const Terminal *t = subject;
  return !t->open || !t->raw || t->bell.heard;
}

static int resized_k(lua_State *L, int status, lua_KContext context) {
  Terminal *t = lua_touserdata(L, 1);
  ldk_Wait w = {has_news, t, lua_tonumber(L, 2)};
  (void)status;
  for (;;) {
    if (!t->open || !t->raw)
      return 0;
    if (was_rung(t)) {
      lua_pushboolean(L, 1);
      return 1;
    }
    if (context && is_late(&w))
      break;
    ear_listen(L, &t->bell);
    if (ldk_wait(L, &w, context = 1, resized_k)) {
      ear_rest(&t->bell);
      return ldk_raise(L);
    }
  }
  ear_rest(&t->bell);
  return timed_out(L);
}

static int terminal_resized(lua_State *L) {
  to_open(L);
  set_deadline(L, "terminal:resized");
  return resized_k(L, LUA_OK, 0);
}

/* ---- raw mode ---- */

static void restore(Terminal *t) {
  static const uint64_t once = 1;
  if (!t->raw)
    return;
  dk_rawmode_end(t->mode);
  t->raw = 0;
  if (write(t->bell.watch.fd, &once, sizeof once) < 0)
    return; /* who waits for the window is awake already */
}

static int terminal_raw(lua_State *L) {
  Terminal *t = to_open(L);
  if (t->raw)
    return 0;
  if (t->bell.watch.fd < 0)
    t->bell.watch.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (t->bell.watch.fd < 0)
    return ldk_fail_with(L, "limit", "the window cannot be watched: %s",
                         strerror(errno));
  was_rung(t);
  t->mode = dk_rawmode_begin(t->input.watch.fd, t->bell.watch.fd);
  if (t->mode < 0)
    return ldk_fail_argument(L, "terminal:raw",
                             "the terminal has no raw mode: %s",
                             strerror(errno));
  t->raw = 1;
  return 0;
}

static int terminal_restore(lua_State *L) {
  restore(to_terminal(L));
  return 0;
}

static int terminal_is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty(to_open(L)->input.watch.fd));
  return 1;
}

static int terminal_close(lua_State *L) {
  Terminal *t = to_terminal(L);
  if (!t->open)
    return 0;
  restore(t);
  t->open = 0;
  ear_close(&t->input);
  ear_close(&t->bell);
  return 0;
}

static int terminal_tostring(lua_State *L) {
  const Terminal *t = to_terminal(L);
  lua_pushfstring(L, "terminal%s",
                  !t->open ? " (closed)"
                  : t->raw ? " (raw)"
                           : "");
  return 1;
}

static const luaL_Reg terminal_methods[] = {
    {"close", terminal_close},     {"is_terminal", terminal_is_terminal},
    {"raw", terminal_raw},         {"read", terminal_read},
    {"resized", terminal_resized}, {"restore", terminal_restore},
    {"size", terminal_size},       {NULL, NULL},
};

static const luaL_Reg terminal_metamethods[] = {
    {"__close", terminal_close},
    {"__gc", terminal_close},
    {"__tostring", terminal_tostring},
    {NULL, NULL},
};

const ldk_Class ldk_terminal_class = {"moonsail.terminal", terminal_methods,
                                      terminal_metamethods};

/* ---- opening ---- */

/* The descriptor that argument 1 stands for. */
static int check_file(lua_State *L, const char *who) {
  const luaL_Stream *file;
  if (lua_isinteger(L, 1))
    return (int)lua_tointeger(L, 1);
  file = luaL_testudata(L, 1, LUA_FILEHANDLE);
  if (file == NULL)
    ldk_fail_argument(L, who, "expected an open file, got %s",
                      luaL_typename(L, 1));
  if (file->closef == NULL)
    ldk_fail_argument(L, who, "the file is closed");
  return fileno(file->f);
}

static int open_terminal(lua_State *L, int fd, const char *who) {
  Terminal *t = ldk_new(L, &ldk_terminal_class, sizeof *t, 0);
  t->bell.watch.fd = -1;
  t->input.watch.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (t->input.watch.fd < 0)
    return ldk_fail_argument(L, who, "it cannot be used: %s", strerror(errno));
  t->open = 1;
  return 1;
}

int ldk_terminal(lua_State *L) {
  int fd = check_file(L, "terminal");
  if (!isatty(fd))
    return ldk_fail_argument(L, "terminal", "it is not a terminal");
  return open_terminal(L, fd, "terminal");
}

int ldk_input(lua_State *L) {
  return open_terminal(L, check_file(L, "input"), "input");
}
