/* SPDX-License-Identifier: MIT
 * What a stream is, for the files that make one of it: run/output and
 * run/documents make items of what comes, run/duplex writes, run/guard ends
 * what an engine forgot, run/ending what broke; run/composed has streams whose
 * items come from a Lua function, and run/stream is the class.
 *
 * Functions that take a stream expect it at index 1 as well. */
#ifndef LDK_FLOW_H
#define LDK_FLOW_H

#include <lua.h>

#include "bytes/frames.h"
#include "bytes/jsonsplit.h"
#include "bytes/lines.h"
#include "run/record.h"
#include "value/kit.h"

/* What a stream gives. */
typedef enum ldk_Items {
  LDK_LINES,     /* of output, with their source */
  LDK_CHUNKS,    /* of output, with their source */
  LDK_DOCUMENTS, /* typed values */
  LDK_BYTES
} ldk_Items;

typedef enum ldk_Watching {
  LDK_UNGUARDED, /* no guard, or one that is of no use any more */
  LDK_ARMED,     /* waits for silence */
  LDK_BEGINNING, /* is beginning its call */
  LDK_WATCHING,  /* has begun it */
  LDK_GRACE      /* it was answered */
} ldk_Watching;

typedef struct ldk_Guard {
  ldk_Watching state;
  double silence, grace; /* seconds */
  double quiet;          /* since when nothing comes, on dk_now's clock; 0: not
                            known */
  ldk_Exchange *call;    /* anchored; NULL: not begun */
} ldk_Guard;

typedef struct ldk_Stream {
  ldk_Exchange *x; /* anchored; NULL: composed */
  ldk_Items items;
  int closed;       /* by the user: a read is an error */
  int ended;        /* nothing more comes */
  int cut;          /* by its guard: what waits is all that comes */
  size_t seen;      /* bytes that wait, and are not enough */
  int framed;       /* output: in frames (1), raw (0), not known yet (-1) */
  size_t piece;     /* output: bytes of the piece at the front of the queue */
  size_t spent;     /* output: bytes behind it that go with it */
  dk_Source source; /* output: whose piece that is */
  dk_Frames frames;
  dk_Lines lines[DK_N_SOURCES];
  dk_Jsonsplit split;             /* documents */
  int duplex;                     /* can be written to, or could */
  int half;                       /* close_write was called */
  unsigned long tickets, serving; /* of writers that wait for their turn */
  ldk_Guard guard;
  int busy; /* composed: its function is being called */
} ldk_Stream;

/* Anchors. */
enum {
  LDK_STREAM_EXCHANGE = 1,
  LDK_STREAM_UNSENT, /* the string that is being sent */
  LDK_STREAM_BEGIN,  /* of the guard: what begins its call, */
  LDK_STREAM_WATCH,  /* and that call */
  LDK_STREAM_READ,   /* composed: where the items come from, */
  LDK_STREAM_CLOSE,  /* what to call at the end (nil: it was), */
  LDK_STREAM_LABEL,  /* and what it is called in errors */
  LDK_STREAM_ANCHORS = LDK_STREAM_LABEL
};

extern const ldk_Class ldk_stream_class; /* in run/stream.c: its methods */

/* The stream at index 1. */
ldk_Stream *ldk_to_stream(lua_State *L);

/* Whether all that will ever come is there. */
int ldk_stream_complete(const ldk_Stream *s);

/* The bytes that wait; takes some of them away. */
const char *ldk_stream_waiting(const ldk_Stream *s, size_t *length);
void ldk_stream_take(ldk_Stream *s, size_t length);

/* Whether the error on top is what a call has come to (of a kind, or NULL),
 * and not one that interrupts or cancels, or a mistake in a script. */
int ldk_is_outcome(lua_State *L, const char *kind);

/* Ends the call of a guard without a word; idempotent. */
void ldk_guard_release(ldk_Guard *g);

/* Closes it and gives back what it holds besides its exchange, without a
 * word; idempotent. */
void ldk_stream_release(ldk_Stream *s);

#endif
