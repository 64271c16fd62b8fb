/* SPDX-License-Identifier: MIT
 * The classes whose userdata stand for things of the engine, and for the
 * collections of them. */
#ifndef LDK_OBJECT_H
#define LDK_OBJECT_H

#include <lua.h>
#include <stddef.h>

#include "value/kit.h"

/* Anchors of collections and objects. */
enum {
  LDK_OBJECT_CLIENT = 1,
  LDK_OBJECT_ATTRS, /* objects only: the typed value they were made from */
  LDK_OBJECT_ANCHORS = LDK_OBJECT_ATTRS
};

/* The class of a name ("container", "containers"), or NULL. */
const ldk_Class *ldk_object_class(const char *name);

/* The classes one after another, NULL behind the last. */
const ldk_Class *ldk_object_class_at(size_t i);

/* The name of a class that users see: "container". */
const char *ldk_class_name(const ldk_Class *c);

/* Whether a class (NULL: none) is that of a collection. */
int ldk_is_collection(const ldk_Class *c);

/* Pushes a collection of the client at an index. [-0, +1] */
void ldk_collection_new(lua_State *L, const ldk_Class *c, int client);

/* Pushes an object of the client at an index, made from the table of
 * attributes on top. [-1, +1] */
void ldk_object_new(lua_State *L, const ldk_Class *c, int client);

/* Turns the elements of the list on top, tables of attributes, into objects of
 * the client at an index. [-0, +0] */
void ldk_list_new(lua_State *L, const ldk_Class *c, int client);

/* Pushes the client of the client, collection or object at an index.
 * [-0, +1] */
void ldk_push_client(lua_State *L, int index);

/* Pushes what the engine knows the object at an index by: its id, or its name
 * where it has none; nil when it has neither. Whether it is an id. [-0, +1] */
int ldk_push_key(lua_State *L, int index);

/* Lua: new_object(class, client, attrs), new_list(class, client, list of
 * attrs), attrs(object), set_attrs(object, attrs), key(object), client_of(
 * value), title(value) → "container 0123456789ab". */
int ldk_object_make(lua_State *L);
int ldk_list_make(lua_State *L);
int ldk_object_attrs(lua_State *L);
int ldk_object_set_attrs(lua_State *L);
int ldk_object_key(lua_State *L);
int ldk_client_of(lua_State *L);
int ldk_object_title(lua_State *L);

#endif
