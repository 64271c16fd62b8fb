/* SPDX-License-Identifier: MIT
 * Where in the options something is, and what is wrong with it. */
#ifndef LDK_PATH_H
#define LDK_PATH_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes/buffer.h"

/* A step on the way from the options to a value; on the C stack. */
typedef struct ldk_Path {
  const struct ldk_Path *parent; /* NULL: this is the first step */
  const char *name;              /* a field or option, or NULL */
  const char *key;               /* a map's key, or NULL */
  lua_Integer index;             /* else an array's index */
} ldk_Path;

/* What the options given so far ask of the engine's version. Checked when it
 * is known: encoding comes first, so that a typing mistake needs no engine. */
typedef struct ldk_Needs {
  uint8_t since;        /* the newest first version of all options given */
  uint8_t until;        /* the oldest last version of them */
  char since_path[120]; /* which option that was */
  char until_path[120];
} ldk_Needs;

typedef struct ldk_Encoder {
  lua_State *L;
  dk_Buffer *out;     /* owned by a userdata on the stack */
  const char *method; /* for complaints: "containers:create" */
  ldk_Needs *needs;   /* or NULL; both versions 0: nothing is needed yet */
  int depth;
} ldk_Encoder;

/* Notes that an option of these versions was given. */
void ldk_need(ldk_Encoder *e, uint8_t since, uint8_t until,
              const ldk_Path *path);

/* Writes the path as people read it, cut to `size` bytes with their NUL. */
void ldk_path_text(const ldk_Path *path, char *text, size_t size);

/* Raises the argument error "PATH: MESSAGE", with lua_pushfstring's format. */
int ldk_complain(ldk_Encoder *e, const ldk_Path *path, const char *format,
                 ...);

/* Raises the complaint that the value at `index` is not what was expected. */
int ldk_complain_type(ldk_Encoder *e, int index, const ldk_Path *path,
                      const char *expected);

#endif
