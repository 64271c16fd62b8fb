/* SPDX-License-Identifier: MIT
 * The way to an endpoint, as libcurl is told of it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "net/wire.h"

/* Seconds after which an idle connection by ssh is not used again. It is dear,
 * and its end is noticed, as the child ends. */
#define KEEP_SECONDS 300L

/* ---- secure connections ---- */

static void set_text(CURLcode *code, CURL *easy, CURLoption option,
                     const char *text) {
  if (*code == CURLE_OK)
    *code = curl_easy_setopt(easy, option, text);
}

/* What we show is given twice. As bytes libcurl tells kept connections apart
 * by it; by their paths it would only compare the certificates, and never the
 * keys. But only OpenSSL and its like take bytes. */
static void set_identity(CURLcode *code, CURL *easy, const dk_Tls *t) {
  set_text(code, easy, CURLOPT_SSLCERT, t->cert);
  set_text(code, easy, CURLOPT_SSLKEY, t->key);
#if LIBCURL_VERSION_NUM >= 0x074700 /* 7.71.0 */
  if (*code == CURLE_OK) {
    struct curl_blob blob = {t->identity.data, t->identity.length,
                             CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &blob);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &blob);
  }
#endif
}

/* Before 7.88 OpenSSL writes to the socket by itself, and so raises SIGPIPE
 * where the engine has hung up. libcurl keeps that off, unless it is to leave
 * signals alone (wire.c); for anything else it needs none, where it looks for
 * hosts in threads. */
static void fend_off_signal(CURL *easy) {
  const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
  if (v->version_num < 0x075800 && (v->features & CURL_VERSION_ASYNCHDNS))
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 0L);
}

/* With a `ca` nobody else is trusted; libcurl would go on trusting those in
 * its folder. */
static CURLcode set_terms(CURL *easy, const dk_Tls *t) {
  CURLcode code = CURLE_OK;
  fend_off_signal(easy);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, (long)!t->lax);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, t->lax ? 0L : 2L);
  if (t->ca != NULL) {
    set_text(&code, easy, CURLOPT_CAINFO, t->ca);
    set_text(&code, easy, CURLOPT_CAPATH, NULL);
  }
  if (t->cert != NULL)
    set_identity(&code, easy, t);
  return code;
}

/* Where the name that the certificate is for is another than the host's. */
static CURLcode set_detour(dk_Wire *w) {
  w->detour = curl_slist_append(NULL, w->endpoint->detour);
  if (w->detour == NULL)
    return CURLE_OUT_OF_MEMORY;
  return curl_easy_setopt(w->handle->easy, CURLOPT_CONNECT_TO, w->detour);
}

/* ---- ssh ---- */

/* libcurl wants to connect: it is given a socket, and another place than it
 * knows of, which its callback may. */
static curl_socket_t on_open(void *wire, curlsocktype purpose,
                             struct curl_sockaddr *a) {
  dk_Wire *w = wire;
  dk_Transport *t = w->transport;
  struct sockaddr_un place;
  int fd;
  (void)purpose;
  w->again = w->tried;
  if (w->again)
    return CURL_SOCKET_BAD;
  fd = dk_tunnel_open(&t->tunnels, w->endpoint, w->limits.connect, &place,
                      &w->tunnel);
  w->tunnel_error = fd < 0 ? errno : 0;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  memcpy(&a->addr, &place, sizeof place);
  a->addrlen = sizeof place;
  dk_poller_opened(t->poller, fd);
  return fd;
}

/* Connections are known by the path that they are said to lead to. So each
 * endpoint has one of its own, and shares them with no other. */
static CURLcode set_tunnel(dk_Wire *w) {
  CURL *easy = w->handle->easy;
  dk_Endpoint *e = w->endpoint;
  char path[100];
  if (e->number == 0)
    e->number = ++w->transport->tunnels.numbers;
  snprintf(path, sizeof path, "/ssh/%lu", e->number);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, w);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, KEEP_SECONDS);
  return curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, path);
}

/* ---- all ---- */

/* What a handle has but for unix sockets and plain TCP, no other transfer must
 * have by chance: see dk_handle_give. */
CURLcode dk_route_set(dk_Wire *w) {
  CURL *easy = w->handle->easy;
  const dk_Endpoint *e = w->endpoint;
  CURLcode code = curl_easy_setopt(easy, CURLOPT_URL, e->base);
  int far = e->kind == DK_TCP || e->kind == DK_HTTPS;
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH,
                            e->kind == DK_UNIX ? e->socket_path : NULL);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, (long)far);
  w->handle->special = e->kind == DK_HTTPS || e->kind == DK_SSH;
  if (code == CURLE_OK && e->kind == DK_HTTPS)
    code = set_terms(easy, &e->tls);
  if (code == CURLE_OK && e->detour != NULL)
    code = set_detour(w);
  if (code == CURLE_OK && e->kind == DK_SSH)
    code = set_tunnel(w);
  return code;
}
