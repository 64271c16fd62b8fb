/* SPDX-License-Identifier: MIT
 * Documents out of a stream: typed values, one after another, and the error
 * that one of them may tell of. */
#ifndef LDK_DOCUMENTS_H
#define LDK_DOCUMENTS_H

#include <lua.h>

#include "run/flow.h"

/* Pushes the next document that is there already [-0, +1], and returns 1; 0:
 * it needs more. Raises what the engine reports inside of its good answer. */
int ldk_documents_next(lua_State *L, ldk_Stream *s);

#endif
