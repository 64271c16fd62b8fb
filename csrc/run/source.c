/* SPDX-License-Identifier: MIT
 * Reading what the body of a request is taken from. */
#include "run/source.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "run/loop.h"
#include "value/error.h"
#include "value/kit.h"
#include "value/packer.h"

/* What is read at once: about what a socket takes. */
#define PIECE_BYTES ((size_t)128 * 1024)

static int fail_number(lua_State *L, const ldk_Source *s, int number) {
  return ldk_fail_argument(L, s->label, "cannot read %s: %s",
                           s->path != NULL ? s->path : "the file",
                           strerror(number));
}

/* ---- opening ---- */

/* Of one that has no length beforehand (a FIFO, a file of /proc) all is sent
 * that comes. */
static void note_length(ldk_Source *s, const struct stat *status) {
  s->left = S_ISREG(status->st_mode) && status->st_size > 0
                ? (long long)status->st_size
                : -1;
}

/* A FIFO is opened without waiting for who writes to it. */
void ldk_source_open_path(lua_State *L, ldk_Source *s, const char *path) {
  struct stat status;
  s->path = path;
  s->watch.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (s->watch.fd < 0)
    fail_number(L, s, errno);
  s->open = 1;
  s->kind = LDK_FROM_PATH;
  if (fstat(s->watch.fd, &status) != 0)
    fail_number(L, s, errno);
  if (S_ISDIR(status.st_mode))
    fail_number(L, s, EISDIR);
  note_length(s, &status);
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
    s->kind = LDK_FROM_PIPE;
}

static void open_file(lua_State *L, ldk_Source *s, const luaL_Stream *file) {
  struct stat status;
  int fd;
  if (file->closef == NULL)
    ldk_fail_argument(L, s->label, "body: the file is closed");
  fd = fileno(file->f);
  s->kind = LDK_FROM_FILE;
  if (fd < 0 || fstat(fd, &status) != 0 || S_ISREG(status.st_mode) ||
      S_ISBLK(status.st_mode))
    return; /* reading tells */
  s->watch.fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (s->watch.fd < 0)
    fail_number(L, s, errno);
  s->open = 1;
  s->kind = LDK_FROM_PIPE;
}

void ldk_source_open(lua_State *L, ldk_Source *s, int index) {
  const luaL_Stream *file = luaL_testudata(L, index, LUA_FILEHANDLE);
  if (file != NULL)
    open_file(L, s, file);
  else if (ldk_test(L, index, &ldk_packer_class) != NULL)
    s->kind = LDK_FROM_PACKER;
  else
    s->kind = LDK_FROM_FUNCTION;
}

int ldk_source_can_rewind(const ldk_Source *s) {
  return !s->taken || s->kind == LDK_FROM_PATH;
}

void ldk_source_rewind(ldk_Source *s) {
  struct stat status;
  if (s->kind == LDK_FROM_PATH && s->taken) {
    lseek(s->watch.fd, 0, SEEK_SET);
    if (fstat(s->watch.fd, &status) == 0)
      note_length(s, &status);
  }
  s->taken = 0;
  s->fed = 0;
}

/* ---- waiting for a pipe ---- */

static void on_readable(dk_Watch *w) {
  ldk_Source *s = w->owner;
  s->readable = 1;
  dk_watch_set(w, 0);
}

static void listen(lua_State *L, ldk_Source *s) {
  int problem;
  s->readable = 0;
  if (s->listens) {
    dk_watch_set(&s->watch, DK_READABLE);
    return;
  }
  s->watch.events = DK_READABLE;
  s->watch.on_ready = on_readable;
  s->watch.owner = s;
  problem = dk_watch_start(ldk_transport(L), &s->watch);
  if (problem != 0)
    fail_number(L, s, problem);
  s->listens = 1;
}

int ldk_source_ready(const ldk_Source *s) {
  if (s->busy)
    return 0;
  return s->kind != LDK_FROM_PIPE || !s->listens || s->readable;
}

/* ---- reading ---- */

static void make_room(lua_State *L, ldk_Source *s) {
  if (s->room == NULL)
    s->room = dk_resize(NULL, PIECE_BYTES);
  if (s->room == NULL)
    ldk_check(L, DK_NO_MEMORY);
}

/* What Lua has read of an open file already, and nobody has asked for. */
static size_t buffered(FILE *f) {
#ifdef __GLIBC__
  return (size_t)(f->_IO_read_end - f->_IO_read_ptr);
#else
  return __freadahead(f);
#endif
}

/* The open file, which somebody may have closed meanwhile. */
static FILE *file_at(lua_State *L, const ldk_Source *s, int index) {
  const luaL_Stream *file = lua_touserdata(L, index);
  if (file->closef == NULL)
    ldk_fail_argument(L, s->label, "body: the file was closed");
  return file->f;
}

/* A length that was read, or -1 with an errno, as ldk_source_read tells. */
static int told(lua_State *L, ldk_Source *s, ssize_t n, size_t *length) {
  if (n < 0 && errno != EINTR && errno != EAGAIN)
    fail_number(L, s, errno);
  *length = n > 0 ? (size_t)n : 0;
  return n > 0 ? 1 : n < 0 ? 0 : -1;
}

/* It may have grown since, or become shorter. */
static int read_path(lua_State *L, ldk_Source *s, size_t *length) {
  size_t wanted = PIECE_BYTES;
  ssize_t n;
  if (s->left >= 0 && (unsigned long long)s->left < wanted)
    wanted = (size_t)s->left;
  n = wanted > 0 ? read(s->watch.fd, s->room, wanted) : 0;
  if (n == 0 && s->left > 0)
    return ldk_fail_argument(L, s->label,
                             "%s became shorter while it was sent", s->path);
  if (n > 0 && s->left > 0)
    s->left -= n;
  return told(L, s, n, length);
}

static int read_file(lua_State *L, ldk_Source *s, int index, size_t *length) {
  FILE *f = file_at(L, s, index);
  size_t n;
  clearerr(f);
  errno = 0;
  n = fread(s->room, 1, PIECE_BYTES, f);
  if (n == 0 && ferror(f))
    return told(L, s, -1, length);
  return told(L, s, (ssize_t)n, length);
}

/* What stdio holds comes first; it is no more than was asked for. */
static int read_pipe(lua_State *L, ldk_Source *s, int index, size_t *length) {
  FILE *f = lua_isnil(L, index) ? NULL : file_at(L, s, index);
  size_t held = f != NULL ? buffered(f) : 0;
  int result;
  if (held > 0) {
    *length = fread(s->room, 1, held < PIECE_BYTES ? held : PIECE_BYTES, f);
    return 1;
  }
  if (!s->readable) {
    listen(L, s);
    return 0;
  }
  result = told(L, s, read(s->watch.fd, s->room, PIECE_BYTES), length);
  listen(L, s);
  return result;
}

/* Its bytes are copied, since whoever has it may close it. A filter of its may
 * have closed the source. */
static int pull(lua_State *L, ldk_Source *s, int index, size_t *length) {
  const char *bytes;
  if (!ldk_packer_pull(L, index, &bytes, length))
    return -1;
  if (*length > PIECE_BYTES)
    return ldk_fail_with(L, "limit", "a piece of an archive is too large");
  make_room(L, s);
  memcpy(s->room, bytes, *length);
  return *length > 0;
}

static int read_by_kind(lua_State *L, ldk_Source *s, int index,
                        size_t *length) {
  switch (s->kind) {
  case LDK_FROM_PATH:
    return read_path(L, s, length);
  case LDK_FROM_FILE:
    return read_file(L, s, index, length);
  case LDK_FROM_PIPE:
    return read_pipe(L, s, index, length);
  default:
    return pull(L, s, index, length);
  }
}

int ldk_source_read(lua_State *L, ldk_Source *s, int index, const char **bytes,
                    size_t *length) {
  int result;
  make_room(L, s);
  s->taken = 1;
  result = read_by_kind(L, s, index, length);
  *bytes = s->room;
  return result;
}

void ldk_source_close(ldk_Source *s) {
  if (s->listens)
    dk_watch_stop(&s->watch);
  if (s->open)
    close(s->watch.fd);
  s->listens = s->open = 0;
  dk_release(s->room);
  s->room = NULL;
}
