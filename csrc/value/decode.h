/* SPDX-License-Identifier: MIT
 * From received bytes to typed Lua values in one pass, by the model's rows. */
#ifndef LDK_DECODE_H
#define LDK_DECODE_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Makes what decoding keeps per Lua state (field names interned once, how
 * large the last object of each type was, which field followed which).
 * [-0, +0] */
void ldk_decode_open(lua_State *L);

/* Pushes the value of a JSON document of type `type` (DK_NONE: as it comes,
 * objects' keys by the naming rule). Raises kind "protocol" with the byte
 * offset for malformed bytes, kind "limit" for too deep nesting. `what` names
 * the document in the message ("the answer of ContainerList"). [-0, +1]
 *
 * Fields get their snake_case names, map keys stay; integers are exact; an
 * absent or null list or map is an empty table, marked absent; absent or null
 * scalars and objects are nil; unknown fields are kept under their converted
 * names; a value of another type than the model says is kept as it came. */
void ldk_decode(lua_State *L, const char *json, size_t length, uint16_t type,
                const char *what);

/* Pushes what lua-cjson makes of the document, names and nulls untouched.
 * [-0, +1] */
void ldk_decode_raw(lua_State *L, const char *json, size_t length,
                    const char *what);

#endif
