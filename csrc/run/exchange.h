/* SPDX-License-Identifier: MIT
 * One call of the API as Lua sees it: from the arguments to the head of the
 * answer, with the ping before it when the version is not known yet, and the
 * second try when the engine has changed its mind about versions. */
#ifndef LDK_EXCHANGE_H
#define LDK_EXCHANGE_H

#include <lua.h>

#include "bytes/buffer.h"
#include "model/model.h"
#include "net/transfer.h"
#include "run/session.h"
#include "value/arguments.h"
#include "value/kit.h"

typedef enum ldk_Stage {
  LDK_PINGING, /* the version is being asked for */
  LDK_CALLING, /* the request is under way */
  LDK_OVER     /* reported to the hook, transfer given back */
} ldk_Stage;

/* How the caller wants the answer. */
typedef struct ldk_Settings {
  int tty;              /* output comes without frames; -1: not known */
  int chunks;           /* output by pieces, not by lines */
  size_t max_line;      /* bytes; 0: the default */
  int unlimited;        /* no time limit to the head unless given */
  double added_timeout; /* seconds on top of it */
} ldk_Settings;

struct ldk_Exchange;

/* What is made of the answer, whose value is on top: [-1, +n] → n results.
 * For bound methods; may be NULL: the value as it is. */
typedef int ldk_Finish(lua_State *L, struct ldk_Exchange *x, int index);

typedef struct ldk_Exchange {
  dk_Transfer *transfer;
  ldk_Stage stage;
  const ldk_Call *call;     /* anchored */
  ldk_Session *session;     /* anchored */
  dk_Buffer target;         /* of the request, with its version */
  ldk_Settings settings;
  ldk_Finish *finish;
  const void *context;      /* for finish */
  const dk_Response *response; /* the row for the status, or NULL */
  int limited;              /* its answer is collected as an error */
  int retried;              /* a second try was made */
  double started, ended;    /* seconds since the epoch */
} ldk_Exchange;

enum {
  LDK_EXCHANGE_CLIENT = 1,
  LDK_EXCHANGE_CALL,
  LDK_EXCHANGE_ANCHORS = LDK_EXCHANGE_CALL
};

extern const ldk_Class ldk_exchange_class;

/* Pushes the exchange for the ldk_Call on top, which it takes, with the
 * client at an index, and sends it (or the ping). [-1, +1] */
ldk_Exchange *ldk_exchange_new(lua_State *L, int client,
                               const ldk_Settings *settings);

/* For a continuation: takes the exchange a step further. 1: the head of the
 * answer is there, or the exchange has failed; 0: wait with
 * ldk_exchange_wait, then ask again. Raises what is wrong with the arguments
 * for this engine. */
int ldk_exchange_headed(lua_State *L, int index);

/* Waits for the next thing: the head, or with `whole` the end of the body. */
void ldk_exchange_wait(lua_State *L, int index, int whole,
                       lua_KContext context, lua_KFunction k);

/* Whether all of the answer is there (or will never be). */
int ldk_exchange_complete(const ldk_Exchange *x);

/* Whether the engine answered that it does not speak our version, and the
 * call goes out again with another. Only when the body is complete. */
int ldk_exchange_again(lua_State *L, int index);

/* Ends it: the hook is called once, the transfer is given back. `error` is
 * the stack index of an error object, or 0. */
void ldk_exchange_end(lua_State *L, int index, int error);

/* Gives the transfer back without a word; idempotent, cannot raise. */
void ldk_exchange_release(ldk_Exchange *x);

#endif
