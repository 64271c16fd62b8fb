/* SPDX-License-Identifier: MIT
 * A walk through a file, link or folder of this machine and all that is below
 * it, folders before what is in them, in the order of their names.
 *
 * Each thing is looked at from the descriptor of its folder and never by its
 * path, so that nobody can lead the walk away by a link in place of a folder,
 * and that no path is too long. However deep it is, few descriptors are open.
 * Nothing here knows Lua or archives. */
#ifndef DK_TREE_H
#define DK_TREE_H

#include <stddef.h>
#include <sys/stat.h>

#include "bytes/buffer.h"

typedef struct dk_Level {
  int fd; /* of the folder; -1: too far up, it is opened again */
  dev_t device;
  ino_t inode;
  dk_Buffer names;                 /* of what is in it, each with its NUL */
  dk_Buffer sorted;                /* where in `names` they are: size_t each */
  size_t next;                     /* bytes of `sorted` that were taken */
  size_t name_length, path_length; /* of the folder's own */
} dk_Level;

typedef struct dk_Tree {
  dk_Level *levels; /* the folders that the walk is in */
  size_t depth, capacity;
  dk_Buffer name;   /* of the present thing, in the archive */
  dk_Buffer path;   /* where it is, for who complains */
  const char *leaf; /* what it is called in its folder */
  int follow;       /* it is looked at through links */
} dk_Tree;

/* A zeroed dk_Tree is valid. Functions that fail return DK_NO_MEMORY, or
 * DK_MALFORMED with the reason in errno, said of t->path. */

/* Makes `path` the present thing, called `name` in the archive; whether it is
 * looked at through links. What is in a folder that is called "" has names
 * without a folder. */
int dk_tree_begin(dk_Tree *t, const char *path, const char *name, int follow);

/* What the present thing is: 1, or 0 when it has gone meanwhile. */
int dk_tree_look(const dk_Tree *t, struct stat *s);

/* Opens the present thing, a plain file, to be read: 1, with its descriptor
 * and what it is now; 0 when it has gone. */
int dk_tree_open(const dk_Tree *t, struct stat *s, int *fd);

/* Where the present thing, a link, leads to: 1, or 0 when it has gone. */
int dk_tree_link(const dk_Tree *t, dk_Buffer *target);

/* Goes into the present thing, a folder; 0 when it has gone. */
int dk_tree_enter(dk_Tree *t);

/* Goes on to the next thing: 1, or 0 when there is none. */
int dk_tree_next(dk_Tree *t);

/* Gives back what it holds; idempotent. */
void dk_tree_free(dk_Tree *t);

#endif
