/* SPDX-License-Identifier: MIT
 * The arguments of a free request, of which the model knows nothing. */
#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "value/arguments.h"
#include "value/encode.h"
#include "value/error.h"
#include "value/nearest.h"
#include "value/options.h"
#include "value/write.h"

/* Besides the call's own. They follow on those in the numbers of rows. */
static const char *const names[] = {"headers", "method", "path", "query"};

enum { HEADERS = LDK_N_OWN, METHOD, PATH, QUERY, END };

static const char *next_name(void *state) {
  int i = (*(int *)state)++;
  if (i == LDK_EXTRA)
    i = (*(int *)state)++; /* has no meaning here */
  if (i < LDK_N_OWN)
    return ldk_own_names[i];
  return i < END ? names[i - LDK_N_OWN] : NULL;
}

static void complain_unknown(ldk_Options *o, const ldk_Key *k) {
  ldk_Path path = {NULL, k->text, NULL, 0};
  int i = 0;
  if (ldk_nearest(o->e.L, k->text, next_name, &i))
    ldk_complain(&o->e, &path, "unknown option (did you mean %s?)",
                 lua_tostring(o->e.L, -1));
  ldk_complain(&o->e, &path, "unknown option");
}

static void find_options(ldk_Options *o) {
  int i, row;
  for (i = 0; i < o->count; i++) {
    row = (int)ldk_find_own(o->keys[i].text);
    while (row >= LDK_N_OWN && row < END &&
           strcmp(names[row - LDK_N_OWN], o->keys[i].text) != 0)
      row++;
    if (row == END || row == LDK_EXTRA)
      complain_unknown(o, &o->keys[i]);
    o->found[i].owner = LDK_OWN;
    o->found[i].row = (uint16_t)row;
  }
}

/* ---- method and path ---- */

static void take_method(ldk_Options *o) {
  ldk_Path path = {NULL, "method", NULL, 0};
  const char *method;
  size_t i;
  strcpy(o->call->method, "GET");
  if (!ldk_push_option(o, LDK_OWN, METHOD))
    return;
  if (lua_type(o->e.L, -1) != LUA_TSTRING)
    ldk_complain_type(&o->e, -1, &path, "string");
  method = lua_tostring(o->e.L, -1);
  for (i = 0; isalpha((unsigned char)method[i]); i++)
    if (i < sizeof o->call->method - 1)
      o->call->method[i] = (char)toupper((unsigned char)method[i]);
  if (method[i] != '\0' || i == 0 || i >= sizeof o->call->method)
    ldk_complain(&o->e, &path, "not a method: \"%s\"", method);
  o->call->method[i] = '\0';
  lua_pop(o->e.L, 1);
}

/* A path goes out as it is; what would end it there is refused. */
static void check_path(ldk_Options *o, const char *text, size_t length,
                       const ldk_Path *path) {
  size_t i;
  if (text[0] != '/')
    ldk_complain(&o->e, path, "must begin with /");
  for (i = 0; i < length; i++)
    if ((unsigned char)text[i] <= ' ' || text[i] == 0x7F || text[i] == '#')
      ldk_complain(&o->e, path, "a byte that must be percent-encoded");
}

static void take_path(ldk_Options *o) {
  ldk_Path path = {NULL, "path", NULL, 0};
  const char *text;
  size_t length;
  if (!ldk_push_option(o, LDK_OWN, PATH))
    ldk_complain(&o->e, &path, "missing (string)");
  if (lua_type(o->e.L, -1) != LUA_TSTRING)
    ldk_complain_type(&o->e, -1, &path, "string");
  text = lua_tolstring(o->e.L, -1, &length);
  check_path(o, text, length, &path);
  ldk_check(o->e.L, dk_buffer_append(&o->call->target, text, length));
  lua_pop(o->e.L, 1);
}

/* ---- query and headers ---- */

static void put_header(ldk_Options *o, const ldk_Key *k,
                       const ldk_Path *path) {
  static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                              "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  size_t length;
  const char *text;
  if (k->length == 0 || strspn(k->text, token) != k->length)
    ldk_complain(&o->e, path, "not the name of a header");
  text = ldk_push_text(&o->e, lua_gettop(o->e.L), path, &length);
  dk_buffer_clear(o->text);
  ldk_check(o->e.L, dk_buffer_append(o->text, text, length));
  ldk_put_header(o, k->text, path);
}

static void take_entries(ldk_Options *o, int row, ldk_Put *put) {
  ldk_each_entry(o, (uint16_t)row, names[row - LDK_N_OWN], put);
}

/* ---- the body ---- */

/* Takes the table at the top as JSON. */
static void take_json(ldk_Options *o) {
  size_t length;
  const char *json = ldk_encode_raw(o->e.L, -1, o->e.method, &length);
  ldk_check(o->e.L, dk_buffer_append(&o->call->body, json, length));
  o->call->has_body = 1;
  ldk_put_type(o, "application/json");
  lua_pop(o->e.L, 1);
}

static int looks_like_json(const dk_Buffer *body) {
  return body->length > 0 && (body->data[0] == '{' || body->data[0] == '[');
}

static void take_body(ldk_Options *o) {
  int is_table = ldk_push_option(o, LDK_OWN, LDK_BODY) &&
                 lua_istable(o->e.L, -1) && !ldk_is_source(o->e.L, -1);
  if (is_table)
    take_json(o);
  else if (ldk_take_bytes(o))
    ldk_put_type(o, looks_like_json(&o->call->body) ? "application/json"
                                                    : "application/x-tar");
}

ldk_Call *ldk_free_arguments(lua_State *L, int options, const char *label) {
  ldk_Options o;
  int top = lua_gettop(L);
  lua_pushvalue(L, options);
  ldk_options_begin(L, &o, top + 1, label);
  find_options(&o);
  ldk_take_settings(&o);
  take_method(&o);
  take_path(&o);
  take_entries(&o, QUERY, ldk_put_entry);
  take_entries(&o, HEADERS, put_header);
  take_body(&o);
  ldk_check(L, dk_buffer_terminate(&o.call->target));
  lua_settop(L, top + 2);
  lua_remove(L, top + 1);
  return o.call;
}
