/* SPDX-License-Identifier: MIT
 * Files out of a tar archive. */
#include <archive.h>
#include <archive_entry.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "value/archive.h"
#include "value/error.h"
#include "value/kit.h"

/* Bytes that are read at once. */
#define BLOCK_BYTES ((size_t)64 * 1024)

/* Files are made at absolute paths, so that the working folder of the process
 * is left alone: absolute names are ours to refuse, and the folder's own path
 * must have no link in it. */
#define WRITE_FLAGS                                                           \
  (ARCHIVE_EXTRACT_PERM | ARCHIVE_EXTRACT_TIME |                              \
   ARCHIVE_EXTRACT_SECURE_SYMLINKS | ARCHIVE_EXTRACT_SECURE_NODOTDOT)

/* How the names of the archive are changed; both may be NULL. */
typedef struct Renaming {
  const char *root;  /* in place of their first part */
  const char *below; /* in front of them */
} Renaming;

/* ---- where things go ---- */

/* The real path of the folder to unpack into, in w->path. */
static void find_folder(lua_State *L, ldk_Work *w, const char *to) {
  char real[PATH_MAX];
  if (realpath(to, real) == NULL)
    ldk_work_fail_file(L, w, to);
  ldk_check(L, dk_buffer_append(&w->path, real, strlen(real) + 1));
}

/* What is behind the first part of a name. */
static const char *after_first(const char *name) {
  name += strcspn(name, "/");
  return name + strspn(name, "/");
}

static int has_parent(const char *name) {
  while (*name != '\0') {
    size_t length = strcspn(name, "/");
    if (length == 2 && strncmp(name, "..", 2) == 0)
      return 1;
    name = after_first(name);
  }
  return 0;
}

static void check_name(lua_State *L, ldk_Work *w, const char *name) {
  if (*name == '\0' || *name == '/' || has_parent(name))
    ldk_work_fail(
        L, w, "protocol",
        lua_pushfstring(L, "the archive has a name that leads out of it: '%s'",
                        name));
}

/* A name without the parts in front that are the folder itself: "./a" is
 * "a", "./" is nothing. */
static const char *without_dots(const char *name) {
  while (name[0] == '.' && (name[1] == '/' || name[1] == '\0'))
    name = after_first(name);
  return name;
}

static void add_part(lua_State *L, dk_Buffer *path, const char *name) {
  name = without_dots(name);
  if (*name == '\0')
    return;
  ldk_check(L, dk_buffer_byte(path, '/'));
  ldk_check(L, dk_buffer_text(path, name));
  ldk_check(L, dk_buffer_terminate(path));
}

/* The path that a name in the archive means, in w->name; NULL for the folder
 * itself, which is there. */
static const char *place(lua_State *L, ldk_Work *w, const char *name,
                         const Renaming *renaming) {
  size_t length;
  if (name == NULL)
    name = "";
  check_name(L, w, name);
  ldk_work_join(L, &w->name, w->path.data, NULL);
  length = w->name.length;
  if (renaming->below != NULL)
    add_part(L, &w->name, renaming->below);
  if (renaming->root != NULL) {
    add_part(L, &w->name, renaming->root);
    name = after_first(name);
  }
  add_part(L, &w->name, name);
  return w->name.length > length ? w->name.data : NULL;
}

/* ---- making them ---- */

static void write_data(lua_State *L, ldk_Work *w) {
  const void *bytes;
  size_t length;
  la_int64_t offset;
  for (;;) {
    int result = archive_read_data_block(w->in, &bytes, &length, &offset);
    if (result == ARCHIVE_EOF)
      return;
    ldk_work_check(L, w, w->in, result);
    ldk_work_check(L, w, w->out,
                   archive_write_data_block(w->out, bytes, length, offset));
  }
}

/* Makes one thing; how many were made. */
static int unpack_thing(lua_State *L, ldk_Work *w, struct archive_entry *e,
                        const Renaming *renaming) {
  const char *path = archive_entry_hardlink(e);
  if (path != NULL)
    archive_entry_copy_hardlink(e, place(L, w, path, renaming));
  path = place(L, w, archive_entry_pathname(e), renaming);
  if (path == NULL)
    return 0;
  archive_entry_copy_pathname(e, path);
  ldk_work_check(L, w, w->out, archive_write_header(w->out, e));
  write_data(L, w);
  ldk_work_check(L, w, w->out, archive_write_finish_entry(w->out));
  return 1;
}

/* Opens the archive that the options at 1 tell of. */
static void begin(lua_State *L, ldk_Work *w) {
  size_t length = 0;
  const char *path = ldk_work_text(L, 1, "path", NULL);
  const char *bytes = ldk_work_text(L, 1, "bytes", &length);
  if (path == NULL && bytes == NULL)
    ldk_fail_argument(L, NULL, "neither path nor bytes of an archive");
  w->in = ldk_work_made(L, archive_read_new());
  w->out = ldk_work_made(L, archive_write_disk_new());
  ldk_work_check(L, w, w->out,
                 archive_write_disk_set_options(w->out, WRITE_FLAGS));
  ldk_work_check(L, w, w->in, archive_read_support_format_tar(w->in));
  ldk_work_check(L, w, w->in,
                 path != NULL
                     ? archive_read_open_filename(w->in, path, BLOCK_BYTES)
                     : archive_read_open_memory(w->in, bytes, length));
}

static lua_Integer unpack_all(lua_State *L, ldk_Work *w) {
  Renaming renaming = {ldk_work_text(L, 1, "root", NULL),
                       ldk_work_text(L, 1, "below", NULL)};
  struct archive_entry *e;
  lua_Integer n = 0;
  int result;
  while ((result = archive_read_next_header(w->in, &e)) != ARCHIVE_EOF) {
    ldk_work_check(L, w, w->in, result);
    n += unpack_thing(L, w, e, &renaming);
  }
  ldk_work_check(L, w, w->out, archive_write_close(w->out));
  return n;
}

int ldk_unpack(lua_State *L) {
  const char *label = luaL_optstring(L, 2, NULL);
  ldk_Work *w;
  luaL_checktype(L, 1, LUA_TTABLE);
  w = ldk_work_new(L, label);
  find_folder(L, w, ldk_work_need_text(L, 1, "to"));
  begin(L, w);
  lua_pushinteger(L, unpack_all(L, w));
  ldk_work_release(w);
  return 1;
}
