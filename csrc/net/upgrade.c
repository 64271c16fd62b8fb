/* SPDX-License-Identifier: MIT
 * The request for an upgrade, or of a body that is fed, which libcurl does not
 * write for us. */

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bytes/memory.h"
#include "net/hijack.h"

/* Lines that are ours to write. */
static const char *const own[] = {"connection",     "upgrade",
                                  "content-length", "transfer-encoding",
                                  "expect",         "user-agent"};

static int is_named(const char *line, const char *name) {
  size_t length = strlen(name);
  return strncasecmp(line, name, length) == 0 && line[length] == ':';
}

static int is_own(const char *line) {
  size_t i;
  for (i = 0; i < sizeof own / sizeof *own; i++)
    if (is_named(line, own[i]))
      return 1;
  return strncasecmp(line, "sec-websocket-", 14) == 0;
}

/* These do nothing when one before them has failed. */
static void put(int *status, dk_Buffer *b, const char *text) {
  if (*status == DK_OK)
    *status = dk_buffer_text(b, text);
}

static void put_line(int *status, dk_Buffer *b, const char *name,
                     const char *value) {
  put(status, b, name);
  put(status, b, value);
  put(status, b, "\r\n");
}

static int write_given(dk_Buffer *b, const dk_Request *r, int *has_host) {
  const char *line = r->headers, *end = line + r->headers_length;
  int status = DK_OK;
  for (; line < end && status == DK_OK; line += strlen(line) + 1) {
    if (is_named(line, "host"))
      *has_host = 1;
    if (!is_own(line))
      put_line(&status, b, line, "");
  }
  return status;
}

/* "localhost" out of "http://localhost". */
static const char *host_of(const dk_Endpoint *e) {
  const char *slashes = strstr(e->base, "://");
  return slashes != NULL ? slashes + 3 : e->base;
}

static int write_lines(dk_Wire *w, const dk_Request *r) {
  dk_Buffer *out = &w->hijack->out;
  int status = DK_OK, has_host = 0;
  put(&status, out, r->method);
  put(&status, out, " ");
  put_line(&status, out, r->target, " HTTP/1.1");
  if (status == DK_OK && r->headers != NULL)
    status = write_given(out, r, &has_host);
  if (!has_host)
    put_line(&status, out, "Host: ", host_of(w->endpoint));
  if (r->user_agent != NULL)
    put_line(&status, out, "User-Agent: ", r->user_agent);
  put_line(&status, out, "Connection: ", r->fed ? "close" : "Upgrade");
  return status;
}

static int write_upgrade(dk_Hijack *h) {
  int status = DK_OK;
  if (h->upgrade == DK_NO_UPGRADE)
    return DK_OK;
  if (h->upgrade == DK_UPGRADE_WEBSOCKET) {
    h->socket = dk_websocket_new();
    return h->socket != NULL ? dk_websocket_ask(h->socket, &h->out)
                             : DK_NO_MEMORY;
  }
  put_line(&status, &h->out,
           "Upgrade: ", h->upgrade == DK_UPGRADE_H2C ? "h2c" : "tcp");
  return status;
}

static int write_body(dk_Wire *w, const dk_Request *r) {
  dk_Buffer *out = &w->hijack->out;
  char length[24];
  int status = DK_OK;
  if (r->fed) {
    put_line(&status, out, "Transfer-Encoding: ", "chunked");
  } else if (w->uploads) {
    snprintf(length, sizeof length, "%zu", r->has_body ? r->body_length : 0);
    put_line(&status, out, "Content-Length: ", length);
  }
  put_line(&status, out, "", "");
  if (status == DK_OK && r->has_body && !r->fed)
    status = dk_buffer_append(out, r->body, r->body_length);
  return status;
}

static int make(dk_Wire *w, const dk_Request *r) {
  dk_Hijack *h = w->hijack = dk_zeroed(sizeof *h);
  int status;
  if (h == NULL)
    return DK_NO_MEMORY;
  h->upgrade = r->upgrade;
  h->fed = w->transfer->feeding = r->fed;
  h->headless = strcmp(r->method, "HEAD") == 0;
  h->head.limit = w->transfer->headers.limit;
  status = write_lines(w, r);
  if (status == DK_OK)
    status = write_upgrade(h);
  if (status == DK_OK)
    status = write_body(w, r);
  return status;
}

dk_Trouble dk_hijack_prepare(dk_Wire *w, const dk_Request *r) {
  assert(!r->fed || r->upgrade == DK_NO_UPGRADE);
  w->handle->altered = 1;
  curl_easy_setopt(w->handle->easy, CURLOPT_CONNECT_ONLY, 1L);
  if (make(w, r) == DK_OK)
    return DK_NO_TROUBLE;
  dk_wire_say(w, "not enough memory");
  return DK_MEMORY;
}
