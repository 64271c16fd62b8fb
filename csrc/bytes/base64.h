/* SPDX-License-Identifier: MIT
 * Base64. (dk_url_base64 writes it for URLs.) */
#ifndef DK_BASE64_H
#define DK_BASE64_H

#include <stddef.h>

#include "bytes/buffer.h"

/* Appends the bytes that a text means, in either alphabet ("+/" or that of
 * URLs, "-_"), with padding or without; engines use all of these. DK_MALFORMED
 * for what is no base64; as dk_buffer_append else. After a failure the buffer
 * is as it was. */
int dk_base64_read(dk_Buffer *b, const char *text, size_t length);

/* Appends bytes as base64 with "+/" and padding. As dk_buffer_append. */
int dk_base64_write(dk_Buffer *b, const void *bytes, size_t length);

#endif
