/* SPDX-License-Identifier: MIT
 * The multi handle of libcurl: its life, its idle handles, its sockets. */

#include "net/transport.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "net/wire.h"

/* Idle easy handles that are kept. */
#define KEPT_HANDLES 8

/* With CURLOPT_MAXAGE_CONN, and with no known fault in what we use. */
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

const char *dk_transport_lacks_tls(void) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  if (!(v->features & CURL_VERSION_SSL))
    return "libcurl was built without TLS";
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
  if (h->altered || h->special) {
    curl_easy_reset(h->easy);
    h->altered = h->special = h->constant = h->fresh = 0;
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
  dk_tunnel_closing(&t->tunnels, fd, dk_now());
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
  dk_tunnels_free(&t->tunnels);
  dk_poller_free(t->poller);
  dk_release(t);
}

dk_Transport *dk_transport_new(void) {
  dk_Transport *t;
  pthread_once(&initialised, initialise);
  errno = ENOMEM; /* where nobody else says why */
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
  t->tunnels.poller = t->poller;
  curl_multi_setopt(t->multi, CURLMOPT_SOCKETFUNCTION, on_interest);
  curl_multi_setopt(t->multi, CURLMOPT_SOCKETDATA, t);
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

void dk_transport_leave(dk_Transport *t, const dk_Endpoint *e) {
  const dk_Wire *w;
  for (w = t->active; w != NULL; w = w->next)
    if (w->endpoint == e)
      return;
  if (e->number != 0)
    dk_tunnels_leave(&t->tunnels, e, dk_now());
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
