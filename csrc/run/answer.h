/* SPDX-License-Identifier: MIT
 * What becomes of an answer: a typed value, a stream, or an error. */
#ifndef LDK_ANSWER_H
#define LDK_ANSWER_H

#include <lua.h>

#include "net/transfer.h"
#include "run/exchange.h"

/* The rest of a C function whose exchange is at an index: waits, and returns
 * with the results (a value, or a stream once the head is there). A raised
 * error has gone to the hook first. Called as `return ldk_answer(L, index)`. */
int ldk_answer(lua_State *L, int index);

/* The same, but only up to the head of the answer: returns the exchange
 * itself, whose result() gives the rest. */
int ldk_answer_head(lua_State *L, int index);

/* Raises the error that the answer (status >= 400) or the transfer (failed)
 * of the exchange at an index stands for; never returns. */
int ldk_answer_raise(lua_State *L, int index);

/* Pushes that error instead. [-0, +1] */
void ldk_answer_push_error(lua_State *L, int index);

/* Pushes the value of a JSON document of the answer of the exchange at an
 * index. What is wrong with it is raised, the exchange ended. [-0, +1] */
void ldk_answer_document(lua_State *L, int index, const char *bytes,
                         size_t length);

/* Ends the exchange at an index with the error on top, and raises it. */
int ldk_answer_fail(lua_State *L, int index);

/* Whether the body of an answer holds some words. */
int ldk_answer_says(const dk_Transfer *x, const char *words);

#endif
