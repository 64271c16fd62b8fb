/* SPDX-License-Identifier: MIT
 * An unpacker: takes a tar archive apart while it comes, into a folder or
 * thing by thing. */
#ifndef LDK_UNPACKER_H
#define LDK_UNPACKER_H

#include <lua.h>

/* Lua: unpacker([options [, label]]) → unpacker. `label` is the method that
 * errors name.
 *
 * With options.to it makes files of this machine of what comes, below that
 * folder, which must be there: nothing is made elsewhere, or through a link.
 * Options: root (in place of the first part of names), strip (how many parts
 * of names are taken away), below (in front of names); owner (keep owners),
 * setuid (keep setuid and setgid bits without), devices (make device nodes);
 * limits = {entries, bytes}.
 *
 *   unpacker:feed(bytes) → whether it needs more
 *   unpacker:finish() → counts {entries, files, folders, links, others,
 *     skipped, bytes}: nothing more comes
 *
 * Without it, it hands things out. Each of these is false when bytes have to
 * be fed first, or finish to be called:
 *
 *   unpacker:next() → {name, type, size, mode, uid, gid, user, group, mtime,
 *     link_target, major, minor, xattrs}, or nil at the end
 *   unpacker:piece() → bytes of that thing, or nil at its end
 *
 * options.compressed: it may be, by gzip, bzip2, xz or zstd. unpacker:close().
 * Errors have kind "protocol" for what is no good archive, or leads out of the
 * folder, "limit", and "argument" for what this machine refuses. */
int ldk_unpacker(lua_State *L);

#endif
