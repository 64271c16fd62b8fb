/* SPDX-License-Identifier: MIT
 * Strings that come again and again, found without asking Lua for them. */
#include "value/strings.h"

#include <string.h>

#define MAX_LENGTH 160 /* longer ones are never held */

static uint64_t word_at(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/* A number by which strings differ, made of their length, their first, their
 * middle and their last bytes. */
static uint64_t print_of(const char *text, size_t length) {
  const uint64_t prime = UINT64_C(0x9E3779B97F4A7C15);
  uint64_t print = length;
  if (length >= 8) {
    print = (print ^ word_at(text)) * prime;
    print = (print ^ (print >> 29) ^ word_at(text + (length - 8) / 2)) * prime;
    print = (print ^ (print >> 29) ^ word_at(text + length - 8)) * prime;
  } else {
    uint64_t word = 0;
    memcpy(&word, text, length);
    print = (print ^ word) * prime;
    print = (print ^ (print >> 29)) * prime;
  }
  return print;
}

void ldk_strings_open(lua_State *L) {
  lua_createtable(L, LDK_N_STRINGS, 0);
}

/* Pushes a string that is not held in the slot of number i; holds it when it
 * was the last one that was missed there, too. */
static void push_new(lua_State *L, ldk_String *slot, int held, int i,
                     uint32_t print, const char *text, size_t length) {
  const char *kept = lua_pushlstring(L, text, length);
  if (slot->missed == print) {
    lua_pushvalue(L, -1);
    lua_rawseti(L, held, i + 1);
    slot->text = kept;
    slot->length = (uint32_t)length;
  }
  slot->missed = print;
}

void ldk_push_string(lua_State *L, ldk_Strings *s, int held, const char *text,
                     size_t length) {
  uint64_t print;
  ldk_String *slot;
  int i;
  if (length == 0 || length > MAX_LENGTH) {
    lua_pushlstring(L, text, length);
    return;
  }
  print = print_of(text, length);
  i = (int)(print >> 32) & (LDK_N_STRINGS - 1);
  slot = &s->slots[i];
  if (slot->length == length && memcmp(slot->text, text, length) == 0)
    lua_rawgeti(L, held, i + 1);
  else
    push_new(L, slot, held, i, (uint32_t)print | 1, text, length);
}
