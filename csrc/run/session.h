/* SPDX-License-Identifier: MIT
 * What a client is below its methods: an engine's address, the version that
 * is spoken with it, and the limits of its calls. */
#ifndef LDK_SESSION_H
#define LDK_SESSION_H

#include <lua.h>
#include <stddef.h>

#include "bytes/buffer.h"
#include "net/endpoint.h"
#include "net/transfer.h"
#include "value/arguments.h"
#include "value/kit.h"

typedef struct ldk_Session {
  dk_Endpoint endpoint;
  dk_Limits limits; /* defaults of its calls */
  size_t max_body;  /* largest answer that is collected, in bytes */
  size_t window;    /* bytes that a stream holds for a slow reader */
  int version;      /* API version spoken, by its minor; 0: not known yet */
  int too_old;      /* the newest that an engine speaks which is too old */
  int pinned;       /* by the user: never negotiated */
  int raw;          /* answers by lua-cjson, untyped */
  char *user_agent;
  dk_Buffer headers; /* of every request: "Name: value" and a NUL each */
  int open;          /* 0: closed, or not opened yet */
} ldk_Session;

/* Anchors of the userdata. */
enum {
  LDK_SESSION_HOOK = 1, /* on_result, or nil */
  LDK_SESSION_PARTS,    /* collections and api, made when first asked for */
  LDK_SESSION_ANCHORS = LDK_SESSION_PARTS
};

extern const ldk_Class ldk_client_class; /* in class/: its methods */

/* Pushes an open session made from the table of options at `options`: host
 * (mandatory), tls (a table: ca, cert, key, server_name, verify), headers (a
 * table of strings), timeout, connect_timeout, idle_timeout (seconds, false:
 * none), api_version, raw, on_result, max_body, window, user_agent.
 * [-0, +1] */
ldk_Session *ldk_session_new(lua_State *L, int options);

/* The session at an index, which must be open. */
ldk_Session *ldk_session(lua_State *L, int index);

/* No call is begun any more; those under way go on. Cannot raise. */
void ldk_session_close(lua_State *L, ldk_Session *s);

/* Frees what it holds, once no call is under way; idempotent. */
void ldk_session_free(lua_State *L, ldk_Session *s);

/* Takes note of the newest version that an engine speaks ("1.41", or NULL
 * when it does not say). 0: it is older than all that we speak, and the
 * version remains unknown. */
int ldk_session_learn(ldk_Session *s, const char *newest);

/* Pushes the error that says so, of a method. [-0, +1] */
void ldk_session_push_too_old(lua_State *L, const ldk_Session *s,
                              const char *method);

#endif
