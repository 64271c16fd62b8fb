/* SPDX-License-Identifier: MIT
 * UTF-8, by RFC 3629. */
#include "bytes/utf8.h"

static int continues(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/* Two bytes; C0 and C1 would be overlong. */
static int two(const unsigned char *c) {
  return c[0] >= 0xC2 && continues(c[1]);
}

/* Three; E0 80..9F would be overlong, ED A0..BF are the surrogates. */
static int three(const unsigned char *c) {
  if (c[0] == 0xE0 && c[1] < 0xA0)
    return 0;
  if (c[0] == 0xED && c[1] > 0x9F)
    return 0;
  return continues(c[1]) && continues(c[2]);
}

/* Four; F0 80..8F would be overlong, F4 90 and more is beyond U+10FFFF. */
static int four(const unsigned char *c) {
  if (c[0] == 0xF0 && c[1] < 0x90)
    return 0;
  if (c[0] == 0xF4 && c[1] > 0x8F)
    return 0;
  return c[0] <= 0xF4 && continues(c[1]) && continues(c[2]) && continues(c[3]);
}

int dk_utf8_character(const char *at, const char *end) {
  const unsigned char *c = (const unsigned char *)at;
  if (at == end)
    return 0;
  if (c[0] < 0x80)
    return 1;
  if (c[0] < 0xE0)
    return end - at >= 2 && two(c) ? 2 : 0;
  if (c[0] < 0xF0)
    return end - at >= 3 && three(c) ? 3 : 0;
  return end - at >= 4 && four(c) ? 4 : 0;
}

static char continuation(uint32_t bits) {
  return (char)(0x80 | (bits & 0x3F));
}

int dk_utf8_write(char *out, uint32_t code) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = (char)(0xC0 | code >> 6);
    out[1] = continuation(code);
    return 2;
  }
  if (code < 0x10000) {
    out[0] = (char)(0xE0 | code >> 12);
    out[1] = continuation(code >> 6);
    out[2] = continuation(code);
    return 3;
  }
  out[0] = (char)(0xF0 | code >> 18);
  out[1] = continuation(code >> 12);
  out[2] = continuation(code >> 6);
  out[3] = continuation(code);
  return 4;
}

int dk_utf8_valid(const char *bytes, size_t length, size_t *at) {
  const char *c = bytes, *end = bytes + length;
  while (c < end) {
    int n = dk_utf8_character(c, end);
    if (n == 0) {
      *at = (size_t)(c - bytes);
      return 0;
    }
    c += n;
  }
  return 1;
}
