/* SPDX-License-Identifier: MIT
 * The model as Lua sees it. */
#include "class/introspect.h"

#include <lauxlib.h>
#include <string.h>

#include "model/model.h"
#include "value/arguments.h"
#include "value/error.h"

static void set_text(lua_State *L, const char *field, dk_Text text) {
  lua_pushstring(L, dk_text(text));
  lua_setfield(L, -2, field);
}

static void set_versions(lua_State *L, int since, int until) {
  lua_pushfstring(L, "1.%d", since);
  lua_setfield(L, -2, "since");
  lua_pushfstring(L, "1.%d", until);
  lua_setfield(L, -2, "until");
}

/* ---- types ---- */

static void push_field(lua_State *L, const dk_Field *f) {
  lua_createtable(L, 0, 4);
  set_text(L, "wire", f->wire);
  set_text(L, "type", dk_types[f->type].name);
  set_versions(L, f->since, f->until);
}

/* Adds the fields of an object type to the table on top. */
static void add_fields(lua_State *L, const dk_Type *type) {
  uint16_t i;
  for (i = type->first; i < type->first + type->count; i++) {
    const dk_Field *f = &dk_fields[i];
    if (f->flags & DK_ALIAS)
      continue;
    push_field(L, f);
    lua_setfield(L, -2, dk_text(f->name));
  }
}

int ldk_fields(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  uint16_t i = dk_find_type(name, length);
  if (i == DK_NONE || dk_types[i].kind != DK_OBJECT)
    return 0;
  lua_newtable(L);
  add_fields(L, &dk_types[i]);
  return 1;
}

/* ---- operations ---- */

static void push_parameter(lua_State *L, const dk_Parameter *p) {
  static const char *const places[] = {"path", "query", "header", "body"};
  lua_createtable(L, 0, 6);
  set_text(L, "wire", p->wire);
  set_text(L, "type", dk_types[p->type].name);
  set_versions(L, p->since, p->until);
  lua_pushstring(L, places[p->place]);
  lua_setfield(L, -2, "place");
  lua_pushboolean(L, p->flags & DK_REQUIRED);
  lua_setfield(L, -2, "required");
}

/* Adds the options of an operation to the table on top: parameters, and the
 * fields of a body that is an object. */
static void add_options(lua_State *L, const dk_Operation *o) {
  int i;
  for (i = 0; i < o->n_parameters; i++) {
    const dk_Parameter *p = &dk_parameters[o->parameters + i];
    const dk_Type *type = &dk_types[p->type];
    if (p->place == DK_BODY && type->kind == DK_OBJECT) {
      add_fields(L, type);
    } else {
      push_parameter(L, p);
      lua_setfield(L, -2, dk_text(p->name));
    }
  }
}

int ldk_operation(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  uint16_t i = dk_find_operation(name, length);
  const dk_Operation *o = &dk_operations[i];
  if (i == DK_NONE)
    return 0;
  lua_createtable(L, 0, 6);
  set_text(L, "id", o->id);
  set_text(L, "name", o->name);
  set_text(L, "method", o->method);
  set_versions(L, o->since, o->until);
  lua_newtable(L);
  add_options(L, o);
  lua_setfield(L, -2, "options");
  return 1;
}

int ldk_operations(lua_State *L) {
  uint16_t i;
  lua_createtable(L, dk_n_operations, 0);
  for (i = 0; i < dk_n_operations; i++) {
    lua_pushstring(L, dk_text(dk_operations[i].id));
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* ---- names ---- */

typedef struct Names {
  lua_State *L;
  lua_Integer next;
} Names;

/* The next string of the list at 2, which keeps it alive. */
static const char *next_name(void *state) {
  Names *names = state;
  const char *name;
  lua_rawgeti(names->L, 2, names->next++);
  name = lua_type(names->L, -1) == LUA_TSTRING ? lua_tostring(names->L, -1)
                                               : NULL;
  lua_pop(names->L, 1);
  return name;
}

int ldk_nearest_of(lua_State *L) {
  Names names = {L, 1};
  const char *given = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  return ldk_nearest(L, given, next_name, &names);
}
