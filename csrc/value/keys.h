/* SPDX-License-Identifier: MIT
 * The keys of a table in one order whatever the table's, so that the same
 * options always give the same request. */
#ifndef LDK_KEYS_H
#define LDK_KEYS_H

#include <lua.h>
#include <stddef.h>

typedef struct ldk_Key {
  const char *text; /* of an integer key: its digits */
  size_t length;
  int at; /* where the key itself is kept */
} ldk_Key;

/* Pushes a userdata that holds the keys of the table at `index`, sorted by
 * bytes, and returns them; *count is how many. Should a key be neither a
 * string nor an integer, *count is -1 and its type's name is in `text` of the
 * one key returned. [-0, +1] */
const ldk_Key *ldk_sorted_keys(lua_State *L, int index, int *count);

/* Pushes the value under key `k` (held by the userdata at `keys`) of the
 * table at `table`. [-0, +1] */
void ldk_push_keyed(lua_State *L, int table, int keys, const ldk_Key *k);

/* The length of the list at `index`; -1 when the table is none: it has other
 * keys, or a gap. [-0, +0] */
lua_Integer ldk_list_length(lua_State *L, int index);

#endif
