/* SPDX-License-Identifier: MIT
 * Any bytes through the reader of JSON. Reading and passing over must agree;
 * what was read, written and read again must be the same; and a whole array
 * or object must be one document to the cutter of documents. */
#include "bytes/buffer.h"
#include "bytes/jsonlex.h"
#include "bytes/jsonsplit.h"
#include "corpus.h"
#include "fuzz.h"

static void check_again(const dk_Buffer *once, dk_Buffer *scratch) {
  dk_Buffer again = {0};
  dk_Json j;
  REQUIRE(corpus_read(&j, once->data, once->length, scratch, &again) == 0);
  REQUIRE(again.length == once->length);
  REQUIRE(memcmp(again.data, once->data, once->length) == 0);
  dk_buffer_free(&again);
}

static void check_one_document(const char *bytes, size_t length) {
  dk_Jsonsplit s = {0};
  size_t start, end;
  REQUIRE(dk_jsonsplit_next(&s, bytes, length, 1, &start, &end) == 1);
  for (; end < length; end++)
    REQUIRE(strchr(" \t\r\n", bytes[end]) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  dk_Buffer scratch = {0}, out = {0};
  const char *bytes = (const char *)data;
  dk_Json read, skipped;
  int status = corpus_read(&read, bytes, size, &scratch, &out);
  int skip_status = corpus_skip(&skipped, bytes, size, &scratch);
  if (read.error != NULL) {
    REQUIRE(status == -1 && skip_status == -1);
    REQUIRE(read.error_at <= size && read.error_at == skipped.error_at);
  } else {
    REQUIRE(status == 0 && skip_status == 0);
    check_one_document(bytes, size);
    check_again(&out, &scratch);
  }
  dk_buffer_free(&scratch);
  dk_buffer_free(&out);
  return 0;
}
