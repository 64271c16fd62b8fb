/* SPDX-License-Identifier: MIT
 * Writing the path and the query of a request; who is named in addresses. */
#ifndef DK_URL_H
#define DK_URL_H

#include <stddef.h>

#include "bytes/buffer.h"

/* Appends bytes percent-encoded: for a path, where '/', ':' and '@' of image
 * names stay as they are, as the engine's router wants them; or for the key or
 * value of a query, where only RFC 3986's unreserved characters stay. As
 * dk_buffer_append. */
int dk_url_path(dk_Buffer *b, const char *bytes, size_t length);
int dk_url_query(dk_Buffer *b, const char *bytes, size_t length);

/* Base64 with the alphabet of URLs and with padding, as X-Registry-Auth
 * wants it. */
int dk_url_base64(dk_Buffer *b, const void *bytes, size_t length);

/* Where the user, with or without a password, of the first address in a text
 * ("://user:word@host") that has one begins, and how long that is; NULL when
 * none has. The user of ssh alone does not count. */
const char *dk_url_user(const char *at, const char *end, size_t *length);

#endif
