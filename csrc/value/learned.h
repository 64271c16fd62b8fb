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
  uint64_t lists; /* the bits of all its lists and maps */
} ldk_TypeLearned;

/* All that is asked of a field while it is read, close together. */
typedef struct ldk_FieldLearned {
  const char *wire; /* its name there, and the length of that */
  uint16_t length;
  uint16_t type;
  uint16_t next;    /* the field that followed this one last time */
  uint8_t bit;      /* of a list or map in `lists`, from 1 on; 0: none. What
                       finds no bit left shares the last one, 64 */
  uint8_t is_alias; /* another spelling of a name */
} ldk_FieldLearned;

/* Anchor 1: the Lua names of fields by their rows, as far as they were asked
 * for; anchor 2: what holds `strings`. */
typedef struct ldk_Learned {
  ldk_Strings strings;
  dk_Buffer scratch;        /* for strings with escapes */
  ldk_TypeLearned *types;   /* by row */
  ldk_FieldLearned *fields; /* by row */
} ldk_Learned;

/* Begins to remember; pushes what is remembered. [-0, +0], [-0, +1] */
void ldk_learned_open(lua_State *L);
ldk_Learned *ldk_push_learned(lua_State *L);

/* Whether values of a type are lists or maps. */
int ldk_is_list_or_map(uint16_t type);

#endif
