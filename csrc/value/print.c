/* SPDX-License-Identifier: MIT
 * Typed values as people read them. */
#include "value/print.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/utf8.h"
#include "model/model.h"
#include "value/error.h"
#include "value/keys.h"
#include "value/kit.h"
#include "value/typed.h"
#include "value/write.h"

#define MAX_DEPTH 64 /* deeper, or in a circle: {...} */
#define COLUMNS 79   /* tables that fit in a line, as wide as that, are one */

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
  size_t line; /* where the current line begins in `out` */
  int in_line; /* what is printed is to stay on that line, */
  int is_full; /* but did not fit: it will be printed again */
} Printer;

static void print_value(Printer *p, int index);

static void put(Printer *p, const char *bytes, size_t length) {
  if (p->in_line && p->out->length - p->line + length > COLUMNS - 1)
    p->is_full = 1; /* one column is for the comma behind */
  if (!p->is_full)
    ldk_check(p->L, dk_buffer_append(p->out, bytes, length));
}

static void put_text(Printer *p, const char *text) {
  put(p, text, strlen(text));
}

static void put_line(Printer *p) {
  int i;
  put(p, "\n", 1);
  p->line = p->out->length;
  for (i = 0; i < p->depth; i++)
    put(p, "  ", 2);
}

/* ---- scalars ---- */

/* A character of no more than one byte, or a byte that is of no character, as
 * Lua would write it. */
static void put_byte(Printer *p, unsigned char c) {
  char escape[8];
  if (c == '"' || c == '\\')
    snprintf(escape, sizeof escape, "\\%c", c);
  else if (c == '\n')
    snprintf(escape, sizeof escape, "\\n");
  else if (c < 0x20 || c >= 0x7F)
    snprintf(escape, sizeof escape, "\\%03u", c);
  else
    snprintf(escape, sizeof escape, "%c", c);
  put_text(p, escape);
}

/* Whether a terminal would obey the character: U+0080 to U+009F. */
static int is_control(const char *at, int length) {
  return length == 2 && (unsigned char)at[0] == 0xC2 &&
         (unsigned char)at[1] < 0xA0;
}

/* A string in quotes, with what is not printable as Lua would write it. Text
 * beyond ASCII is left as it is. */
static void put_quoted(Printer *p, const char *text, size_t length) {
  const char *at = text, *end = text + length;
  put(p, "\"", 1);
  while (at < end && !p->is_full) {
    int n = dk_utf8_character(at, end);
    if (n > 1 && !is_control(at, n)) {
      put(p, at, (size_t)n);
      at += n;
    } else {
      put_byte(p, (unsigned char)*at++);
    }
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

/* Before element i, from 0 on: a line of its own, or what parts it from the
 * one before. */
static void begin_element(Printer *p, int i) {
  if (!p->in_line)
    put_line(p);
  else if (i > 0)
    put(p, ", ", 2);
}

static void end_element(Printer *p) {
  if (!p->in_line)
    put(p, ",", 1);
}

static int print_list(Printer *p, int index, lua_Integer n) {
  lua_Integer i;
  for (i = 1; i <= n && !p->is_full; i++) {
    begin_element(p, i > 1);
    lua_rawgeti(p->L, index, i);
    print_value(p, lua_gettop(p->L));
    lua_pop(p->L, 1);
    end_element(p);
  }
  return n > 0;
}

/* Prints the value on top under its key. */
static void print_entry(Printer *p, const ldk_Key *k) {
  print_key(p, k);
  if (is_secret(k))
    put_text(p, "(hidden)");
  else
    print_value(p, lua_gettop(p->L));
  end_element(p);
}

/* Lists and maps that did not come are not shown. */
static int print_map(Printer *p, int index) {
  lua_State *L = p->L;
  int count, i, n = 0, held;
  const ldk_Key *keys = ldk_sorted_keys(L, index, &count);
  held = lua_gettop(L);
  for (i = 0; i < count && !p->is_full; i++) {
    ldk_push_keyed(L, index, held, &keys[i]);
    if (!ldk_is_left_out(L, -1)) {
      begin_element(p, n++);
      print_entry(p, &keys[i]);
    }
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return n > 0;
}

static void print_elements(Printer *p, int index) {
  lua_Integer n = ldk_list_length(p->L, index);
  int any;
  put(p, "{", 1);
  p->depth++;
  any = n >= 0 ? print_list(p, index, n) : print_map(p, index);
  p->depth--;
  if (any && !p->in_line)
    put_line(p);
  put(p, "}", 1);
}

/* Prints the table on the current line; 0, and nothing is printed, when it is
 * too long for that. */
static int fits_in_line(Printer *p, int index) {
  size_t start = p->out->length;
  int is_full;
  p->in_line = 1;
  print_elements(p, index);
  is_full = p->is_full;
  p->in_line = p->is_full = 0;
  if (is_full)
    p->out->length = start;
  return !is_full;
}

static void print_table(Printer *p, int index) {
  luaL_checkstack(p->L, 12, "printing");
  if (p->depth == MAX_DEPTH)
    put_text(p, "{...}");
  else if (p->in_line || !fits_in_line(p, index))
    print_elements(p, index);
}

static void print_value(Printer *p, int index) {
  if (lua_type(p->L, index) == LUA_TTABLE)
    print_table(p, index);
  else
    print_scalar(p, index);
}

/* ---- the whole ---- */

static const char by_type_key; /* in the registry: its address */

void ldk_print_with(lua_State *L) {
  lua_rawsetp(L, LUA_REGISTRYINDEX, &by_type_key);
}

/* Pushes the text that there is for the type of the value at 1; 0, and
 * nothing is pushed, when there is none. */
static int print_by_type(lua_State *L) {
  uint16_t type = ldk_type_of(L, 1);
  if (type == DK_NONE)
    return 0;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &by_type_key);
  if (lua_isfunction(L, -1)) {
    lua_pushvalue(L, 1);
    lua_pushstring(L, dk_text(dk_types[type].name));
    lua_call(L, 2, 1);
  }
  if (lua_isstring(L, -1))
    return 1;
  lua_pop(L, 1);
  return 0;
}

int ldk_value_tostring(lua_State *L) {
  Printer p = {L, NULL, 0, 0, 0, 0};
  luaL_checktype(L, 1, LUA_TTABLE);
  if (print_by_type(L))
    return 1;
  p.out = ldk_new_buffer(L);
  print_value(&p, 1);
  lua_pushlstring(L, p.out->data, p.out->length);
  return 1;
}
