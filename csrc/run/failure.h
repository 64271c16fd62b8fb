/* SPDX-License-Identifier: MIT
 * The error that a call has come to: the engine's words in an answer, or what
 * broke on the way to one. */
#ifndef LDK_FAILURE_H
#define LDK_FAILURE_H

#include <lua.h>

#include "net/transfer.h"
#include "run/record.h"

/* Pushes the error object for the exchange at an index, whose transfer has
 * failed or has an answer that is none of success. [-0, +1] */
void ldk_failure_push(lua_State *L, int index);

/* The kind of a failure that is reported within a good answer. */
const char *ldk_reported_kind(const char *message);

/* Whether the body of an answer holds some words. */
int ldk_failure_says(const dk_Transfer *x, const char *words);

#endif
