/* SPDX-License-Identifier: MIT
 * A tar archive that is read while it comes: into a folder, or thing by thing.
 *
 * libarchive asks for bytes in the middle of its work, so it works on a strand
 * of its own, which pauses until there are some. Nothing here knows Lua. */
#ifndef DK_UNPACK_H
#define DK_UNPACK_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stddef.h>
#include <stdint.h>

#include "value/place.h"
#include "value/strand.h"

/* What it has come to. */
typedef enum dk_Unpacked {
  DK_UNPACK_BYTES, /* it needs bytes: dk_unpack_feed */
  DK_UNPACK_ENTRY, /* u->entry and u->header are the next thing */
  DK_UNPACK_DATA,  /* u->data is some of it, at u->offset */
  DK_UNPACK_DONE,  /* and that was all of it */
  DK_UNPACK_END,   /* the archive has come to its end */
  DK_UNPACK_FAILED /* u->problem says why */
} dk_Unpacked;

typedef struct dk_Unpack {
  dk_Place *place; /* set before the first call: where it goes, or NULL */
  int compressed;  /* it may be, by one of the common ways */

  dk_Strand strand;
  dk_Unpacked state;
  struct archive *in;
  struct archive_entry *header;
  dk_Entry entry;
  const char *bytes; /* that were fed, and not taken yet */
  size_t length;
  int complete;  /* no more of them will come */
  int exhausted; /* and that was noticed */
  int skip;      /* the rest of the present thing is not wanted */
  const void *data;
  size_t data_length;
  int64_t offset;
  dk_Problem problem;
} dk_Unpack;

/* Goes on from where a zeroed or paused dk_Unpack is to the next thing that
 * its owner has to know of; `skip` leaves out the rest of the present thing.
 */
dk_Unpacked dk_unpack_go(dk_Unpack *u, int skip);

/* Gives it bytes, when it needs some, which must stay until it needs more; or,
 * with NULL, says that there are no more. */
void dk_unpack_feed(dk_Unpack *u, const char *bytes, size_t length);

/* Ends it wherever it is; idempotent. */
void dk_unpack_close(dk_Unpack *u);

#endif
