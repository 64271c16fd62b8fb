/* SPDX-License-Identifier: MIT
 * What a secure connection is made with: files, and whether to be strict. */
#ifndef DK_TLS_H
#define DK_TLS_H

#include <stddef.h>

/* Paths of files in PEM, read anew for each connection; NULL: none. */
typedef struct dk_Tls {
  const char *ca;          /* of who may sign the engine's certificate; NULL:
                              whom the system trusts */
  const char *cert, *key;  /* that we show; both or neither */
  const char *server_name; /* that its certificate is for; NULL: its host */
  int lax;                 /* any certificate will do: verify = false */
} dk_Tls;

/* A copy of all texts. DK_OK, or DK_NO_MEMORY, and nothing is to be freed. */
int dk_tls_copy(dk_Tls *to, const dk_Tls *from);
void dk_tls_free(dk_Tls *t); /* idempotent */

/* Looks whether the files can be read and are what they are to be. DK_OK, or
 * DK_MALFORMED with a sentence for people in `why`, which names the option and
 * the file, and nothing of what is in it. */
int dk_tls_check(const dk_Tls *t, char *why, size_t size);

#endif
