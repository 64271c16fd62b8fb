/* SPDX-License-Identifier: MIT
 * Pumping: what is due is done, one wait, what has come is handed out. */

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "net/hijack.h"
#include "net/wire.h"

/* Idle connections that are kept, of all endpoints together: as many as were
 * begun at once of late, but at least and at most so many. */
#define LEAST_KEPT 8
#define MOST_KEPT 256

/* Seconds that count as of late: an idle connection is of no use for longer
 * (KEEP_SECONDS in wire.c). */
#define OF_LATE 4.0

/* ---- what has happened ---- */

void dk_wire_note(dk_Wire *w) {
  dk_Transport *t = w->transport;
  if (t == NULL || w->round == t->round)
    return;
  w->round = t->round;
  t->happened++;
}

/* The multi itself, or the waiting, has failed: nothing will ever go on. */
static void give_up(dk_Transport *t, dk_Trouble trouble, const char *who,
                    const char *why) {
  while (t->active != NULL) {
    dk_wire_say(t->active, "%s failed: %s", who, why);
    dk_wire_conclude(t->active, trouble);
  }
}

static void give_up_if(dk_Transport *t, CURLMcode code) {
  if (code != CURLM_OK)
    give_up(t, code == CURLM_OUT_OF_MEMORY ? DK_MEMORY : DK_CONNECTION,
            "libcurl", curl_multi_strerror(code));
}

static void give_up_waiting_if(dk_Transport *t, int error) {
  if (error != 0)
    give_up(t, error == ENOMEM ? DK_MEMORY : DK_CONNECTION, "waiting",
            strerror(error));
}

/* libcurl is done with a transfer, or with connecting one. */
static void settle(dk_Wire *w, CURLcode code) {
  if (w->hijack != NULL && code == CURLE_OK)
    dk_hijack_connected(w);
  else
    dk_wire_conclude(w, dk_wire_judge(w, code));
}

static void collect_results(dk_Transport *t) {
  CURLMsg *m;
  int left;
  while ((m = curl_multi_info_read(t->multi, &left)) != NULL) {
    CURLcode code = m->data.result; /* m is gone with the handle */
    void *wire = NULL;
    if (m->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &wire);
    settle(wire, code);
  }
}

/* Lets libcurl work on what a descriptor is ready for, or on what is due. */
static void act(dk_Transport *t, curl_socket_t fd, int events) {
  int running;
  CURLMcode code = curl_multi_socket_action(t->multi, fd, events, &running);
  collect_results(t);
  give_up_if(t, code);
}

static void on_found(void *transport, int fd, int events) {
  act(transport, fd,
      (events & DK_READABLE ? CURL_CSELECT_IN : 0) |
          (events & DK_WRITABLE ? CURL_CSELECT_OUT : 0));
}

/* Seconds until libcurl wants to work though nothing came. */
static double libcurl_timeout(const dk_Transport *t) {
  long milliseconds = -1;
  curl_multi_timeout(t->multi, &milliseconds);
  return milliseconds < 0 ? INFINITY : (double)milliseconds / 1000;
}

static void act_if_due(dk_Transport *t) {
  if (libcurl_timeout(t) <= 0)
    act(t, CURL_SOCKET_TIMEOUT, 0);
}

/* ---- what is to be done again ---- */

/* Those that have not read all there was the last time. */
static void turn_eager(dk_Transport *t) {
  dk_Wire *w, *next;
  for (w = t->n_eager > 0 ? t->active : NULL; w != NULL; w = next) {
    next = w->next;
    if (w->hijack != NULL && w->hijack->eager)
      dk_hijack_turn(w);
  }
}

/* ---- limits ---- */

/* Whatever moved since the last look starts the clock of its limit anew. */
static void restart_clock(dk_Wire *w, double now) {
  curl_off_t sent = w->sent;
  if (w->uploads)
    curl_easy_getinfo(w->handle->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  if (sent != w->sent || w->round == w->transport->round)
    w->since = now;
  w->sent = sent;
}

/* When the limit that holds in its present state runs out. */
static double deadline(const dk_Wire *w) {
  double limit = w->limits.head;
  if (w->transfer->state == DK_ANSWERED)
    limit = w->limits.idle;
  if (w->paused || limit <= 0 || dk_transfer_room(w->transfer))
    return INFINITY;
  return w->since + limit;
}

static double nearest_deadline(const dk_Transport *t) {
  const dk_Wire *w;
  double nearest = INFINITY;
  for (w = t->active; w != NULL; w = w->next) {
    double d = deadline(w);
    if (d < nearest)
      nearest = d;
  }
  return nearest;
}

static void expire(dk_Transport *t) {
  double now = dk_now();
  dk_Wire *w, *next;
  for (w = t->active; w != NULL; w = next) {
    next = w->next;
    restart_clock(w, now);
    if (deadline(w) <= now)
      dk_wire_conclude(w, dk_wire_late(w));
  }
}

static int in_milliseconds(double seconds) {
  if (!(seconds > 0))
    return 0;
  if (seconds > INT_MAX / 1000)
    return INT_MAX;
  return (int)(seconds * 1000) + 1;
}

/* ---- the wait ---- */

/* Seconds until something is due: 0, now; INFINITY: nothing is. */
static double until_due(const dk_Transport *t) {
  double of_libcurl = libcurl_timeout(t);
  double left = nearest_deadline(t);
  if (t->happened > 0 || t->n_eager > 0 || dk_poller_never_waits(t->poller))
    return 0;
  if (left < INFINITY)
    left -= dk_now();
  if (of_libcurl < left)
    left = of_libcurl;
  left = fmin(left, dk_tunnels_due(&t->tunnels));
  return left > 0 ? left : 0;
}

double dk_transport_timeout(dk_Transport *t) {
  double left;
  give_up_waiting_if(t, dk_poller_apply(t->poller));
  left = until_due(t);
  return left < INFINITY ? left : -1;
}

/* One wait, which a signal ends: what to do about that is the caller's. It is
 * made also when something has happened already, so that one transfer that
 * always has something cannot hold up the others. */
static void wait_for_bytes(dk_Transport *t, double timeout) {
  double left;
  give_up_waiting_if(t, dk_poller_apply(t->poller));
  left = until_due(t);
  if (left < timeout)
    timeout = left;
  give_up_waiting_if(
      t, dk_poller_wait(t->poller, in_milliseconds(timeout), on_found, t));
}

/* libcurl counts the connections that are in use as well, so that it would
 * keep none beside a few streams. Those that were begun since the last round
 * do not count: when thousands end within one, most of them go. */
static void limit_connections(dk_Transport *t) {
  double now = dk_now();
  int begun = t->n_active - t->n_left;
  if (begun > MOST_KEPT)
    begun = MOST_KEPT;
  if (begun >= t->keep || now - t->kept_since >= OF_LATE) {
    t->keep = begun > LEAST_KEPT ? begun : LEAST_KEPT;
    t->kept_since = now;
  }
  curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS,
                    (long)(t->n_left + t->keep));
}

int dk_transport_pump(dk_Transport *t, double timeout) {
  int happened;
  limit_connections(t);
  dk_tunnels_tend(&t->tunnels, dk_now());
  turn_eager(t);
  act_if_due(t);
  wait_for_bytes(t, timeout);
  act_if_due(t);
  expire(t);
  happened = t->happened;
  t->happened = 0;
  t->round++;
  t->n_left = t->n_active;
  return happened;
}
