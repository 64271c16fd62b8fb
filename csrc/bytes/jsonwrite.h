/* SPDX-License-Identifier: MIT
 * Writing the scalars of JSON. */
#ifndef DK_JSONWRITE_H
#define DK_JSONWRITE_H

#include <stddef.h>

#include "bytes/buffer.h"
#include "bytes/utf8.h" /* dk_utf8_valid, which goes with writing */

/* A string with its quotes. DK_MALFORMED for bytes that are not UTF-8 (and
 * nothing is appended). */
int dk_json_write_string(dk_Buffer *b, const char *bytes, size_t length);

int dk_json_write_integer(dk_Buffer *b, long long integer);

/* The shortest of 15, 16 or 17 digits that reads back the same, with a point
 * whatever the locale. DK_MALFORMED for infinities and not-a-number. */
int dk_json_write_number(dk_Buffer *b, double number);

#endif
