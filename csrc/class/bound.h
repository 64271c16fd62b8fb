/* SPDX-License-Identifier: MIT
 * Methods that are one operation each, bound to their classes by the rows of
 * the model. */
#ifndef LDK_BOUND_H
#define LDK_BOUND_H

#include <lua.h>

#include "model/model.h"
#include "run/exchange.h"
#include "value/kit.h"

/* Adds the methods and attribute readers that the model has for a class to
 * its methods. [-0, +0] */
void ldk_bind(lua_State *L, const ldk_Class *c);

/* Makes the classes of collections and objects, and binds them. [-0, +0] */
void ldk_objects_open(lua_State *L);

/* Calls an operation: the rest of a C function that has its client at one
 * index and the table of options (0: none) at another. */
int ldk_perform(lua_State *L, int client, const dk_Operation *operation,
                int options, const char *label, ldk_Settings settings,
                ldk_Finish *finish, const void *context);

/* Settings that leave everything open. */
ldk_Settings ldk_no_settings(void);

#endif
