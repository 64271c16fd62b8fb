/* SPDX-License-Identifier: MIT
 * What stands for something else: durations, sizes, points in time, filters,
 * and JSON within text. */
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bytes/jsonwrite.h"
#include "bytes/memory.h"
#include "bytes/quantity.h"
#include "bytes/url.h"
#include "value/encode.h"
#include "value/error.h"
#include "value/keys.h"
#include "value/kit.h"
#include "value/write.h"

typedef void Format(ldk_Encoder *e, int index, const dk_Type *t,
                    const ldk_Path *path);

#define NANOSECONDS 1000000000

/* ---- numbers ---- */

static void put_integer(ldk_Encoder *e, long long integer) {
  ldk_check(e->L, dk_json_write_integer(e->out, integer));
}

/* The nanoseconds of a number of seconds. */
static long long nanoseconds(ldk_Encoder *e, int index, const ldk_Path *path) {
  lua_Number ns = nearbyint(lua_tonumber(e->L, index) * 1e9);
  long long seconds = lua_tointeger(e->L, index), exact;
  if (!(fabs(ns) < 9223372036854775808.0))
    ldk_complain(e, path, "out of range: a duration has at most 292 years");
  if (lua_isinteger(e->L, index) &&
      !__builtin_mul_overflow(seconds, NANOSECONDS, &exact))
    return exact;
  return (long long)ns;
}

static void put_duration(ldk_Encoder *e, int index, const dk_Type *t,
                         const ldk_Path *path) {
  long long ns = 0;
  size_t length;
  (void)t;
  switch (lua_type(e->L, index)) {
  case LUA_TNUMBER:
    ns = nanoseconds(e, index, path);
    break;
  case LUA_TSTRING: {
    const char *text = lua_tolstring(e->L, index, &length);
    if (dk_parse_duration(text, length, &ns) != DK_OK)
      ldk_complain(e, path, "not a duration such as \"1m30s\": \"%s\"", text);
    break;
  }
  default:
    ldk_complain_type(e, index, path, "seconds or a duration");
  }
  put_integer(e, ns);
}

static void put_size(ldk_Encoder *e, int index, const dk_Type *t,
                     const ldk_Path *path) {
  lua_State *L = e->L;
  int is_integer;
  long long size = lua_tointegerx(L, index, &is_integer);
  (void)t;
  if (lua_type(L, index) == LUA_TSTRING) {
    size_t length;
    const char *text = lua_tolstring(L, index, &length);
    if (dk_parse_size(text, length, &size) != DK_OK)
      ldk_complain(e, path, "not a size such as \"512m\": \"%s\"", text);
  } else if (lua_type(L, index) != LUA_TNUMBER) {
    ldk_complain_type(e, index, path, "bytes or a size");
  } else if (!is_integer) {
    ldk_complain(e, path, "expected whole bytes, got %f",
                 lua_tonumber(L, index));
  }
  put_integer(e, size);
}

/* ---- points in time ---- */

/* Writes seconds with the fewest decimals, at most nine, that mean the same
 * number; without an exponent, and with a point whatever the locale. */
static void write_time(double seconds, char *out, size_t size) {
  double whole = floor(fabs(seconds)), rest = fabs(seconds) - whole;
  long long scale = 10, part = 0;
  int digits = 0;
  while (digits < 9 &&
         whole + (double)part / ((double)scale / 10) != fabs(seconds)) {
    digits++;
    part = llround(rest * (double)scale);
    scale *= 10;
  }
  if (part == scale / 10) { /* rounded up to a whole one? */
    whole++;
    digits = 0;
  }
  snprintf(out, size, digits > 0 ? "%s%.0f.%0*lld" : "%s%.0f",
           seconds < 0 ? "-" : "", whole, digits, part);
}

static void put_time(ldk_Encoder *e, int index, const dk_Type *t,
                     const ldk_Path *path) {
  lua_State *L = e->L;
  char text[48];
  (void)t;
  if (lua_type(L, index) == LUA_TSTRING) {
    size_t length;
    const char *string = lua_tolstring(L, index, &length);
    ldk_put(e, string, length);
  } else if (lua_isinteger(L, index)) {
    put_integer(e, lua_tointeger(L, index));
  } else if (lua_type(L, index) == LUA_TNUMBER) {
    if (!(fabs(lua_tonumber(L, index)) < 1e15)) /* or not a number? */
      ldk_complain(e, path, "not a point in time");
    write_time(lua_tonumber(L, index), text, sizeof text);
    ldk_put_text(e, text);
  } else {
    ldk_complain_type(e, index, path, "Unix seconds or text");
  }
}

/* ---- filters ---- */

/* Appends "key=value" for each entry of a map within a filter. */
static void put_pairs(ldk_Encoder *e, int index, const ldk_Path *path,
                      int *n) {
  lua_State *L = e->L;
  int i, count;
  const ldk_Key *keys = ldk_map_keys(e, index, path, &count);
  for (i = 0; i < count; i++) {
    ldk_Path step = {path, NULL, keys[i].text, 0};
    size_t length;
    ldk_push_keyed(L, index, lua_gettop(L), &keys[i]);
    lua_pushlstring(L, keys[i].text, keys[i].length);
    lua_pushliteral(L, "=");
    ldk_push_text(e, lua_gettop(L) - 2, &step, &length);
    lua_concat(L, 3);
    lua_tolstring(L, -1, &length);
    ldk_put_comma(e, n);
    ldk_put_string(e, lua_tostring(L, -1), length, &step);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
}

/* Appends the value on top as one text of a filter. */
static void put_filter_text(ldk_Encoder *e, const ldk_Path *path, int *n) {
  size_t length;
  const char *text = ldk_push_text(e, lua_gettop(e->L), path, &length);
  ldk_put_comma(e, n);
  ldk_put_string(e, text, length, path);
  lua_pop(e->L, 1);
}

/* Appends the list of values of a filter, whose value is on top: a scalar, a
 * list of them, or a map for "key=value". */
static void put_filter(ldk_Encoder *e, const ldk_Path *path) {
  lua_State *L = e->L;
  int index = lua_gettop(L), n = 0;
  lua_Integer i, length;
  ldk_put_open(e, "[", path);
  if (!lua_istable(L, index)) {
    put_filter_text(e, path, &n);
  } else if ((length = ldk_list_length(L, index)) < 0) {
    put_pairs(e, index, path, &n);
  } else {
    for (i = 1; i <= length; i++) {
      ldk_Path step = {path, NULL, NULL, i};
      lua_rawgeti(L, index, i);
      put_filter_text(e, &step, &n);
      lua_pop(L, 1);
    }
  }
  ldk_put_close(e, "]");
}

/* Appends the name of a filter as engines spell it: is_task is "is-task", and
 * until_ is "until". */
static void put_filter_name(ldk_Encoder *e, const ldk_Key *k,
                            const ldk_Path *path) {
  size_t i, length = k->length;
  char *name = lua_newuserdatauv(e->L, length + 1, 0);
  if (length > 1 && k->text[length - 1] == '_')
    length--;
  for (i = 0; i < length; i++)
    name[i] = k->text[i] == '_' ? '-' : k->text[i];
  ldk_put_string(e, name, length, path);
  ldk_put(e, ":", 1);
  lua_pop(e->L, 1);
}

static void put_filters(ldk_Encoder *e, int index, const dk_Type *t,
                        const ldk_Path *path) {
  lua_State *L = e->L;
  int i, count, n = 0;
  const ldk_Key *keys;
  (void)t;
  keys = ldk_map_keys(e, index, path, &count);
  ldk_put_open(e, "{", path);
  for (i = 0; i < count; i++) {
    ldk_Path step = {path, NULL, keys[i].text, 0};
    ldk_put_comma(e, &n);
    put_filter_name(e, &keys[i], &step);
    ldk_push_keyed(L, index, lua_gettop(L), &keys[i]);
    put_filter(e, &step);
    lua_pop(L, 1);
  }
  ldk_put_close(e, "}");
  lua_pop(L, 1);
}

/* ---- JSON within text ---- */

static void put_json(ldk_Encoder *e, int index, const dk_Type *t,
                     const ldk_Path *path) {
  ldk_encode(e, index, t->element, path);
}

static void put_base64(ldk_Encoder *e, int index, const dk_Type *t,
                       const ldk_Path *path) {
  dk_Buffer *out = e->out;
  e->out = ldk_new_buffer(e->L);
  ldk_encode(e, index, t->element, path);
  ldk_check(e->L, dk_url_base64(out, e->out->data, e->out->length));
  e->out = out;
  lua_pop(e->L, 1);
}

/* ---- by format ---- */

/* How a value is written; as a number or structure of JSON, or as a text,
 * which is JSON's string where JSON is written. */
static const struct {
  Format *write;
  int is_text;
  int takes_text; /* a string is taken to be that text already */
} formats[] = {
    [DK_PLAIN] = {NULL, 0, 0},
    [DK_DURATION] = {put_duration, 0, 0},
    [DK_SIZE] = {put_size, 0, 0},
    [DK_TIME] = {put_time, 1, 0},
    [DK_COMMAND] = {ldk_encode_command, 0, 0},
    [DK_ENVIRONMENT] = {ldk_encode_environment, 0, 0},
    [DK_LABELS] = {ldk_encode_labels, 0, 0},
    [DK_SET] = {ldk_encode_set, 0, 0},
    [DK_FILTERS] = {put_filters, 1, 1},
    [DK_JSON] = {put_json, 1, 1},
    [DK_BASE64_JSON] = {put_base64, 1, 1},
};

/* Appends the text that a format makes of a value. */
static void put_format_text(ldk_Encoder *e, int index, const dk_Type *t,
                            const ldk_Path *path) {
  if (formats[t->format].takes_text && lua_type(e->L, index) == LUA_TSTRING) {
    size_t length;
    const char *text = lua_tolstring(e->L, index, &length);
    ldk_put(e, text, length);
  } else {
    formats[t->format].write(e, index, t, path);
  }
}

/* Appends the same as a string of JSON. */
static void put_quoted_text(ldk_Encoder *e, int index, const dk_Type *t,
                            const ldk_Path *path) {
  dk_Buffer *out = e->out, *text = ldk_new_buffer(e->L);
  e->out = text;
  put_format_text(e, index, t, path);
  e->out = out;
  ldk_check(e->L, dk_buffer_terminate(text));
  ldk_put_string(e, text->data, text->length, path);
  lua_pop(e->L, 1);
}

int ldk_encode_format(ldk_Encoder *e, int index, const dk_Type *t,
                      const ldk_Path *path) {
  if (formats[t->format].write == NULL)
    return 0;
  if (formats[t->format].is_text && t->kind == DK_STRING)
    put_quoted_text(e, index, t, path);
  else
    formats[t->format].write(e, index, t, path);
  return 1;
}

/* Appends a string without quotes; where text is all there is, the digits of
 * an integer will do. */
static void put_plain_text(ldk_Encoder *e, int index, const ldk_Path *path) {
  size_t length;
  const char *text;
  if (lua_isinteger(e->L, index)) {
    put_integer(e, lua_tointeger(e->L, index));
    return;
  }
  text = ldk_push_identity(e, index, &length);
  if (text == NULL)
    ldk_complain_type(e, index, path, "string");
  ldk_put(e, text, length);
  lua_pop(e->L, 1);
}

void ldk_encode_text(ldk_Encoder *e, int index, uint16_t type,
                     const ldk_Path *path) {
  const dk_Type *t = type != DK_NONE ? &dk_types[type] : NULL;
  int kind = t != NULL ? t->kind : DK_ANY;
  luaL_checkstack(e->L, 16, "nested too deeply");
  index = lua_absindex(e->L, index);
  if (t != NULL && formats[t->format].write != NULL)
    put_format_text(e, index, t, path);
  else if (kind == DK_STRING || kind == DK_BYTES ||
           (kind == DK_ANY && lua_type(e->L, index) == LUA_TSTRING))
    put_plain_text(e, index, path);
  else
    ldk_encode(e, index, type, path);
}
