/* SPDX-License-Identifier: MIT
 * Sizes ("512m"), durations ("1m30s") and command lines as people write
 * them. */
#ifndef DK_QUANTITY_H
#define DK_QUANTITY_H

#include <stddef.h>

#include "bytes/buffer.h"

/* Bytes from "512m", "1.5GiB", "10kb", "64": k, m, g, t, p are powers of 1024
 * as in the docker command, case and a trailing b or ib do not matter. DK_OK,
 * or DK_MALFORMED (also for what does not fit 63 bits). */
int dk_parse_size(const char *text, size_t length, long long *bytes);

/* Nanoseconds from "1m30s", "1.5h", "300ms", "2us", "5ns": Go's notation.
 * A number without a unit is malformed, but for "0". */
int dk_parse_duration(const char *text, size_t length, long long *ns);

/* Cuts a command line into words as a POSIX shell does (blanks, single and
 * double quotes, backslash; nothing is expanded): appends each word and a NUL
 * to `words`. The number of words, DK_MALFORMED for a quote that is not
 * closed or a backslash at the end, DK_NO_MEMORY. */
int dk_split_command(const char *text, size_t length, dk_Buffer *words);

#endif
