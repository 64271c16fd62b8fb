/* SPDX-License-Identifier: MIT
 * What is known of one call while it is under way. The functions that move it
 * on are in run/exchange. */
#ifndef LDK_RECORD_H
#define LDK_RECORD_H

#include <lua.h>

#include "bytes/buffer.h"
#include "model/model.h"
#include "net/transfer.h"
#include "run/session.h"
#include "run/source.h"
#include "value/arguments.h"

/* The path that needs no version. */
#define LDK_PING "/_ping"

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
  int read_only;        /* the command at the other end has no input */
  int verbatim;         /* a document keeps the API's own names, all of it */
  double added_timeout; /* seconds on top of it */
} ldk_Settings;

struct ldk_Exchange;

/* What is made of the answer, whose value is on top: [-1, +n] → n results.
 * For bound methods; may be NULL: the value as it is. */
typedef int ldk_Finish(lua_State *L, struct ldk_Exchange *x, int index);

typedef struct ldk_Exchange {
  dk_Transfer *transfer;
  ldk_Stage stage;
  const ldk_Call *call; /* anchored */
  ldk_Session *session; /* anchored */
  dk_Buffer target;     /* of the request, with its version */
  dk_Buffer headers;    /* of the request, with those of its client */
  ldk_Settings settings;
  ldk_Source source; /* of the request's body, where it is fed */
  ldk_Finish *finish;
  const void *context;         /* for finish */
  const dk_Response *response; /* the row for the status, or NULL */
  int collected;               /* all of its answer is taken, up to a limit */
  int given;                   /* its stream was handed out */
  int held;                    /* in use: what ends it now only cancels it */
  int retried;                 /* a second try was made */
  double started, ended;       /* seconds since the epoch */
} ldk_Exchange;

enum {
  LDK_EXCHANGE_CLIENT = 1,
  LDK_EXCHANGE_CALL,
  LDK_EXCHANGE_SOURCE, /* what the body is taken from, in Lua, */
  LDK_EXCHANGE_PIECE,  /* and the string of it that is being sent */
  LDK_EXCHANGE_ANCHORS = LDK_EXCHANGE_PIECE
};

/* Whether the request's body is taken from a source, and whether there is
 * something to do for that now. */
int ldk_record_is_fed(const ldk_Exchange *x);
int ldk_record_due(const ldk_Exchange *x);

/* The operation's id, or NULL for a free request; the HTTP method; the path
 * and query of what was sent last. */
const char *ldk_record_operation(const ldk_Exchange *x);
const char *ldk_record_method(const ldk_Exchange *x);
const char *ldk_record_target(const ldk_Exchange *x);

#endif
