/* SPDX-License-Identifier: MIT
 * The output of processes out of a stream: lines or chunks, with whose they
 * are. */
#ifndef LDK_OUTPUT_H
#define LDK_OUTPUT_H

#include <lua.h>

#include "run/flow.h"

/* Sets a new stream up for output. */
void ldk_output_open(ldk_Stream *s);

/* Each pushes what there is already and its source [-0, +2], and returns 2,
 * or 0 when it needs more. At the end: the line of a source that had no
 * newline. */
int ldk_output_chunk(lua_State *L, ldk_Stream *s);
int ldk_output_line(lua_State *L, ldk_Stream *s);
int ldk_output_last_line(lua_State *L, ldk_Stream *s);

#endif
