/* SPDX-License-Identifier: MIT
 * What Lua's own library does not tell about files of this machine. */
#include "value/files.h"

#include <dirent.h>
#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "value/kit.h"

const char *ldk_kind_of(mode_t mode) {
  if (S_ISREG(mode))
    return "file";
  if (S_ISDIR(mode))
    return "folder";
  if (S_ISCHR(mode) || S_ISBLK(mode))
    return "device";
  if (S_ISSOCK(mode))
    return "socket";
  return S_ISLNK(mode) ? "link" : "other";
}

/* nil, what errno says, and errno. */
static int no_file(lua_State *L) {
  int number = errno;
  lua_pushnil(L);
  lua_pushstring(L, strerror(number));
  lua_pushinteger(L, number);
  return 3;
}

int ldk_file_kind(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct stat s;
  if ((lua_toboolean(L, 2) ? lstat : stat)(path, &s) != 0)
    return no_file(L);
  lua_pushstring(L, ldk_kind_of(s.st_mode));
  return 1;
}

int ldk_real_path(lua_State *L) {
  char real[PATH_MAX];
  if (realpath(luaL_checkstring(L, 1), real) == NULL)
    return no_file(L);
  lua_pushstring(L, real);
  return 1;
}

int ldk_read_link(lua_State *L) {
  char target[PATH_MAX];
  ssize_t length = readlink(luaL_checkstring(L, 1), target, sizeof target);
  if (length < 0)
    return no_file(L);
  lua_pushlstring(L, target, (size_t)length);
  return 1;
}

/* ---- folders ---- */

typedef struct Folder {
  DIR *stream; /* NULL: closed */
} Folder;

static int folder_close(lua_State *L) {
  Folder *f = lua_touserdata(L, 1);
  if (f->stream != NULL)
    closedir(f->stream);
  f->stream = NULL;
  return 0;
}

static const luaL_Reg folder_metamethods[] = {
    {"__close", folder_close},
    {"__gc", folder_close},
    {NULL, NULL},
};

static const ldk_Class folder_class = {"moonsail.folder", NULL,
                                       folder_metamethods};

static int is_child(const char *name) {
  return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

int ldk_folder_names(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  Folder *f = ldk_new(L, &folder_class, sizeof *f, 0);
  const struct dirent *entry;
  lua_Integer n = 0;
  f->stream = opendir(path);
  if (f->stream == NULL)
    return no_file(L);
  lua_toclose(L, -1);
  lua_newtable(L);
  while ((entry = readdir(f->stream)) != NULL)
    if (is_child(entry->d_name)) {
      lua_pushstring(L, entry->d_name);
      lua_rawseti(L, -2, ++n);
    }
  return 1;
}
