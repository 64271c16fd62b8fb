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

static void set_name(lua_State *L, const char *field, const char *name) {
  lua_pushstring(L, name);
  lua_setfield(L, -2, field);
}

static void set_flag(lua_State *L, const char *field, int flag) {
  lua_pushboolean(L, flag);
  lua_setfield(L, -2, field);
}

/* ---- types ---- */

static const char *const kind_names[] = {
    [DK_ANY] = "any",       [DK_BOOLEAN] = "boolean", [DK_INTEGER] = "integer",
    [DK_NUMBER] = "number", [DK_STRING] = "string",   [DK_ARRAY] = "array",
    [DK_MAP] = "map",       [DK_OBJECT] = "object",   [DK_BYTES] = "bytes",
};

static const char *const format_names[] = {
    [DK_PLAIN] = "plain",
    [DK_DURATION] = "duration",
    [DK_SIZE] = "size",
    [DK_TIME] = "time",
    [DK_COMMAND] = "command",
    [DK_ENVIRONMENT] = "environment",
    [DK_LABELS] = "labels",
    [DK_SET] = "set",
    [DK_FILTERS] = "filters",
    [DK_JSON] = "json",
    [DK_BASE64_JSON] = "base64_json",
};

static void set_kind(lua_State *L, const dk_Type *type) {
  set_name(L, "kind", kind_names[type->kind]);
  set_name(L, "format", format_names[type->format]);
}

/* Says of the table on top of which type the value is. */
static void set_type(lua_State *L, uint16_t type) {
  set_text(L, "type", dk_types[type].name);
  set_kind(L, &dk_types[type]);
}

static void set_flags(lua_State *L, uint8_t flags) {
  set_flag(L, "required", flags & DK_REQUIRED);
  set_flag(L, "nullable", flags & DK_NULLABLE);
}

static void push_field(lua_State *L, const dk_Field *f) {
  lua_createtable(L, 0, 8);
  set_text(L, "wire", f->wire);
  set_type(L, f->type);
  set_versions(L, f->since, f->until);
  set_flags(L, f->flags);
}

/* Notes another spelling with the field that it stands for, in the table of
 * fields on top. */
static void add_alias(lua_State *L, const dk_Field *alias) {
  lua_getfield(L, -1, dk_text(alias->name));
  if (lua_getfield(L, -1, "aliases") == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "aliases");
  }
  lua_pushstring(L, dk_text(alias->wire));
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 2);
}

/* Adds the fields of an object type to the table on top. */
static void add_fields(lua_State *L, const dk_Type *type) {
  const dk_Field *first = &dk_fields[type->first];
  const dk_Field *end = first + type->count, *f;
  for (f = first; f < end; f++) {
    if (f->flags & DK_ALIAS)
      continue;
    push_field(L, f);
    lua_setfield(L, -2, dk_text(f->name));
  }
  for (f = first; f < end; f++)
    if (f->flags & DK_ALIAS)
      add_alias(L, f);
}

/* Pushes the values that a text is known to take, in order. [-0, +1] */
static void push_values(lua_State *L, const dk_Type *type) {
  uint16_t i;
  lua_createtable(L, type->count, 0);
  for (i = 0; i < type->count; i++) {
    const dk_Value *v = &dk_values[type->first + i];
    lua_createtable(L, 0, 3);
    set_text(L, "text", v->text);
    set_versions(L, v->since, v->until);
    lua_rawseti(L, -2, i + 1);
  }
}

/* The type that the name at 1 means, or NULL. */
static const dk_Type *check_type(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  uint16_t i = dk_find_type(name, length);
  return i != DK_NONE ? &dk_types[i] : NULL;
}

int ldk_type(lua_State *L) {
  const dk_Type *type = check_type(L);
  if (type == NULL)
    return 0;
  lua_createtable(L, 0, 6);
  set_text(L, "name", type->name);
  set_kind(L, type);
  if (type->element != DK_NONE)
    set_text(L, "element", dk_types[type->element].name);
  if (type->kind == DK_OBJECT) {
    lua_newtable(L);
    add_fields(L, type);
    lua_setfield(L, -2, "fields");
  } else if (type->kind == DK_STRING && type->count > 0) {
    push_values(L, type);
    lua_setfield(L, -2, "values");
  }
  return 1;
}

int ldk_types(lua_State *L) {
  uint16_t i;
  lua_createtable(L, dk_n_types, 0);
  for (i = 0; i < dk_n_types; i++) {
    lua_pushstring(L, dk_text(dk_types[i].name));
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

int ldk_fields(lua_State *L) {
  const dk_Type *type = check_type(L);
  if (type == NULL || type->kind != DK_OBJECT)
    return 0;
  lua_newtable(L);
  add_fields(L, type);
  return 1;
}

/* ---- operations ---- */

static void push_parameter(lua_State *L, const dk_Parameter *p) {
  static const char *const places[] = {"path", "query", "header", "body"};
  lua_createtable(L, 0, 9);
  set_text(L, "wire", p->wire);
  set_type(L, p->type);
  set_versions(L, p->since, p->until);
  set_flags(L, p->flags);
  set_name(L, "place", places[p->place]);
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

/* Pushes the names of the parameters: those of the path in their order there,
 * then the others by name; the body is none. [-0, +1] */
static void push_parameter_names(lua_State *L, const dk_Operation *o) {
  const dk_Parameter *p = &dk_parameters[o->parameters];
  int i;
  lua_createtable(L, o->n_parameters, 0);
  for (i = 0; i < o->n_parameters && p[i].place != DK_BODY; i++) {
    lua_pushstring(L, dk_text(p[i].name));
    lua_rawseti(L, -2, i + 1);
  }
}

static void push_response(lua_State *L, const dk_Response *r) {
  static const char *const answers[] = {
      [DK_NOTHING] = "nothing",     [DK_DOCUMENT] = "document",
      [DK_PLAIN_TEXT] = "text",     [DK_ARCHIVE] = "archive",
      [DK_DOCUMENTS] = "documents", [DK_OUTPUT] = "output",
      [DK_UPGRADE] = "upgrade",     [DK_WEBSOCKET] = "websocket",
      [DK_SESSION] = "session",
  };
  lua_createtable(L, 0, 6);
  lua_pushinteger(L, r->status);
  lua_setfield(L, -2, "status");
  set_name(L, "answer", answers[r->answer]);
  if (r->type != DK_NONE)
    set_text(L, "type", dk_types[r->type].name);
  if (dk_text_length(r->header) > 0)
    set_text(L, "header", r->header);
  set_versions(L, r->since, r->until);
}

static void push_responses(lua_State *L, const dk_Operation *o) {
  int i;
  lua_createtable(L, o->n_responses, 0);
  for (i = 0; i < o->n_responses; i++) {
    push_response(L, &dk_responses[o->responses + i]);
    lua_rawseti(L, -2, i + 1);
  }
}

int ldk_operation(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  uint16_t i = dk_find_operation(name, length);
  const dk_Operation *o = &dk_operations[i];
  if (i == DK_NONE)
    return 0;
  lua_createtable(L, 0, 11);
  set_text(L, "id", o->id);
  set_text(L, "name", o->name);
  set_text(L, "method", o->method);
  set_text(L, "path", o->path);
  set_versions(L, o->since, o->until);
  set_flag(L, "declared", o->declared);
  lua_newtable(L);
  add_options(L, o);
  lua_setfield(L, -2, "options");
  push_parameter_names(L, o);
  lua_setfield(L, -2, "parameters");
  if (dk_body(o) != NULL) {
    push_parameter(L, dk_body(o));
    lua_setfield(L, -2, "body");
  }
  push_responses(L, o);
  lua_setfield(L, -2, "responses");
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
