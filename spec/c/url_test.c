/* SPDX-License-Identifier: MIT
 * Tests of bytes/url. */
#include "bytes/url.h"

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "check.h"

typedef int Encode(dk_Buffer *b, const char *bytes, size_t length);

static int base64(dk_Buffer *b, const char *bytes, size_t length) {
  return dk_url_base64(b, bytes, length);
}

#define ENCODED(encode, bytes, want)                                          \
  encoded(encode, bytes, sizeof(bytes) - 1, want)

static void encoded(Encode *encode, const char *bytes, size_t length,
                    const char *want) {
  dk_Buffer b = {0};
  char *copy = check_copy(bytes, length);
  dk_buffer_byte(&b, '/');
  EQUAL(encode(&b, copy, length), DK_OK);
  check_bytes(b.data + 1, b.length - 1, want, strlen(want), __FILE__, __LINE__,
              want);
  free(copy);
  dk_buffer_free(&b);
}

static void test_path(void) {
  ENCODED(dk_url_path, "", "");
  ENCODED(dk_url_path, "web", "web");
  ENCODED(dk_url_path, "registry.example.com:5000/team/app:v1.0_x-y~z",
          "registry.example.com:5000/team/app:v1.0_x-y~z");
  ENCODED(dk_url_path, "alpine@sha256:0f", "alpine@sha256:0f");
  ENCODED(dk_url_path, "a b?c#d%e", "a%20b%3Fc%23d%25e");
  ENCODED(dk_url_path, "caf\xC3\xA9\0\xFF\n", "caf%C3%A9%00%FF%0A");
  ENCODED(dk_url_path, "!$&'()*+,;=[]\"<>\\^`{|}",
          "%21%24%26%27%28%29%2A%2B%2C%3B%3D%5B%5D%22%3C%3E%5C%5E%60%7B%7C"
          "%7D");
}

static void test_query(void) {
  ENCODED(dk_url_query, "", "");
  ENCODED(dk_url_query, "az-AZ_09.~", "az-AZ_09.~");
  ENCODED(dk_url_query, "a/b:c@d", "a%2Fb%3Ac%40d");
  ENCODED(dk_url_query, "{\"label\":[\"a=b\"]}",
          "%7B%22label%22%3A%5B%22a%3Db%22%5D%7D");
  ENCODED(dk_url_query, "1+1 & more", "1%2B1%20%26%20more");
}

/* Every byte: kept, or the percent sign and two digits. */
static void test_every_byte(void) {
  int i;
  for (i = 0; i < 256; i++) {
    dk_Buffer b = {0};
    char byte = (char)i, want[8];
    int kept = (i >= '0' && i <= '9') || (i >= 'a' && i <= 'z') ||
               (i >= 'A' && i <= 'Z') || i == '-' || i == '.' || i == '_' ||
               i == '~';
    snprintf(want, sizeof want, kept ? "%c" : "%%%02X", i);
    EQUAL(dk_url_query(&b, &byte, 1), DK_OK);
    check_bytes(b.data, b.length, want, strlen(want), __FILE__, __LINE__,
                want);
    dk_buffer_free(&b);
  }
}

static void test_base64(void) {
  ENCODED(base64, "", "");
  ENCODED(base64, "f", "Zg==");
  ENCODED(base64, "fo", "Zm8=");
  ENCODED(base64, "foo", "Zm9v");
  ENCODED(base64, "foob", "Zm9vYg==");
  ENCODED(base64, "fooba", "Zm9vYmE=");
  ENCODED(base64, "foobar", "Zm9vYmFy");
  ENCODED(base64, "\0\0\0", "AAAA");
  ENCODED(base64, "\xFB\xEF\xBE\xFF\xFF\xFF", "----____");
  ENCODED(base64, "{\"username\":\"u\",\"password\":\"?>~\"}",
          "eyJ1c2VybmFtZSI6InUiLCJwYXNzd29yZCI6Ij8-fiJ9");
}

/* The place of a character in the alphabet. */
static uint32_t place_of(char c) {
  const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                         "0123456789-_";
  const char *found = strchr(alphabet, c);
  CHECK(found != NULL);
  return found != NULL ? (uint32_t)(found - alphabet) : 0;
}

static void decode_group(const char *in, char *out) {
  uint32_t bits = place_of(in[0]) << 18 | place_of(in[1]) << 12 |
                  place_of(in[2]) << 6 | place_of(in[3]);
  out[0] = (char)(bits >> 16);
  out[1] = (char)(bits >> 8);
  out[2] = (char)bits;
}

static void test_base64_backwards(void) {
  char bytes[3], back[3];
  int i;
  for (i = 0; i < 5000; i++) {
    uint64_t random = check_random();
    dk_Buffer b = {0};
    memcpy(bytes, &random, 3);
    dk_url_base64(&b, bytes, 3);
    EQUAL((long long)b.length, 4);
    decode_group(b.data, back);
    CHECK(memcmp(bytes, back, 3) == 0);
    dk_buffer_free(&b);
  }
}

/* After a failure the buffer is as it was. */
static void fails_whole(Encode *encode) {
  static const char bytes[] = "some bytes, more than there is room for in the "
                              "first allocation of a buffer";
  dk_Buffer limited = {.limit = 60};
  STEP_MEMORY(n) {
    dk_Buffer b = {0};
    int status = encode(&b, bytes, sizeof bytes - 1);
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY ? b.length == 0 : n >= 2);
    dk_buffer_free(&b);
    EQUAL(check_live, 0);
  }
  dk_buffer_text(&limited, "before");
  EQUAL(encode(&limited, bytes, sizeof bytes - 1), DK_OVER_LIMIT);
  BYTES(limited.data, limited.length, "before");
  dk_buffer_free(&limited);
}

static void test_failures(void) {
  fails_whole(dk_url_path);
  fails_whole(dk_url_query);
  fails_whole(base64);
}

/* What is found in a text, with '|' behind each. */
static void users(const char *text, const char *expected) {
  const char *at = text, *end = text + strlen(text);
  char found[256] = "";
  size_t length;
  while ((at = dk_url_user(at, end, &length)) != NULL) {
    snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s|",
             (int)length, at);
    at += length;
  }
  check_bytes(found, strlen(found), expected, strlen(expected), __FILE__,
              __LINE__, text);
}

static void test_users(void) {
  users("", "");
  users("://", "");
  users("http://host:80/a@b", "");
  users("http://@host", "");
  users("http://me@host:80/a:b@c", "me|");
  users("http://me:@host", "me:|");
  users("http://me:word@host", "me:word|");
  users("see http://me:a:b@c@host/x and ftp://x:y@z.", "me:a:b@c|x:y|");
  users("[\"A=http://me:word@h\",\"B=https://u:p@h\"]", "me:word|u:p|");
  users("://a b:c@d", "");
  users("//a:b@c", "");
  users("://://a:b@c", "a:b|");
  users("http://me:word", "");
  users("ssh://me@host, http://me@host", "me|");
  users("ssh://me:word@host, sh://me@host", "me:word|me|");
  users("http://\xff:\xfe@h", "\xff:\xfe|");
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_path);
  RUN(test_query);
  RUN(test_every_byte);
  RUN(test_base64);
  RUN(test_base64_backwards);
  RUN(test_failures);
  RUN(test_users);
  EQUAL(check_live, 0);
  return check_end();
}
