/* SPDX-License-Identifier: MIT
 * The model as Lua sees it: for sugar, help and tests. */
#ifndef LDK_INTROSPECT_H
#define LDK_INTROSPECT_H

#include <lua.h>

/* Lua: fields(type) → {name = {wire, type, since, until}}, or nil for an
 * unknown type; operation(name) → {id, name, method, since, until, options =
 * {name = {wire, place, type, since, until, required}}}; operations() → list
 * of ids; nearest(given, names) → name or nil. Versions are texts: "1.41". */
int ldk_fields(lua_State *L);
int ldk_operation(lua_State *L);
int ldk_operations(lua_State *L);
int ldk_nearest_of(lua_State *L);

/* Lua: decode(type|nil, json), decode_raw(json) → value; encode(type|nil,
 * value [, label]) → JSON; arguments(operation, options, label) → what would
 * be sent; gather_options(positional, label, …) → options. */
int ldk_decode_text(lua_State *L);
int ldk_decode_text_raw(lua_State *L);
int ldk_encode_value(lua_State *L);
int ldk_arguments_of(lua_State *L);
int ldk_gather(lua_State *L);

/* Lua: split_command(text) → words; parse_size(text) → bytes;
 * parse_duration(text) → nanoseconds; nil, reason when malformed. */
int ldk_split(lua_State *L);
int ldk_size(lua_State *L);
int ldk_duration(lua_State *L);

#endif
