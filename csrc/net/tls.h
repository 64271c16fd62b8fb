/* SPDX-License-Identifier: MIT
 * What a secure connection is made with: files, and whether to be strict. */
#ifndef DK_TLS_H
#define DK_TLS_H

#include <stddef.h>

#include "bytes/buffer.h"

/* Paths of files in PEM, NULL: none. */
typedef struct dk_Tls {
  const char *ca;          /* of who may sign the engine's certificate; NULL:
                              whom the system trusts */
  const char *cert, *key;  /* that we show; both or neither */
  const char *server_name; /* that its certificate is for; NULL: its host */
  int lax;                 /* any certificate will do: verify = false */
  dk_Buffer identity;      /* what was in `cert`, then in `key` */
} dk_Tls;

/* Takes a copy of all texts, and reads `cert` and `key`. DK_OK, DK_NO_MEMORY,
 * or DK_MALFORMED with a sentence for people in `why`, which begins with the
 * option it is about, names the file, and tells nothing of what is in it.
 * After a failure there is nothing to be freed. */
int dk_tls_take(dk_Tls *to, const dk_Tls *from, char *why, size_t size);

/* Leaves nothing of the key in memory; idempotent. */
void dk_tls_free(dk_Tls *t);

#endif
