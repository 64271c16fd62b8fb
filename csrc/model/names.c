/* SPDX-License-Identifier: MIT
 * The rule for names, as tools/generate/names.lua has it: the generator names
 * what the model knows, this one what comes beyond it. */
#include "model/model.h"

#include <string.h>

/* Not those of ctype.h, which depend on the locale. */
static int is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

static int is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

static char to_lower(char c) {
  return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* What is being converted; `ended` is where the last whole word ended. */
typedef struct Name {
  const char *wire;
  size_t length;
  size_t ended;
  char *out;
  size_t written;
} Name;

static char char_at(const Name *name, size_t i) {
  return i < name->length ? name->wire[i] : '\0';
}

/* The length of the plural acronym ("IDs", "CPUs") at `i`, or 0. */
static size_t plural_at(const Name *name, size_t i) {
  size_t end = i;
  while (is_upper(char_at(name, end)))
    end++;
  if (end - i < 2 || char_at(name, end) != 's' ||
      is_lower(char_at(name, end + 1)))
    return 0;
  return end + 1 - i;
}

/* The length of the word at `i` that the capitals in it do not divide, or
 * 0. */
static size_t whole_word_at(const Name *name, size_t i) {
  uint16_t w;
  for (w = 0; w < dk_n_words; w++) {
    size_t length = dk_text_length(dk_words[w]);
    if (length <= name->length - i &&
        memcmp(name->wire + i, dk_text(dk_words[w]), length) == 0 &&
        !is_lower(char_at(name, i + length)))
      return length;
  }
  return plural_at(name, i);
}

/* Does a word begin with the capital at `i`? Within a run of capitals only
 * the last one can begin one, as the first letter of a word in lower case. */
static int begins_word(const Name *name, size_t i) {
  if (i == 0 || i == name->ended || !is_upper(name->wire[i - 1]))
    return 1;
  return is_lower(char_at(name, i + 1));
}

static void put(Name *name, char c) {
  name->out[name->written++] = c;
}

/* Writes a word of `length` letters at `i`; returns where it ends. */
static size_t put_word(Name *name, size_t i, size_t length) {
  size_t end = i + length;
  if (name->written > 0 && name->out[name->written - 1] != '_')
    put(name, '_');
  for (; i < end; i++)
    put(name, to_lower(name->wire[i]));
  return end;
}

/* Converts what stands at `i`; returns where to go on. */
static size_t step(Name *name, size_t i) {
  char c = name->wire[i];
  size_t length;
  if (!is_upper(c) || !begins_word(name, i)) {
    put(name, c == '-' || c == '.' ? '_' : to_lower(c));
    return i + 1;
  }
  length = whole_word_at(name, i);
  if (length == 0)
    return put_word(name, i, 1);
  name->ended = put_word(name, i, length);
  return name->ended;
}

size_t dk_snake_case(const char *wire, size_t length, char *out) {
  Name name = {wire, length, 0, out, 0};
  size_t i = 0;
  while (i < length)
    i = step(&name, i);
  return name.written;
}
