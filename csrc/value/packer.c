/* SPDX-License-Identifier: MIT
 * A packer: a tar archive that is made while it is read. */
#include "value/packer.h"

#include <archive.h>
#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "value/error.h"
#include "value/files.h"
#include "value/pack.h"

/* Bytes that come together before they are handed out. */
#define PIECE_BYTES ((size_t)64 * 1024)

/* Mode of a file that is made of bytes, unless one is given. */
#define PLAIN_MODE 0644

/* Anchors. */
enum { ENTRIES = 1, FILTER, LABEL, CONTENT, N_ANCHORS = CONTENT };

typedef struct ldk_Packer {
  dk_Pack pack;
  lua_Integer next; /* of the entries */
  int busy;         /* it is at work, and may be in the filter */
  int ended;        /* all was packed */
  int closed;       /* nothing more is given */
} ldk_Packer;

/* ---- what goes wrong ---- */

/* The method that errors name, held by its anchor, or NULL. */
static const char *label_of(lua_State *L, int index) {
  const char *label;
  ldk_push_anchor(L, index, LABEL);
  label = lua_tostring(L, -1);
  lua_pop(L, 1);
  return label;
}

/* Pushes why it failed. [-0, +1] */
static void push_reason(lua_State *L, const dk_Pack *p) {
  const char *text;
  if (p->number > 0)
    text = strerror(p->number);
  else if ((text = archive_error_string(p->out)) == NULL)
    text = "it cannot be packed";
  lua_pushfstring(L, "%s: %s",
                  p->tree.path.data != NULL ? p->tree.path.data : "archive",
                  text);
}

static int fail(lua_State *L, int index, ldk_Packer *p, dk_Packed result) {
  if (result != DK_PACK_NONE)
    push_reason(L, &p->pack);
  dk_pack_close(&p->pack);
  p->closed = 1;
  if (result == DK_PACK_NONE)
    ldk_check(L, DK_NO_MEMORY);
  return ldk_fail_argument(L, label_of(L, index), "%s", lua_tostring(L, -1));
}

/* ---- entries ---- */

/* Pushes the text in a field of the table at an index, or nil: NULL. Raises
 * for what is none, and has no zeros in it unless `length` is asked for.
 * [-0, +1] */
static const char *push_text(lua_State *L, int index, const char *label,
                             const char *name, size_t *length) {
  size_t size = 0;
  const char *text = NULL;
  int type = lua_getfield(L, index, name);
  if (type == LUA_TSTRING)
    text = lua_tolstring(L, -1, &size);
  else if (type != LUA_TNIL)
    ldk_fail_argument(L, label, "%s: expected a string, got %s", name,
                      luaL_typename(L, -1));
  if (length != NULL)
    *length = size;
  else if (text != NULL && strlen(text) != size)
    ldk_fail_argument(L, label, "%s: there is a zero byte in it", name);
  return text;
}

/* The number in a field of the table at an index. */
static lua_Integer number_field(lua_State *L, int index, const char *label,
                                const char *name, lua_Integer otherwise) {
  int is_number = 1;
  if (lua_getfield(L, index, name) != LUA_TNIL)
    otherwise = lua_tointegerx(L, -1, &is_number);
  if (!is_number || otherwise < -1)
    ldk_fail_argument(L, label, "%s: expected a number, 0 or more", name);
  lua_pop(L, 1);
  return otherwise;
}

static int boolean_field(lua_State *L, int index, const char *name) {
  int value;
  lua_getfield(L, index, name);
  value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

/* What the entry at an index says of a file of bytes; whether it is one. Its
 * name and its bytes are what is pushed. [-0, +2] */
static int push_content(lua_State *L, int index, const char *label,
                        dk_Content *c) {
  c->name = push_text(L, index, label, "name", NULL);
  c->bytes = push_text(L, index, label, "content", &c->length);
  c->mode = (int)number_field(L, index, label, "mode", PLAIN_MODE) & 07777;
  c->mtime = number_field(L, index, label, "mtime", -1);
  return c->bytes != NULL;
}

/* Raises unless the value on top is an entry; pushes what push_content does,
 * and its path. Whether it is a file of bytes. [-0, +3] */
static int push_entry(lua_State *L, const char *label, dk_Content *c,
                      const char **path) {
  int entry = lua_gettop(L), is_content;
  luaL_checkstack(L, 8, NULL);
  if (!lua_istable(L, entry))
    ldk_fail_argument(L, label, "an entry of an archive is %s, not a table",
                      luaL_typename(L, entry));
  is_content = push_content(L, entry, label, c);
  *path = push_text(L, entry, label, "path", NULL);
  if (!is_content && *path == NULL)
    ldk_fail_argument(L, label, "an entry has neither path nor content");
  if (c->name == NULL || (*c->name == '\0' && is_content))
    ldk_fail_argument(L, label, "name: an entry of an archive has none");
  return is_content;
}

/* Begins with the entry on top, which may have been changed since. */
static dk_Packed begin_entry(lua_State *L, int index, ldk_Packer *p) {
  int entry = lua_gettop(L);
  const char *path;
  dk_Content c;
  dk_Packed result;
  if (push_entry(L, label_of(L, index), &c, &path)) {
    lua_pushvalue(L, entry + 2);
    ldk_anchor(L, index, CONTENT);
    result = dk_pack_content(&p->pack, &c);
  } else {
    int follow = boolean_field(L, entry, "follow");
    result = dk_pack_tree(&p->pack, path, c.name, follow);
  }
  lua_settop(L, entry);
  return result;
}

/* ---- the work ---- */

/* Begins with the next entry, or ends the archive. */
static dk_Packed go_on(lua_State *L, int index, ldk_Packer *p) {
  dk_Packed result;
  ldk_push_anchor(L, index, ENTRIES);
  if (lua_rawgeti(L, -1, p->next) == LUA_TNIL) {
    p->ended = 1;
    result = dk_pack_finish(&p->pack);
  } else {
    p->next++;
    result = begin_entry(L, index, p);
  }
  lua_pop(L, 2);
  return result;
}

/* Asks the filter what becomes of a thing. It may close the packer. */
static dk_Packed ask(lua_State *L, int index, ldk_Packer *p) {
  int keep, descend;
  ldk_push_anchor(L, index, FILTER);
  lua_pushlstring(L, p->pack.tree.name.data, p->pack.tree.name.length);
  lua_pushstring(L, ldk_kind_of(p->pack.thing.st_mode));
  lua_call(L, 2, 2);
  keep = lua_toboolean(L, -2);
  descend = lua_isnil(L, -1) ? keep : lua_toboolean(L, -1);
  lua_pop(L, 2);
  dk_pack_answer(&p->pack, keep, descend);
  return DK_PACK_ON;
}

static dk_Packed step(lua_State *L, int index, ldk_Packer *p) {
  dk_Packed result = dk_pack_step(&p->pack);
  if (result == DK_PACK_ASK)
    return ask(L, index, p);
  return result == DK_PACK_IDLE ? go_on(L, index, p) : result;
}

/* Lua: works, with the packer at 1, until a piece has come together. */
static int work(lua_State *L) {
  ldk_Packer *p = lua_touserdata(L, 1);
  luaL_checkstack(L, 16, NULL);
  while (!p->ended && !p->closed && p->pack.bytes.length < PIECE_BYTES) {
    dk_Packed result = step(L, 1, p);
    if (result < 0)
      return fail(L, 1, p, result);
  }
  return 0;
}

/* Works, and raises what is raised meanwhile, when nothing is held any more.
 */
static void work_safely(lua_State *L, int index, ldk_Packer *p) {
  int result;
  lua_pushcfunction(L, work);
  lua_pushvalue(L, index);
  p->busy = 1;
  result = lua_pcall(L, 1, 0, 0);
  p->busy = 0;
  if (result != LUA_OK)
    p->closed = 1;
  if (p->closed)
    dk_pack_close(&p->pack);
  if (result != LUA_OK)
    ldk_raise(L);
}

int ldk_packer_pull(lua_State *L, int index, const char **bytes,
                    size_t *length) {
  ldk_Packer *p = ldk_cast(L, index, &ldk_packer_class);
  index = lua_absindex(L, index);
  if (p->busy)
    ldk_fail_argument(L, label_of(L, index), "the packer is being read");
  dk_buffer_clear(&p->pack.bytes);
  if (!p->ended && !p->closed)
    work_safely(L, index, p);
  if (p->closed)
    ldk_fail_with(L, "closed", "the packer is closed");
  *bytes = p->pack.bytes.data;
  *length = p->pack.bytes.length;
  if (*length == 0)
    dk_pack_close(&p->pack);
  return *length > 0;
}

/* ---- the class ---- */

static int packer_read(lua_State *L) {
  const char *bytes;
  size_t length;
  if (ldk_packer_pull(L, 1, &bytes, &length))
    lua_pushlstring(L, bytes, length);
  else
    lua_pushnil(L);
  return 1;
}

/* In the middle of its work, which is the filter's doing, it ends after it. */
static int packer_close(lua_State *L) {
  ldk_Packer *p = ldk_cast(L, 1, &ldk_packer_class);
  p->closed = 1;
  if (!p->busy)
    dk_pack_close(&p->pack);
  return 0;
}

static const luaL_Reg methods[] = {
    {"close", packer_close},
    {"read", packer_read},
    {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__call", packer_read},
    {"__close", packer_close},
    {"__gc", packer_close},
    {NULL, NULL},
};

const ldk_Class ldk_packer_class = {"moonsail.packer", methods, metamethods};

/* ---- making one ---- */

static void check_entries(lua_State *L, const char *label) {
  lua_Integer i;
  int top = lua_gettop(L);
  for (i = 1; lua_rawgeti(L, 1, i) != LUA_TNIL; i++) {
    dk_Content c;
    const char *path;
    push_entry(L, label, &c, &path);
    lua_settop(L, top);
  }
  lua_settop(L, top);
}

/* Takes the options at 2 over into the packer on top. */
static void read_options(lua_State *L, ldk_Packer *p, const char *label) {
  int type;
  p->pack.gzip = boolean_field(L, 2, "gzip");
  p->pack.uid = number_field(L, 2, label, "uid", -1);
  p->pack.gid = number_field(L, 2, label, "gid", -1);
  type = lua_getfield(L, 2, "filter");
  if (type != LUA_TNIL && type != LUA_TFUNCTION)
    ldk_fail_argument(L, label, "filter: expected a function, got %s",
                      luaL_typename(L, -1));
  p->pack.asks = type == LUA_TFUNCTION;
  ldk_anchor(L, -2, FILTER);
}

int ldk_packer(lua_State *L) {
  const char *label = luaL_optstring(L, 3, NULL);
  ldk_Packer *p;
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 3);
  if (lua_isnil(L, 2)) {
    lua_newtable(L);
    lua_replace(L, 2);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  check_entries(L, label);
  p = ldk_new(L, &ldk_packer_class, sizeof *p, N_ANCHORS);
  p->next = 1;
  lua_pushvalue(L, 1);
  ldk_anchor(L, -2, ENTRIES);
  lua_pushvalue(L, 3);
  ldk_anchor(L, -2, LABEL);
  read_options(L, p, label);
  if (dk_pack_open(&p->pack) < 0)
    return fail(L, lua_gettop(L), p, DK_PACK_NONE);
  return 1;
}
