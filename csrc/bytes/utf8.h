/* SPDX-License-Identifier: MIT
 * The bytes of text: what UTF-8 is, and what JSON leaves as it is.
 *
 * Reading and writing a string of JSON are the same scan, and the hottest one
 * there is, so its fast half stands here, to be inlined. */
#ifndef DK_UTF8_H
#define DK_UTF8_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DK_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The first byte from `at` on that a string of JSON does not hold as it is,
 * or that is not ASCII: a quote, a backslash, a control byte, 0x80 to 0xFF;
 * `end` when there is none. */
static inline const char *dk_utf8_plain(const char *at, const char *end) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  /* Eight bytes at once: a subtraction sets the high bit of the bytes that we
   * look for. It may set that of later ones too (a borrow), or of those that
   * are not ASCII; but the lowest bit set is always in the first one. */
  while (end - at >= 8) {
    uint64_t word, quote, backslash, control, hit;
    memcpy(&word, at, 8);
    quote = (word ^ DK_EACH_BYTE('"')) - DK_EACH_BYTE(1);
    backslash = (word ^ DK_EACH_BYTE('\\')) - DK_EACH_BYTE(1);
    control = word - DK_EACH_BYTE(0x20);
    hit = (quote | backslash | control | word) & DK_EACH_BYTE(0x80);
    if (hit != 0)
      return at + __builtin_ctzll(hit) / 8;
    at += 8;
  }
#endif
  while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20 &&
         (unsigned char)*at < 0x80)
    at++;
  return at;
}

/* How many bytes the character at `at` has (1 to 4), by RFC 3629: no
 * surrogates, nothing overlong, nothing beyond U+10FFFF. 0: it is none. */
int dk_utf8_character(const char *at, const char *end);

/* Writes a code point (no surrogate) to `out`, which has room for 4 bytes;
 * how many they are. */
int dk_utf8_write(char *out, uint32_t code);

/* Whether the bytes are UTF-8 by RFC 3629; else *at is where the first
 * character that is none begins. */
int dk_utf8_valid(const char *bytes, size_t length, size_t *at);

#endif
