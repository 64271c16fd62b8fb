/* SPDX-License-Identifier: MIT
 * The one place where errors are made: tables with a metatable, raised.
 *
 * Fields: kind, message, status, operation, method, url, hint (what to do
 * about it, where we know), where (the line of the script that asked for it);
 * __tostring gives one line. Further fields (exit code, command, …) are set
 * by who makes the error. */
#ifndef LDK_ERROR_H
#define LDK_ERROR_H

#include <lua.h>
#include <stddef.h>

typedef struct ldk_Failure {
  const char *kind;      /* "not_found", … (design: the kinds of errors) */
  const char *message;   /* the engine's own words, or ours */
  size_t length;         /* of message; 0: it is NUL-terminated */
  int status;            /* of the answer; 0: none */
  const char *operation; /* "ContainerStart", or NULL */
  const char *method;    /* "container:start", or NULL */
  const char *url;       /* or NULL */
  int os_error;          /* errno of a failed connection, for the hint; or 0 */
} ldk_Failure;

/* Pushes a text, or its first `limit` bytes, with "(blanked)" in place of the
 * users and passwords that are in addresses. [-0, +1] */
void ldk_push_blanked(lua_State *L, const char *text, size_t length,
                      size_t limit);

/* Pushes the error object. [-0, +1] */
void ldk_push_failure(lua_State *L, const ldk_Failure *f);

/* Pushes it and raises it; never returns. */
int ldk_fail(lua_State *L, const ldk_Failure *f);

/* Raises kind "argument" with a message in lua_pushfstring's format, said of
 * `method` ("containers:create", or NULL). */
int ldk_fail_argument(lua_State *L, const char *method, const char *format,
                      ...);

/* Raises any kind with a formatted message and nothing else. */
int ldk_fail_with(lua_State *L, const char *kind, const char *format, ...);

/* Returns when `result` is none of DK_NO_MEMORY (raises what Lua itself
 * raises then) and DK_OVER_LIMIT (raises kind "limit"). */
void ldk_check(lua_State *L, int result);

/* Raises the value on top; never returns. */
int ldk_raise(lua_State *L);

/* The kind of error that an HTTP status stands for ("api" when no better). */
const char *ldk_status_kind(int status);

/* Whether the value at an index is an error of ours, of that kind unless kind
 * is NULL. */
int ldk_error_is(lua_State *L, int index, const char *kind);

/* Lua: is_error(value [, kind]) → boolean; new_error(fields) → error object
 * (not raised) with those fields. */
int ldk_is_error(lua_State *L);
int ldk_new_error(lua_State *L);

#endif
