/* SPDX-License-Identifier: MIT
 * The model as Lua sees it: for sugar, help and tests. */
#ifndef LDK_INTROSPECT_H
#define LDK_INTROSPECT_H

#include <lua.h>

/* Lua: type(name) → {name, kind, format, element, fields, values}, or nil;
 * types() → list of names; fields(type) → the fields of an object type alone.
 * docs/class.md says what is in them. Versions are texts: "1.41". */
int ldk_type(lua_State *L);
int ldk_types(lua_State *L);
int ldk_fields(lua_State *L);

/* Lua: operation(name) → {id, name, method, path, since, until, declared,
 * options, parameters, body, responses}, or nil; operations() → list of ids;
 * nearest(given, names) → name or nil. */
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

/* Lua: parse_size(text) → bytes; parse_duration(text) → nanoseconds; nil,
 * reason when malformed. */
int ldk_size(lua_State *L);
int ldk_duration(lua_State *L);

#endif
