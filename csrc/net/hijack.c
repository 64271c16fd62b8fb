/* SPDX-License-Identifier: MIT
 * The life of a hijacked connection: sending, reading, the answer to the
 * request, its ends. */
#include "net/hijack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "bytes/memory.h"
#include "net/websocket.h"

/* What is read at once: libcurl gives no more. */
#define PIECE 16384

/* Most pieces that are read, and sent, in a turn: a connection that never
 * stops must not keep the others waiting. */
#define PIECES 16

/* ---- ends ---- */

/* These conclude the wire, and so return 1. */
static int finish(dk_Wire *w) {
  dk_wire_conclude(w, DK_NO_TROUBLE);
  return 1;
}

static int fail(dk_Wire *w, CURLcode code) {
  dk_wire_conclude(w, dk_wire_judge(w, code));
  return 1;
}

static int doom(dk_Wire *w, dk_Trouble trouble) {
  w->doom = trouble;
  return fail(w, CURLE_WRITE_ERROR);
}

/* What came is no HTTP, and why. */
static int refuse(dk_Wire *w, const char *why) {
  snprintf(w->handle->error, sizeof w->handle->error, "%s", why);
  return fail(w, CURLE_WEIRD_SERVER_REPLY);
}

/* Reading failed, with an errno. An other side that ends without having read
 * all that we sent resets the connection: it is through all the same. */
static int broke(dk_Wire *w, CURLcode code, int error) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  if (!x->duplex || !h->spoken || (error != ECONNRESET && !h->mute))
    return fail(w, code);
  x->broken = 1;
  return finish(w);
}

static int ended(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  if (w->transfer->state < DK_ANSWERED)
    return fail(w, CURLE_GOT_NOTHING);
  if (h->ending != DK_BY_CLOSE)
    return fail(w, CURLE_PARTIAL_FILE);
  if (w->transfer->duplex && h->socket != NULL)
    return dk_websocket_ended(w);
  return finish(w);
}

/* ---- the body ---- */

int dk_hijack_deliver(dk_Wire *w, const char *bytes, size_t length) {
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
  if (dk_hijack_deliver(w, bytes, length))
    return 1;
  return h->left == 0 && finish(w);
}

static int take_chunks(dk_Wire *w, const char *at, const char *end) {
  dk_Hijack *h = w->hijack;
  const char *piece;
  size_t length;
  int status;
  while ((status = dk_chunked_next(&h->chunks, &at, end, &piece, &length)) > 0)
    if (dk_hijack_deliver(w, piece, length))
      return 1;
  if (status < 0)
    return refuse(w, "a malformed chunk");
  return dk_chunked_complete(&h->chunks) && finish(w);
}

static int take_body(dk_Wire *w, const char *at, const char *end) {
  dk_Hijack *h = w->hijack;
  switch (h->ending) {
  case DK_BY_LENGTH:
    return take_counted(w, at, (size_t)(end - at));
  case DK_BY_CHUNKS:
    return take_chunks(w, at, end);
  case DK_NO_BODY:
    return finish(w);
  default:
    break;
  }
  if (at == end)
    return 0;
  if (w->transfer->duplex && h->socket != NULL)
    return dk_websocket_take(w, at, (size_t)(end - at));
  return dk_hijack_deliver(w, at, (size_t)(end - at));
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
    return NULL;
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
  dk_wire_note(w);
  dk_httphead_free(&h->head);
  return take_body(w, at, end);
}

static int take_in(dk_Wire *w, const char *at, const char *end) {
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

/* ---- reading ---- */

/* While something of the owner's goes out, reading goes on whatever waits: an
 * other side that answers as it reads would not read on. */
static int is_held_back(dk_Wire *w) {
  const dk_Transfer *x = w->transfer;
  size_t window = w->limits.window;
  if (x->state < DK_ANSWERED || window == 0 || x->unsent > 0)
    return 0;
  return dk_queue_length(&x->body) >= window;
}

static void set_eager(dk_Wire *w, int eager) {
  w->transport->n_eager += eager - w->hijack->eager;
  w->hijack->eager = eager;
}

/* 1: that ended the transfer. What TLS has read already wakes nobody, so one
 * reads until there is no more, or remembers to come again. */
static int read_on(dk_Wire *w) {
  char bytes[PIECE];
  int i;
  set_eager(w, 0);
  for (i = 0; i < PIECES; i++) {
    size_t n = 0;
    CURLcode code;
    w->paused = is_held_back(w);
    if (w->paused)
      return 0;
    errno = 0;
    code = curl_easy_recv(w->handle->easy, bytes, sizeof bytes, &n);
    if (code == CURLE_AGAIN)
      return 0;
    if (code != CURLE_OK)
      return broke(w, code,
                   errno); /* libcurl's words are of its first error */
    if (n == 0)
      return ended(w);
    if (take_in(w, bytes, bytes + n))
      return 1;
  }
  set_eager(w, 1);
  return 0;
}

/* ---- sending ---- */

/* Nothing goes out any more; what comes in still counts. */
static void fall_silent(dk_Wire *w) {
  dk_Transfer *x = w->transfer;
  w->hijack->mute = 1;
  x->unsent = 0;
  if (x->duplex)
    x->broken = 1;
  dk_wire_note(w);
}

static int wants_to_send(const dk_Wire *w) {
  const dk_Hijack *h = w->hijack;
  if (h->mute)
    return 0;
  if (h->gone < h->out.length || w->transfer->unsent > 0)
    return 1;
  return h->socket != NULL && dk_websocket_due(w);
}

/* Sends what it can of a run of bytes; how much. 0: try again later. */
static size_t send_some(dk_Wire *w, const char *bytes, size_t length) {
  size_t n = 0;
  CURLcode code = curl_easy_send(w->handle->easy, bytes, length, &n);
  if (code == CURLE_AGAIN)
    return 0;
  if (code != CURLE_OK) {
    fall_silent(w);
    return 0;
  }
  if (n > 0)
    w->since = dk_now();
  return n;
}

/* Of what is ours; 1 when something of it went. */
static int send_own(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  size_t n = send_some(w, h->out.data + h->gone, h->out.length - h->gone);
  h->gone += n;
  if (h->gone < h->out.length)
    return n > 0;
  dk_buffer_clear(&h->out);
  h->gone = 0;
  if (h->socket != NULL)
    dk_websocket_filled_gone(w);
  return 1;
}

/* Of what is the owner's. After CURLE_AGAIN the same bytes go out from the
 * same place, and no fewer of them: TLS insists on that. */
static int send_given(dk_Wire *w) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  size_t n = send_some(w, h->bytes, x->unsent);
  if (n == 0)
    return 0;
  h->spoken = 1;
  h->bytes += n;
  x->unsent -= n;
  if (x->unsent == 0)
    dk_wire_note(w);
  return 1;
}

/* Sends a piece of what is next; 0: nothing is, or nothing goes. */
static int send_next(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  if (h->mute)
    return 0;
  if (h->gone < h->out.length)
    return send_own(w);
  if (h->socket != NULL)
    return w->transfer->duplex && dk_websocket_fill(w) && send_own(w);
  return w->transfer->unsent > 0 && send_given(w);
}

static void send_on(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  int i;
  for (i = 0; i < PIECES && send_next(w); i++)
    ;
  if (!h->half || h->half_now || wants_to_send(w))
    return;
  h->half_now = 1;
  shutdown(h->watch.fd, SHUT_WR);
}

void dk_hijack_flush(dk_Wire *w) {
  while (!w->hijack->mute && w->hijack->gone < w->hijack->out.length)
    if (!send_own(w))
      return;
}

/* ---- turns ---- */

/* What is waited for from now on. */
static void look(dk_Wire *w) {
  int events = w->paused ? 0 : DK_READABLE;
  if (wants_to_send(w))
    events |= DK_WRITABLE;
  dk_watch_set(&w->hijack->watch, events);
}

void dk_hijack_turn(dk_Wire *w) {
  send_on(w);
  if (read_on(w))
    return;
  if (wants_to_send(w))
    send_on(w); /* what reading gave cause for */
  look(w);
}

static void on_ready(dk_Watch *watch) {
  dk_hijack_turn(watch->owner);
}

void dk_hijack_connected(dk_Wire *w) {
  dk_Watch *watch = &w->hijack->watch;
  curl_socket_t fd = CURL_SOCKET_BAD;
  int error;
  curl_easy_getinfo(w->handle->easy, CURLINFO_ACTIVESOCKET, &fd);
  if (fd == CURL_SOCKET_BAD) {
    fail(w, CURLE_COULDNT_CONNECT);
    return;
  }
  watch->fd = fd;
  watch->events = DK_READABLE;
  watch->on_ready = on_ready;
  watch->owner = w;
  w->since = dk_now();
  error = dk_watch_start(w->transport, watch);
  if (error != 0) {
    dk_wire_say(w, "cannot wait for %s: %s", w->endpoint->address,
                strerror(error));
    dk_wire_conclude(w, error == ENOMEM ? DK_MEMORY : DK_CONNECTION);
    return;
  }
  w->hijack->connected = 1;
  dk_hijack_turn(w);
}

void dk_hijack_resume(dk_Wire *w) {
  w->paused = 0;
  w->since = dk_now();
  set_eager(w, 1);
  look(w);
}

/* ---- the owner ---- */

void dk_hijack_send(dk_Wire *w, const char *bytes, size_t length) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  if (h->mute || h->half) {
    x->broken = 1;
    return;
  }
  h->bytes = bytes;
  x->unsent = length;
  send_on(w);
  if (w->paused && x->unsent > 0)
    dk_hijack_resume(w);
  look(w);
}

void dk_hijack_half_close(dk_Wire *w) {
  w->hijack->half = 1;
  send_on(w);
  look(w);
}

void dk_hijack_end(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  if (h->connected) {
    if (h->socket != NULL)
      dk_websocket_part(w);
    dk_watch_stop(&h->watch);
  }
  set_eager(w, 0);
  dk_websocket_free(h->socket);
  dk_httphead_free(&h->head);
  dk_buffer_free(&h->out);
  dk_release(h);
  w->hijack = NULL;
}
