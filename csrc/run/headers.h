/* SPDX-License-Identifier: MIT
 * The head of an answer as a Lua table, and the head of a request. */
#ifndef LDK_HEADERS_H
#define LDK_HEADERS_H

#include <lua.h>

#include "net/transfer.h"

/* Pushes the headers: names in lower case; of several headers of one name
 * the values are joined by ", ". [-0, +1] */
void ldk_push_headers(lua_State *L, const dk_Transfer *x);

/* Writes the lines of a request's head, "Name: value" and a NUL each: those
 * that all have in common, but for names of which it has its own. */
void ldk_join_headers(lua_State *L, dk_Buffer *to, const dk_Buffer *common,
                      const dk_Buffer *own);

#endif
