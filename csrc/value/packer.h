/* SPDX-License-Identifier: MIT
 * A packer: a tar archive that is made while it is read.
 *
 * Nothing is read of this machine's files before it is asked for, so a tree of
 * any size takes the memory of a piece. What it holds is given back at its
 * end, when it fails, when it is closed, and when it is collected. */
#ifndef LDK_PACKER_H
#define LDK_PACKER_H

#include <lua.h>
#include <stddef.h>

#include "value/kit.h"

extern const ldk_Class ldk_packer_class;

/* Lua: packer(entries [, options [, label]]) → packer. `label` is the method
 * that errors name. Entries, in this order:
 *
 *   {path, name, follow}: a file, link or folder of this machine with all that
 *     is in it, under that name; of a folder that is called "" only what is in
 *     it. A link is followed if that is said, and none below it. Sockets are
 *     left out.
 *   {name, content, mode, mtime}: a file of these bytes; 0644, and now, unless
 *     something else is said.
 *
 * Options: gzip; uid and gid, whose everything is then; and filter(name, kind)
 * → keep [, descend]: asked of each thing below a folder, before it is opened,
 * what becomes of it. `name` is its name in the archive, `kind` is "file",
 * "folder", "link", "device" or "other"; what is in a folder is looked at if
 * `descend` says so, or, where it is nil, if the folder is kept. It must not
 * yield.
 *
 * packer:read() → the next piece of the archive's bytes, or nil at its end.
 * packer:close(). Errors have kind "argument" and name the file. */
int ldk_packer(lua_State *L);

/* For who takes the bytes in C: points to the next of them, which hold until
 * the next call that is given the packer at the index; 1, or 0 at the end.
 * Raises; calls the filter. [-0, +0] */
int ldk_packer_pull(lua_State *L, int index, const char **bytes,
                    size_t *length);

#endif
