/* SPDX-License-Identifier: MIT
 * SHA-1, which the handshake of WebSocket is made with; it guards nothing. */
#ifndef DK_SHA1_H
#define DK_SHA1_H

#include <stddef.h>

enum { DK_SHA1_SIZE = 20 };

void dk_sha1(const void *bytes, size_t length,
             unsigned char digest[DK_SHA1_SIZE]);

#endif
