/* SPDX-License-Identifier: MIT
 * From Lua values to JSON, by the model's rows: the mirror of decode. */
#include "value/encode.h"

#include <lauxlib.h>
#include <string.h>

#include "bytes/jsonwrite.h"
#include "bytes/memory.h"
#include "value/error.h"
#include "value/keys.h"
#include "value/kit.h"
#include "value/nearest.h"
#include "value/write.h"

typedef void Walker(ldk_Encoder *e, int index, const dk_Type *t,
                    const ldk_Path *path);

/* ---- scalars ---- */

static void encode_boolean(ldk_Encoder *e, int index, const dk_Type *t,
                           const ldk_Path *path) {
  (void)t;
  if (!lua_isboolean(e->L, index))
    ldk_complain_type(e, index, path, "boolean");
  ldk_put_text(e, lua_toboolean(e->L, index) ? "true" : "false");
}

static void encode_integer(ldk_Encoder *e, int index, const dk_Type *t,
                           const ldk_Path *path) {
  int is_integer;
  lua_Integer integer = lua_tointegerx(e->L, index, &is_integer);
  (void)t;
  if (lua_type(e->L, index) != LUA_TNUMBER)
    ldk_complain_type(e, index, path, "integer");
  if (!is_integer)
    ldk_complain(e, path, "expected integer, got %f",
                 lua_tonumber(e->L, index));
  ldk_check(e->L, dk_json_write_integer(e->out, integer));
}

static void encode_number(ldk_Encoder *e, int index, const dk_Type *t,
                          const ldk_Path *path) {
  int result;
  if (lua_isinteger(e->L, index)) {
    encode_integer(e, index, t, path);
    return;
  }
  if (lua_type(e->L, index) != LUA_TNUMBER)
    ldk_complain_type(e, index, path, "number");
  result = dk_json_write_number(e->out, lua_tonumber(e->L, index));
  ldk_check(e->L, result);
  if (result == DK_MALFORMED)
    ldk_complain(e, path, "not a finite number");
}

static void encode_string(ldk_Encoder *e, int index, const dk_Type *t,
                          const ldk_Path *path) {
  size_t length;
  const char *text = ldk_push_identity(e, index, &length);
  (void)t;
  if (text == NULL)
    ldk_complain_type(e, index, path, "string");
  ldk_put_string(e, text, length, path);
  lua_pop(e->L, 1);
}

/* ---- lists and maps ---- */

/* Appends the element on top, which it pops. One that was null is null. */
static void encode_element(ldk_Encoder *e, uint16_t type,
                           const ldk_Path *path) {
  if (ldk_is_left_out(e->L, -1))
    ldk_put_text(e, "null");
  else
    ldk_encode(e, -1, type, path);
  lua_pop(e->L, 1);
}

static void encode_list(ldk_Encoder *e, int index, uint16_t element,
                        const ldk_Path *path) {
  lua_Integer i, length = ldk_list_size(e, index, path);
  int n = 0;
  ldk_put_open(e, "[", path);
  for (i = 1; i <= length; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    ldk_put_comma(e, &n);
    lua_rawgeti(e->L, index, i);
    encode_element(e, element, &step);
  }
  ldk_put_close(e, "]");
}

static void encode_array(ldk_Encoder *e, int index, const dk_Type *t,
                         const ldk_Path *path) {
  encode_list(e, index, t->element, path);
}

/* Appends the member under a key of a map that stays as it is. */
static void encode_entry(ldk_Encoder *e, int index, const ldk_Key *k,
                         uint16_t element, const ldk_Path *path) {
  ldk_Path step = {path, NULL, k->text, 0};
  ldk_put_string(e, k->text, k->length, &step);
  ldk_put(e, ":", 1);
  ldk_push_keyed(e->L, index, lua_gettop(e->L), k);
  encode_element(e, element, &step);
}

void ldk_encode_entries(ldk_Encoder *e, int index, uint16_t element,
                        const ldk_Path *path, int *n) {
  int i, count;
  const ldk_Key *keys;
  index = lua_absindex(e->L, index);
  keys = ldk_map_keys(e, index, path, &count);
  for (i = 0; i < count; i++) {
    ldk_put_comma(e, n);
    encode_entry(e, index, &keys[i], element, path);
  }
  lua_pop(e->L, 1);
}

static void encode_entries(ldk_Encoder *e, int index, uint16_t element,
                           const ldk_Path *path) {
  int n = 0;
  ldk_put_open(e, "{", path);
  ldk_encode_entries(e, index, element, path, &n);
  ldk_put_close(e, "}");
}

static void encode_map(ldk_Encoder *e, int index, const dk_Type *t,
                       const ldk_Path *path) {
  encode_entries(e, index, t->element, path);
}

/* ---- objects ---- */

uint16_t ldk_written_field(const dk_Type *t, uint16_t row) {
  uint16_t i;
  if ((dk_fields[row].flags & DK_ALIAS) == 0)
    return row;
  for (i = t->first; i < t->first + t->count; i++)
    if ((dk_fields[i].flags & DK_ALIAS) == 0 &&
        strcmp(dk_text(dk_fields[i].name), dk_text(dk_fields[row].name)) == 0)
      return i;
  return row;
}

static int has_key(lua_State *L, int index, const char *key) {
  int has;
  lua_pushstring(L, key);
  has = lua_rawget(L, index) != LUA_TNIL;
  lua_pop(L, 1);
  return has;
}

/* Complains when a field is there by this key and by another spelling. */
static void check_once(ldk_Encoder *e, int index, const ldk_Key *k,
                       uint16_t row, const ldk_Path *path) {
  const char *name = dk_text(dk_fields[row].name);
  const char *wire = dk_text(dk_fields[row].wire);
  ldk_Path step = {path, name, NULL, 0};
  if (strcmp(k->text, name) == 0)
    return;
  if (has_key(e->L, index, name))
    ldk_complain(e, &step, "given twice, also as %s", k->text);
  if (strcmp(k->text, wire) != 0 && has_key(e->L, index, wire))
    ldk_complain(e, &step, "given twice, as %s and %s", wire, k->text);
}

typedef struct Fields {
  const dk_Type *type;
  uint16_t i;
} Fields;

static const char *next_field(void *state) {
  Fields *f = state;
  if (f->i == f->type->count)
    return NULL;
  return dk_text(dk_fields[f->type->first + f->i++].name);
}

static void complain_unknown(ldk_Encoder *e, const dk_Type *t,
                             const char *name, const ldk_Path *path) {
  ldk_Path step = {path, name, NULL, 0};
  Fields fields = {t, 0};
  if (ldk_nearest(e->L, name, next_field, &fields))
    ldk_complain(e, &step, "unknown field (did you mean %s?)",
                 lua_tostring(e->L, -1));
  ldk_complain(e, &step, "unknown field");
}

void ldk_encode_field(ldk_Encoder *e, int index, uint16_t field,
                      const ldk_Path *parent, int *n) {
  const dk_Field *f = &dk_fields[field];
  ldk_Path step = {parent, dk_text(f->name), NULL, 0};
  if (ldk_is_left_out(e->L, index))
    return;
  ldk_put_comma(e, n);
  ldk_put_string(e, dk_text(f->wire), dk_text_length(f->wire), &step);
  ldk_put(e, ":", 1);
  ldk_need(e, f->since, f->until, &step);
  ldk_encode(e, index, f->type, &step);
}

/* Appends the member under a key (of those on top) of an object. Of a decoded
 * one, what the model does not know is left out. */
static void encode_member(ldk_Encoder *e, int index, const dk_Type *t,
                          const ldk_Key *k, const ldk_Path *path, int *n) {
  uint16_t row = dk_find_field(t, k->text, k->length);
  if (row != DK_NONE) {
    row = ldk_written_field(t, row);
    check_once(e, index, k, row, path);
    ldk_push_keyed(e->L, index, lua_gettop(e->L), k);
    ldk_encode_field(e, -1, row, path, n);
    lua_pop(e->L, 1);
  } else if (t->element != DK_NONE) {
    ldk_put_comma(e, n);
    encode_entry(e, index, k, t->element, path);
  } else if (!ldk_is_value(e->L, index)) {
    complain_unknown(e, t, k->text, path);
  }
}

void ldk_encode_members(ldk_Encoder *e, int index, const dk_Type *t,
                        const ldk_Path *path, int *n) {
  ldk_Needs *needs = e->needs;
  int i, count;
  const ldk_Key *keys;
  index = lua_absindex(e->L, index);
  keys = ldk_map_keys(e, index, path, &count);
  if (ldk_is_value(e->L, index))
    e->needs = NULL; /* an engine gave it: it knows these fields */
  for (i = 0; i < count; i++)
    encode_member(e, index, t, &keys[i], path, n);
  e->needs = needs;
  lua_pop(e->L, 1);
}

static Walker encode_any;

static void encode_object(ldk_Encoder *e, int index, const dk_Type *t,
                          const ldk_Path *path) {
  int n = 0;
  if (t->count == 0) {
    encode_any(e, index, t, path);
    return;
  }
  ldk_put_open(e, "{", path);
  ldk_encode_members(e, index, t, path, &n);
  ldk_put_close(e, "}");
}

/* ---- anything ---- */

static void encode_table(ldk_Encoder *e, int index, const ldk_Path *path) {
  if (ldk_is_array(e->L, index) || ldk_list_length(e->L, index) > 0)
    encode_list(e, index, DK_NONE, path);
  else
    encode_entries(e, index, DK_NONE, path);
}

static void encode_any(ldk_Encoder *e, int index, const dk_Type *t,
                       const ldk_Path *path) {
  switch (lua_type(e->L, index)) {
  case LUA_TNIL:
    ldk_put_text(e, "null");
    break;
  case LUA_TBOOLEAN:
    encode_boolean(e, index, t, path);
    break;
  case LUA_TNUMBER:
    encode_number(e, index, t, path);
    break;
  case LUA_TTABLE:
    encode_table(e, index, path);
    break;
  default:
    encode_string(e, index, t, path);
  }
}

/* ---- values ---- */

static Walker *const walkers[] = {
    [DK_ANY] = encode_any,         [DK_BOOLEAN] = encode_boolean,
    [DK_INTEGER] = encode_integer, [DK_NUMBER] = encode_number,
    [DK_STRING] = encode_string,   [DK_ARRAY] = encode_array,
    [DK_MAP] = encode_map,         [DK_OBJECT] = encode_object,
    [DK_BYTES] = encode_string,
};

void ldk_encode(ldk_Encoder *e, int index, uint16_t type,
                const ldk_Path *path) {
  const dk_Type *t = type != DK_NONE ? &dk_types[type] : NULL;
  luaL_checkstack(e->L, 16, "nested too deeply");
  index = lua_absindex(e->L, index);
  if (ldk_is_null(e->L, index))
    ldk_put_text(e, "null");
  else if (t == NULL)
    encode_any(e, index, t, path);
  else if (!ldk_encode_format(e, index, t, path))
    walkers[t->kind](e, index, t, path);
}
