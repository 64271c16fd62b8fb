/* SPDX-License-Identifier: MIT
 * A JSON document of an answer as a Lua value, typed or raw. */
#ifndef LDK_DOCUMENT_H
#define LDK_DOCUMENT_H

#include <lua.h>
#include <stddef.h>

#include "run/record.h"

/* Whether this call wants its documents as lua-cjson reads them. */
int ldk_document_is_raw(const ldk_Exchange *x);

/* Pushes the value of a document; raises what is wrong with it. [-0, +1] */
void ldk_document_decode(lua_State *L, const ldk_Exchange *x,
                         const char *bytes, size_t length);

/* Whether the head of the answer is to hold a document (a stream's body is
 * none, and a HEAD has no body). Pushes its value, nil when it is not there;
 * raises what is wrong with it. [-0, +1] */
int ldk_document_in_head(const ldk_Exchange *x);
void ldk_document_decode_head(lua_State *L, const ldk_Exchange *x);

/* The same as ldk_document_decode for the string on top and the exchange at
 * an index, which is ended first by what is raised. [-1, +1] */
void ldk_document_push(lua_State *L, int index);

/* Calls the function below n arguments for one result; what it raises ends
 * the exchange at an index (an absolute one). [-n - 1, +1] */
void ldk_document_call(lua_State *L, int index, int n);

#endif
