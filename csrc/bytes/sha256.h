/* SPDX-License-Identifier: MIT
 * SHA-256, by which the docker command names the folders of its contexts. */
#ifndef DK_SHA256_H
#define DK_SHA256_H

#include <stddef.h>

enum { DK_SHA256_SIZE = 32 };

void dk_sha256(const void *bytes, size_t length,
               unsigned char digest[DK_SHA256_SIZE]);

#endif
