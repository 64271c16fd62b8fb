/* SPDX-License-Identifier: MIT
 * Any text as a size, a duration, a command line. A size or duration that is
 * good stays so, and grows, with a smaller unit's amount behind it; words that
 * are quoted again are the same words. */
#include <string.h>

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "bytes/quantity.h"
#include "fuzz.h"

/* The text and what follows it, parsed. */
static int with(const char *text, size_t length, const char *more,
                int (*parse)(const char *, size_t, long long *),
                long long *value) {
  dk_Buffer b = {0};
  int status;
  dk_buffer_append(&b, text, length);
  dk_buffer_text(&b, more);
  status = parse(b.data, b.length, value);
  dk_buffer_free(&b);
  return status;
}

static void check_size(const char *text, size_t length) {
  long long size = -1, twice = -1;
  int status = dk_parse_size(text, length, &size);
  REQUIRE(status == DK_OK || status == DK_MALFORMED);
  REQUIRE((status == DK_OK) == (size >= 0));
  if (status != DK_OK || text[length - 1] < '0' || text[length - 1] > '9')
    return;
  REQUIRE(with(text, length, "b", dk_parse_size, &twice) == DK_OK);
  REQUIRE(twice == size);
  if (with(text, length, "k", dk_parse_size, &twice) == DK_OK)
    REQUIRE(twice >= size && twice / 1024 == size);
  else
    REQUIRE(size >= INT64_MAX / 1024);
}

static void check_duration(const char *text, size_t length) {
  long long ns = 0, more = 0;
  int status = dk_parse_duration(text, length, &ns), negative;
  REQUIRE(status == DK_OK || status == DK_MALFORMED);
  if (status != DK_OK || text[length - 1] == '0') /* "0" has no unit */
    return;
  negative = *text == '-';
  REQUIRE(negative ? ns <= 0 : ns >= 0);
  if (with(text, length, "7ns", dk_parse_duration, &more) == DK_OK)
    REQUIRE(more - ns == (negative ? -7 : 7));
  else
    REQUIRE(negative ? ns < INT64_MIN + 7 : ns > INT64_MAX - 7);
}

/* 'word', with a quote in it as '\''. */
static void quote(dk_Buffer *out, const char *word) {
  dk_buffer_byte(out, '\'');
  for (; *word != '\0'; word++) {
    if (*word == '\'')
      dk_buffer_text(out, "'\\''");
    else
      dk_buffer_byte(out, *word);
  }
  dk_buffer_text(out, "' ");
}

static void check_words(const char *text, size_t length) {
  dk_Buffer words = {0}, quoted = {0}, again = {0};
  int n = dk_split_command(text, length, &words), i;
  size_t at = 0;
  REQUIRE(n >= 0 || n == DK_MALFORMED);
  for (i = 0; i < n; i++) {
    REQUIRE(at < words.length);
    quote(&quoted, words.data + at);
    at += strlen(words.data + at) + 1;
  }
  REQUIRE(at == words.length);
  if (n > 0) {
    REQUIRE(dk_split_command(quoted.data, quoted.length, &again) == n);
    REQUIRE(again.length == words.length);
    REQUIRE(memcmp(again.data, words.data, words.length) == 0);
  }
  dk_buffer_free(&words);
  dk_buffer_free(&quoted);
  dk_buffer_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  check_size((const char *)data, size);
  check_duration((const char *)data, size);
  check_words((const char *)data, size);
  return 0;
}
