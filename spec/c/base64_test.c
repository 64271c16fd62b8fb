/* SPDX-License-Identifier: MIT
 * Tests of bytes/base64. */
#include "bytes/base64.h"

#include "bytes/url.h"
#include "check.h"

static void reads(const char *text, size_t length, const char *want,
                  size_t want_length) {
  dk_Buffer b = {0};
  char *copy = check_copy(text, length);
  dk_buffer_byte(&b, '/');
  EQUAL(dk_base64_read(&b, copy, length), DK_OK);
  check_bytes(b.data + 1, b.length - 1, want, want_length, __FILE__, __LINE__,
              text);
  free(copy);
  dk_buffer_free(&b);
}

#define READS(text, want) reads(text, sizeof(text) - 1, want, sizeof(want) - 1)

static void refuses(const char *text, size_t length) {
  dk_Buffer b = {0};
  char *copy = check_copy(text, length);
  dk_buffer_byte(&b, '/');
  if (!CHECK(dk_base64_read(&b, copy, length) == DK_MALFORMED))
    printf("  %s\n", text);
  BYTES(b.data, b.length, "/");
  free(copy);
  dk_buffer_free(&b);
}

#define REFUSES(text) refuses(text, sizeof(text) - 1)

static void test_padded(void) {
  READS("", "");
  READS("Zg==", "f");
  READS("Zm8=", "fo");
  READS("Zm9v", "foo");
  READS("Zm9vYg==", "foob");
  READS("Zm9vYmE=", "fooba");
  READS("Zm9vYmFy", "foobar");
  READS("AAAA", "\0\0\0");
}

static void test_without_padding(void) {
  READS("Zg", "f");
  READS("Zm8", "fo");
  READS("Zm9vYmE", "fooba");
}

static void test_both_alphabets(void) {
  READS("++++////", "\xFB\xEF\xBE\xFF\xFF\xFF");
  READS("----____", "\xFB\xEF\xBE\xFF\xFF\xFF");
}

static void test_what_is_none(void) {
  REFUSES("Z");
  REFUSES("Zm9vY");
  REFUSES("Zm9v\n");
  REFUSES("Zm 9v");
  REFUSES("Zg===");
  REFUSES("Z=g=");
  REFUSES("Zm9\xFF");
  REFUSES("Zm9\0");
}

static void test_backwards(void) {
  int i;
  for (i = 0; i < 2000; i++) {
    uint64_t random = check_random();
    size_t length = random % 8;
    dk_Buffer text = {0}, back = {0};
    dk_url_base64(&text, &random, length);
    EQUAL(dk_base64_read(&back, text.data, text.length), DK_OK);
    EQUAL((long long)back.length, (long long)length);
    CHECK(length == 0 || memcmp(back.data, &random, length) == 0);
    dk_buffer_free(&text);
    dk_buffer_free(&back);
  }
}

static void test_failures(void) {
  static const char text[] =
      "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy"
      "Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFy";
  dk_Buffer limited = {.limit = 60};
  STEP_MEMORY(n) {
    dk_Buffer b = {0};
    int status = dk_base64_read(&b, text, sizeof text - 1);
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY ? b.length == 0 : b.length == 72);
    dk_buffer_free(&b);
    EQUAL(check_live, 0);
  }
  dk_buffer_text(&limited, "before");
  EQUAL(dk_base64_read(&limited, text, sizeof text - 1), DK_OVER_LIMIT);
  BYTES(limited.data, limited.length, "before");
  dk_buffer_free(&limited);
}

static void test_writing(void) {
  static const char bytes[] = "\xFB\xEF\xBE\xFF\xFF\xFF";
  dk_Buffer b = {.limit = 10};
  dk_buffer_text(&b, "-_");
  EQUAL(dk_base64_write(&b, bytes, 6), DK_OK);
  BYTES(b.data, b.length, "-_++++////");
  EQUAL(dk_base64_write(&b, "x", 1), DK_OVER_LIMIT);
  BYTES(b.data, b.length, "-_++++////");
  dk_buffer_clear(&b);
  EQUAL(dk_base64_write(&b, "fooba", 5), DK_OK);
  BYTES(b.data, b.length, "Zm9vYmE=");
  dk_buffer_free(&b);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_padded);
  RUN(test_without_padding);
  RUN(test_both_alphabets);
  RUN(test_what_is_none);
  RUN(test_backwards);
  RUN(test_failures);
  EQUAL(check_live, 0);
  RUN(test_writing);
  return check_end();
}
