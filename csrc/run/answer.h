/* SPDX-License-Identifier: MIT
 * What becomes of an answer: a typed value, a stream, or an error. */
#ifndef LDK_ANSWER_H
#define LDK_ANSWER_H

#include <lua.h>

/* The rest of a C function with its exchange at an index: waits, and returns
 * with the results (a value, or, once the head is there, a stream and what
 * the head says of it). A raised error has gone to the hook first. Called as
 * return ldk_answer(L, index). */
int ldk_answer(lua_State *L, int index);

/* The same, but only up to the head of the answer: returns the exchange
 * itself, whose result() gives the rest. */
int ldk_answer_head(lua_State *L, int index);

#endif
