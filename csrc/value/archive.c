/* SPDX-License-Identifier: MIT
 * Tar archives: what packing and unpacking share. */
#include "value/archive.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "value/error.h"
#include "value/kit.h"

/* ---- what it holds ---- */

void ldk_work_free_children(ldk_Work *w) {
  while (w->n_children > 0)
    free(w->children[--w->n_children]);
  free(w->children);
  w->children = NULL;
}

void ldk_work_close_file(ldk_Work *w) {
  if (w->file >= 0)
    close(w->file);
  w->file = -1;
}

/* What is written is freed before the buffer that it may still write into.
 * Where a header could not be written, to free it would not close it. */
void ldk_work_release(ldk_Work *w) {
  archive_read_free(w->in);
  if (w->out != NULL)
    archive_write_close(w->out);
  archive_write_free(w->out);
  archive_entry_free(w->entry);
  w->in = w->out = NULL;
  w->entry = NULL;
  ldk_work_close_file(w);
  ldk_work_free_children(w);
  dk_buffer_free(&w->bytes);
  dk_buffer_free(&w->waiting);
  dk_buffer_free(&w->path);
  dk_buffer_free(&w->name);
}

static int work_gc(lua_State *L) {
  ldk_work_release(lua_touserdata(L, 1));
  return 0;
}

static const luaL_Reg work_metamethods[] = {
    {"__gc", work_gc},
    {NULL, NULL},
};

static const ldk_Class work_class = {"moonsail.archive", NULL,
                                     work_metamethods};

ldk_Work *ldk_work_new(lua_State *L, const char *label) {
  ldk_Work *w = ldk_new(L, &work_class, sizeof *w, 0);
  w->file = -1; /* 0 would be one */
  w->label = label;
  return w;
}

/* ---- what goes wrong ---- */

int ldk_work_fail(lua_State *L, ldk_Work *w, const char *kind,
                  const char *message) {
  ldk_Failure f;
  memset(&f, 0, sizeof f);
  f.kind = kind;
  f.message = message;
  f.method = w->label;
  ldk_push_failure(L, &f);
  ldk_work_release(w); /* the message may have been libarchive's */
  return ldk_raise(L);
}

int ldk_work_fail_file(lua_State *L, ldk_Work *w, const char *path) {
  const char *reason = strerror(errno);
  return ldk_work_fail(L, w, "argument",
                       lua_pushfstring(L, "%s: %s", path, reason));
}

/* Whether the system has refused something; else the archive is no good, for
 * which libarchive has -1 and EILSEQ. */
static int is_system_error(int number) {
  return number > 0 && number != EILSEQ;
}

/* The system's reason is not in libarchive's words. */
int ldk_work_fail_archive(lua_State *L, ldk_Work *w, struct archive *a) {
  const char *text = archive_error_string(a);
  int number = archive_errno(a);
  if (number == ENOMEM)
    ldk_check(L, DK_NO_MEMORY);
  if (text == NULL)
    text = "the archive is damaged or cut off";
  if (!is_system_error(number))
    return ldk_work_fail(L, w, "protocol", text);
  return ldk_work_fail(L, w, "argument",
                       lua_pushfstring(L, "%s: %s", text, strerror(number)));
}

void ldk_work_check(lua_State *L, ldk_Work *w, struct archive *a,
                    long result) {
  if (result < ARCHIVE_WARN)
    ldk_work_fail_archive(L, w, a);
}

void *ldk_work_made(lua_State *L, void *made) {
  if (made == NULL)
    ldk_check(L, DK_NO_MEMORY);
  return made;
}

/* ---- texts ---- */

const char *ldk_work_text(lua_State *L, int table, const char *key,
                          size_t *length) {
  const char *text = NULL;
  if (lua_getfield(L, table, key) == LUA_TSTRING)
    text = lua_tolstring(L, -1, length);
  lua_pop(L, 1);
  return text;
}

const char *ldk_work_need_text(lua_State *L, int table, const char *key) {
  const char *text = ldk_work_text(L, table, key, NULL);
  if (text == NULL)
    ldk_fail_argument(L, NULL, "%s: expected a string", key);
  return text;
}

char *ldk_work_join(lua_State *L, dk_Buffer *b, const char *first,
                    const char *second) {
  dk_buffer_clear(b);
  ldk_check(L, dk_buffer_text(b, first));
  if (second != NULL && *second != '\0') {
    ldk_check(L, dk_buffer_byte(b, '/'));
    ldk_check(L, dk_buffer_text(b, second));
  }
  ldk_check(L, dk_buffer_terminate(b));
  return b->data;
}
