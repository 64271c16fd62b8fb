/* SPDX-License-Identifier: MIT
 * What print shows of clients, collections, objects, and lists of objects. It
 * is written in Lua, and called from here. */
#ifndef LDK_SHOW_H
#define LDK_SHOW_H

#include <lua.h>

typedef enum ldk_Show {
  LDK_SHOW_METHODS, /* of a client, a collection, an object, or "api" */
  LDK_SHOW_LIST,    /* a list of objects as a table */
  LDK_N_SHOWS
} ldk_Show;

/* Pushes the text for the value at 1, and returns 1; as long as there are no
 * functions that make texts, 0, and nothing is pushed. */
int ldk_show(lua_State *L, ldk_Show what, const char *class_name);

/* Makes the table on top print as a list of objects of a class: "container".
 * [-0, +0] */
void ldk_mark_list(lua_State *L, const char *class_name);

/* Makes the table on top print as that of all operations. [-0, +0] */
void ldk_mark_api(lua_State *L);

/* Lua: show_with{methods = fn, list = fn, value = fn}: the functions, which
 * get the value and the name of its class or type, and return text; the last
 * one nil for values that print as others do. */
int ldk_show_with(lua_State *L);

/* Lua: readable(table) → the table, which prints as typed values do: for what
 * methods written in Lua return. */
int ldk_readable(lua_State *L);

#endif
