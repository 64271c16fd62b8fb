/* SPDX-License-Identifier: MIT
 * A call as it will go out: what its options were turned into. */
#ifndef LDK_CALL_H
#define LDK_CALL_H

#include <lua.h>

#include "bytes/buffer.h"
#include "model/model.h"
#include "value/kit.h"
#include "value/path.h"

typedef struct ldk_Call {
  const dk_Operation *operation; /* NULL: a free request */
  char method[16];               /* of a free request: "GET" */
  const char *label;             /* "containers:create"; anchored */
  dk_Buffer target;  /* "/containers/web/json?size=true", no version yet */
  dk_Buffer headers; /* "Name: value" and a NUL, one after another */
  dk_Buffer body;    /* what to send, unless body_file is set */
  char *body_file;   /* a file to send, or NULL; dk_release */
  int has_body;
  int has_source; /* the body is taken from what is in anchor LDK_CALL_SOURCE,
                     while it is sent */
  ldk_Needs needs;
  double timeout, connect_timeout, idle_timeout; /* seconds; < 0: not given;
                                                    0: none */
  int raw;                                       /* -1: not given */
} ldk_Call;

enum {
  LDK_CALL_LABEL = 1,
  LDK_CALL_SOURCE,
  LDK_CALL_ANCHORS = LDK_CALL_SOURCE
};

extern const ldk_Class ldk_call_class;

/* Pushes a call that says nothing yet. [-0, +1] */
ldk_Call *ldk_new_call(lua_State *L, const char *label);

#endif
