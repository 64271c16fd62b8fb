/* SPDX-License-Identifier: MIT
 * Tests of bytes/jsonsplit. The documents are in spec/c/json, which may be
 * given as the argument. */
#include "bytes/jsonsplit.h"

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "bytes/queue.h"
#include "check.h"
#include "corpus.h"

static const char *folder = "spec/c/json";

/* Takes what is whole from the queue: "<document>" each. The last status. */
static int drain(dk_Jsonsplit *s, dk_Queue *q, int last, dk_Buffer *out) {
  size_t start, end;
  int status;
  for (;;) {
    size_t length = dk_queue_length(q);
    char *copy = check_copy(dk_queue_bytes(q), length);
    status = dk_jsonsplit_next(s, copy, length, last, &start, &end);
    if (status == 1) {
      CHECK(start < end && end <= length);
      dk_buffer_byte(out, '<');
      dk_buffer_append(out, copy + start, end - start);
      dk_buffer_byte(out, '>');
      dk_queue_take(q, end);
    }
    free(copy);
    if (status != 1)
      return status;
  }
}

/* Feeds the input in parts that end at the places given. */
static void cut(const char *input, size_t length, const size_t *places,
                size_t n, const char *want, int want_status) {
  dk_Jsonsplit s = {0};
  dk_Queue q = {0};
  dk_Buffer out = {0};
  size_t from = 0, i;
  for (i = 0; i < n; i++) {
    dk_queue_append(&q, input + from, places[i] - from);
    from = places[i];
    EQUAL(drain(&s, &q, 0, &out), 0);
  }
  dk_queue_append(&q, input + from, length - from);
  EQUAL(drain(&s, &q, 1, &out), want_status);
  check_bytes(out.data, out.length, want, strlen(want), __FILE__, __LINE__,
              input);
  dk_buffer_free(&out);
  dk_queue_free(&q);
}

/* At every two places, and at all. */
static void cut_everywhere(const char *input, size_t length, const char *want,
                           int want_status) {
  size_t places[256], i, k;
  CHECK(length < 256);
  for (i = 0; i <= length; i++)
    for (k = i; k <= length; k++) {
      places[0] = i;
      places[1] = k;
      cut(input, length, places, 2, want, want_status);
    }
  for (i = 0; i < length; i++)
    places[i] = i + 1;
  cut(input, length, places, length, want, want_status);
}

static void documents(const char *input, const char *want) {
  cut_everywhere(input, strlen(input), want, 0);
}

static void cut_short(const char *input, const char *want) {
  cut_everywhere(input, strlen(input), want, DK_MALFORMED);
}

static void test_delimiters(void) {
  documents("", "");
  documents(" \r\n\t", "");
  documents("{}", "<{}>");
  documents("{}{}[]", "<{}><{}><[]>");
  documents("{\"a\":1}\r\n{\"b\":2}\r\n", "<{\"a\":1}><{\"b\":2}>");
  documents("{\"a\":1}\n{\"b\":2}", "<{\"a\":1}><{\"b\":2}>");
  documents("\x1E{\"a\":1}\n\x1E{\"b\":2}\n", "<{\"a\":1}><{\"b\":2}>");
  documents("\x1E\x1E{}\x1E[]\x1E", "<{}><[]>");
  documents("\n\n {}\n\n[] \n", "<{}><[]>");
}

static void test_strings(void) {
  documents("{\"}\":\"{\"}[\"]\"]", "<{\"}\":\"{\"}><[\"]\"]>");
  documents("{\"a\\\"}\":\"\\\\\"}[]", "<{\"a\\\"}\":\"\\\\\"}><[]>");
  documents("{\"a\":\"\\u007d\\\\\\\"{\"}{}",
            "<{\"a\":\"\\u007d\\\\\\\"{\"}><{}>");
  documents("\"a\"\"b\"", "<\"a\"><\"b\">");
  documents("\"{\" \"\\\"\"", "<\"{\"><\"\\\"\">");
  documents("[\"caf\xC3\xA9\"]", "<[\"caf\xC3\xA9\"]>");
}

static void test_nesting(void) {
  documents("[[],[[{}]]]{\"a\":{\"b\":[]}}",
            "<[[],[[{}]]]><{\"a\":{\"b\":[]}}>");
  documents("[ 1 ,\n2 ]\n{ }", "<[ 1 ,\n2 ]><{ }>");
}

/* A scalar ends where it cannot go on, or with the input. */
static void test_scalars(void) {
  documents("12", "<12>");
  documents("1 2\n3", "<1><2><3>");
  documents("null true\x1E"
            "false",
            "<null><true><false>");
  documents("1{}2[]3\"a\"4", "<1><{}><2><[]><3><\"a\"><4>");
  documents("-1.5e+3\n", "<-1.5e+3>");
}

/* What is not JSON is cut somehow; that it is none, the reader says. */
static void test_nonsense(void) {
  documents("404 page not found\n", "<404><page><not><found>");
  documents("}{}", "<}><{}>");
  documents("[}{]", "<[}><{]>");
  documents(",{}", "<,><{}>");
}

static void test_cut_short(void) {
  cut_short("{", "");
  cut_short("{\"a\":1", "");
  cut_short("{}\n[1,", "<{}>");
  cut_short("\"abc", "");
  cut_short("\"abc\\", "");
  cut_short("{}{\"a\":\"}", "<{}>");
  cut_short("[\"\\\"]", "");
}

/* A separator ends a document that was cut short, wherever that was. */
static void test_separator_within(void) {
  documents("\x1E{\"a\":\x1E{\"b\":2}\n", "<{\"a\":><{\"b\":2}>");
  documents("\x1E{\"a\":\"x\x1E{}\n", "<{\"a\":\"x><{}>");
  documents("\x1E\"x\\\x1E[]", "<\"x\\><[]>");
}

/* Bytes that were looked at are not looked at again: so a document that comes
 * byte by byte costs no more than its length. */
static void test_looks_once(void) {
  enum { LENGTH = 100000 };
  char *text = malloc(LENGTH);
  dk_Jsonsplit s = {0};
  size_t length, start, end;
  if (text == NULL)
    abort();
  memset(text, 'x', LENGTH);
  memcpy(text, "[\"", 2);
  for (length = 1; length <= LENGTH; length++) {
    EQUAL(dk_jsonsplit_next(&s, text, length, 0, &start, &end), 0);
    if (!EQUAL((long long)s.scanned, (long long)length))
      break;
  }
  free(text);
}

static void test_very_deep(void) {
  enum { DEPTH = 1000000 };
  char *text = malloc(2 * DEPTH);
  dk_Jsonsplit s = {0};
  size_t start = 1, end = 0;
  if (text == NULL)
    abort();
  memset(text, '[', DEPTH);
  memset(text + DEPTH, ']', DEPTH);
  EQUAL(dk_jsonsplit_next(&s, text, 2 * DEPTH - 1, 0, &start, &end), 0);
  EQUAL(dk_jsonsplit_next(&s, text, 2 * DEPTH, 0, &start, &end), 1);
  EQUAL((long long)start, 0);
  EQUAL((long long)end, 2 * DEPTH);
  free(text);
}

/*
** The corpus
*/

static dk_Buffer all, all_cut; /* one after another, and as drain cuts them */

static void add_row(const Row *row) {
  size_t start = 0, end = row->length;
  while (strchr(" \t\r\n", row->bytes[start]) != NULL)
    start++;
  while (strchr(" \t\r\n", row->bytes[end - 1]) != NULL)
    end--;
  dk_buffer_append(&all, row->bytes, row->length);
  dk_buffer_byte(&all, '\n');
  dk_buffer_byte(&all_cut, '<');
  dk_buffer_append(&all_cut, row->bytes + start, end - start);
  dk_buffer_byte(&all_cut, '>');
}

/* All documents that are JSON in one stream, torn at random. */
static void test_corpus(void) {
  int i;
  corpus_each(folder, "accept.tsv", add_row);
  dk_buffer_terminate(&all_cut);
  CHECK(strlen(all_cut.data) == all_cut.length);
  for (i = 0; i < 200; i++) {
    size_t places[2000], n = 0, at = 0;
    while ((at += 1 + check_random() % (i + 1)) < all.length && n < 2000)
      places[n++] = at;
    cut(all.data, all.length, places, n, all_cut.data, 0);
  }
  dk_buffer_free(&all);
  dk_buffer_free(&all_cut);
}

int main(int argc, char **argv) {
  if (argc > 1)
    folder = argv[1];
  RUN(test_delimiters);
  RUN(test_strings);
  RUN(test_nesting);
  RUN(test_scalars);
  RUN(test_nonsense);
  RUN(test_cut_short);
  RUN(test_separator_within);
  RUN(test_looks_once);
  RUN(test_very_deep);
  RUN(test_corpus);
  return check_end();
}
