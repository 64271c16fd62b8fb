/* SPDX-License-Identifier: MIT
 * The multi handle of libcurl: its life, its idle handles, its pumping. */

#include "net/transport.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "net/hijack.h"
#include "net/wire.h"

/* Idle connections that are kept, of all endpoints together. */
#define KEPT_CONNECTIONS 8L

/* Idle easy handles that are kept. */
#define KEPT_HANDLES 8

/* The first libcurl with curl_multi_poll. */
#define OLDEST_LIBCURL 0x074200 /* 7.66.0 */

static pthread_once_t initialised = PTHREAD_ONCE_INIT;
static CURLcode initialising;

static void initialise(void) {
  initialising = curl_global_init(CURL_GLOBAL_DEFAULT);
}

double dk_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- what libcurl can do ---- */

static int speaks_http(const curl_version_info_data *v) {
  const char *const *name;
  for (name = v->protocols; *name != NULL; name++)
    if (strcmp(*name, "http") == 0)
      return 1;
  return 0;
}

const char *dk_transport_lacks(void) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  if (v->version_num < OLDEST_LIBCURL)
    return "libcurl is older than 7.66.0, the first that will do";
  if (!(v->features & CURL_VERSION_UNIX_SOCKETS))
    return "libcurl was built without support for unix sockets";
  if (!speaks_http(v))
    return "libcurl was built without HTTP";
  return NULL;
}

const char *dk_transport_libcurl(void) {
  return curl_version_info(CURLVERSION_NOW)->version;
}

/* ---- lists and handles ---- */

void dk_wire_link(dk_Wire *w, dk_Wire **list) {
  w->next = *list;
  w->here = list;
  if (w->next != NULL)
    w->next->here = &w->next;
  *list = w;
}

void dk_wire_unlink(dk_Wire *w) {
  *w->here = w->next;
  if (w->next != NULL)
    w->next->here = w->here;
  w->next = NULL;
  w->here = NULL;
}

static void handle_free(dk_Handle *h) {
  curl_easy_cleanup(h->easy);
  dk_release(h);
}

dk_Handle *dk_handle_take(dk_Transport *t) {
  dk_Handle *h = t->idle;
  if (h != NULL) {
    t->idle = h->next;
    t->n_idle--;
    return h;
  }
  h = dk_zeroed(sizeof *h);
  if (h == NULL)
    return NULL;
  h->easy = curl_easy_init();
  if (h->easy != NULL)
    return h;
  dk_release(h);
  return NULL;
}

/* Whether libcurl may have sent its request again, which it does when a kept
 * connection turns out to be dead: there is a new one then. It counts that in
 * the handle, gives up at the sixth time, and never begins anew; so such a
 * handle must not be kept. */
static int may_have_sent_again(const dk_Handle *h) {
  long connections = 0;
  curl_easy_getinfo(h->easy, CURLINFO_NUM_CONNECTS, &connections);
  return connections > 0 && !h->fresh;
}

/* Setting all options again takes as long as a tenth of a ping, so a handle
 * that was used for nothing special keeps them. */
void dk_handle_give(dk_Transport *t, dk_Handle *h, int failed) {
  if (failed || t->n_idle >= KEPT_HANDLES || may_have_sent_again(h)) {
    handle_free(h);
    return;
  }
  if (h->altered) {
    curl_easy_reset(h->easy);
    h->altered = h->constant = h->fresh = 0;
  }
  h->next = t->idle;
  t->idle = h;
  t->n_idle++;
}

/* ---- what libcurl waits for ---- */

static int on_interest(CURL *easy, curl_socket_t fd, int what, void *transport,
                       void *unused) {
  dk_Transport *t = transport;
  (void)easy;
  (void)unused;
  dk_poller_want(t->poller, fd,
                 what == CURL_POLL_IN      ? DK_READABLE
                 : what == CURL_POLL_OUT   ? DK_WRITABLE
                 : what == CURL_POLL_INOUT ? DK_READABLE | DK_WRITABLE
                                           : 0);
  return 0;
}

static curl_socket_t on_open(void *transport, curlsocktype purpose,
                             struct curl_sockaddr *a) {
  dk_Transport *t = transport;
  int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
  (void)purpose;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  dk_poller_opened(t->poller, fd);
  return fd;
}

static int on_close(void *transport, curl_socket_t fd) {
  dk_Transport *t = transport;
  dk_poller_closing(t->poller, fd);
  return close(fd);
}

/* A connection keeps these when its handle is gone, so they know of none. */
CURLcode dk_transport_attend(dk_Transport *t, CURL *easy) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, t);
}

/* ---- life ---- */

static void dispose(dk_Transport *t) {
  if (t->multi != NULL)
    curl_multi_cleanup(t->multi);
  dk_poller_free(t->poller);
  dk_release(t);
}

dk_Transport *dk_transport_new(void) {
  dk_Transport *t;
  pthread_once(&initialised, initialise);
  if (initialising != CURLE_OK)
    return NULL;
  t = dk_zeroed(sizeof *t);
  if (t == NULL)
    return NULL;
  t->poller = dk_poller_new();
  if (t->poller != NULL)
    t->multi = curl_multi_init();
  if (t->multi == NULL) {
    dispose(t);
    return NULL;
  }
  t->round = 1;
  curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
  curl_multi_setopt(t->multi, CURLMOPT_MAXCONNECTS, KEPT_CONNECTIONS);
  curl_multi_setopt(t->multi, CURLMOPT_MAX_HOST_CONNECTIONS, 0L);
  return t;
}

/* The transfers are their owners' to free: they only lose their transport. */
static void forsake(dk_Transport *t) {
  while (t->active != NULL) {
    dk_wire_say(t->active, "the transport was closed");
    dk_wire_conclude(t->active, DK_CANCELLED);
  }
  while (t->resting != NULL) {
    dk_Wire *w = t->resting;
    dk_wire_unlink(w);
    w->transport = NULL;
  }
}

void dk_transport_free(dk_Transport *t) {
  if (t == NULL)
    return;
  forsake(t);
  while (t->idle != NULL) {
    dk_Handle *h = t->idle;
    t->idle = h->next;
    handle_free(h);
  }
  dispose(t);
}

int dk_transport_active(const dk_Transport *t) {
  return t->n_active;
}

int dk_transport_fd(const dk_Transport *t) {
  return dk_poller_fd(t->poller);
}

int dk_watch_start(dk_Transport *t, dk_Watch *w) {
  return dk_poller_start(t->poller, w);
}

/* ---- pumping ---- */

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

/* A source that a signal interrupted goes on now that the owner has had its
 * turn. This also ends an upload that got its answer while it was stalled,
 * which libcurl 7.88 does not notice by itself. */
static void resume_stalled(dk_Transport *t) {
  dk_Wire *w, *next;
  for (w = t->active; w != NULL; w = next) {
    next = w->next;
    if (w->stalled)
      dk_wire_resume(w);
  }
}

/* Those that have not read all there was the last time. */
static void turn_eager(dk_Transport *t) {
  dk_Wire *w, *next;
  for (w = t->n_eager > 0 ? t->active : NULL; w != NULL; w = next) {
    next = w->next;
    if (w->hijack != NULL && w->hijack->eager)
      dk_hijack_turn(w);
  }
}

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
  if (w->paused || limit <= 0)
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

static int milliseconds(double seconds) {
  if (!(seconds > 0))
    return 0;
  if (seconds > INT_MAX / 1000)
    return INT_MAX;
  return (int)(seconds * 1000) + 1;
}

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
  return left > 0 ? left : 0;
}

static int any_stalled(const dk_Transport *t) {
  const dk_Wire *w;
  for (w = t->active; w != NULL; w = w->next)
    if (w->stalled)
      return 1;
  return 0;
}

double dk_transport_timeout(dk_Transport *t) {
  double left;
  give_up_waiting_if(t, dk_poller_apply(t->poller));
  left = any_stalled(t) ? 0 : until_due(t);
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
      t, dk_poller_wait(t->poller, milliseconds(timeout), on_found, t));
}

int dk_transport_pump(dk_Transport *t, double timeout) {
  int happened;
  resume_stalled(t);
  turn_eager(t);
  act_if_due(t);
  wait_for_bytes(t, timeout);
  act_if_due(t);
  expire(t);
  happened = t->happened;
  t->happened = 0;
  t->round++;
  return happened;
}
