/* SPDX-License-Identifier: MIT
 * Tests of bytes/jsonlex. The documents are in spec/c/json, which may be given
 * as the argument. */
#include "bytes/jsonlex.h"

#include <math.h>

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "check.h"
#include "corpus.h"

static const char *folder = "spec/c/json";

/*
** The corpus
*/

static void accept_row(const Row *row) {
  dk_Buffer scratch = {0}, out = {0};
  dk_Json j;
  size_t length = row->length;
  char *want = strcmp(row->expected, "=") == 0
                   ? check_copy(row->bytes, length)
                   : corpus_unescape(row->expected, &length);
  if (!EQUAL(corpus_read(&j, row->bytes, row->length, &scratch, &out), 0))
    printf("  %s: %s at %zu\n", row->name, j.error, j.error_at);
  if (!check_bytes(out.data, out.length, want, length, row->name, 0, "read"))
    printf("  %s\n", row->name);
  EQUAL(j.depth, 0);
  EQUAL(corpus_skip(&j, row->bytes, row->length, &scratch), 0);
  free(want);
  dk_buffer_free(&scratch);
  dk_buffer_free(&out);
}

static void test_accept(void) {
  CHECK(corpus_each(folder, "accept.tsv", accept_row) >= 150);
}

static void refuse_row(const Row *row) {
  dk_Buffer scratch = {0}, out = {0};
  dk_Json j;
  int good =
      EQUAL(corpus_read(&j, row->bytes, row->length, &scratch, &out), -1);
  good &= CHECK(j.error != NULL) & EQUAL(j.failure, DK_MALFORMED);
  good &= EQUAL((long long)j.error_at, atoll(row->expected));
  good &= EQUAL(corpus_skip(&j, row->bytes, row->length, &scratch), -1);
  good &= EQUAL((long long)j.error_at, atoll(row->expected));
  if (!good)
    printf("  %s: %s\n", row->name, j.error != NULL ? j.error : "accepted");
  dk_buffer_free(&scratch);
  dk_buffer_free(&out);
}

static void test_refuse(void) {
  CHECK(corpus_each(folder, "refuse.tsv", refuse_row) >= 150);
}

/* Whatever is cut off, nothing is read beyond it. */
static void truncate_row(const Row *row, int must_be_bad) {
  size_t length;
  for (length = 0; length < row->length; length++) {
    char *bytes = check_copy(row->bytes, length);
    dk_Buffer scratch = {0}, out = {0};
    dk_Json j;
    int status = corpus_read(&j, bytes, length, &scratch, &out);
    CHECK(status == 0 || j.error_at <= length);
    CHECK(status == -1 || !must_be_bad);
    free(bytes);
    dk_buffer_free(&scratch);
    dk_buffer_free(&out);
  }
}

/* An array, object or string is one only with its last byte. */
static void truncate_good(const Row *row) {
  truncate_row(row, strchr("[{\"", row->bytes[0]) != NULL &&
                        strchr("]}\"", row->bytes[row->length - 1]) != NULL);
}

static void truncate_bad(const Row *row) {
  truncate_row(row, 0);
}

static void test_truncated(void) {
  corpus_each(folder, "accept.tsv", truncate_good);
  corpus_each(folder, "refuse.tsv", truncate_bad);
}

/*
** Walking
*/

static dk_Token read_one(dk_Json *j, const char *text) {
  static dk_Buffer scratch; /* none of these needs it */
  dk_json_begin(j, text, strlen(text), &scratch);
  return dk_json_value(j);
}

static void test_walk(void) {
  dk_Json j;
  dk_Buffer scratch = {0};
  const char *text = "{\"Id\":\"web\",\"n\":[1,-2.5,null],\"e\":\"\\u00e9\"}";
  dk_json_begin(&j, text, strlen(text), &scratch);
  EQUAL(dk_json_value(&j), DK_JSON_OBJECT);
  EQUAL(dk_json_member(&j), 1);
  BYTES(j.text, j.length, "Id");
  EQUAL(dk_json_value(&j), DK_JSON_STRING);
  BYTES(j.text, j.length, "web");
  CHECK(j.text == text + 7); /* not copied */
  CHECK(scratch.data == NULL);
  EQUAL(dk_json_member(&j), 1);
  BYTES(j.text, j.length, "n");
  EQUAL(dk_json_value(&j), DK_JSON_ARRAY);
  EQUAL(j.depth, 2);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(j.integer, 1);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_NUMBER);
  CHECK(j.number == -2.5);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_NULL);
  EQUAL(dk_json_element(&j), 0);
  EQUAL(dk_json_member(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_STRING);
  BYTES(j.text, j.length, "\xC3\xA9");
  CHECK(j.text == scratch.data);
  EQUAL(dk_json_member(&j), 0);
  EQUAL(j.depth, 0);
  CHECK(dk_json_finish(&j));
  CHECK(j.error == NULL);
  dk_buffer_free(&scratch);
}

/* Skipping one member's value finds the next member. */
static void test_skip(void) {
  dk_Json j;
  dk_Buffer scratch = {0};
  const char *text = "{\"a\":[1,[2,{\"x\":[]}],\"]\"],\"b\":{\"c\":{\"d\":1}},"
                     "\"e\":\"\\n\",\"f\":7}";
  int members = 0;
  dk_json_begin(&j, text, strlen(text), &scratch);
  EQUAL(dk_json_value(&j), DK_JSON_OBJECT);
  while (dk_json_member(&j) > 0) {
    EQUAL((long long)j.length, 1);
    EQUAL(*j.text, "abef"[members++]);
    EQUAL(dk_json_skip(&j, dk_json_value(&j)), 0);
    EQUAL(j.depth, 1);
  }
  EQUAL(members, 4);
  EQUAL(j.integer, 7);
  CHECK(dk_json_finish(&j));
  EQUAL(dk_json_skip(&j, DK_JSON_BAD), -1);
  dk_buffer_free(&scratch);
}

/* Skipping the rest of an array that was already read in part. */
static void test_skip_the_rest(void) {
  dk_Json j;
  EQUAL(read_one(&j, "[1,[2],3]"), DK_JSON_ARRAY);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(dk_json_skip(&j, DK_JSON_ARRAY), 0);
  CHECK(dk_json_finish(&j));
}

static int expect(dk_Json *j, const char *key) {
  const char *at = j->at;
  int found = dk_json_expect(j, key, strlen(key));
  CHECK(found || j->at == at);
  return found;
}

static void test_expect(void) {
  dk_Json j;
  EQUAL(read_one(&j, "{\"Id\":1,\"Ids\":2, \"x\":3,\"y\" :4,\"z\":5}"),
        DK_JSON_OBJECT);
  EQUAL(expect(&j, "I"), 0);
  EQUAL(expect(&j, "Ids"), 0);
  EQUAL(expect(&j, "id"), 0);
  EQUAL(expect(&j, ""), 0);
  EQUAL(expect(&j, "Id"), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(expect(&j, "Id"), 0);
  EQUAL(expect(&j, "Ids"), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(expect(&j, "x"), 0); /* there is a blank */
  EQUAL(dk_json_member(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(expect(&j, "y"), 0); /* likewise */
  EQUAL(dk_json_member(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(expect(&j, "z"), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(j.integer, 5);
  EQUAL(expect(&j, "z"), 0);
  EQUAL(dk_json_member(&j), 0);
  CHECK(dk_json_finish(&j));
}

/* Cut off anywhere, with or without the comma, it reads nothing beyond. */
static void test_expect_at_the_end(void) {
  static const char text[] = "{\"Id\":1,\"Id\":2}";
  size_t length;
  for (length = 1; length < sizeof text; length++) {
    char *bytes = check_copy(text, length);
    dk_Buffer scratch = {0};
    dk_Json j;
    dk_json_begin(&j, bytes, length, &scratch);
    EQUAL(dk_json_value(&j), DK_JSON_OBJECT);
    EQUAL(expect(&j, "Id"), length > 6);
    if (length > 6) {
      EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
      EQUAL(expect(&j, "Id"), length > 12);
    }
    free(bytes);
  }
}

/* After an error there is nothing to expect. */
static void test_expect_after_an_error(void) {
  dk_Json j;
  EQUAL(read_one(&j, "{\"a\":x,\"b\":1}"), DK_JSON_OBJECT);
  EQUAL(expect(&j, "a"), 1);
  EQUAL(dk_json_value(&j), DK_JSON_BAD);
  EQUAL(expect(&j, "b"), 0);
}

/* The first error stays, whatever is called afterwards. */
static void test_error_stays(void) {
  dk_Json j;
  const char *error;
  EQUAL(read_one(&j, "[1,x,2]"), DK_JSON_ARRAY);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_INTEGER);
  EQUAL(dk_json_element(&j), 1);
  EQUAL(dk_json_value(&j), DK_JSON_BAD);
  error = j.error;
  EQUAL((long long)j.error_at, 3);
  EQUAL(dk_json_element(&j), -1);
  EQUAL(dk_json_member(&j), -1);
  EQUAL(dk_json_value(&j), DK_JSON_BAD);
  EQUAL(dk_json_skip(&j, DK_JSON_ARRAY), -1);
  EQUAL(dk_json_finish(&j), 0);
  EQUAL((long long)j.error_at, 3);
  CHECK(j.error == error);
}

/* Not even what could be read behind the error. */
static void test_nothing_after_an_error(void) {
  dk_Json j;
  EQUAL(read_one(&j, "{\"a\" 1,\"b\":2}"), DK_JSON_OBJECT);
  EQUAL(dk_json_member(&j), -1);
  EQUAL(dk_json_value(&j), DK_JSON_BAD);
  EQUAL(dk_json_member(&j), -1);
  EQUAL((long long)j.error_at, 5);
}

/* A string that begins anywhere in a word of eight bytes and has what must be
 * seen anywhere behind. */
static void test_strings_at_every_place(void) {
  size_t blanks, length, place;
  for (blanks = 0; blanks < 9; blanks++)
    for (length = 1; length < 26; length++)
      for (place = 0; place <= length; place++) {
        char text[64];
        dk_Json j;
        memset(text, ' ', blanks);
        text[blanks] = '"';
        memset(text + blanks + 1, 'x', length);
        text[blanks + 1 + length] = '\0';
        text[blanks + 1 + place] = place < length ? '\x1F' : '\0';
        EQUAL(read_one(&j, text), DK_JSON_BAD);
        EQUAL((long long)j.error_at, (long long)(blanks + 1 + place));
        strcpy(text + blanks + 1 + place, "\"");
        EQUAL(read_one(&j, text), DK_JSON_STRING);
        EQUAL((long long)j.length, (long long)place);
        CHECK(dk_json_finish(&j));
      }
}

/*
** Depth
*/

static char *brackets(size_t depth, size_t *length) {
  char *text = malloc(2 * depth + 1);
  if (text == NULL)
    abort();
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  *length = 2 * depth;
  return text;
}

static void test_depth(void) {
  dk_Json j;
  dk_Buffer scratch = {0};
  size_t length;
  char *text = brackets(DK_JSON_DEPTH, &length);
  EQUAL(corpus_skip(&j, text, length, &scratch), 0);
  free(text);
  text = brackets(DK_JSON_DEPTH + 1, &length);
  EQUAL(corpus_skip(&j, text, length, &scratch), -1);
  EQUAL(j.failure, DK_OVER_LIMIT);
  EQUAL((long long)j.error_at, DK_JSON_DEPTH);
  free(text);
  dk_json_begin(&j, "[{\"a\":[]}]", 10, &scratch);
  j.max_depth = 2;
  EQUAL(dk_json_skip(&j, dk_json_value(&j)), -1);
  EQUAL((long long)j.error_at, 6);
  EQUAL(j.failure, DK_OVER_LIMIT);
  dk_json_begin(&j, "[{\"a\":[]}]", 10, &scratch);
  j.max_depth = 3;
  EQUAL(dk_json_skip(&j, dk_json_value(&j)), 0);
  dk_json_begin(&j, "[[],[],[[]],[]]", 15, &scratch); /* wide, not deep */
  j.max_depth = 3;
  EQUAL(dk_json_skip(&j, dk_json_value(&j)), 0);
}

/*
** Numbers
*/

static void integer(const char *text, long long want) {
  dk_Json j;
  EQUAL(read_one(&j, text), DK_JSON_INTEGER);
  EQUAL(j.integer, want);
  CHECK(dk_json_finish(&j));
}

static void number(const char *text, double want) {
  dk_Json j;
  if (!EQUAL(read_one(&j, text), DK_JSON_NUMBER) ||
      !CHECK(j.number == want && !signbit(j.number) == !signbit(want)))
    printf("  %s: got %a, want %a\n", text, j.number, want);
  CHECK(dk_json_finish(&j));
}

static void test_integers(void) {
  char text[32];
  int i;
  integer("9223372036854775807", INT64_MAX);
  integer("-9223372036854775808", INT64_MIN);
  integer("-9223372036854775807", -INT64_MAX);
  integer("1000000000000000000", 1000000000000000000);
  for (i = 0; i < 20000; i++) {
    long long want = (long long)(check_random() >> check_random() % 64);
    snprintf(text, sizeof text, "%lld", want);
    integer(text, want);
  }
}

static void test_beyond_integers(void) {
  number("9223372036854775808", 0x1p63);
  number("-9223372036854775809", -0x1p63);
  number("18446744073709551615", 0x1p64);
  number("18446744073709551616", 0x1p64);
  number("99999999999999999999", 1e20);
  number("-0", -0.0);
  number("-0.0", -0.0);
  number("-0e3", -0.0);
  number("0.0", 0.0);
  number("12.5e1", 125);
  number("1e999", HUGE_VAL);
}

/*
** Memory
*/

static void test_memory(void) {
  const char *text = "[\"\\n\",{\"\\u00e9\":\"abcdefghijklmnopqrstuvwxyz"
                     "abcdefghijklmnopqrstuvwxyzabcdefghijklmn\\t\"},1]";
  STEP_MEMORY(n) {
    dk_Buffer scratch = {0};
    dk_Json j;
    int bad = corpus_skip(&j, text, strlen(text), &scratch);
    STEPPED(bad ? j.failure : DK_OK);
    CHECK(bad ? j.failure == DK_NO_MEMORY && j.error != NULL : n >= 2);
    EQUAL(corpus_skip(&j, text, strlen(text), &scratch), 0);
    dk_buffer_free(&scratch);
    EQUAL(check_live, 0);
  }
}

static void test_scratch_limit(void) {
  dk_Buffer scratch = {.limit = 4};
  dk_Json j;
  EQUAL(corpus_skip(&j, "\"abc\\n\"", 7, &scratch), 0);
  EQUAL(corpus_skip(&j, "\"abcdefgh\"", 10, &scratch), 0); /* not copied */
  EQUAL(corpus_skip(&j, "\"abcd\\n\"", 8, &scratch), -1);
  EQUAL(j.failure, DK_OVER_LIMIT);
  dk_buffer_free(&scratch);
}

int main(int argc, char **argv) {
  if (argc > 1)
    folder = argv[1];
  dk_reallocator = check_reallocator;
  RUN(test_accept);
  RUN(test_refuse);
  RUN(test_truncated);
  RUN(test_walk);
  RUN(test_skip);
  RUN(test_skip_the_rest);
  RUN(test_expect);
  RUN(test_expect_at_the_end);
  RUN(test_expect_after_an_error);
  RUN(test_error_stays);
  RUN(test_nothing_after_an_error);
  RUN(test_strings_at_every_place);
  RUN(test_depth);
  RUN(test_integers);
  RUN(test_beyond_integers);
  RUN(test_memory);
  RUN(test_scratch_limit);
  EQUAL(check_live, 0);
  return check_end();
}
