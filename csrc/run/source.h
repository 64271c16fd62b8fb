/* SPDX-License-Identifier: MIT
 * What the body of a request is taken from, while it is sent: a file by its
 * path, an open file, a packer (value/packer), a stream, or a function.
 *
 * Files and packers are read into one buffer, which is sent from where it
 * lies. What may have to be waited for, a pipe, is watched, so that others go
 * on; its descriptor is one of our own, and the open file behind it is left as
 * it is. Nothing here waits, and nothing here calls Lua but what a packer
 * does; run/feed does that. */
#ifndef LDK_SOURCE_H
#define LDK_SOURCE_H

#include <lua.h>
#include <stddef.h>

#include "net/transport.h"

typedef enum ldk_SourceKind {
  LDK_NO_SOURCE,
  LDK_FROM_PATH,    /* a file that is ours */
  LDK_FROM_FILE,    /* an open one of the caller's that is always ready */
  LDK_FROM_PIPE,    /* one that may have to be waited for; also by a path */
  LDK_FROM_PACKER,  /* pulled, as files are read */
  LDK_FROM_FUNCTION /* called; or what can be called, or a stream */
} ldk_SourceKind;

typedef struct ldk_Source {
  ldk_SourceKind kind;
  int open;          /* `watch.fd` is a descriptor of ours */
  int listens;       /* `watch` was started, */
  int readable;      /* and there is, or was, something to read */
  int stream;        /* it is a stream of ours, */
  int lines;         /* whose lines need their ends again */
  int taken;         /* some of it has gone, or may have */
  int busy;          /* it is being called */
  const char *label; /* the method that errors name */
  const char *path;  /* and the file; NULL: it has no name here */
  long long left;    /* bytes of a path's file; -1: up to its end */
  dk_Watch watch;
  char *room;             /* for pieces; NULL: none was needed yet */
  unsigned long long fed; /* bytes that were handed over */
  lua_KFunction k;        /* who goes on when the call of it is over */
  lua_KContext context;
} ldk_Source;

/* Opens the file at a path, or takes what is at an index as the source; a
 * closed source is expected. Raises argument errors. [-0, +0] */
void ldk_source_open_path(lua_State *L, ldk_Source *s, const char *path);
void ldk_source_open(lua_State *L, ldk_Source *s, int index);

/* Whether it can be taken from its beginning again. */
int ldk_source_can_rewind(const ldk_Source *s);
void ldk_source_rewind(ldk_Source *s);

/* Whether a read would tell something at once. */
int ldk_source_ready(const ldk_Source *s);

/* Points to the next piece of a source that is read or pulled, which holds
 * until the next one: 1; 0: there is none yet; -1: nor will there be. `index`
 * is that of the value that it was made of, if any. Raises. [-0, +0] */
int ldk_source_read(lua_State *L, ldk_Source *s, int index, const char **bytes,
                    size_t *length);

/* Closes what is ours, and leaves what is the caller's; idempotent. What was
 * read must not be on its way any more. */
void ldk_source_close(ldk_Source *s);

#endif
