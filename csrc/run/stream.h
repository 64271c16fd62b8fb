/* SPDX-License-Identifier: MIT
 * A stream: an answer of many pieces, as lines, chunks, documents or bytes.
 *
 * It holds back the engine when its reader is slow (the window of the
 * client), and gives its connection back at the end, at close, in a for loop
 * that is left, and when it is collected. */
#ifndef LDK_STREAM_H
#define LDK_STREAM_H

#include <lua.h>

#include "run/flow.h"

/* Pushes the stream of the exchange on top, whose head has come. [-1, +1] */
void ldk_stream_new(lua_State *L);

/* Lua: stream_kind(stream) → what it gives: "lines", "chunks" (of output),
 * "documents" or "bytes". */
int ldk_stream_kind(lua_State *L);

#endif
