/* SPDX-License-Identifier: MIT
 * The head of an answer as a Lua table. */
#ifndef LDK_HEADERS_H
#define LDK_HEADERS_H

#include <lua.h>

#include "net/transfer.h"

/* Pushes the headers: names in lower case; of several headers of one name
 * the values are joined by ", ". [-0, +1] */
void ldk_push_headers(lua_State *L, const dk_Transfer *x);

#endif
