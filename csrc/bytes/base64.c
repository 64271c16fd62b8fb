/* SPDX-License-Identifier: MIT
 * Base64. */
#include "bytes/base64.h"

#include "bytes/memory.h"
#include "bytes/url.h"

/* The value of a digit, or -1 when it is none. */
static int value_of(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

/* The length without the padding, of which there are two bytes at most. */
static size_t unpadded(const char *text, size_t length) {
  int i;
  for (i = 0; i < 2 && length > 0 && text[length - 1] == '='; i++)
    length--;
  return length;
}

/* Appends the bytes of digits, of which there may not be one too many. */
static int read_digits(dk_Buffer *b, const char *text, size_t length) {
  unsigned bits = 0;
  int n = 0;
  size_t i;
  for (i = 0; i < length; i++) {
    int status, value = value_of(text[i]);
    if (value < 0)
      return DK_MALFORMED;
    bits = bits << 6 | (unsigned)value;
    n += 6;
    if (n < 8)
      continue;
    n -= 8;
    status = dk_buffer_byte(b, (char)(bits >> n & 0xFF));
    if (status != DK_OK)
      return status;
  }
  return n == 6 ? DK_MALFORMED : DK_OK;
}

int dk_base64_read(dk_Buffer *b, const char *text, size_t length) {
  size_t before = b->length;
  int status = read_digits(b, text, unpadded(text, length));
  if (status != DK_OK)
    b->length = before;
  return status;
}

/* As for URLs, but for two characters. */
int dk_base64_write(dk_Buffer *b, const void *bytes, size_t length) {
  size_t before = b->length, i;
  int status = dk_url_base64(b, bytes, length);
  for (i = before; i < b->length; i++)
    if (b->data[i] == '-')
      b->data[i] = '+';
    else if (b->data[i] == '_')
      b->data[i] = '/';
  return status;
}
