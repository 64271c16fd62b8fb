/* SPDX-License-Identifier: MIT
 * From the arguments of a call to the head of its answer. */
#include "run/exchange.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bytes/memory.h"
#include "bytes/queue.h"
#include "run/failure.h"
#include "run/headers.h"
#include "run/hook.h"
#include "run/loop.h"
#include "value/error.h"

/* An error of a stream is a short document; more than this is none. */
#define ERROR_BYTES (1024 * 1024)

static double wall_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- limits ---- */

/* Whether any bound method says that this operation takes as long as it
 * takes. */
static int operation_is_long(const dk_Operation *operation) {
  uint16_t i;
  for (i = 0; i < dk_n_methods; i++) {
    const dk_Method *m = &dk_methods[i];
    if (m->unlimited && &dk_operations[m->operation] == operation)
      return 1;
  }
  return 0;
}

/* Whether a good answer comes in more than one piece; and those are of an
 * archive. */
static int operation_streams(const dk_Operation *operation) {
  const dk_Response *r = &dk_responses[operation->responses];
  int i;
  for (i = 0; i < operation->n_responses; i++)
    if (r[i].answer >= DK_ARCHIVE)
      return 1;
  return 0;
}

static int operation_archives(const dk_Operation *operation) {
  const dk_Response *r =
      operation != NULL ? dk_find_response(operation, 200) : NULL;
  return r != NULL && r->answer == DK_ARCHIVE;
}

/* What the connection is to become. */
static dk_Upgrade operation_upgrade(const dk_Operation *operation) {
  static const dk_Upgrade upgrades[] = {
      [DK_UPGRADE] = DK_UPGRADE_TCP,
      [DK_WEBSOCKET] = DK_UPGRADE_WEBSOCKET,
      [DK_SESSION] = DK_UPGRADE_H2C,
  };
  const dk_Response *r =
      operation != NULL ? dk_find_response(operation, 101) : NULL;
  return r != NULL ? upgrades[r->answer] : DK_NO_UPGRADE;
}

static int sends_bytes(const ldk_Call *call) {
  const dk_Parameter *body;
  if (call->body_file != NULL || call->has_source)
    return 1;
  body = call->operation != NULL ? dk_body(call->operation) : NULL;
  return body != NULL && dk_types[body->type].kind == DK_BYTES;
}

static double limit(double given, double otherwise) {
  return given >= 0 ? given : otherwise;
}

/* The limits of the call: its own, or the client's; none for what may take
 * for ever, unless asked for. */
static dk_Limits call_limits(const ldk_Exchange *x) {
  const ldk_Call *call = x->call;
  const dk_Operation *operation = call->operation;
  dk_Limits l = x->session->limits;
  int streams = operation != NULL && operation_streams(operation);
  int is_long = streams || x->settings.unlimited || sends_bytes(call) ||
                (operation != NULL && operation_is_long(operation));
  l.connect = limit(call->connect_timeout, l.connect);
  l.head = limit(call->timeout, is_long ? 0 : l.head);
  l.idle = limit(call->idle_timeout, is_long ? 0 : l.idle);
  if (l.head > 0 && call->timeout < 0)
    l.head += x->settings.added_timeout;
  l.window = streams ? x->session->window : 0;
  l.body = streams ? 0 : x->session->max_body;
  if (streams &&
      (ldk_record_is_fed(x) || operation_upgrade(operation) != DK_NO_UPGRADE))
    l.body = x->session->max_body + l.window; /* that waits while one writes */
  return l;
}

/* ---- sending ---- */

static void new_transfer(lua_State *L, ldk_Exchange *x) {
  dk_Transport *transport = ldk_transport(L);
  dk_transfer_free(x->transfer);
  x->transfer = dk_transfer_new(transport);
  if (x->transfer == NULL)
    ldk_check(L, DK_NO_MEMORY);
}

/* A ping goes out without a version: an engine refuses any call with one that
 * it does not speak, a ping too. */
static int is_ping(const ldk_Call *call) {
  return strcmp(call->target.data, LDK_PING) == 0;
}

/* "/v1.41" before the path, unless a free request brings its own. */
static void write_target(lua_State *L, ldk_Exchange *x) {
  const char *path = x->call->target.data;
  char version[16] = "";
  if (!is_ping(x->call) && strncmp(path, "/v1.", 4) != 0)
    snprintf(version, sizeof version, "/v1.%d", x->session->version);
  dk_buffer_clear(&x->target);
  ldk_check(L, dk_buffer_text(&x->target, version));
  ldk_check(L, dk_buffer_append(&x->target, path, x->call->target.length));
  ldk_check(L, dk_buffer_terminate(&x->target));
}

static void send_call(lua_State *L, ldk_Exchange *x) {
  const ldk_Call *call = x->call;
  dk_Limits limits = call_limits(x);
  dk_Request r;
  memset(&r, 0, sizeof r);
  if (call->operation != NULL && !is_ping(call))
    ldk_check_version(L, call, x->session->version);
  write_target(L, x);
  new_transfer(L, x);
  ldk_source_rewind(&x->source);
  r.method = ldk_record_method(x);
  r.target = x->target.data;
  ldk_join_headers(L, &x->headers, &x->session->headers, &call->headers);
  r.headers = x->headers.data;
  r.headers_length = x->headers.length;
  r.body = call->body.data;
  r.body_length = call->body.length;
  r.has_body = call->has_body;
  r.bulk = operation_archives(call->operation);
  r.fed = ldk_record_is_fed(x);
  r.user_agent = x->session->user_agent;
  r.upgrade = operation_upgrade(call->operation);
  x->stage = LDK_CALLING;
  dk_transfer_start(x->transfer, &x->session->endpoint, &r, &limits);
}

/* Takes the source of the call of the exchange on top, if it has one: before
 * anything is sent, so that a file that is not there needs no engine. */
static void open_source(lua_State *L, ldk_Exchange *x) {
  const ldk_Call *call = x->call;
  x->source.label = call->label;
  if (call->body_file != NULL)
    ldk_source_open_path(L, &x->source, call->body_file);
  if (!call->has_source)
    return;
  ldk_push_anchor(L, -1, LDK_EXCHANGE_CALL);
  ldk_push_anchor(L, -1, LDK_CALL_SOURCE);
  ldk_source_open(L, &x->source, -1);
  ldk_anchor(L, -3, LDK_EXCHANGE_SOURCE);
  lua_pop(L, 1);
}

/* Whether the version is to be asked for. What can be taken only once must not
 * be refused for a version that was true of another engine. */
static int must_ask(const ldk_Exchange *x) {
  if (is_ping(x->call))
    return 0;
  return x->session->version == 0 ||
         (x->call->has_source && !x->session->pinned);
}

/* Asks for the version. */
static void send_ping(lua_State *L, ldk_Exchange *x) {
  dk_Limits limits = x->session->limits;
  dk_Request r;
  memset(&r, 0, sizeof r);
  limits.connect = limit(x->call->connect_timeout, limits.connect);
  limits.head = limit(x->call->timeout, limits.head);
  limits.body = ERROR_BYTES;
  dk_buffer_clear(&x->target);
  new_transfer(L, x);
  r.method = "GET";
  r.target = LDK_PING;
  r.headers = x->session->headers.data;
  r.headers_length = x->session->headers.length;
  r.user_agent = x->session->user_agent;
  x->stage = LDK_PINGING;
  dk_transfer_start(x->transfer, &x->session->endpoint, &r, &limits);
}

ldk_Exchange *ldk_exchange_new(lua_State *L, int client,
                               const ldk_Settings *settings) {
  ldk_Exchange *x;
  client = lua_absindex(L, client);
  x = ldk_new(L, &ldk_exchange_class, sizeof *x, LDK_EXCHANGE_ANCHORS);
  x->session = ldk_session(L, client);
  x->call = ldk_cast(L, -2, &ldk_call_class);
  x->settings = *settings;
  x->started = wall_clock();
  lua_pushvalue(L, client);
  ldk_anchor(L, -2, LDK_EXCHANGE_CLIENT);
  lua_pushvalue(L, -2);
  ldk_anchor(L, -2, LDK_EXCHANGE_CALL);
  lua_remove(L, -2);
  open_source(L, x);
  if (must_ask(x))
    send_ping(L, x);
  else
    send_call(L, x);
  return x;
}

/* ---- going on ---- */

static int at_head(const void *subject) {
  const ldk_Exchange *x = subject;
  return x->transfer == NULL ||
         (x->transfer->state >= DK_ANSWERED && !x->transfer->feeding);
}

int ldk_exchange_complete(const ldk_Exchange *x) {
  return x->transfer == NULL || x->transfer->state >= DK_FINISHED;
}

static int at_end(const void *subject) {
  return ldk_exchange_complete(subject);
}

/* What comes before the head, where there is anything of it to do. */
static int at_head_or_due(const void *subject) {
  return at_head(subject) || ldk_record_due(subject);
}

/* Waits for the head, or for the end; not beyond a deadline, if not 0. */
static void wait_for(lua_State *L, int index, int whole, double deadline,
                     lua_KContext context, lua_KFunction k) {
  ldk_Exchange *x = lua_touserdata(L, index);
  /* of a ping the whole answer is awaited: its connection is used again */
  int to_end = whole || x->stage == LDK_PINGING;
  ldk_Wait w = {to_end ? at_end : at_head_or_due, x, 0};
  w.deadline = deadline;
  if (ldk_wait(L, &w, context, k))
    ldk_exchange_fail(L, index);
}

void ldk_exchange_wait(lua_State *L, int index, int whole,
                       lua_KContext context, lua_KFunction k) {
  wait_for(L, index, whole, 0, context, k);
}

void ldk_exchange_wait_until(lua_State *L, int index, double deadline,
                             lua_KContext context, lua_KFunction k) {
  wait_for(L, index, 0, deadline, context, k);
}

/* The ping has been answered: its version is the engine's, whatever it says
 * otherwise; an answer without one is an engine's only if it is a good one. */
static void learn(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  const char *newest = dk_transfer_header(x->transfer, "Api-Version");
  if (x->transfer->state == DK_FAILED ||
      (newest == NULL && x->transfer->status >= 300))
    ldk_exchange_raise(L, index);
  if (!x->session->open)
    ldk_fail_with(L, "closed", "the client is closed");
  if (ldk_session_learn(x->session, newest))
    return;
  ldk_session_push_too_old(L, x->session, x->call->label);
  ldk_exchange_fail(L, index);
}

/* The user's own ping tells the version as well as ours. */
static void learn_by_the_way(const ldk_Exchange *x) {
  if (x->session->version == 0 && is_ping(x->call) &&
      x->transfer->state != DK_FAILED && x->transfer->status < 300)
    ldk_session_learn(x->session,
                      dk_transfer_header(x->transfer, "Api-Version"));
}

/* One that has failed behind its head is read first, and then it raises. */
int ldk_exchange_streams(const ldk_Exchange *x) {
  const dk_Transfer *t = x->transfer;
  return (t->state != DK_FAILED || t->status >= 200) && t->status < 300 &&
         x->response != NULL && x->response->answer >= DK_ARCHIVE;
}

/* From now on all of the answer is taken, up to a limit: it is no stream,
 * though one may have been expected. An error is a short document. */
static void collect(ldk_Exchange *x) {
  dk_Limits l = call_limits(x);
  int error = x->transfer->status >= 300;
  if (x->collected)
    return;
  x->collected = 1;
  l.window = 0;
  l.body = error ? ERROR_BYTES : x->session->max_body;
  if (error)
    l.idle = limit(x->call->idle_timeout, x->session->limits.idle);
  dk_transfer_set_limits(x->transfer, &l);
}

int ldk_exchange_headed(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  if (x->stage == LDK_PINGING) {
    if (!ldk_exchange_complete(x))
      return 0;
    learn(L, index);
    send_call(L, x);
  }
  if (!at_head(x))
    return 0;
  if (x->transfer == NULL)
    ldk_fail_with(L, "closed", "the call is closed");
  if (x->response == NULL && x->call->operation != NULL)
    x->response = dk_find_response(x->call->operation, x->transfer->status);
  learn_by_the_way(x);
  if (x->transfer->state == DK_ANSWERED && !ldk_exchange_streams(x))
    collect(x);
  return 1;
}

int ldk_exchange_again(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  if (x->session->pinned || x->retried || !ldk_source_can_rewind(&x->source) ||
      x->transfer->status != 400 || !x->session->open ||
      !ldk_failure_says(x->transfer, "client version"))
    return 0;
  x->retried = 1;
  x->collected = 0;
  x->response = NULL;
  x->session->version = 0;
  send_ping(L, x);
  return 1;
}

/* ---- the end ---- */

void ldk_exchange_release(ldk_Exchange *x) {
  x->stage = LDK_OVER;
  if (x->held && x->transfer != NULL) {
    dk_transfer_cancel(x->transfer);
  } else {
    dk_transfer_free(x->transfer);
    x->transfer = NULL;
  }
  ldk_source_close(&x->source);
}

void ldk_exchange_hold(ldk_Exchange *x) {
  x->held = 1;
}

void ldk_exchange_let_go(ldk_Exchange *x) {
  x->held = 0;
  if (x->stage == LDK_OVER)
    ldk_exchange_release(x);
}

int ldk_exchange_fail(lua_State *L, int index) {
  ldk_Exchange *x = lua_touserdata(L, index);
  x->held = 0; /* who fails is who held it */
  ldk_exchange_end(L, index, lua_gettop(L));
  return ldk_raise(L);
}

int ldk_exchange_raise(lua_State *L, int index) {
  ldk_failure_push(L, index);
  return ldk_exchange_fail(L, index);
}

void ldk_exchange_end(lua_State *L, int index, int error) {
  ldk_Exchange *x = lua_touserdata(L, index);
  int failed = 0, held = x->held;
  if (x->stage != LDK_OVER) {
    x->stage = LDK_OVER;
    x->ended = wall_clock();
    x->held = 1; /* the hook may close what it is called about */
    failed = ldk_hook_call(L, index, error);
    x->held = held;
  }
  ldk_exchange_release(x);
  if (failed)
    ldk_raise(L);
}
