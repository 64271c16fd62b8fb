/* SPDX-License-Identifier: MIT
 * What Lua's own library does not tell about files of this machine. */
#include "value/files.h"

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *ldk_kind_of(mode_t mode) {
  if (S_ISREG(mode))
    return "file";
  if (S_ISDIR(mode))
    return "folder";
  if (S_ISCHR(mode) || S_ISBLK(mode))
    return "device";
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
