/* SPDX-License-Identifier: MIT
 * A walk through what is below a folder of this machine. */
#include "value/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes/memory.h"

/* Folders that are open at once; those further up are opened again on the
 * way back. */
#define OPEN_LEVELS 32

#define FOLDER_FLAGS (O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC)
#define FILE_FLAGS (O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)

/* ---- the present thing ---- */

static int no_follow(const dk_Tree *t) {
  return t->follow ? 0 : O_NOFOLLOW;
}

/* The descriptor that it is looked at from. */
static int here(const dk_Tree *t) {
  return t->depth > 0 ? t->levels[t->depth - 1].fd : AT_FDCWD;
}

/* Whether something below the top is not there any more. */
static int has_gone(const dk_Tree *t) {
  return t->depth > 0 && errno == ENOENT;
}

/* What a call about the present thing has come to. */
static int outcome(const dk_Tree *t, int failed) {
  if (!failed)
    return 1;
  return has_gone(t) ? 0 : DK_MALFORMED;
}

int dk_tree_look(const dk_Tree *t, struct stat *s) {
  int flags = t->follow ? 0 : AT_SYMLINK_NOFOLLOW;
  return outcome(t, fstatat(here(t), t->leaf, s, flags) != 0);
}

/* It may be something else by now, which is told like something that cannot
 * be read. */
int dk_tree_open(const dk_Tree *t, struct stat *s, int *fd) {
  int opened = openat(here(t), t->leaf, FILE_FLAGS | no_follow(t));
  if (opened < 0)
    return outcome(t, 1);
  if (fstat(opened, s) == 0 && S_ISREG(s->st_mode)) {
    *fd = opened;
    return 1;
  }
  close(opened);
  errno = EBUSY;
  return DK_MALFORMED;
}

int dk_tree_link(const dk_Tree *t, dk_Buffer *target) {
  size_t size = 256;
  for (;;) {
    ssize_t length;
    char *room;
    dk_buffer_clear(target);
    room = dk_buffer_room(target, size);
    if (room == NULL)
      return DK_NO_MEMORY;
    length = readlinkat(here(t), t->leaf, room, size);
    if (length < 0)
      return outcome(t, 1);
    if ((size_t)length < size) {
      target->length = (size_t)length;
      return dk_buffer_terminate(target) == DK_OK ? 1 : DK_NO_MEMORY;
    }
    size *= 2;
  }
}

/* ---- names ---- */

/* Makes the buffer its first `length` bytes and a name behind them. */
static int set_name(dk_Buffer *b, size_t length, const char *name) {
  int result = DK_OK;
  b->length = length;
  if (length > 0 && b->data[length - 1] != '/')
    result = dk_buffer_byte(b, '/');
  if (result == DK_OK)
    result = dk_buffer_text(b, name);
  return result == DK_OK ? dk_buffer_terminate(b) : result;
}

int dk_tree_begin(dk_Tree *t, const char *path, const char *name, int follow) {
  int result = set_name(&t->name, 0, name);
  if (result == DK_OK)
    result = set_name(&t->path, 0, path);
  t->leaf = t->path.data;
  t->follow = follow;
  return result;
}

static int is_child(const char *name) {
  return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int add_name(dk_Level *level, const char *name) {
  size_t offset = level->names.length;
  int result;
  if (!is_child(name))
    return DK_OK;
  result = dk_buffer_append(&level->names, name, strlen(name) + 1);
  if (result == DK_OK)
    result = dk_buffer_append(&level->sorted, &offset, sizeof offset);
  return result;
}

static int by_name(const void *a, const void *b, void *names) {
  const size_t *first = a, *second = b;
  return strcmp((char *)names + *first, (char *)names + *second);
}

static void sort_names(dk_Level *level) {
  if (level->sorted.length > 0)
    qsort_r(level->sorted.data, level->sorted.length / sizeof(size_t),
            sizeof(size_t), by_name, level->names.data);
}

static int read_names(dk_Level *level, DIR *folder) {
  const struct dirent *d;
  errno = 0;
  while ((d = readdir(folder)) != NULL) {
    int result = add_name(level, d->d_name);
    if (result != DK_OK)
      return result;
    errno = 0;
  }
  return errno == 0 ? DK_OK : DK_MALFORMED;
}

/* The names of what is in the folder, which stays open. */
static int list(dk_Level *level) {
  int number, result, fd = fcntl(level->fd, F_DUPFD_CLOEXEC, 0);
  DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
  if (folder == NULL) {
    number = errno;
    if (fd >= 0)
      close(fd);
    errno = number;
    return DK_MALFORMED;
  }
  result = read_names(level, folder);
  number = errno;
  closedir(folder);
  errno = number;
  sort_names(level);
  return result;
}

/* ---- levels ---- */

static void close_level(dk_Level *level) {
  if (level->fd >= 0)
    close(level->fd);
  level->fd = -1;
}

static void drop_level(dk_Tree *t) {
  dk_Level *level = &t->levels[--t->depth];
  close_level(level);
  dk_buffer_free(&level->names);
  dk_buffer_free(&level->sorted);
}

static int make_room(dk_Tree *t) {
  size_t capacity = t->capacity > 0 ? t->capacity * 2 : 16;
  dk_Level *levels;
  if (t->depth < t->capacity)
    return DK_OK;
  levels = dk_resize(t->levels, capacity * sizeof *levels);
  if (levels == NULL)
    return DK_NO_MEMORY;
  t->levels = levels;
  t->capacity = capacity;
  return DK_OK;
}

/* Adds the level of a folder that was opened. */
static dk_Level *add_level(dk_Tree *t, int fd, const struct stat *s) {
  dk_Level *level = &t->levels[t->depth++];
  memset(level, 0, sizeof *level);
  level->fd = fd;
  level->device = s->st_dev;
  level->inode = s->st_ino;
  level->name_length = t->name.length;
  level->path_length = t->path.length;
  if (t->depth > OPEN_LEVELS)
    close_level(&t->levels[t->depth - 1 - OPEN_LEVELS]);
  return level;
}

int dk_tree_enter(dk_Tree *t) {
  struct stat s;
  int fd, result = make_room(t);
  if (result != DK_OK)
    return result;
  fd = openat(here(t), t->leaf, FOLDER_FLAGS | no_follow(t));
  if (fd < 0)
    return outcome(t, 1);
  if (fstat(fd, &s) != 0) {
    close(fd);
    return DK_MALFORMED;
  }
  t->follow = 0;
  result = list(add_level(t, fd, &s));
  return result == DK_OK ? 1 : result;
}

/* Whether a folder that was opened again is the one that it was. */
static int is_same(const dk_Level *level, int fd) {
  struct stat s;
  return fstat(fd, &s) == 0 && s.st_dev == level->device &&
         s.st_ino == level->inode;
}

/* Back from the last level to the one above it. */
static int leave(dk_Tree *t) {
  dk_Level *above = t->depth > 1 ? &t->levels[t->depth - 2] : NULL;
  if (above != NULL && above->fd < 0) {
    above->fd = openat(here(t), "..", FOLDER_FLAGS);
    if (above->fd < 0)
      return DK_MALFORMED;
    if (!is_same(above, above->fd)) {
      errno = EBUSY; /* somebody has moved it */
      return DK_MALFORMED;
    }
  }
  drop_level(t);
  return DK_OK;
}

/* Makes the next of the names in a level the present thing. */
static int take_next(dk_Tree *t, dk_Level *level) {
  size_t offset;
  int result;
  memcpy(&offset, level->sorted.data + level->next, sizeof offset);
  level->next += sizeof offset;
  t->leaf = level->names.data + offset;
  result = set_name(&t->name, level->name_length, t->leaf);
  if (result == DK_OK)
    result = set_name(&t->path, level->path_length, t->leaf);
  return result == DK_OK ? 1 : result;
}

int dk_tree_next(dk_Tree *t) {
  while (t->depth > 0) {
    dk_Level *level = &t->levels[t->depth - 1];
    int result;
    if (level->next < level->sorted.length)
      return take_next(t, level);
    result = leave(t);
    if (result != DK_OK)
      return result;
  }
  return 0;
}

void dk_tree_free(dk_Tree *t) {
  while (t->depth > 0)
    drop_level(t);
  dk_release(t->levels);
  dk_buffer_free(&t->name);
  dk_buffer_free(&t->path);
  memset(t, 0, sizeof *t);
}
