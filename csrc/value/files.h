/* SPDX-License-Identifier: MIT
 * What Lua's own library does not tell about files of this machine. */
#ifndef LDK_FILES_H
#define LDK_FILES_H

#include <lua.h>
#include <sys/stat.h>

/* The kind of a thing of this mode, see file_kind. */
const char *ldk_kind_of(mode_t mode);

/* Lua: file_kind(path [, itself]) → "file", "folder", "link", "device",
 * "socket" or "other", or nil, why there is nothing, and errno. A link is what
 * it leads to, unless it is looked at itself. */
int ldk_file_kind(lua_State *L);

/* Lua: real_path(path) → the absolute path without links, or nil and why
 * there is none. */
int ldk_real_path(lua_State *L);

/* Lua: read_link(path) → what is in the link, or nil and why it is none. */
int ldk_read_link(lua_State *L);

/* Lua: folder_names(path) → a list of the names of what is in a folder, in no
 * order, or nil, why it cannot be read, and the number of that error. */
int ldk_folder_names(lua_State *L);

#endif
