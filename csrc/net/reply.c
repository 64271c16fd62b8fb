/* SPDX-License-Identifier: MIT
 * What a hijacked connection is answered: the head, then a body, or all that
 * the other side says when it has agreed. What returns an int says whether it
 * has concluded the wire: then the hijack is gone. */
#include "net/hijack.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bytes/memory.h"

/* ---- ends ---- */

int dk_reply_finish(dk_Wire *w) {
  dk_wire_conclude(w, DK_NO_TROUBLE);
  return 1;
}

int dk_reply_fail(dk_Wire *w, CURLcode code) {
  dk_wire_conclude(w, dk_wire_judge(w, code));
  return 1;
}

static int doom(dk_Wire *w, dk_Trouble trouble) {
  w->doom = trouble;
  return dk_reply_fail(w, CURLE_WRITE_ERROR);
}

/* What came is no HTTP, and why. */
static int refuse(dk_Wire *w, const char *why) {
  snprintf(w->handle->error, sizeof w->handle->error, "%s", why);
  return dk_reply_fail(w, CURLE_WEIRD_SERVER_REPLY);
}

/* Whether the body may end where the connection does. */
static int may_end(const dk_Wire *w) {
  const dk_Hijack *h = w->hijack;
  if (h->ending != DK_BY_CLOSE)
    return 0;
  return !w->transfer->duplex || h->socket == NULL ||
         dk_websocket_complete(h->socket);
}

int dk_reply_ended(dk_Wire *w) {
  if (w->transfer->state < DK_ANSWERED)
    return dk_reply_fail(w, CURLE_GOT_NOTHING);
  return may_end(w) ? dk_reply_finish(w)
                    : dk_reply_fail(w, CURLE_PARTIAL_FILE);
}

/* ---- the body ---- */

static int deliver(dk_Wire *w, const char *bytes, size_t length) {
  int status = dk_queue_append(&w->transfer->body, bytes, length);
  dk_wire_note(w);
  if (status == DK_OK)
    return 0;
  return doom(w, status == DK_NO_MEMORY ? DK_MEMORY : DK_LIMIT);
}

static int take_counted(dk_Wire *w, const char *bytes, size_t length) {
  dk_Hijack *h = w->hijack;
  if (length > h->left)
    length = (size_t)h->left;
  h->left -= length;
  if (deliver(w, bytes, length))
    return 1;
  return h->left == 0 && dk_reply_finish(w);
}

static int take_chunks(dk_Wire *w, const char *at, const char *end) {
  dk_Hijack *h = w->hijack;
  const char *piece;
  size_t length;
  int status;
  while ((status = dk_chunked_next(&h->chunks, &at, end, &piece, &length)) > 0)
    if (deliver(w, piece, length))
      return 1;
  if (status < 0)
    return refuse(w, "a malformed chunk");
  return dk_chunked_complete(&h->chunks) && dk_reply_finish(w);
}

void dk_reply_part(dk_Wire *w, int status) {
  dk_Hijack *h = w->hijack;
  size_t n = 0;
  if (h->mute || !w->transfer->duplex || h->gone < h->out.length)
    return;
  dk_websocket_part(h->socket, &h->out, status);
  if (h->out.length > 0)
    curl_easy_send(w->handle->easy, h->out.data, h->out.length, &n);
  h->mute = 1;
}

static int take_messages(dk_Wire *w, const char *at, const char *end) {
  dk_WebSocket *s = w->hijack->socket;
  const char *piece;
  size_t length;
  int status;
  while ((status = dk_websocket_read(s, &at, end, &piece, &length)) == 1)
    if (deliver(w, piece, length))
      return 1;
  if (status == 0)
    return 0;
  dk_reply_part(w, status);
  if (status == DK_WS_GOES)
    return dk_reply_finish(w);
  dk_wire_say(w, "what came from %s is not WebSocket (%s)",
              w->endpoint->address,
              status == DK_OVER_LIMIT ? "a frame that is too large"
                                      : "a frame that no server may send");
  dk_wire_conclude(w, DK_PROTOCOL);
  return 1;
}

static int take_body(dk_Wire *w, const char *at, const char *end) {
  dk_Hijack *h = w->hijack;
  switch (h->ending) {
  case DK_BY_LENGTH:
    return take_counted(w, at, (size_t)(end - at));
  case DK_BY_CHUNKS:
    return take_chunks(w, at, end);
  case DK_NO_BODY:
    return dk_reply_finish(w);
  default:
    break;
  }
  if (at == end)
    return 0;
  if (w->transfer->duplex && h->socket != NULL)
    return take_messages(w, at, end);
  return deliver(w, at, (size_t)(end - at));
}

/* ---- the head ---- */

/* Reads the value of Content-Length; 0: it is none. */
static int read_length(const char *text, uint64_t *length) {
  *length = 0;
  if (*text < '0' || *text > '9')
    return 0;
  for (; *text >= '0' && *text <= '9'; text++) {
    if (*length > (UINT64_MAX - 9) / 10)
      return 0;
    *length = *length * 10 + (uint64_t)(*text - '0');
  }
  return *text == '\0';
}

/* How the body ends. What is wrong with what the head says of it, or NULL. */
static const char *find_ending(dk_Hijack *h, const dk_Buffer *headers) {
  int status = h->head.status;
  const char *coding = dk_httphead_find(headers, "Transfer-Encoding");
  const char *length = dk_httphead_find(headers, "Content-Length");
  h->ending = DK_BY_CLOSE;
  if (status == 101)
    return h->fed ? "an upgrade that nobody asked for" : NULL;
  if (h->headless || status == 204 || status == 304) {
    h->ending = DK_NO_BODY;
  } else if (coding != NULL) {
    h->ending = DK_BY_CHUNKS;
    if (strcasecmp(coding, "chunked") != 0)
      return "an unknown Transfer-Encoding";
  } else if (length != NULL) {
    if (!read_length(length, &h->left))
      return "a malformed Content-Length";
    h->ending = h->left > 0 ? DK_BY_LENGTH : DK_NO_BODY;
  }
  return NULL;
}

/* Whether the engine agreed to the upgrade. Old ones do so with 200, but not
 * to a WebSocket. */
static int is_upgraded(const dk_Hijack *h) {
  if (h->upgrade == DK_NO_UPGRADE)
    return 0;
  if (h->head.status == 101)
    return 1;
  return h->head.status == 200 && h->ending == DK_BY_CLOSE &&
         h->socket == NULL;
}

static int answered(dk_Wire *w, const char *at, const char *end) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  const char *why = find_ending(h, &x->headers);
  if (why == NULL && h->socket != NULL && h->head.status == 101)
    why = dk_websocket_refusal(h->socket, &x->headers);
  if (why != NULL)
    return refuse(w, why);
  x->status = h->head.status;
  x->duplex = is_upgraded(h);
  x->half_closes = x->duplex && h->socket == NULL;
  x->broken = x->duplex && h->mute;
  x->state = DK_ANSWERED;
  if (x->feeding && x->status >= 300)
    dk_hijack_fall_silent(w);
  dk_wire_note(w);
  dk_httphead_free(&h->head);
  return take_body(w, at, end);
}

int dk_reply_take(dk_Wire *w, const char *at, const char *end) {
  dk_Hijack *h = w->hijack;
  int status;
  if (w->transfer->state == DK_ANSWERED)
    return take_body(w, at, end);
  status = dk_httphead_next(&h->head, &at, end, &w->transfer->headers);
  if (status == 1)
    return answered(w, at, end);
  if (status == DK_MALFORMED)
    return refuse(w, h->head.why);
  if (status < 0)
    return doom(w, status == DK_NO_MEMORY ? DK_MEMORY : DK_PROTOCOL);
  return 0;
}
