/* SPDX-License-Identifier: MIT
 * From received bytes to typed Lua values, in one pass, by the model's rows.
 *
 * What makes it fast: names of fields are interned once and fetched by row
 * number; the field that followed another last time is expected to follow it
 * again, so that most names cost one comparison; tables are made as large as
 * the last one of their type became. */
#include "value/decode.h"

#include <lauxlib.h>
#include <math.h>

#include "bytes/buffer.h"
#include "bytes/jsonlex.h"
#include "bytes/memory.h"
#include "model/model.h"
#include "value/error.h"
#include "value/kit.h"
#include "value/learned.h"
#include "value/strings.h"
#include "value/typed.h"

/* The type of a value that is kept as it came: the model leaves it open, or
 * is wrong about it. DK_NONE, in contrast, is that of an unknown field: the
 * keys in it get Lua names, as far as the rule can tell. */
#define VERBATIM (DK_NONE - 1)

#define MAX_PRESIZE 64    /* elements that a table is made for in advance */
#define MAX_SCRATCH 65536 /* bytes that are kept for the next document */
#define MAX_NAME 128      /* longer keys are nobody's field names */

typedef struct Decoder {
  lua_State *L;
  dk_Json json;
  ldk_Learned *learned;
  int base; /* stack index of `learned`, whose anchors follow */
  const char *what;
} Decoder;

/* Pushes the Lua name of a field. [-0, +1] */
static void push_name(Decoder *d, uint16_t row) {
  lua_State *L = d->L;
  if (lua_rawgeti(L, d->base + LDK_NAMES, row + 1) != LUA_TNIL)
    return;
  lua_pop(L, 1);
  lua_pushstring(L, dk_text(dk_fields[row].name));
  lua_pushvalue(L, -1);
  lua_rawseti(L, d->base + LDK_NAMES, row + 1);
}

/* Pushes the string that the reader has read. [-0, +1] */
static void push_string(Decoder *d) {
  ldk_push_string(d->L, &d->learned->strings, d->base + LDK_HELD, d->json.text,
                  d->json.length);
}

/* ---- failures ---- */

static int fail(Decoder *d) {
  const dk_Json *j = &d->json;
  const char *kind = j->failure == DK_OVER_LIMIT ? "limit" : "protocol";
  if (j->failure == DK_NO_MEMORY)
    ldk_check(d->L, DK_NO_MEMORY);
  return ldk_fail_with(d->L, kind, "%s: bad JSON at byte %I: %s", d->what,
                       (lua_Integer)j->error_at, j->error);
}

/* ---- scalars ---- */

/* Pushes seconds for nanoseconds, by the first of these that means exactly
 * the same when it is encoded: an integer, a float, text. [-0, +1] */
static void push_duration(lua_State *L, long long ns) {
  double seconds = (double)ns / 1e9;
  double back = nearbyint(seconds * 1e9);
  if (ns % 1000000000 == 0)
    lua_pushinteger(L, ns / 1000000000);
  else if (fabs(back) < 9.2e18 && (long long)back == ns)
    lua_pushnumber(L, seconds);
  else
    lua_pushfstring(L, "%Ins", (lua_Integer)ns);
}

static void push_integer(Decoder *d, uint16_t type) {
  if (type < VERBATIM && dk_types[type].format == DK_DURATION)
    push_duration(d->L, d->json.integer);
  else
    lua_pushinteger(d->L, d->json.integer);
}

/* A number with a fraction or an exponent: where an integer is meant, it is
 * made one if it can be. */
static void push_number(Decoder *d, uint16_t type) {
  double number = d->json.number;
  long long integer;
  if (type < VERBATIM && dk_types[type].kind == DK_INTEGER &&
      number == floor(number) && lua_numbertointeger(number, &integer)) {
    d->json.integer = integer;
    push_integer(d, type);
  } else {
    lua_pushnumber(d->L, number);
  }
}

/* ---- lists, maps, objects ---- */

/* An object of a known type that is being read; its table is on top. */
typedef struct Object {
  const dk_Type *type;
  uint16_t *guess; /* which field is expected next; learns */
  int size;        /* how many fields it has */
} Object;

static dk_Token push_value(Decoder *d, uint16_t type);

static uint16_t presize(const Decoder *d, uint16_t type) {
  uint16_t size = type < VERBATIM ? d->learned->types[type].size : 0;
  return size < MAX_PRESIZE ? size : MAX_PRESIZE;
}

static void remember_size(Decoder *d, uint16_t type, lua_Integer size) {
  if (type < VERBATIM)
    d->learned->types[type].size =
        (uint16_t)(size < MAX_PRESIZE ? size : MAX_PRESIZE);
}

/* What an element that is null becomes: a list, map or object of which there
 * is nothing keeps its place, so that it comes out as null again. 0: it has
 * none, and is passed over. [-0, +0] */
static int replace_null(lua_State *L, uint16_t element) {
  if (element >= VERBATIM ||
      (!ldk_is_list_or_map(element) && dk_types[element].kind != DK_OBJECT))
    return 0;
  lua_pop(L, 1);
  lua_newtable(L);
  ldk_mark_absent(L);
  return 1;
}

/* Gives the value on top the metatable of its type. */
static void set_metatable(Decoder *d, uint16_t type) {
  lua_State *L = d->L;
  if (lua_rawgeti(L, d->base + LDK_METATABLES, type + 1) == LUA_TNIL) {
    lua_pop(L, 1);
    ldk_push_typed_metatable(L, type);
    lua_pushvalue(L, -1);
    lua_rawseti(L, d->base + LDK_METATABLES, type + 1);
  }
  ldk_mark_with_top(L);
}

/* [-0, +1] */
static void push_list(Decoder *d, uint16_t type) {
  lua_State *L = d->L;
  int known = type < VERBATIM && dk_types[type].kind == DK_ARRAY;
  uint16_t element = known ? dk_types[type].element : VERBATIM;
  lua_Integer n = 0;
  int more = dk_json_element(&d->json);
  if (type == DK_NONE)
    element = DK_NONE;
  lua_createtable(L, more > 0 ? presize(d, type) : 0, 0);
  for (; more > 0; more = dk_json_element(&d->json)) {
    if (push_value(d, element) == DK_JSON_NULL && !replace_null(L, element))
      lua_pop(L, 1);
    else
      lua_rawseti(L, -2, ++n);
  }
  if (more < 0)
    fail(d);
  if (known) {
    remember_size(d, type, n);
    set_metatable(d, type);
  } else {
    ldk_mark_array(L);
  }
}

/* A map, or with VERBATIM an object that is kept as it came. [-0, +1] */
static void push_map(Decoder *d, uint16_t type, uint16_t element) {
  lua_State *L = d->L;
  int n = 0, more = dk_json_member(&d->json);
  lua_createtable(L, 0, more > 0 ? presize(d, type) : 0);
  for (; more > 0; more = dk_json_member(&d->json)) {
    push_string(d);
    if (push_value(d, element) == DK_JSON_NULL)
      replace_null(L, element);
    lua_rawset(L, -3);
    n++;
  }
  if (more < 0)
    fail(d);
  remember_size(d, type, n);
  if (type < VERBATIM)
    set_metatable(d, type);
  else
    ldk_mark(L, &ldk_map_class);
}

/* Passes the key of the next member if it is that of the expected field. */
static int is_expected(Decoder *d, uint16_t row) {
  const ldk_FieldLearned *f;
  if (row == DK_NONE)
    return 0;
  f = &d->learned->fields[row];
  return dk_json_expect(&d->json, f->wire, f->length);
}

/* Passes the key of the next member of an object; sets *row to its field, or
 * to DK_NONE. 0: there is no more. */
static int next_member(Decoder *d, Object *o, uint16_t *row) {
  *row = *o->guess;
  if (!is_expected(d, *row)) {
    int more = dk_json_member(&d->json);
    if (more < 0)
      fail(d);
    if (more == 0)
      return 0;
    *row = dk_find_wire(o->type, d->json.text, d->json.length);
    if (*row == DK_NONE)
      return 1;
    *o->guess = *row;
  }
  o->guess = &d->learned->fields[*row].next;
  return 1;
}

/* Pushes the name of a field that the model does not know. [-0, +1] */
static void push_unknown_name(Decoder *d) {
  char name[2 * MAX_NAME];
  size_t length = d->json.length;
  if (length <= MAX_NAME) {
    length = dk_snake_case(d->json.text, length, name);
    lua_pushlstring(d->L, name, length);
  } else {
    lua_pushlstring(d->L, d->json.text, length);
  }
}

/* Whether the table at an index below the top has a value under a key. */
static int has_key(lua_State *L, int table, int key) {
  int has;
  lua_pushvalue(L, key);
  has = lua_rawget(L, table - 1) != LUA_TNIL;
  lua_pop(L, 1);
  return has;
}

/* Sets a field that the model does not know, or knows by another spelling, in
 * the object on top; it never takes the place of one that is spelt right. */
static void add_unknown(Decoder *d, const dk_Type *t) {
  lua_State *L = d->L;
  size_t length;
  const char *name;
  int known;
  push_unknown_name(d);
  name = lua_tolstring(L, -1, &length);
  known = t != NULL && dk_find_name(t, name, length) != DK_NONE;
  push_value(d, DK_NONE);
  if (known && has_key(L, -3, -2))
    lua_pop(L, 2);
  else
    lua_rawset(L, -3);
}

static void add_alias(Decoder *d, uint16_t row) {
  lua_State *L = d->L;
  push_name(d, row);
  if (push_value(d, dk_fields[row].type) == DK_JSON_NULL || has_key(L, -3, -2))
    lua_pop(L, 2);
  else
    lua_rawset(L, -3);
}

/* Reads the value of a field into the object on top. */
static void add_field(Decoder *d, Object *o, uint16_t row) {
  push_name(d, row);
  o->size += push_value(d, d->learned->fields[row].type) != DK_JSON_NULL;
  lua_rawset(d->L, -3);
}

static void add_member(Decoder *d, Object *o, uint16_t row) {
  if (row == DK_NONE)
    add_unknown(d, o->type);
  else if (d->learned->fields[row].is_alias)
    add_alias(d, row);
  else
    add_field(d, o, row);
}

/* An object of a known type. [-0, +1] */
static void push_object(Decoder *d, uint16_t type) {
  ldk_TypeLearned *tm = &d->learned->types[type];
  Object o = {&dk_types[type], &tm->first, 0};
  uint16_t row;
  lua_createtable(d->L, 0, presize(d, type));
  while (next_member(d, &o, &row))
    add_member(d, &o, row);
  remember_size(d, type, o.size);
  set_metatable(d, type);
}

/* An object that the model does not know. [-0, +1] */
static void push_unknown_object(Decoder *d) {
  int more;
  lua_newtable(d->L);
  while ((more = dk_json_member(&d->json)) > 0)
    add_unknown(d, NULL);
  if (more < 0)
    fail(d);
  ldk_mark_value(d->L);
}

static void push_braces(Decoder *d, uint16_t type) {
  const dk_Type *t = type < VERBATIM ? &dk_types[type] : NULL;
  if (type == DK_NONE)
    push_unknown_object(d);
  else if (t != NULL && t->kind == DK_OBJECT && t->count > 0)
    push_object(d, type);
  else if (t != NULL && t->kind == DK_MAP)
    push_map(d, type, t->element);
  else
    push_map(d, VERBATIM, VERBATIM);
}

/* [-0, +1] */
static dk_Token push_value(Decoder *d, uint16_t type) {
  lua_State *L = d->L;
  dk_Token token = dk_json_value(&d->json);
  switch (token) {
  case DK_JSON_STRING:
    push_string(d);
    break;
  case DK_JSON_INTEGER:
    push_integer(d, type);
    break;
  case DK_JSON_NUMBER:
    push_number(d, type);
    break;
  case DK_JSON_FALSE:
  case DK_JSON_TRUE:
    lua_pushboolean(L, token == DK_JSON_TRUE);
    break;
  case DK_JSON_NULL:
    lua_pushnil(L);
    break;
  case DK_JSON_ARRAY:
    luaL_checkstack(L, 8, "JSON");
    push_list(d, type);
    break;
  case DK_JSON_OBJECT:
    luaL_checkstack(L, 8, "JSON");
    push_braces(d, type);
    break;
  case DK_JSON_BAD:
    fail(d);
  }
  return token;
}

/* ---- the document ---- */

void ldk_decode_open(lua_State *L) {
  ldk_learned_open(L);
}

void ldk_decode(lua_State *L, const char *json, size_t length, uint16_t type,
                const char *what) {
  Decoder d;
  int anchor;
  luaL_checkstack(L, 8, "JSON");
  d.L = L;
  d.what = what != NULL ? what : "the answer";
  d.learned = ldk_push_learned(L);
  d.base = lua_gettop(L);
  for (anchor = 1; anchor <= LDK_N_LEARNED; anchor++)
    ldk_push_anchor(L, d.base, anchor);
  dk_json_begin(&d.json, json, length, &d.learned->scratch);
  if (push_value(&d, type) == DK_JSON_NULL && type < VERBATIM &&
      ldk_is_list_or_map(type))
    replace_null(L, type);
  if (!dk_json_finish(&d.json))
    fail(&d);
  if (d.learned->scratch.capacity > MAX_SCRATCH)
    dk_buffer_free(&d.learned->scratch);
  lua_replace(L, d.base);
  lua_settop(L, d.base);
}
