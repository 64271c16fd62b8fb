/* SPDX-License-Identifier: MIT
 * Things of the engine, and collections of them, as userdata. */
#include "class/object.h"

#include <lauxlib.h>
#include <string.h>

#include "class/show.h"
#include "run/session.h"
#include "value/error.h"

static int any_tostring(lua_State *L);
static int object_eq(lua_State *L);

/* ---- the classes ---- */

static const luaL_Reg object_methods[] = {
    {"attrs", ldk_object_attrs},
    {NULL, NULL},
};

static const luaL_Reg object_metamethods[] = {
    {"__tostring", any_tostring},
    {"__eq", object_eq},
    {"__key", ldk_object_key}, /* in options, it is what it is known by */
    {NULL, NULL},
};

static const luaL_Reg collection_methods[] = {
    {NULL, NULL}, /* all of them are rows of the model, or Lua */
};

static const luaL_Reg collection_metamethods[] = {
    {"__tostring", any_tostring},
    {NULL, NULL},
};

#define OBJECT(name)                                                          \
  { "moonsail." name, object_methods, object_metamethods }
#define COLLECTION(name)                                                      \
  { "moonsail." name, collection_methods, collection_metamethods }

static const ldk_Class classes[] = {
    OBJECT("config"),         COLLECTION("configs"),  OBJECT("container"),
    COLLECTION("containers"), OBJECT("exec"),         OBJECT("image"),
    COLLECTION("images"),     OBJECT("network"),      COLLECTION("networks"),
    OBJECT("node"),           COLLECTION("nodes"),    OBJECT("plugin"),
    COLLECTION("plugins"),    OBJECT("secret"),       COLLECTION("secrets"),
    OBJECT("service"),        COLLECTION("services"), COLLECTION("swarm"),
    OBJECT("task"),           COLLECTION("tasks"),    OBJECT("volume"),
    COLLECTION("volumes"),
};

#define N_CLASSES (sizeof classes / sizeof classes[0])

/* The name that users see: without "moonsail.". */
const char *ldk_class_name(const ldk_Class *c) {
  return strchr(c->name, '.') + 1;
}

const ldk_Class *ldk_object_class(const char *name) {
  size_t i;
  for (i = 0; i < N_CLASSES; i++)
    if (strcmp(ldk_class_name(&classes[i]), name) == 0)
      return &classes[i];
  return NULL;
}

const ldk_Class *ldk_object_class_at(size_t i) {
  return i < N_CLASSES ? &classes[i] : NULL;
}

/* The class of the value at an index, or NULL when it is none of these. */
static const ldk_Class *class_of(lua_State *L, int index) {
  size_t i;
  for (i = 0; i < N_CLASSES; i++)
    if (ldk_test(L, index, &classes[i]) != NULL)
      return &classes[i];
  return NULL;
}

static int is_object(const ldk_Class *c) {
  return c != NULL && c->methods == object_methods;
}

int ldk_is_collection(const ldk_Class *c) {
  return c != NULL && c->methods == collection_methods;
}

/* ---- making them ---- */

/* Pushes a userdata of a class with its client. [-0, +1] */
static void new_with_client(lua_State *L, const ldk_Class *c, int client,
                            int anchors) {
  client = lua_absindex(L, client);
  ldk_new(L, c, 0, anchors);
  lua_pushvalue(L, client);
  ldk_anchor(L, -2, LDK_OBJECT_CLIENT);
}

void ldk_collection_new(lua_State *L, const ldk_Class *c, int client) {
  new_with_client(L, c, client, LDK_OBJECT_CLIENT);
}

void ldk_object_new(lua_State *L, const ldk_Class *c, int client) {
  new_with_client(L, c, client, LDK_OBJECT_ANCHORS);
  lua_insert(L, -2);
  ldk_anchor(L, -2, LDK_OBJECT_ATTRS);
}

void ldk_list_new(lua_State *L, const ldk_Class *c, int client) {
  lua_Integer i, n = (lua_Integer)lua_rawlen(L, -1);
  client = lua_absindex(L, client);
  for (i = 1; i <= n; i++) {
    if (lua_rawgeti(L, -1, i) != LUA_TTABLE) {
      lua_pop(L, 1); /* none of them: stays what it is */
      continue;
    }
    ldk_object_new(L, c, client);
    lua_rawseti(L, -2, i);
  }
  ldk_mark_list(L, ldk_class_name(c));
}

void ldk_push_client(lua_State *L, int index) {
  if (ldk_test(L, index, &ldk_client_class) != NULL)
    lua_pushvalue(L, index);
  else if (class_of(L, index) != NULL)
    ldk_push_anchor(L, index, LDK_OBJECT_CLIENT);
  else
    ldk_fail_argument(L, NULL,
                      "expected a client, a collection or an object, got %s "
                      "(was it called with a colon?)",
                      ldk_type_name(L, index));
}

/* The class of (class, client, table), the arguments of those who make. */
static const ldk_Class *check_made(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const ldk_Class *c = ldk_object_class(name);
  if (!is_object(c))
    ldk_fail_argument(L, NULL, "no class of objects \"%s\"", name);
  ldk_session(L, 2);
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_settop(L, 3);
  return c;
}

int ldk_object_make(lua_State *L) {
  ldk_object_new(L, check_made(L), 2);
  return 1;
}

int ldk_list_make(lua_State *L) {
  ldk_list_new(L, check_made(L), 2);
  return 1;
}

int ldk_client_of(lua_State *L) {
  ldk_push_client(L, 1);
  return 1;
}

/* ---- what all objects have ---- */

static void check_object(lua_State *L) {
  if (!is_object(class_of(L, 1)))
    ldk_fail_argument(L, NULL, "expected an object of moonsail, got %s",
                      ldk_type_name(L, 1));
}

int ldk_object_attrs(lua_State *L) {
  check_object(L);
  ldk_push_anchor(L, 1, LDK_OBJECT_ATTRS);
  return 1;
}

int ldk_object_set_attrs(lua_State *L) {
  check_object(L);
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  ldk_anchor(L, 1, LDK_OBJECT_ATTRS);
  return 0;
}

int ldk_push_key(lua_State *L, int index) {
  int is_id;
  ldk_push_anchor(L, index, LDK_OBJECT_ATTRS);
  is_id = lua_getfield(L, -1, "id") != LUA_TNIL;
  if (!is_id) {
    lua_pop(L, 1);
    lua_getfield(L, -1, "name");
  }
  lua_remove(L, -2);
  return is_id;
}

int ldk_object_key(lua_State *L) {
  check_object(L);
  ldk_push_key(L, 1);
  return 1;
}

/* Two objects are equal that stand for the same thing of one client. */
static int object_eq(lua_State *L) {
  const ldk_Class *c = class_of(L, 1);
  int same = is_object(c) && class_of(L, 2) == c;
  if (same) {
    ldk_push_anchor(L, 1, LDK_OBJECT_CLIENT);
    ldk_push_anchor(L, 2, LDK_OBJECT_CLIENT);
    ldk_push_key(L, 1);
    ldk_push_key(L, 2);
    same = lua_rawequal(L, -1, -2) && !lua_isnil(L, -1) &&
           lua_rawequal(L, -3, -4);
  }
  lua_pushboolean(L, same);
  return 1;
}

/* ---- printing ---- */

/* Pushes the first digits of the id on top, as the docker command shows it.
 * [-0, +1] */
static void push_short_id(lua_State *L) {
  const char *id = lua_tostring(L, -1), *hash = strchr(id, ':');
  if (hash != NULL)
    id = hash + 1;
  lua_pushlstring(L, id, strnlen(id, 12));
}

/* "container 0123456789ab"; a name is shown as it is. */
static void push_object_title(lua_State *L, int index, const ldk_Class *c) {
  int is_id = ldk_push_key(L, index);
  luaL_tolstring(L, -1, NULL);
  if (is_id)
    push_short_id(L);
  lua_pushfstring(L, "%s %s", ldk_class_name(c), lua_tostring(L, -1));
}

/* "client of unix:///run/docker.sock". */
static void push_client_title(lua_State *L, int client) {
  const ldk_Session *s = lua_touserdata(L, client);
  if (s->open)
    lua_pushfstring(L, "client of %s", s->endpoint.address);
  else
    lua_pushliteral(L, "client (closed)");
}

int ldk_object_title(lua_State *L) {
  const ldk_Class *c = class_of(L, 1);
  if (is_object(c)) {
    push_object_title(L, 1, c);
  } else {
    ldk_push_client(L, 1);
    push_client_title(L, lua_gettop(L));
    if (c != NULL)
      lua_pushfstring(L, "%s of the %s", ldk_class_name(c),
                      lua_tostring(L, -1));
  }
  return 1;
}

/* Objects and collections show what can be done with them. */
static int any_tostring(lua_State *L) {
  const ldk_Class *c = class_of(L, 1);
  if (c != NULL && ldk_show(L, LDK_SHOW_METHODS, ldk_class_name(c)))
    return 1;
  return ldk_object_title(L);
}
