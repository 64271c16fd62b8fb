/* SPDX-License-Identifier: MIT
 * The life of a hijacked connection: reading, sending, and the turns in which
 * it does both. */
#include "net/hijack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "bytes/memory.h"

/* What is read at once: libcurl gives no more. */
#define PIECE 16384

/* Most pieces that are read, and sent, in a turn: a connection that never
 * stops must not keep the others waiting. */
#define PIECES 16

/* ---- reading ---- */

/* How much to read at once: no more than the window holds; 0: it is full.
 * While something of the owner's goes out, reading goes on whatever waits: an
 * other side that answers as it reads would not read on. */
static size_t wanted(const dk_Wire *w) {
  const dk_Transfer *x = w->transfer;
  size_t window = w->limits.window, waiting = dk_queue_length(&x->body);
  if (x->state < DK_ANSWERED || window == 0 || x->unsent > 0 || x->feeding)
    return PIECE;
  if (waiting >= window)
    return 0;
  return window - waiting < PIECE ? window - waiting : PIECE;
}

static void set_eager(dk_Wire *w, int eager) {
  w->transport->n_eager += eager - w->hijack->eager;
  w->hijack->eager = eager;
}

/* Whether what the other side says may end with the connection, however that
 * ends. */
static int may_break(const dk_Wire *w) {
  const dk_Transfer *x = w->transfer;
  return x->duplex || (w->hijack->fed && x->state == DK_ANSWERED &&
                       w->hijack->ending == DK_BY_CLOSE);
}

/* Reading failed, with an errno (libcurl's words are those of its first
 * failure, which may be another). An other side that ends without having read
 * all that we sent resets the connection: it is through all the same. */
static int broke(dk_Wire *w, CURLcode code, int error) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  if (!may_break(w) || !h->spoken || (error != ECONNRESET && !h->mute))
    return dk_reply_fail(w, code);
  x->broken = 1;
  return dk_reply_finish(w);
}

/* 1: that ended the transfer. What TLS has read already wakes nobody, so one
 * reads until there is no more, or remembers to come again. */
static int read_on(dk_Wire *w) {
  char bytes[PIECE];
  int i;
  set_eager(w, 0);
  for (i = 0; i < PIECES; i++) {
    size_t n = 0, most = wanted(w);
    CURLcode code;
    w->paused = most == 0;
    if (w->paused)
      return 0;
    errno = 0;
    code = curl_easy_recv(w->handle->easy, bytes, most, &n);
    if (code == CURLE_AGAIN)
      return 0;
    if (code != CURLE_OK)
      return broke(w, code, errno);
    if (n == 0)
      return dk_reply_ended(w);
    if (dk_reply_take(w, bytes, bytes + n))
      return 1;
  }
  set_eager(w, 1);
  return 0;
}

/* ---- sending ---- */

void dk_hijack_fall_silent(dk_Wire *w) {
  dk_Transfer *x = w->transfer;
  w->hijack->mute = 1;
  x->unsent = 0;
  x->feeding = 0;
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
  return h->socket != NULL && dk_websocket_due(h->socket);
}

/* Sends what it can of a run of bytes; how much. 0: try again later. */
static size_t send_some(dk_Wire *w, const char *bytes, size_t length) {
  size_t n = 0;
  CURLcode code = curl_easy_send(w->handle->easy, bytes, length, &n);
  if (code == CURLE_AGAIN)
    return 0;
  if (code != CURLE_OK) {
    dk_hijack_fall_silent(w);
    return 0;
  }
  if (n > 0)
    w->since = dk_now();
  return n;
}

/* Bytes of the owner's have gone. */
static void given_gone(dk_Wire *w, size_t n) {
  dk_Transfer *x = w->transfer;
  dk_Hijack *h = w->hijack;
  if (n == 0)
    return;
  h->spoken = 1;
  h->bytes += n;
  x->unsent -= n;
  if (x->unsent == 0)
    dk_wire_note(w);
}

/* Of what is ours; whether something of it went. */
static int send_own(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  size_t n = send_some(w, h->out.data + h->gone, h->out.length - h->gone);
  h->gone += n;
  if (h->gone == h->out.length) {
    dk_buffer_clear(&h->out);
    h->gone = 0;
    given_gone(w, h->framed);
    h->framed = 0;
    if (dk_transfer_room(w->transfer)) /* the head has gone */
      dk_wire_note(w);
  }
  return n > 0;
}

/* Of what is the owner's. After CURLE_AGAIN the same bytes go out from the
 * same place, and no fewer of them: TLS insists on that. */
static int send_given(dk_Wire *w) {
  size_t n = send_some(w, w->hijack->bytes, w->transfer->unsent);
  given_gone(w, n);
  return n > 0;
}

static int send_frame(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  return dk_websocket_write(h->socket, &h->out, h->bytes, w->transfer->unsent,
                            &h->framed) &&
         send_own(w);
}

/* Sends a piece of what is next; 0: nothing is, or nothing goes. */
static int send_next(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  if (h->mute)
    return 0;
  if (h->gone < h->out.length)
    return send_own(w);
  if (h->socket != NULL)
    return w->transfer->duplex && send_frame(w);
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
    dk_reply_fail(w, CURLE_COULDNT_CONNECT);
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

/* ---- a body that is fed ---- */

/* The line that ends a chunk goes out before the next one, so that what waits
 * to go out is never added to: TLS wants to find it where it was. */
static void put_chunk(dk_Wire *w, size_t length, const char *bytes,
                      size_t first) {
  dk_Hijack *h = w->hijack;
  char line[40];
  int status;
  snprintf(line, sizeof line, "%s%zx\r\n", h->begun ? "\r\n" : "", length);
  h->begun = 1;
  status = dk_buffer_text(&h->out, line);
  if (status == DK_OK)
    status = dk_buffer_append(&h->out, bytes, first);
  if (status == DK_OK)
    return;
  dk_wire_say(w, "not enough memory");
  dk_wire_conclude(w, DK_MEMORY);
}

int dk_hijack_room(const dk_Wire *w) {
  const dk_Hijack *h = w->hijack;
  return h->connected && w->transfer->unsent == 0 && h->gone == h->out.length;
}

/* The beginning of a piece goes with the line before it: a line alone would
 * wake the other side for a few bytes. */
void dk_hijack_feed(dk_Wire *w, const char *bytes, size_t length) {
  size_t first = length < PIECE ? length : PIECE;
  put_chunk(w, length, bytes, first);
  if (w->hijack == NULL)
    return;
  w->hijack->spoken = 1;
  dk_hijack_send(w, bytes + first, length - first);
}

void dk_hijack_fed(dk_Wire *w) {
  put_chunk(w, 0, "\r\n", 2);
  if (w->hijack == NULL)
    return;
  send_on(w);
  look(w);
}

/* ---- the end ---- */

/* Before 7.85 libcurl keeps such a connection when its handle goes. */
static void hang_up(int fd) {
  if (curl_version_info(CURLVERSION_NOW)->version_num < 0x075500)
    shutdown(fd, SHUT_RDWR);
}

void dk_hijack_end(dk_Wire *w) {
  dk_Hijack *h = w->hijack;
  if (h->connected) {
    if (h->socket != NULL)
      dk_reply_part(w, 0);
    dk_watch_stop(&h->watch);
    hang_up(h->watch.fd);
  }
  set_eager(w, 0);
  dk_websocket_free(h->socket);
  dk_httphead_free(&h->head);
  dk_buffer_free(&h->out);
  dk_release(h);
  w->hijack = NULL;
}
