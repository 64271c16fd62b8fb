/* SPDX-License-Identifier: MIT
 * Files of this machine into a tar archive, a step at a time.
 *
 * Nothing is packed before it is asked for, and what has been packed is taken
 * away before more is, so the memory that it takes does not depend on what is
 * packed but for the names of one folder after another, and of files that have
 * several names. Nothing here knows Lua: whether a thing is to be kept is
 * asked by returning. */
#ifndef DK_PACK_H
#define DK_PACK_H

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdint.h>
#include <sys/stat.h>

#include "bytes/buffer.h"
#include "value/links.h"
#include "value/tree.h"

/* What a step has come to; failures are negative. */
typedef enum dk_Packed {
  DK_PACK_ON,            /* there is more to do */
  DK_PACK_ASK,           /* p->thing: dk_pack_answer is to be called */
  DK_PACK_IDLE,          /* what was begun is packed */
  DK_PACK_NONE = -1,     /* there is no memory */
  DK_PACK_UNREAD = -2,   /* p->tree.path cannot be read, for p->number */
  DK_PACK_UNWRITTEN = -3 /* libarchive says why */
} dk_Packed;

typedef struct dk_Pack {
  /* To be set before dk_pack_open. */
  int gzip;
  int64_t uid, gid; /* everything is theirs; -1: as it is */
  int asks;         /* whether to keep what is below a folder */

  int opened;
  struct archive *out;
  struct archive_entry *entry;
  locale_t plain;  /* in which a text is no more than bytes */
  dk_Buffer bytes; /* what is packed: to be taken, and cleared */
  dk_Tree tree;
  dk_Links links;    /* the files that have several names */
  struct stat thing; /* what the tree is at */
  int state;         /* what the next step does */
  int walks;         /* a tree is begun, and not at its end */
  int shallow;       /* what is in the folder is left out */
  int file;          /* that is open, or -1 */
  int64_t at;        /* bytes of it that are packed */
  int sparse;        /* its holes are told of, and not read */
  const char *text;  /* or the bytes that are packed, */
  size_t left;       /* and how many they are */
  int64_t now;       /* when it was opened */
  int number;        /* errno of a failure */
  dk_Buffer target;  /* of a link */
} dk_Pack;

/* What is a file of these bytes, which must stay until DK_PACK_IDLE. */
typedef struct dk_Content {
  const char *name, *bytes;
  size_t length;
  int mode;
  int64_t mtime; /* -1: now */
} dk_Content;

/* Sets up a zeroed dk_Pack, whose address must not change. */
dk_Packed dk_pack_open(dk_Pack *p);

/* Begin with a thing of this machine (see dk_tree_begin), or with bytes: what
 * was begun before is at its end. */
dk_Packed dk_pack_tree(dk_Pack *p, const char *path, const char *name,
                       int follow);
dk_Packed dk_pack_content(dk_Pack *p, const dk_Content *content);

/* Packs a little of what was begun. */
dk_Packed dk_pack_step(dk_Pack *p);

/* Whether the thing is kept, and, if it is a folder, what is in it looked at.
 */
void dk_pack_answer(dk_Pack *p, int keep, int descend);

/* The end of the archive, when all is packed. */
dk_Packed dk_pack_finish(dk_Pack *p);

/* Gives back what it holds; idempotent. */
void dk_pack_close(dk_Pack *p);

#endif
