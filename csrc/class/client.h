/* SPDX-License-Identifier: MIT
 * The client: the way to one engine. */
#ifndef LDK_CLIENT_H
#define LDK_CLIENT_H

#include <lua.h>

/* Makes its metatable and binds its methods. [-0, +0] */
void ldk_client_open(lua_State *L);

/* Lua: client(options) → client; call(client, operation, options, label,
 * settings) → what the operation gives; begin(…) → a pending call, once the
 * head of its answer has come; launch(…) → the same at once; check(client,
 * operation, options, label) → the minor number of the version spoken, or
 * nothing while it is not known; raises what call would before it sends
 * anything. */
int ldk_client_make(lua_State *L);
int ldk_client_call(lua_State *L);
int ldk_client_begin(lua_State *L);
int ldk_client_launch(lua_State *L);
int ldk_client_check(lua_State *L);

#endif
