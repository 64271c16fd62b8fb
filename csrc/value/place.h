/* SPDX-License-Identifier: MIT
 * Things out of an archive into a folder of this machine, and nowhere else.
 *
 * Each is made from the descriptor of its folder, which is reached from that
 * of the target part by part and never through a link; and each is made anew,
 * so nothing is written through what was there. Folders get their modes and
 * times last. Nothing here knows Lua or libarchive. */
#ifndef DK_PLACE_H
#define DK_PLACE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "bytes/buffer.h"
#include "value/names.h"

typedef enum dk_EntryType {
  DK_ENTRY_FILE,
  DK_ENTRY_FOLDER,
  DK_ENTRY_LINK,
  DK_ENTRY_HARD_LINK,
  DK_ENTRY_FIFO,
  DK_ENTRY_CHARACTER,
  DK_ENTRY_BLOCK,
  DK_ENTRY_OTHER
} dk_EntryType;

/* What an archive says of a thing. */
typedef struct dk_Entry {
  const char *name;
  const char *link; /* where it leads to, or NULL */
  dk_EntryType type;
  mode_t mode; /* with setuid, setgid and sticky */
  int64_t size, uid, gid;
  struct timespec mtime;
  dev_t device;
  const void *capability; /* security.capability, or NULL */
  size_t capability_length;
} dk_Entry;

/* Why something could not be done: the kind of error, and a sentence. No kind:
 * there was no memory. */
typedef struct dk_Problem {
  const char *kind;
  char text[768];
} dk_Problem;

/* How it is done; all but the limits may be zero. */
typedef struct dk_Wishes {
  dk_Renaming renaming;
  int owner;              /* keep owners, and what only they may grant */
  int setuid;             /* keep setuid and setgid bits in any case */
  int devices;            /* make device nodes */
  int64_t entries, bytes; /* how many at most */
} dk_Wishes;

typedef struct dk_Counts {
  int64_t entries, files, folders, links, others, skipped, bytes;
} dk_Counts;

typedef struct dk_Place {
  dk_Wishes wishes;
  dk_Counts counts;
  dk_Problem problem;
  int opened;
  int target;        /* the folder */
  int parent;        /* the folder that was reached last, or -1 */
  dk_Buffer reached; /* and its name below the target */
  dk_Buffer name;    /* of the present thing below the target */
  dk_Buffer other;   /* of what a hard link leads to */
  dk_Buffer folders; /* whose modes and times are set last */
  dk_Buffer names;   /* of those */
  int64_t implied;   /* folders that were made on the way to others */
  int file;          /* that is being written, or -1, */
  int64_t size;      /* and how long it is to become */
} dk_Place;

/* Functions return 0 or more, or are negative with p->problem. */

/* Opens the folder at a path; p->wishes are set, the rest is zeroed. */
int dk_place_open(dk_Place *p, const char *path);

/* Makes a thing, and, if it is a file, is ready for its bytes: 1; 0: it is
 * left out. What is written ends with dk_place_end. */
int dk_place_begin(dk_Place *p, const dk_Entry *e);
int dk_place_write(dk_Place *p, const void *bytes, size_t length,
                   int64_t offset);
int dk_place_end(dk_Place *p, const dk_Entry *e);

/* Gives folders what they are to have. */
int dk_place_finish(dk_Place *p);

/* Gives back what it holds; a file that has not come to its end is taken away.
 * Idempotent. */
void dk_place_close(dk_Place *p);

#endif
