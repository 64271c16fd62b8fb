/* SPDX-License-Identifier: MIT
 * What the names in an archive mean below the folder that it is unpacked in.
 */
#ifndef DK_NAMES_H
#define DK_NAMES_H

#include <stdint.h>

#include "bytes/buffer.h"

typedef struct dk_Renaming {
  const char *root;  /* in place of the first part of names, or NULL */
  const char *below; /* in front of them, or NULL */
  int64_t strip;     /* parts of names that are taken away */
} dk_Renaming;

enum {
  DK_NAME_SHORT = -11,  /* all of its parts are taken away */
  DK_NAME_OUTSIDE = -12 /* absolute, with a "..", or empty */
};

/* Makes `to` the name below the folder, without a "." or an empty part: it is
 * empty for the folder itself. DK_OK, DK_NO_MEMORY or one of these. */
int dk_name_place(dk_Buffer *to, const char *name, const dk_Renaming *how);

#endif
