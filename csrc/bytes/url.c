/* SPDX-License-Identifier: MIT
 * Writing the path and the query of a request. */
#include "bytes/url.h"

#include <string.h>

#include "bytes/memory.h"

/* Unreserved characters of RFC 3986. */
#define UNRESERVED                                                            \
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

static int write_percent(dk_Buffer *b, unsigned char byte) {
  static const char digits[] = "0123456789ABCDEF";
  char text[3] = {'%', digits[byte >> 4], digits[byte & 15]};
  return dk_buffer_append(b, text, sizeof text);
}

/* Appends the bytes, all but those in `keep` encoded. */
static int encode(dk_Buffer *b, const char *bytes, size_t length,
                  const char *keep) {
  size_t before = b->length, i;
  for (i = 0; i < length; i++) {
    int kept = bytes[i] != '\0' && strchr(keep, bytes[i]) != NULL;
    int status = kept ? dk_buffer_byte(b, bytes[i])
                      : write_percent(b, (unsigned char)bytes[i]);
    if (status != DK_OK) {
      b->length = before;
      return status;
    }
  }
  return DK_OK;
}

int dk_url_path(dk_Buffer *b, const char *bytes, size_t length) {
  return encode(b, bytes, length, UNRESERVED "/:@");
}

int dk_url_query(dk_Buffer *b, const char *bytes, size_t length) {
  return encode(b, bytes, length, UNRESERVED);
}

/* One to three bytes in four characters. */
static void encode_group(char *out, const unsigned char *in, size_t length) {
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned bits = (unsigned)in[0] << 16;
  if (length > 1)
    bits |= (unsigned)in[1] << 8;
  if (length > 2)
    bits |= in[2];
  out[0] = alphabet[bits >> 18];
  out[1] = alphabet[bits >> 12 & 63];
  out[2] = length > 1 ? alphabet[bits >> 6 & 63] : '=';
  out[3] = length > 2 ? alphabet[bits & 63] : '=';
}

int dk_url_base64(dk_Buffer *b, const void *bytes, size_t length) {
  const unsigned char *in = bytes;
  size_t before = b->length;
  while (length > 0) {
    size_t n = length < 3 ? length : 3;
    char group[4];
    int status;
    encode_group(group, in, n);
    status = dk_buffer_append(b, group, sizeof group);
    if (status != DK_OK) {
      b->length = before;
      return status;
    }
    in += n;
    length -= n;
  }
  return DK_OK;
}

/* The end of what may be the user, the password and the host of an address. */
static const char *authority_end(const char *at, const char *end) {
  while (at < end && (unsigned char)*at > ' ' &&
         strchr("/?#\"'<>", *at) == NULL)
    at++;
  return at;
}

/* The last '@' of an authority: one may be in the password as well. */
static const char *last_at(const char *at, const char *end) {
  while (end > at)
    if (*--end == '@')
      return end;
  return NULL;
}

/* Whether what begins there is the mere user of ssh, who is no secret: he logs
 * in by a key. */
static int is_login(const char *start, const char *at, size_t length) {
  return at - start >= 6 && memcmp(at - 6, "ssh://", 6) == 0 &&
         memchr(at, ':', length) == NULL;
}

const char *dk_url_user(const char *at, const char *end, size_t *length) {
  const char *start = at;
  while ((at = memmem(at, (size_t)(end - at), "://", 3)) != NULL) {
    const char *host;
    at += 3;
    host = last_at(at, authority_end(at, end));
    if (host != NULL && host > at &&
        !is_login(start, at, (size_t)(host - at))) {
      *length = (size_t)(host - at);
      return at;
    }
  }
  return NULL;
}
