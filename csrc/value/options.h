/* SPDX-License-Identifier: MIT
 * The options of a call while its request is being written. */
#ifndef LDK_OPTIONS_H
#define LDK_OPTIONS_H

#include <stddef.h>

#include "value/call.h"
#include "value/keys.h"
#include "value/path.h"

/* What an option is of. */
typedef enum ldk_Owner {
  LDK_PARAMETER, /* the operation: `row` in dk_parameters */
  LDK_FIELD,     /* the operation's body: `row` in dk_fields */
  LDK_OWN        /* the call itself: `row` is an ldk_Own */
} ldk_Owner;

typedef enum ldk_Own {
  LDK_TIMEOUT,
  LDK_CONNECT_TIMEOUT,
  LDK_IDLE_TIMEOUT,
  LDK_RAW,
  LDK_EXTRA,
  LDK_BODY,
  LDK_BODY_FILE,
  LDK_N_OWN
} ldk_Own;

typedef struct ldk_Found {
  ldk_Owner owner;
  uint16_t row;
} ldk_Found;

/* The userdata that it points to are on the stack, where they stay. */
typedef struct ldk_Options {
  ldk_Encoder e;
  ldk_Call *call;
  int call_at; /* its stack index */
  int table;   /* stack index of the options */
  int keys_at; /* stack index of what holds the keys */
  const ldk_Key *keys;
  int count;
  ldk_Found *found; /* what each key is */
  dk_Buffer *text;  /* for a text, before it is percent-encoded */
} ldk_Options;

/* Pushes a call, then what else the options need. [-0, +4] */
void ldk_options_begin(lua_State *L, ldk_Options *o, int table,
                       const char *label);

/* The names of the call's own options, in the order of ldk_Own. */
extern const char *const ldk_own_names[LDK_N_OWN];

/* The own option of that name; LDK_N_OWN when there is none. */
ldk_Own ldk_find_own(const char *name);

/* Pushes the value of an option; 0, and nothing pushed, when it was not given
 * or is null. [-0, +(0|1)] */
int ldk_push_option(ldk_Options *o, ldk_Owner owner, uint16_t row);

/* Takes the time limits and `raw` into the call. */
void ldk_take_settings(ldk_Options *o);

/* Whether the value at an index is what the bytes of a body can be taken from
 * while they are sent: an open file, a packer, or what can be called. */
int ldk_is_source(lua_State *L, int index);

/* Takes a body of bytes, or what they will be taken from, out of `body` or
 * `body_file`; 0 when there is none. */
int ldk_take_bytes(ldk_Options *o);

/* Appends "KEY=" to the query of the target, then the bytes in `text`. */
void ldk_put_query(ldk_Options *o, const char *key, size_t length);

/* Appends the value at `index` to the query, one pair an element when it is a
 * list, as `type` (DK_NONE: tables that are no lists as JSON). */
void ldk_put_queries(ldk_Options *o, int index, const char *key, size_t length,
                     uint16_t type, const ldk_Path *path);

/* Calls `put` for each entry of the table that is an own option, with the
 * entry's value on top; in the order of the keys. */
typedef void ldk_Put(ldk_Options *o, const ldk_Key *k, const ldk_Path *path);
void ldk_each_entry(ldk_Options *o, uint16_t row, const char *name,
                    ldk_Put *put);

/* Appends an entry to the query, as ldk_put_queries does. */
void ldk_put_entry(ldk_Options *o, const ldk_Key *k, const ldk_Path *path);

/* Adds a header, whose value is in `text`; what would be another header is
 * refused. Whether there is one of that name. */
void ldk_put_header(ldk_Options *o, const char *name, const ldk_Path *path);
int ldk_has_header(const ldk_Call *call, const char *name);

/* Adds the Content-Type, unless it was given. */
void ldk_put_type(ldk_Options *o, const char *type);

#endif
