/* SPDX-License-Identifier: MIT
 * Strings that come again and again, found without asking Lua for them.
 *
 * Answers repeat themselves: keys of labels, names of images and networks,
 * states. To make a short string of its own Lua hashes every byte of it, and
 * a long one it makes anew each time; here three words of it are looked at,
 * and the string that there is already is compared. */
#ifndef LDK_STRINGS_H
#define LDK_STRINGS_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#define LDK_N_STRINGS 512 /* a power of two */

typedef struct ldk_String {
  const char *text; /* of the string that is held; NULL: none */
  uint32_t length;
  uint32_t missed; /* the print of the last string that was not found here */
} ldk_String;

/* Zeroed, it holds none. The strings themselves are kept alive by a table. */
typedef struct ldk_Strings {
  ldk_String slots[LDK_N_STRINGS];
} ldk_Strings;

/* Pushes the table that the strings are to be held by. [-0, +1] */
void ldk_strings_open(lua_State *L);

/* Pushes the string of these bytes; `held` is the stack index of the table.
 * One that has come twice is held. [-0, +1] */
void ldk_push_string(lua_State *L, ldk_Strings *s, int held, const char *text,
                     size_t length);

#endif
