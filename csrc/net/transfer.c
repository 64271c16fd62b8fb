/* SPDX-License-Identifier: MIT
 * The life of a transfer, from its start to one of its two ends. */

#include "net/transfer.h"

#include <assert.h>
#include <string.h>

#include "bytes/httphead.h"
#include "bytes/memory.h"
#include "net/hijack.h"
#include "net/wire.h"

/* The longest head of an answer. */
#define HEAD_LIMIT (256 * 1024)

/* A transfer and its wire live and die together. */
typedef struct Pair {
  dk_Transfer transfer;
  dk_Wire wire;
} Pair;

dk_Transfer *dk_transfer_new(dk_Transport *t) {
  Pair *pair = dk_zeroed(sizeof *pair);
  if (pair == NULL)
    return NULL;
  pair->transfer.wire = &pair->wire;
  pair->transfer.headers.limit = HEAD_LIMIT;
  pair->wire.transfer = &pair->transfer;
  pair->wire.transport = t;
  dk_wire_link(&pair->wire, &t->resting);
  return &pair->transfer;
}

static int is_over(const dk_Transfer *x) {
  return x->state == DK_FINISHED || x->state == DK_FAILED;
}

/* ---- the ends ---- */

/* A connection that was hijacked is of no more use, nor is its handle. */
static void give_back(dk_Wire *w, int failed) {
  if (w->hijack != NULL) {
    dk_hijack_end(w);
    failed = 1;
  }
  if (w->handle != NULL) {
    curl_multi_remove_handle(w->transport->multi, w->handle->easy);
    dk_handle_give(w->transport, w->handle, failed);
    w->handle = NULL;
  }
  curl_slist_free_all(w->lines);
  curl_slist_free_all(w->detour);
  w->lines = w->detour = NULL;
}

void dk_wire_conclude(dk_Wire *w, dk_Trouble trouble) {
  dk_Transfer *x = w->transfer;
  assert(!is_over(x));
  give_back(w, trouble != DK_NO_TROUBLE);
  if (x->status > 0)
    w->endpoint->proved = 1;
  x->feeding = 0;
  x->trouble = trouble;
  x->state = trouble == DK_NO_TROUBLE ? DK_FINISHED : DK_FAILED;
  dk_wire_unlink(w);
  dk_wire_link(w, &w->transport->resting);
  w->transport->n_active--;
  dk_wire_note(w);
}

void dk_transfer_cancel(dk_Transfer *x) {
  if (is_over(x))
    return;
  dk_wire_say(x->wire, "cancelled");
  if (x->state != DK_READY) {
    dk_wire_conclude(x->wire, DK_CANCELLED);
    return;
  }
  x->trouble = DK_CANCELLED;
  x->state = DK_FAILED;
}

void dk_transfer_free(dk_Transfer *x) {
  if (x == NULL)
    return;
  dk_transfer_cancel(x);
  if (x->wire->transport != NULL)
    dk_wire_unlink(x->wire);
  dk_buffer_free(&x->headers);
  dk_queue_free(&x->body);
  dk_release(x); /* the head of its Pair */
}

/* ---- the start ---- */

static dk_Trouble no_memory(dk_Wire *w) {
  dk_wire_say(w, "not enough memory");
  return DK_MEMORY;
}

static dk_Trouble launch(dk_Wire *w, const dk_Request *r) {
  dk_Trouble trouble;
  w->handle = dk_handle_take(w->transport);
  if (w->handle == NULL)
    return no_memory(w);
  trouble = dk_wire_prepare(w, r);
  if (trouble != DK_NO_TROUBLE)
    return trouble;
  if (curl_multi_add_handle(w->transport->multi, w->handle->easy) != CURLM_OK)
    return no_memory(w);
  return DK_NO_TROUBLE;
}

void dk_transfer_start(dk_Transfer *x, dk_Endpoint *e, const dk_Request *r,
                       const dk_Limits *l) {
  dk_Wire *w = x->wire;
  dk_Trouble trouble;
  assert(x->state == DK_READY);
  if (w->transport == NULL) { /* gone before the start? */
    dk_transfer_cancel(x);
    return;
  }
  w->endpoint = e;
  w->limits = *l;
  w->since = dk_now();
  x->body.limit = l->body;
  x->state = DK_SENT;
  dk_wire_unlink(w);
  dk_wire_link(w, &w->transport->active);
  w->transport->n_active++;
  trouble = launch(w, r);
  if (trouble != DK_NO_TROUBLE)
    dk_wire_conclude(w, trouble);
}

/* ---- while it is under way ---- */

void dk_wire_resume(dk_Wire *w) {
  CURLcode code;
  if (w->hijack != NULL) {
    dk_hijack_resume(w);
    return;
  }
  w->paused = 0;
  w->since = dk_now();
  code = curl_easy_pause(w->handle->easy, CURLPAUSE_CONT);
  if (code != CURLE_OK)
    dk_wire_conclude(w, dk_wire_judge(w, code));
}

/* libcurl hands over what it holds back within the call that resumes. */
static void resume_if_drained(dk_Transfer *x) {
  dk_Wire *w = x->wire;
  size_t window = w->limits.window;
  if (!w->paused || is_over(x))
    return;
  if (window == 0 || dk_queue_length(&x->body) < (window + 1) / 2)
    dk_wire_resume(w);
}

void dk_transfer_take(dk_Transfer *x, size_t length) {
  dk_queue_take(&x->body, length);
  resume_if_drained(x);
}

void dk_transfer_set_limits(dk_Transfer *x, const dk_Limits *l) {
  dk_Wire *w = x->wire;
  w->limits = *l;
  w->since = dk_now();
  x->body.limit = l->body;
  resume_if_drained(x);
}

void dk_transfer_send(dk_Transfer *x, const void *bytes, size_t length) {
  if (is_over(x))
    return;
  assert(x->duplex && x->unsent == 0);
  dk_hijack_send(x->wire, bytes, length);
}

void dk_transfer_half_close(dk_Transfer *x) {
  if (!is_over(x) && x->half_closes)
    dk_hijack_half_close(x->wire);
}

int dk_transfer_room(const dk_Transfer *x) {
  return x->feeding && dk_hijack_room(x->wire);
}

void dk_transfer_feed(dk_Transfer *x, const void *bytes, size_t length) {
  assert(dk_transfer_room(x) && length > 0);
  x->wire->since = dk_now();
  dk_hijack_feed(x->wire, bytes, length);
}

void dk_transfer_fed(dk_Transfer *x) {
  if (!x->feeding)
    return;
  assert(dk_transfer_room(x));
  x->feeding = 0;
  x->wire->since = dk_now();
  dk_hijack_fed(x->wire);
}

const char *dk_transfer_header(const dk_Transfer *x, const char *name) {
  return dk_httphead_find(&x->headers, name);
}
