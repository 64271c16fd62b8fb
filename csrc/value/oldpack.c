/* SPDX-License-Identifier: MIT
 * Files of this machine into a tar archive. */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "value/archive.h"
#include "value/error.h"
#include "value/kit.h"

/* Bytes that are copied at once. */
#define PIECE_BYTES ((size_t)64 * 1024)

/* Mode of a file that is made of bytes, unless one is given. */
#define PLAIN_MODE 0644

/* ---- what is still to be packed ---- */

/* Puts a path and a name on top of what waits. */
static void put_waiting(lua_State *L, ldk_Work *w, const char *path,
                        const char *name) {
  ldk_check(L, dk_buffer_append(&w->waiting, path, strlen(path) + 1));
  ldk_check(L, dk_buffer_append(&w->waiting, name, strlen(name) + 1));
}

/* Moves the last text of what waits into a buffer. */
static void take_text(lua_State *L, dk_Buffer *waiting, dk_Buffer *to) {
  size_t start = waiting->length - 1;
  while (start > 0 && waiting->data[start - 1] != '\0')
    start--;
  ldk_work_join(L, to, waiting->data + start, NULL);
  waiting->length = start;
}

/* Takes what was put last as w->path and w->name; whether there was any. */
static int take_waiting(lua_State *L, ldk_Work *w) {
  if (w->waiting.length == 0)
    return 0;
  take_text(L, &w->waiting, &w->name);
  take_text(L, &w->waiting, &w->path);
  return 1;
}

static int is_child(const struct dirent *d) {
  return strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

/* Lets wait what is in the folder w->path: the last of them first, so that
 * they come in the order of their names. */
static void put_children(lua_State *L, ldk_Work *w) {
  dk_Buffer *path = ldk_new_buffer(L), *name = ldk_new_buffer(L);
  int n = scandir(w->path.data, &w->children, is_child, by_name);
  if (n < 0) {
    w->children = NULL;
    ldk_work_fail_file(L, w, w->path.data);
  }
  w->n_children = n;
  for (n--; n >= 0; n--) {
    const char *child = w->children[n]->d_name;
    ldk_work_join(L, path, w->path.data, child);
    ldk_work_join(L, name, w->name.data, child);
    put_waiting(L, w, path->data, name->data);
  }
  ldk_work_free_children(w);
  lua_pop(L, 2);
}

/* ---- one thing ---- */

static void write_header(lua_State *L, ldk_Work *w) {
  ldk_work_check(L, w, w->out, archive_write_header(w->out, w->entry));
}

/* Whether there was room for it: a file that has grown since it was looked at
 * is cut off. */
static int write_data(lua_State *L, ldk_Work *w, const char *bytes,
                      size_t length) {
  while (length > 0) {
    la_ssize_t n = archive_write_data(w->out, bytes, length);
    if (n < 0)
      ldk_work_fail_archive(L, w, w->out);
    if (n == 0)
      return 0;
    bytes += n;
    length -= (size_t)n;
  }
  return 1;
}

/* A file that has become shorter is filled up with zeros, by libarchive. */
static void write_file(lua_State *L, ldk_Work *w) {
  char piece[PIECE_BYTES];
  ssize_t n;
  while ((n = read(w->file, piece, sizeof piece)) != 0) {
    if (n < 0 && errno != EINTR)
      ldk_work_fail_file(L, w, w->path.data);
    if (n > 0 && !write_data(L, w, piece, (size_t)n))
      return;
  }
}

/* What is at w->path; a file is opened, so that it stays the same. */
static void look(lua_State *L, ldk_Work *w, struct stat *s) {
  const char *path = w->path.data;
  if (lstat(path, s) != 0)
    ldk_work_fail_file(L, w, path);
  if (!S_ISREG(s->st_mode))
    return;
  w->file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (w->file < 0 || fstat(w->file, s) != 0)
    ldk_work_fail_file(L, w, path);
}

static void describe_link(lua_State *L, ldk_Work *w) {
  char target[PATH_MAX];
  ssize_t length = readlink(w->path.data, target, sizeof target - 1);
  if (length < 0)
    ldk_work_fail_file(L, w, w->path.data);
  target[length] = '\0';
  archive_entry_copy_symlink(w->entry, target);
}

/* Times that nobody sets, and where it lay on this disk, are left out. */
static void describe(lua_State *L, ldk_Work *w, const struct stat *s) {
  struct archive_entry *e = archive_entry_clear(w->entry);
  archive_entry_copy_pathname(e, w->name.data);
  archive_entry_copy_stat(e, s);
  archive_entry_unset_atime(e);
  archive_entry_unset_ctime(e);
  archive_entry_unset_birthtime(e);
  archive_entry_set_nlink(e, 0);
  archive_entry_set_ino64(e, 0);
  archive_entry_set_dev(e, 0);
  if (S_ISLNK(s->st_mode))
    describe_link(L, w);
}

static void pack_thing(lua_State *L, ldk_Work *w) {
  struct stat s;
  look(L, w, &s);
  if (S_ISSOCK(s.st_mode))
    return;
  describe(L, w, &s);
  write_header(L, w);
  if (w->file >= 0)
    write_file(L, w);
  ldk_work_close_file(w);
  if (S_ISDIR(s.st_mode))
    put_children(L, w);
}

/* ---- elements ---- */

static void pack_path(lua_State *L, ldk_Work *w, const char *path,
                      const char *name) {
  put_waiting(L, w, path, name);
  while (take_waiting(L, w))
    pack_thing(L, w);
}

static lua_Integer opt_mode(lua_State *L, int element) {
  lua_Integer mode = PLAIN_MODE;
  if (lua_getfield(L, element, "mode") != LUA_TNIL)
    mode = luaL_checkinteger(L, -1);
  lua_pop(L, 1);
  return mode & 07777;
}

static void pack_content(lua_State *L, ldk_Work *w, const char *name,
                         lua_Integer mode, const char *bytes, size_t length) {
  struct archive_entry *e = archive_entry_clear(w->entry);
  archive_entry_copy_pathname(e, name);
  archive_entry_set_filetype(e, AE_IFREG);
  archive_entry_set_perm(e, (mode_t)mode);
  archive_entry_set_size(e, (la_int64_t)length);
  archive_entry_set_mtime(e, time(NULL), 0);
  write_header(L, w);
  write_data(L, w, bytes, length);
}

/* Packs the element on top. */
static void pack_element(lua_State *L, ldk_Work *w) {
  int element = lua_gettop(L);
  const char *name, *path, *bytes;
  size_t length = 0;
  luaL_checktype(L, element, LUA_TTABLE);
  name = ldk_work_need_text(L, element, "name");
  path = ldk_work_text(L, element, "path", NULL);
  if (path != NULL) {
    pack_path(L, w, path, name);
    return;
  }
  bytes = ldk_work_text(L, element, "content", &length);
  if (bytes == NULL)
    ldk_fail_argument(L, NULL, "an element has neither path nor content");
  pack_content(L, w, name, opt_mode(L, element), bytes, length);
}

/* ---- the whole ---- */

static la_ssize_t append(struct archive *a, void *work, const void *bytes,
                         size_t length) {
  ldk_Work *w = work;
  if (dk_buffer_append(&w->bytes, bytes, length) == DK_OK)
    return (la_ssize_t)length;
  archive_set_error(a, ENOMEM, "no memory");
  return -1;
}

static void begin(lua_State *L, ldk_Work *w, const char *to) {
  w->entry = ldk_work_made(L, archive_entry_new());
  w->out = ldk_work_made(L, archive_write_new());
  ldk_work_check(L, w, w->out, archive_write_set_format_pax(w->out));
  archive_write_set_bytes_in_last_block(w->out, 1); /* not filled up */
  ldk_work_check(L, w, w->out,
                 to != NULL
                     ? archive_write_open_filename(w->out, to)
                     : archive_write_open(w->out, w, NULL, append, NULL));
}

/* Pushes the result: the bytes, or how many there are in the file. */
static void push_packed(lua_State *L, ldk_Work *w, const char *to) {
  ldk_work_check(L, w, w->out, archive_write_close(w->out));
  if (to != NULL)
    lua_pushinteger(L, archive_filter_bytes(w->out, -1));
  else
    lua_pushlstring(L, w->bytes.data, w->bytes.length);
}

int ldk_pack(lua_State *L) {
  const char *label = luaL_optstring(L, 2, NULL), *to;
  lua_Integer i;
  ldk_Work *w;
  luaL_checktype(L, 1, LUA_TTABLE);
  to = ldk_work_text(L, 1, "to", NULL);
  w = ldk_work_new(L, label);
  begin(L, w, to);
  for (i = 1; lua_rawgeti(L, 1, i) != LUA_TNIL; i++) {
    pack_element(L, w);
    lua_pop(L, 1);
  }
  push_packed(L, w, to);
  ldk_work_release(w);
  return 1;
}
