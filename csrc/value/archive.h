/* SPDX-License-Identifier: MIT
 * Tar archives: files of this machine into one, and out of it, by libarchive.
 *
 * What the engine is sent and what it sends is always an archive. Names,
 * modes, owners, times and symbolic links go into it; what comes out of one
 * stays below the folder that it is unpacked into.
 *
 * Everything that such a work holds is in one userdata on the stack, so that
 * a raise at any moment loses nothing. Functions may raise, with kind
 * "argument" for what cannot be read or written and kind "protocol" for what
 * is no good archive. */
#ifndef LDK_ARCHIVE_H
#define LDK_ARCHIVE_H

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <lua.h>

#include "bytes/buffer.h"

/* Lua: pack(list [, label]) → the bytes of an archive in pax format, or, with
 * list.to, the path of the file that it is written to, how many bytes it has.
 *
 * Elements are {path, name}: a file, link or folder of this machine with all
 * that is in it, under that name; or {name, content, mode}: a file of these
 * bytes. Links are not followed. Sockets are left out. `label` is the method
 * that errors name. A file that could not be written to its end is the
 * caller's to remove. */
int ldk_pack(lua_State *L);

/* Lua: unpack(options [, label]) → how many files, links and folders were
 * made out of an archive: the string options.bytes, or the file at
 * options.path.
 *
 * They are made below the folder options.to, which must be there. With
 * options.root the first part of their names becomes that, with options.below
 * that is put in front of them. Modes and times are kept, owners are not. A
 * name that leads out of the folder, or through a link, is refused. */
int ldk_unpack(lua_State *L);

/* ---- what the two share ---- */

typedef struct ldk_Work {
  struct archive *in;          /* what is unpacked */
  struct archive *out;         /* what is written */
  struct archive_entry *entry; /* of pack; unpack's belongs to `in` */
  int file;                    /* that is being packed, or -1 */
  struct dirent **children;    /* of a folder that is being packed */
  int n_children;
  dk_Buffer bytes;   /* the archive, when it goes into no file */
  dk_Buffer waiting; /* paths and names still to be packed */
  dk_Buffer path;    /* where a thing comes from, or goes */
  dk_Buffer name;    /* its name in the archive, or how it is changed */
  const char *label; /* the method that errors name */
} ldk_Work;

/* Pushes a work that holds nothing yet. [-0, +1] */
ldk_Work *ldk_work_new(lua_State *L, const char *label);

/* Gives back what it holds, or one part of that; idempotent. */
void ldk_work_release(ldk_Work *w);
void ldk_work_close_file(ldk_Work *w);
void ldk_work_free_children(ldk_Work *w);

/* Raise: any kind and message; what errno says of a path; what libarchive
 * says. They never return, and give back what it holds, so that no file stays
 * open until the collector comes. */
int ldk_work_fail(lua_State *L, ldk_Work *w, const char *kind,
                  const char *message);
int ldk_work_fail_file(lua_State *L, ldk_Work *w, const char *path);
int ldk_work_fail_archive(lua_State *L, ldk_Work *w, struct archive *a);

/* Raises what libarchive says of `a` when a result of it is a failure. Its
 * warnings (a name that cannot be told in the locale) do no harm. */
void ldk_work_check(lua_State *L, ldk_Work *w, struct archive *a, long result);

/* What libarchive has made, unless it had no memory. */
void *ldk_work_made(lua_State *L, void *made);

/* The text at table[key], which holds as long as the table does: NULL when
 * there is none, or (need) raised. */
const char *ldk_work_text(lua_State *L, int table, const char *key,
                          size_t *length);
const char *ldk_work_need_text(lua_State *L, int table, const char *key);

/* Makes the buffer the text "FIRST/SECOND", or FIRST where there is no
 * second. */
char *ldk_work_join(lua_State *L, dk_Buffer *b, const char *first,
                    const char *second);

#endif
