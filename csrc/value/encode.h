/* SPDX-License-Identifier: MIT
 * From Lua values to JSON, by the model's rows: the mirror of decode.
 *
 * Every complaint is an argument error that names the method and the path:
 * containers:create: host_config.binds[2]: expected string, got table. */
#ifndef LDK_ENCODE_H
#define LDK_ENCODE_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#include "value/path.h"

/* Appends the JSON of the value at `index` as type `type` (DK_NONE: as it
 * is). [-0, +0]
 *
 * An unknown field is an error, but in a table that came from the decoder it
 * is left out: its name on the wire is not known for sure. What came from the
 * decoder also asks nothing of the version. */
void ldk_encode(ldk_Encoder *e, int index, uint16_t type,
                const ldk_Path *path);

/* Appends the text of a value as a query, path or header parameter takes it,
 * not yet percent-encoded: scalars as text, filters and other JSON as JSON.
 * [-0, +0] */
void ldk_encode_text(ldk_Encoder *e, int index, uint16_t type,
                     const ldk_Path *path);

/* Pushes the JSON that lua-cjson makes of the value at `index`, and returns
 * it; `method` is for complaints. [-0, +1] */
const char *ldk_encode_raw(lua_State *L, int index, const char *method,
                           size_t *length);

#endif
