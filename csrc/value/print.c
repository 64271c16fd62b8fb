/* SPDX-License-Identifier: MIT
 * Typed values as people read them. */
#include "value/print.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bytes/buffer.h"
#include "value/error.h"
#include "value/keys.h"
#include "value/kit.h"
#include "value/write.h"

#define MAX_DEPTH 64  /* deeper, or in a circle: {...} */
#define SHORT_LIST 60 /* bytes of a list that stays on one line */

/* Fields whose values nobody should find in a log. */
static const char *const secrets[] = {
    "password",   "identity_token",   "registry_token", "auth",
    "unlock_key", "signing_ca_key",   "join_tokens",    "identitytoken",
    "join_token", "swarm_unlock_key", "registrytoken",
};

typedef struct Printer {
  lua_State *L;
  dk_Buffer *out;
  int depth;
} Printer;

static void print_value(Printer *p, int index);

static void put(Printer *p, const char *bytes, size_t length) {
  ldk_check(p->L, dk_buffer_append(p->out, bytes, length));
}

static void put_text(Printer *p, const char *text) {
  put(p, text, strlen(text));
}

static void put_line(Printer *p) {
  int i;
  put(p, "\n", 1);
  for (i = 0; i < p->depth; i++)
    put(p, "  ", 2);
}

/* ---- scalars ---- */

/* A string in quotes, with what is not printable as Lua would write it. Text
 * beyond ASCII is left as it is. */
static void put_quoted(Printer *p, const char *text, size_t length) {
  char escape[8];
  size_t i;
  put(p, "\"", 1);
  for (i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c == '"' || c == '\\')
      snprintf(escape, sizeof escape, "\\%c", c);
    else if (c == '\n')
      snprintf(escape, sizeof escape, "\\n");
    else if (c < 0x20 || c == 0x7F)
      snprintf(escape, sizeof escape, "\\%03u", c);
    else
      snprintf(escape, sizeof escape, "%c", c);
    put_text(p, c == 0 ? "\\000" : escape);
  }
  put(p, "\"", 1);
}

static void print_scalar(Printer *p, int index) {
  lua_State *L = p->L;
  size_t length;
  const char *text = luaL_tolstring(L, index, &length);
  if (lua_type(L, index) == LUA_TSTRING)
    put_quoted(p, text, length);
  else
    put(p, text, length);
  lua_pop(L, 1);
}

/* ---- keys ---- */

static int is_identifier(const char *text, size_t length) {
  size_t i;
  if (length == 0 || isdigit((unsigned char)text[0]))
    return 0;
  for (i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) && text[i] != '_')
      return 0;
  return 1;
}

static void print_key(Printer *p, const ldk_Key *k) {
  if (is_identifier(k->text, k->length)) {
    put(p, k->text, k->length);
  } else {
    put(p, "[", 1);
    put_quoted(p, k->text, k->length);
    put(p, "]", 1);
  }
  put(p, " = ", 3);
}

static int is_secret(const ldk_Key *k) {
  size_t i;
  for (i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
    if (strcmp(secrets[i], k->text) == 0)
      return 1;
  return 0;
}

/* ---- tables ---- */

/* Whether the value at the top is a list or map, or a string of some length,
 * and so better begins a line of its own. */
static int is_long(lua_State *L) {
  return lua_type(L, -1) == LUA_TTABLE || lua_rawlen(L, -1) > SHORT_LIST;
}

/* Whether a list of n elements fits into one line. */
static int is_short_list(lua_State *L, int index, lua_Integer n) {
  size_t length = 0;
  lua_Integer i;
  for (i = 1; i <= n && length <= SHORT_LIST; i++) {
    lua_rawgeti(L, index, i);
    length += is_long(L) ? SHORT_LIST + 1
                         : (lua_isstring(L, -1) ? lua_rawlen(L, -1) : 0) + 4;
    lua_pop(L, 1);
  }
  return length <= SHORT_LIST;
}

static void print_list(Printer *p, int index, lua_Integer n) {
  int in_line = is_short_list(p->L, index, n);
  lua_Integer i;
  p->depth++;
  for (i = 1; i <= n; i++) {
    if (!in_line)
      put_line(p);
    else if (i > 1)
      put(p, " ", 1);
    lua_rawgeti(p->L, index, i);
    print_value(p, lua_gettop(p->L));
    lua_pop(p->L, 1);
    if (!in_line || i < n)
      put(p, ",", 1);
  }
  p->depth--;
  if (!in_line)
    put_line(p);
}

/* Prints one entry, whose value is on top. */
static void print_entry(Printer *p, const ldk_Key *k) {
  put_line(p);
  print_key(p, k);
  if (is_secret(k))
    put_text(p, "(hidden)");
  else
    print_value(p, lua_gettop(p->L));
  put(p, ",", 1);
}

/* Lists and maps that did not come are not shown. */
static void print_map(Printer *p, int index) {
  lua_State *L = p->L;
  int count, i, held;
  const ldk_Key *keys = ldk_sorted_keys(L, index, &count);
  held = lua_gettop(L);
  p->depth++;
  for (i = 0; i < count; i++) {
    ldk_push_keyed(L, index, held, &keys[i]);
    if (!ldk_is_left_out(L, -1))
      print_entry(p, &keys[i]);
    lua_pop(L, 1);
  }
  p->depth--;
  lua_pop(L, 1);
  put_line(p);
}

static void print_table(Printer *p, int index) {
  lua_State *L = p->L;
  lua_Integer n;
  luaL_checkstack(L, 12, "printing");
  n = ldk_list_length(L, index);
  if (p->depth == MAX_DEPTH) {
    put_text(p, "{...}");
    return;
  }
  put(p, "{", 1);
  if (n < 0)
    print_map(p, index);
  else if (n > 0)
    print_list(p, index, n);
  put(p, "}", 1);
}

static void print_value(Printer *p, int index) {
  if (lua_type(p->L, index) == LUA_TTABLE)
    print_table(p, index);
  else
    print_scalar(p, index);
}

int ldk_value_tostring(lua_State *L) {
  Printer p = {L, NULL, 0};
  luaL_checktype(L, 1, LUA_TTABLE);
  p.out = ldk_new_buffer(L);
  print_value(&p, 1);
  lua_pushlstring(L, p.out->data, p.out->length);
  return 1;
}
