/* SPDX-License-Identifier: MIT
 * The arguments of a call: from a table of options to the bytes of a request.
 *
 * Options of an operation are its path, query and header parameters and the
 * fields of its body, in one table, by their Lua names or the API's own. Those
 * of the call itself are timeout, connect_timeout, idle_timeout (seconds, or
 * false for none), raw, extra (wire fields the model does not know), and, for
 * bodies that are no JSON object, body (a string, or a typed value) or
 * body_file (a path). Where an operation has an option of such a name, that
 * one is meant. */
#ifndef LDK_ARGUMENTS_H
#define LDK_ARGUMENTS_H

#include <lua.h>

#include "model/model.h"
#include "value/call.h"
#include "value/nearest.h"

/* Pushes the ldk_Call (a userdata that owns its buffers) of an operation with
 * the table of options at `options` (0: none). A moonsail object given where
 * an id or a name is wanted stands for its id. Raises argument errors: an
 * unknown option (with the nearest known one), a wrong type, a missing
 * mandatory option. [-0, +1] */
ldk_Call *ldk_arguments(lua_State *L, const dk_Operation *operation,
                        int options, const char *label);

/* The same for a free request, from a table of method, path, query, body (a
 * string as it is, a table as JSON by lua-cjson), body_file, headers, and the
 * time limits. [-0, +1] */
ldk_Call *ldk_free_arguments(lua_State *L, int options, const char *label);

/* The versions of the operation and of every option given hold at `version`:
 * else raises an argument error that names both versions. */
void ldk_check_version(lua_State *L, const ldk_Call *call, int version);

/* Brings the arguments of a method (at 1 .. top, self not among them, starting
 * at `first`) into one table of options, which it pushes: values given by
 * place under the names in `positional` ("repo tag"), then the options. If the
 * last argument is a table without [1], it is the options. [-0, +1] */
void ldk_gather_options(lua_State *L, int first, const char *positional,
                        const char *label);

#endif
