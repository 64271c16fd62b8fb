/* SPDX-License-Identifier: MIT
 * Methods bound to operations by the rows of the model. */
#include "class/bound.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "class/object.h"
#include "run/answer.h"
#include "run/document.h"
#include "value/arguments.h"
#include "value/error.h"

/* ---- performing an operation ---- */

ldk_Settings ldk_no_settings(void) {
  ldk_Settings s = {-1, 0, 0, 0, 0, 0, 0};
  return s;
}

/* The seconds that the engine is asked to work for before it answers: those
 * that stop and restart give a container to end by itself. Less than 0: for
 * as long as it takes. */
static double asked_seconds(lua_State *L, const dk_Operation *operation,
                            int options) {
  static const char name[] = "timeout";
  double seconds = 0;
  uint16_t i = dk_find_parameter(operation, name, sizeof name - 1);
  if (options == 0 || i == DK_NONE)
    return 0;
  if (lua_getfield(L, options, name) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_getfield(L, options, dk_text(dk_parameters[i].wire));
  }
  if (lua_type(L, -1) == LUA_TNUMBER)
    seconds = lua_tonumber(L, -1);
  lua_pop(L, 1);
  return seconds;
}

int ldk_perform(lua_State *L, int client, const dk_Operation *operation,
                int options, const char *label, ldk_Settings settings,
                ldk_Finish *finish, const void *context) {
  ldk_Exchange *x;
  double seconds = asked_seconds(L, operation, options);
  client = lua_absindex(L, client);
  ldk_session(L, client);
  if (seconds < 0)
    settings.unlimited = 1;
  else
    settings.added_timeout += seconds;
  ldk_arguments(L, operation, options, label);
  x = ldk_exchange_new(L, client, &settings);
  x->finish = finish;
  x->context = context;
  return ldk_answer(L, lua_gettop(L));
}

/* ---- what methods make of answers ---- */

static const ldk_Class *result_class(const ldk_Exchange *x) {
  const dk_Method *row = x->context;
  return ldk_object_class(dk_text(row->result_class));
}

/* Objects are made of typed values, and not of raw ones. */
static int wants_objects(lua_State *L, const ldk_Exchange *x) {
  if (ldk_document_is_raw(x))
    return 0;
  if (!lua_istable(L, -1))
    ldk_fail_with(L, "protocol", "expected an object or a list, got %s",
                  luaL_typename(L, -1));
  return 1;
}

static int finish_object(lua_State *L, ldk_Exchange *x, int index) {
  if (!wants_objects(L, x))
    return 1;
  ldk_push_anchor(L, index, LDK_EXCHANGE_CLIENT);
  lua_insert(L, -2);
  ldk_object_new(L, result_class(x), -2);
  return 1;
}

/* Replaces the answer on top by the list in it, where it is not one itself.
 */
static void to_list(lua_State *L, const ldk_Exchange *x) {
  const dk_Method *row = x->context;
  const char *field = dk_text(row->result_field);
  if (*field == '\0')
    return;
  lua_getfield(L, -1, field);
  lua_remove(L, -2);
  if (!lua_istable(L, -1))
    ldk_fail_with(L, "protocol", "expected a list in %s, got %s", field,
                  luaL_typename(L, -1));
}

static int finish_list(lua_State *L, ldk_Exchange *x, int index) {
  if (!wants_objects(L, x))
    return 1;
  to_list(L, x);
  ldk_push_anchor(L, index, LDK_EXCHANGE_CLIENT);
  lua_insert(L, -2);
  ldk_list_new(L, result_class(x), -2);
  return 1;
}

static ldk_Finish *const finishes[] = {
    [DK_RETURN_VALUE] = NULL,           [DK_RETURN_CHANGED] = NULL,
    [DK_RETURN_OBJECT] = finish_object, [DK_RETURN_LIST] = finish_list,
    [DK_RETURN_STREAM] = NULL,
};

/* ---- calling ---- */

/* Above the length of all names of classes. */
#define MAX_CLASS_NAME 16

/* Puts what the object itself is known by among the options on top. */
static void fill_target(lua_State *L, const char *target, const char *label) {
  if (lua_getfield(L, -1, target) != LUA_TNIL)
    ldk_fail_argument(L, label, "%s: it is the object's own", target);
  lua_pop(L, 1);
  ldk_push_key(L, 1);
  lua_setfield(L, -2, target);
}

/* The class of the things that the first argument may stand for: the one that
 * it is called after, or that of the collection's things; NULL for none. */
static const ldk_Class *argument_class(const dk_Method *row,
                                       const ldk_Class *c) {
  char name[MAX_CLASS_NAME];
  const char *positional = dk_text(row->positional);
  const char *class_name = ldk_class_name(c);
  const ldk_Class *found;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(positional, " "),
           positional);
  found = ldk_object_class(name);
  if (found != NULL || !ldk_is_collection(c))
    return found;
  snprintf(name, sizeof name, "%.*s", (int)strlen(class_name) - 1, class_name);
  return ldk_object_class(name);
}

/* Complains of a thing of another class than the first argument stands for,
 * among the options on top: a volume's name might be a container's as well. */
static void check_argument(lua_State *L, const dk_Method *row,
                           const ldk_Class *c, const char *label) {
  const char *positional = dk_text(row->positional);
  const ldk_Class *expected = argument_class(row, c);
  const char *name = lua_pushlstring(L, positional, strcspn(positional, " "));
  lua_pushvalue(L, -1);
  lua_rawget(L, -3);
  if (expected != NULL && lua_type(L, -1) == LUA_TUSERDATA &&
      ldk_test(L, -1, expected) == NULL)
    ldk_fail_argument(L, label, "%s: expected %s, got %s", name,
                      expected->name, ldk_type_name(L, -1));
  lua_pop(L, 2);
}

/* Pushes the options of a call, and returns their index; 0, and nothing is
 * pushed, when there are none. */
static int push_options(lua_State *L, const dk_Method *row, const ldk_Class *c,
                        const char *label) {
  const char *target = dk_text(row->target);
  if (lua_gettop(L) == 1 && *target == '\0')
    return 0;
  ldk_gather_options(L, 2, dk_text(row->positional), label);
  check_argument(L, row, c, label);
  if (*target != '\0')
    fill_target(L, target, label);
  return lua_gettop(L);
}

/* A bound method. Upvalues: its row, its label, its class. */
static int bound_call(lua_State *L) {
  const dk_Method *row = lua_touserdata(L, lua_upvalueindex(1));
  const char *label = lua_tostring(L, lua_upvalueindex(2));
  const ldk_Class *c = lua_touserdata(L, lua_upvalueindex(3));
  ldk_Settings settings = ldk_no_settings();
  int options;
  ldk_cast(L, 1, c);
  options = push_options(L, row, c, label);
  ldk_push_client(L, 1);
  settings.unlimited = row->unlimited;
  return ldk_perform(L, -1, &dk_operations[row->operation], options, label,
                     settings, finishes[row->result], row);
}

/* Pushes the value at a path ("state.status") in the table on top, or nil.
 * `get` is lua_rawget for what the engine has sent, lua_gettable for what
 * stands for a list or a map that it left out as well. [-0, +1] */
static void push_at_path(lua_State *L, const char *path, size_t length,
                         int (*get)(lua_State *L, int index)) {
  const char *end = path + length;
  lua_pushvalue(L, -1);
  while (path < end && lua_istable(L, -1)) {
    size_t step = strcspn(path, ". ");
    lua_pushlstring(L, path, step);
    get(L, -2);
    lua_remove(L, -2);
    path += step + 1;
  }
  if (path < end) { /* nothing to go on into */
    lua_pop(L, 1);
    lua_pushnil(L);
  }
}

/* Pushes what there is first at one of several paths in the table on top, or
 * nil. [-0, +1] */
static int push_at_paths(lua_State *L, const char *paths,
                         int (*get)(lua_State *L, int index)) {
  for (;;) {
    size_t length = strcspn(paths, " ");
    push_at_path(L, paths, length, get);
    if (!lua_isnil(L, -1) || paths[length] == '\0')
      return !lua_isnil(L, -1);
    lua_pop(L, 1);
    paths += length + 1;
  }
}

/* A reader of an attribute. Upvalues: its row, its class. */
static int attribute_call(lua_State *L) {
  const dk_Attribute *row = lua_touserdata(L, lua_upvalueindex(1));
  const char *paths = dk_text(row->paths);
  ldk_cast(L, 1, lua_touserdata(L, lua_upvalueindex(2)));
  ldk_push_anchor(L, 1, LDK_OBJECT_ATTRS);
  if (!push_at_paths(L, paths, lua_rawget)) {
    lua_pop(L, 1);
    push_at_paths(L, paths, lua_gettable);
  }
  return 1;
}

/* ---- binding ---- */

static void bind_methods(lua_State *L, const ldk_Class *c, const char *name) {
  uint16_t first, n = dk_class_methods(name, &first);
  for (; n > 0; n--, first++) {
    const dk_Method *row = &dk_methods[first];
    lua_pushlightuserdata(L, (void *)row);
    lua_pushfstring(L, "%s:%s", name, dk_text(row->name));
    lua_pushlightuserdata(L, (void *)c);
    lua_pushcclosure(L, bound_call, 3);
    lua_setfield(L, -2, dk_text(row->name));
  }
}

static void bind_attributes(lua_State *L, const ldk_Class *c,
                            const char *name) {
  uint16_t first, n = dk_class_attributes(name, &first);
  for (; n > 0; n--, first++) {
    lua_pushlightuserdata(L, (void *)&dk_attributes[first]);
    lua_pushlightuserdata(L, (void *)c);
    lua_pushcclosure(L, attribute_call, 2);
    lua_setfield(L, -2, dk_text(dk_attributes[first].name));
  }
}

void ldk_bind(lua_State *L, const ldk_Class *c) {
  const char *name = ldk_class_name(c);
  ldk_class_methods(L, c);
  bind_methods(L, c, name);
  bind_attributes(L, c, name);
  lua_pop(L, 1);
}

void ldk_objects_open(lua_State *L) {
  const ldk_Class *c;
  size_t i;
  for (i = 0; (c = ldk_object_class_at(i)) != NULL; i++) {
    ldk_class_open(L, c);
    ldk_bind(L, c);
  }
}
