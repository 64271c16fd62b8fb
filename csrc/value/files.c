/* SPDX-License-Identifier: MIT
 * What Lua's own library does not tell about files of this machine. */
#include "value/files.h"

#include <errno.h>
#include <lauxlib.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *ldk_kind_of(mode_t mode) {
  if (S_ISREG(mode))
    return "file";
  if (S_ISDIR(mode))
    return "folder";
  return S_ISLNK(mode) ? "link" : "other";
}

/* nil and what errno says. */
static int no_file(lua_State *L) {
  const char *reason = strerror(errno);
  lua_pushnil(L);
  lua_pushstring(L, reason);
  return 2;
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
