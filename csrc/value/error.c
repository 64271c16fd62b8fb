/* SPDX-License-Identifier: MIT
 * The one place where errors are made. */
#include "value/error.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "bytes/memory.h"
#include "bytes/url.h"
#include "value/hint.h"
#include "value/kit.h"

/* ---- the error as text ---- */

/* Pushes field `name` of the error at 1 as text between two others; "" when
 * there is none. [-0, +1] */
static void push_part(lua_State *L, const char *before, const char *name,
                      const char *after) {
  lua_pushstring(L, name);
  if (lua_rawget(L, 1) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_pushliteral(L, "");
    return;
  }
  lua_pushstring(L, before);
  luaL_tolstring(L, -2, NULL);
  lua_remove(L, -3);
  lua_pushstring(L, after);
  lua_concat(L, 3);
}

/* moonsail: METHOD: MESSAGE (STATUS KIND, OPERATION); HINT (at WHERE) */
static int error_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_pushliteral(L, "moonsail: ");
  push_part(L, "", "method", ": ");
  push_part(L, "", "message", "");
  lua_pushliteral(L, " (");
  push_part(L, "", "status", " ");
  push_part(L, "", "kind", "");
  push_part(L, ", ", "operation", "");
  lua_pushliteral(L, ")");
  push_part(L, "; ", "hint", "");
  push_part(L, " (at ", "where", ")");
  lua_concat(L, lua_gettop(L) - 1);
  luaL_gsub(L, lua_tostring(L, -1), "\r", "");
  luaL_gsub(L, lua_tostring(L, -1), "\n", " ");
  return 1;
}

/* Errors are pasted into texts as strings are. */
static int error_concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

static const luaL_Reg error_metamethods[] = {
    {"__tostring", error_tostring},
    {"__concat", error_concat},
    {NULL, NULL},
};

static const ldk_Class error_class = {"moonsail.error", NULL,
                                      error_metamethods};

/* ---- making one ---- */

/* Sets a text in the table on top, if there is one. */
static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL)
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Whether a chunk is one of our own modules in Lua, which nobody wants to be
 * pointed at: a file in a directory called moonsail. */
static int is_ours(const char *source) {
  const char *file = strrchr(source, '/');
  static const char home[] = "/moonsail";
  size_t length = sizeof home - 1;
  return file != NULL && (size_t)(file - source) > length &&
         memcmp(file - length, home, length) == 0;
}

/* Sets `where` in the table on top: the nearest line of a script that is not
 * ours, or is, if there is no other. */
static void set_where(lua_State *L) {
  lua_Debug at;
  int level, found = 0;
  for (level = 0; !found && lua_getstack(L, level, &at); level++) {
    lua_getinfo(L, "Sl", &at);
    if (at.currentline <= 0)
      continue; /* not in Lua? */
    found = !is_ours(at.source);
    lua_pushfstring(L, "%s:%d", at.short_src, at.currentline);
    lua_setfield(L, -2, "where");
  }
}

/* What of an address is looked at behind the end of what is pushed. */
#define LOOK_AHEAD 1024

/* The same for a text in which there is something to blank. */
static void push_without_users(lua_State *L, const char *text,
                               const char *end) {
  const char *found;
  size_t n;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  while ((found = dk_url_user(text, end, &n)) != NULL) {
    luaL_addlstring(&b, text, (size_t)(found - text));
    luaL_addstring(&b, "(blanked)");
    text = found + n;
  }
  luaL_addlstring(&b, text, (size_t)(end - text));
  luaL_pushresult(&b);
}

void ldk_push_blanked(lua_State *L, const char *text, size_t length,
                      size_t limit) {
  size_t n;
  if (length <= limit)
    limit = (size_t)-1; /* what stands for a user may be longer than it */
  else if (length - limit > LOOK_AHEAD)
    length = limit + LOOK_AHEAD;
  if (dk_url_user(text, text + length, &n) != NULL) {
    push_without_users(L, text, text + length);
    text = lua_tolstring(L, -1, &length);
    lua_pushlstring(L, text, length < limit ? length : limit);
    lua_remove(L, -2);
  } else {
    lua_pushlstring(L, text, length < limit ? length : limit);
  }
}

/* Pushes the message without the newlines that some engines end it with. */
static void push_message(lua_State *L, const ldk_Failure *f) {
  const char *message = f->message != NULL ? f->message : "";
  size_t length = f->length != 0 ? f->length : strlen(message);
  while (length > 0 && strchr(" \r\n", message[length - 1]) != NULL)
    length--;
  ldk_push_blanked(L, message, length, SIZE_MAX);
}

void ldk_push_failure(lua_State *L, const ldk_Failure *f) {
  luaL_checkstack(L, 8, NULL);
  lua_createtable(L, 0, 8);
  set_text(L, "kind", f->kind);
  push_message(L, f);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "message");
  lua_pushstring(L, ldk_hint(f->kind, lua_tostring(L, -1), f->os_error));
  lua_setfield(L, -3, "hint");
  lua_pop(L, 1);
  if (f->status != 0) {
    lua_pushinteger(L, f->status);
    lua_setfield(L, -2, "status");
  }
  set_text(L, "operation", f->operation);
  set_text(L, "method", f->method);
  set_text(L, "url", f->url);
  set_where(L);
  ldk_mark(L, &error_class);
}

/* ---- raising ---- */

int ldk_raise(lua_State *L) {
  return lua_error(L);
}

int ldk_fail(lua_State *L, const ldk_Failure *f) {
  ldk_push_failure(L, f);
  return ldk_raise(L);
}

/* Raises an error whose message is the string on top. */
static int fail_with_top(lua_State *L, const char *kind, const char *method) {
  ldk_Failure f;
  memset(&f, 0, sizeof f);
  f.kind = kind;
  f.method = method;
  f.message = lua_tolstring(L, -1, &f.length);
  return ldk_fail(L, &f);
}

int ldk_fail_argument(lua_State *L, const char *method, const char *format,
                      ...) {
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  return fail_with_top(L, "argument", method);
}

int ldk_fail_with(lua_State *L, const char *kind, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  return fail_with_top(L, kind, NULL);
}

void ldk_check(lua_State *L, int result) {
  if (result == DK_NO_MEMORY) {
    lua_pushliteral(L, "not enough memory");
    lua_error(L);
  }
  if (result == DK_OVER_LIMIT)
    ldk_fail_with(L, "limit", "larger than is allowed");
}

/* ---- kinds ---- */

static const struct {
  int status;
  const char *kind;
} kinds[] = {
    {401, "unauthorized"},  {403, "forbidden"},    {404, "not_found"},
    {405, "not_supported"}, {407, "unauthorized"}, {409, "conflict"},
    {501, "not_supported"},
};

const char *ldk_status_kind(int status) {
  size_t i;
  for (i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (kinds[i].status == status)
      return kinds[i].kind;
  return status >= 400 && status < 600 ? "api" : "protocol";
}

/* ---- for Lua ---- */

int ldk_error_is(lua_State *L, int index, const char *kind) {
  int is = ldk_is(L, index, &error_class);
  if (is && kind != NULL) {
    index = lua_absindex(L, index);
    lua_pushliteral(L, "kind");
    lua_rawget(L, index);
    lua_pushstring(L, kind);
    is = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  return is;
}

int ldk_is_error(lua_State *L) {
  int any = lua_isnoneornil(L, 2);
  lua_settop(L, 2);
  lua_pushboolean(L, any ? ldk_error_is(L, 1, NULL)
                         : lua_type(L, 2) == LUA_TSTRING &&
                               ldk_error_is(L, 1, lua_tostring(L, 2)));
  return 1;
}

/* Sets the hint in the table on top, unless it has one. */
static void complete_hint(lua_State *L) {
  if (lua_getfield(L, -1, "hint") == LUA_TNIL &&
      lua_getfield(L, -2, "kind") == LUA_TSTRING &&
      lua_getfield(L, -3, "message") == LUA_TSTRING) {
    lua_pushstring(L, ldk_hint(lua_tostring(L, -2), lua_tostring(L, -1), 0));
    lua_setfield(L, 2, "hint");
  }
  lua_settop(L, 2);
}

/* Blanks the message of the table on top. */
static void blank_message(lua_State *L) {
  if (lua_getfield(L, -1, "message") == LUA_TSTRING) {
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    ldk_push_blanked(L, text, length, length);
    lua_setfield(L, 2, "message");
  }
  lua_settop(L, 2);
}

int ldk_new_error(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, 2);
  }
  blank_message(L);
  complete_hint(L);
  if (lua_getfield(L, 2, "where") == LUA_TNIL) {
    lua_settop(L, 2);
    set_where(L);
  }
  lua_settop(L, 2);
  ldk_mark(L, &error_class);
  return 1;
}
