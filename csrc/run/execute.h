/* SPDX-License-Identifier: MIT
 * Running a program to its end: a helper for credentials, say. */
#ifndef LDK_EXECUTE_H
#define LDK_EXECUTE_H

#include <lua.h>

#include "value/kit.h"

extern const ldk_Class ldk_process_class;

/* Lua: execute(argv [, options [, label]]) → {exit_code, stdout, stderr}; nil,
 * reason, errno when it cannot be started. There is no shell: argv[1] is the
 * program, by its path, or looked for in PATH. Options: stdin (a string), env
 * (a table: further variables), timeout (seconds, after which it is killed:
 * error "timeout"), limit (bytes that it may write: error "limit"). */
int ldk_execute(lua_State *L);

#endif
