/* SPDX-License-Identifier: MIT
 * An unpacker: takes a tar archive apart while it comes. */
#include "value/unpacker.h"

#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "value/error.h"
#include "value/kit.h"
#include "value/unpack.h"

/* Bytes that are handed out at once, of a hole. */
#define PIECE_BYTES ((int64_t)64 * 1024)

/* Limits unless others are given: more than any image has. */
#define MOST_ENTRIES ((lua_Integer)10000000)
#define MOST_BYTES ((lua_Integer)1 << 40)

/* Anchors. */
enum { BYTES = 1, OPTIONS, LABEL, N_ANCHORS = LABEL };

typedef struct ldk_Unpacker {
  dk_Unpack unpack;
  dk_Place place;
  int64_t at; /* bytes of the present thing that were handed out */
  int inside; /* there is a present thing, and it is not at its end */
  int closed;
} ldk_Unpacker;

static ldk_Unpacker *to_unpacker(lua_State *L);

/* ---- what goes wrong ---- */

static const char *label_of(lua_State *L) {
  const char *label;
  ldk_push_anchor(L, 1, LABEL);
  label = lua_tostring(L, -1);
  lua_pop(L, 1);
  return label;
}

static void release(ldk_Unpacker *u) {
  u->closed = 1;
  dk_unpack_close(&u->unpack);
  dk_place_close(&u->place);
}

/* Raises what has gone wrong. */
static int fail(lua_State *L, ldk_Unpacker *u, const dk_Problem *problem) {
  ldk_Failure f;
  release(u);
  if (problem->kind == NULL)
    ldk_check(L, DK_NO_MEMORY);
  memset(&f, 0, sizeof f);
  f.kind = problem->kind;
  f.message = problem->text;
  f.method = label_of(L);
  return ldk_fail(L, &f);
}

/* ---- going on ---- */

/* Goes on to what it comes to next; raises. */
static dk_Unpacked go(lua_State *L, ldk_Unpacker *u, int skip) {
  dk_Unpacked state = dk_unpack_go(&u->unpack, skip);
  if (state == DK_UNPACK_FAILED)
    fail(L, u, &u->unpack.problem);
  return state;
}

/* The present thing has bytes that were not handed out: pushes some of them.
 * Holes are zeros. */
static int push_piece(lua_State *L, ldk_Unpacker *u, int64_t until,
                      const char *bytes) {
  int64_t length = until - u->at;
  if (bytes == NULL) {
    luaL_Buffer b;
    char *zeros;
    length = length < PIECE_BYTES ? length : PIECE_BYTES;
    zeros = luaL_buffinitsize(L, &b, (size_t)length);
    memset(zeros, 0, (size_t)length);
    luaL_pushresultsize(&b, (size_t)length);
  } else {
    lua_pushlstring(L, bytes, (size_t)length);
  }
  u->at += length;
  return 1;
}

static int push_end(lua_State *L, ldk_Unpacker *u) {
  if (u->at < u->unpack.entry.size) /* it ends with a hole? */
    return push_piece(L, u, u->unpack.entry.size, NULL);
  u->inside = 0;
  lua_pushnil(L);
  return 1;
}

/* What there is of the present thing without going on: how many values, or
 * 0. */
static int push_present(lua_State *L, ldk_Unpacker *u) {
  const dk_Unpack *d = &u->unpack;
  int64_t until = d->offset + (int64_t)d->data_length;
  if (d->state == DK_UNPACK_DONE)
    return push_end(L, u);
  if (d->state != DK_UNPACK_DATA || u->at >= until)
    return 0;
  if (u->at < d->offset)
    return push_piece(L, u, d->offset, NULL);
  return push_piece(L, u, until, (const char *)d->data + (u->at - d->offset));
}

/* ---- an entry as a table ---- */

static void set_integer(lua_State *L, const char *name, lua_Integer value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, name);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  if (text == NULL || *text == '\0')
    return;
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* An integer, or a float where there is a fraction of a second. */
static void set_time(lua_State *L, struct timespec t) {
  if (t.tv_nsec == 0)
    lua_pushinteger(L, t.tv_sec);
  else
    lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
  lua_setfield(L, -2, "mtime");
}

/* The name without the slash that folders have behind theirs. */
static void set_name(lua_State *L, const dk_Entry *e) {
  size_t length = e->name != NULL ? strlen(e->name) : 0;
  if (e->type == DK_ENTRY_FOLDER)
    while (length > 1 && e->name[length - 1] == '/')
      length--;
  lua_pushlstring(L, e->name != NULL ? e->name : "", length);
  lua_setfield(L, -2, "name");
}

/* Sets the extended attributes, if there are any. */
static void set_attributes(lua_State *L, struct archive_entry *e) {
  const char *name;
  const void *value;
  size_t size;
  if (archive_entry_xattr_reset(e) == 0)
    return;
  lua_newtable(L);
  while (archive_entry_xattr_next(e, &name, &value, &size) == ARCHIVE_OK) {
    lua_pushlstring(L, value, size);
    lua_setfield(L, -2, name);
  }
  lua_setfield(L, -2, "xattrs");
}

static void push_entry(lua_State *L, const dk_Unpack *u) {
  static const char *const types[] = {
      [DK_ENTRY_FILE] = "file",          [DK_ENTRY_FOLDER] = "folder",
      [DK_ENTRY_LINK] = "link",          [DK_ENTRY_HARD_LINK] = "hard_link",
      [DK_ENTRY_FIFO] = "fifo",          [DK_ENTRY_CHARACTER] = "char_device",
      [DK_ENTRY_BLOCK] = "block_device", [DK_ENTRY_OTHER] = "other"};
  const dk_Entry *e = &u->entry;
  lua_createtable(L, 0, 12);
  set_name(L, e);
  set_text(L, "type", types[e->type]);
  set_integer(L, "size", e->size);
  set_integer(L, "mode", e->mode);
  set_integer(L, "uid", e->uid);
  set_integer(L, "gid", e->gid);
  set_text(L, "user", archive_entry_uname(u->header));
  set_text(L, "group", archive_entry_gname(u->header));
  set_time(L, e->mtime);
  set_text(L, "link_target", e->link);
  if (e->type == DK_ENTRY_CHARACTER || e->type == DK_ENTRY_BLOCK) {
    set_integer(L, "major", archive_entry_rdevmajor(u->header));
    set_integer(L, "minor", archive_entry_rdevminor(u->header));
  }
  set_attributes(L, u->header);
}

/* ---- methods ---- */

/* Raises unless it is open. */
static ldk_Unpacker *to_open(lua_State *L) {
  ldk_Unpacker *u = to_unpacker(L);
  if (u->closed)
    ldk_fail_with(L, "closed", "the unpacker is closed");
  return u;
}

static int push_false(lua_State *L) {
  lua_pushboolean(L, 0);
  return 1;
}

/* unpacker:next() → entry, nil or false. */
static int unpacker_next(lua_State *L) {
  ldk_Unpacker *u = to_open(L);
  dk_Unpacked state = DK_UNPACK_BYTES;
  do
    state = go(L, u, 1);
  while (state == DK_UNPACK_DATA || state == DK_UNPACK_DONE);
  if (state == DK_UNPACK_BYTES)
    return push_false(L);
  u->at = 0;
  u->inside = state == DK_UNPACK_ENTRY;
  if (state == DK_UNPACK_END)
    lua_pushnil(L);
  else
    push_entry(L, &u->unpack);
  return 1;
}

/* unpacker:piece() → bytes, nil or false. */
static int unpacker_piece(lua_State *L) {
  ldk_Unpacker *u = to_open(L);
  if (!u->inside) {
    lua_pushnil(L);
    return 1;
  }
  for (;;) {
    int n = push_present(L, u);
    if (n > 0)
      return n;
    if (go(L, u, 0) == DK_UNPACK_BYTES)
      return push_false(L);
  }
}

/* unpacker:feed(bytes) → whether it needs more, where it unpacks into a
 * folder. What comes behind the end of the archive is none of its. What it has
 * been fed before it is through with only when it asks for more. */
static int unpacker_feed(lua_State *L) {
  ldk_Unpacker *u = to_open(L);
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  if (length == 0 || u->unpack.state == DK_UNPACK_END)
    return push_false(L);
  if (u->unpack.state != DK_UNPACK_BYTES || u->unpack.length > 0)
    ldk_fail_argument(L, label_of(L), "the unpacker has not asked for bytes");
  lua_settop(L, 2);
  ldk_anchor(L, 1, BYTES);
  dk_unpack_feed(&u->unpack, bytes, length);
  if (u->place.opened)
    go(L, u, 0);
  lua_pushboolean(L, u->unpack.state == DK_UNPACK_BYTES);
  return 1;
}

static void push_counts(lua_State *L, const dk_Counts *c) {
  lua_createtable(L, 0, 8);
  set_integer(L, "entries", c->entries);
  set_integer(L, "files", c->files);
  set_integer(L, "folders", c->folders);
  set_integer(L, "links", c->links);
  set_integer(L, "others", c->others);
  set_integer(L, "skipped", c->skipped);
  set_integer(L, "bytes", c->bytes);
}

/* unpacker:finish() → counts, where it unpacks into a folder. */
static int unpacker_finish(lua_State *L) {
  ldk_Unpacker *u = to_open(L);
  dk_unpack_feed(&u->unpack, NULL, 0);
  if (!u->place.opened)
    return 0;
  go(L, u, 0);
  push_counts(L, &u->place.counts);
  release(u);
  return 1;
}

static int unpacker_close(lua_State *L) {
  release(to_unpacker(L));
  return 0;
}

/* ---- the class ---- */

static const luaL_Reg methods[] = {
    {"close", unpacker_close},   {"feed", unpacker_feed},
    {"finish", unpacker_finish}, {"next", unpacker_next},
    {"piece", unpacker_piece},   {NULL, NULL},
};

static const luaL_Reg metamethods[] = {
    {"__close", unpacker_close},
    {"__gc", unpacker_close},
    {NULL, NULL},
};

static const ldk_Class unpacker_class = {"moonsail.unpacker", methods,
                                         metamethods};

static ldk_Unpacker *to_unpacker(lua_State *L) {
  return ldk_cast(L, 1, &unpacker_class);
}

/* ---- making one ---- */

/* The text in a field of the options at 1, which hold it; or NULL. */
static const char *text_option(lua_State *L, const char *label,
                               const char *name) {
  const char *text = NULL;
  int type = lua_getfield(L, 1, name);
  if (type == LUA_TSTRING)
    text = lua_tostring(L, -1);
  if ((text == NULL && type != LUA_TNIL) ||
      (text != NULL && strlen(text) != lua_rawlen(L, -1)))
    ldk_fail_argument(L, label, "%s: expected a text, got %s", name,
                      luaL_typename(L, -1));
  lua_pop(L, 1);
  return text;
}

/* The number in a field of the options at 1, or of the limits on top. */
static lua_Integer number_option(lua_State *L, int index, const char *label,
                                 const char *name, lua_Integer otherwise) {
  const char *path = index == 1 ? "" : "limits.";
  int is_number = 1;
  if (lua_getfield(L, index, name) != LUA_TNIL)
    otherwise = lua_tointegerx(L, -1, &is_number);
  if (!is_number || otherwise < 0)
    ldk_fail_argument(L, label, "%s%s: expected a number, 0 or more", path,
                      name);
  lua_pop(L, 1);
  return otherwise;
}

static int flag(lua_State *L, const char *name) {
  int value;
  lua_getfield(L, 1, name);
  value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

static void read_limits(lua_State *L, const char *label, dk_Wishes *w) {
  int type = lua_getfield(L, 1, "limits");
  w->entries = MOST_ENTRIES;
  w->bytes = MOST_BYTES;
  if (type == LUA_TTABLE) {
    w->entries = number_option(L, -1, label, "entries", MOST_ENTRIES);
    w->bytes = number_option(L, -1, label, "bytes", MOST_BYTES);
  } else if (type != LUA_TNIL) {
    ldk_fail_argument(L, label, "limits: expected a table, got %s",
                      luaL_typename(L, -1));
  }
  lua_pop(L, 1);
}

static void read_wishes(lua_State *L, const char *label, dk_Wishes *w) {
  w->renaming.root = text_option(L, label, "root");
  w->renaming.below = text_option(L, label, "below");
  w->renaming.strip = number_option(L, 1, label, "strip", 0);
  w->owner = flag(L, "owner");
  w->setuid = flag(L, "setuid");
  w->devices = flag(L, "devices");
  read_limits(L, label, w);
}

/* Copies the table at 1: its texts are pointed to for as long as the unpacker
 * is there. [-0, +0] */
static void keep_options(lua_State *L) {
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, 1);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, -4);
  }
  lua_replace(L, 1);
}

int ldk_unpacker(lua_State *L) {
  const char *label = luaL_optstring(L, 2, NULL), *to;
  ldk_Unpacker *u;
  lua_settop(L, 2);
  if (lua_isnil(L, 1)) {
    lua_newtable(L);
    lua_replace(L, 1);
  }
  luaL_checktype(L, 1, LUA_TTABLE);
  keep_options(L);
  u = ldk_new(L, &unpacker_class, sizeof *u, N_ANCHORS);
  lua_pushvalue(L, 1);
  ldk_anchor(L, -2, OPTIONS);
  lua_pushvalue(L, 2);
  ldk_anchor(L, -2, LABEL);
  read_wishes(L, label, &u->place.wishes);
  u->unpack.compressed = flag(L, "compressed");
  to = text_option(L, label, "to");
  lua_replace(L, 1); /* where methods have it */
  lua_settop(L, 1);
  if (to != NULL && dk_place_open(&u->place, to) < 0)
    return fail(L, u, &u->place.problem);
  u->unpack.place = to != NULL ? &u->place : NULL;
  return 1;
}
