/* SPDX-License-Identifier: MIT
 * What decoding remembers from one document to the next, per Lua state. */
#ifndef LDK_LEARNED_H
#define LDK_LEARNED_H

#include <lua.h>
#include <stdint.h>

#include "bytes/buffer.h"
#include "value/strings.h"

typedef struct ldk_TypeLearned {
  uint16_t first; /* the field that objects began with last time */
  uint16_t size;  /* what the last value held */
} ldk_TypeLearned;

/* All that is asked of a field while it is read, close together. */
typedef struct ldk_FieldLearned {
  const char *wire; /* its name there, and the length of that */
  uint16_t length;
  uint16_t type;
  uint16_t next;     /* the field that followed this one last time */
  uint16_t is_alias; /* another spelling of a name */
} ldk_FieldLearned;

typedef struct ldk_Learned {
  ldk_Strings strings;
  dk_Buffer scratch;        /* for strings with escapes */
  ldk_TypeLearned *types;   /* by row */
  ldk_FieldLearned *fields; /* by row */
} ldk_Learned;

/* Its anchors. Names and metatables are there as far as they were needed. */
enum {
  LDK_NAMES = 1,  /* of fields in Lua, by row + 1 */
  LDK_HELD,       /* what holds the strings */
  LDK_METATABLES, /* of objects, by row of their type + 1 */
  LDK_N_LEARNED = LDK_METATABLES
};

/* Begins to remember. [-0, +0] */
void ldk_learned_open(lua_State *L);

/* Pushes what is remembered. [-0, +1] */
ldk_Learned *ldk_push_learned(lua_State *L);

#endif
