/* SPDX-License-Identifier: MIT
 * From a request to the options of libcurl, and libcurl's callbacks. */

#include "net/wire.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "bytes/httphead.h"
#include "bytes/memory.h"
#include "net/hijack.h"

/* Seconds after which an idle connection is not used again: Podman's service
 * leaves when it was idle for 5. libcurl counts whole seconds that are over,
 * so this means at most 4. */
#define KEEP_SECONDS 3L

/* What is read at once of an answer in bulk, as much as the curl command does:
 * each turn costs a wait. A handle holds it only while it is under way. */
#define BULK_BYTES 102400L

/* ---- callbacks ---- */

/* What a callback returns to end the transfer: never what it was given. */
static size_t doomed(dk_Wire *w, dk_Trouble trouble) {
  w->doom = trouble;
  return CURL_READFUNC_ABORT; /* no piece is as large as this */
}

/* The blank line after a head. Interim answers (1xx) are passed over, but for
 * the switch of protocols, after which no other comes. */
static void head_ended(dk_Wire *w) {
  dk_Transfer *x = w->transfer;
  long status = 0, connects = 1;
  curl_easy_getinfo(w->handle->easy, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 && status != 101) {
    dk_buffer_clear(&x->headers);
    return;
  }
  curl_easy_getinfo(w->handle->easy, CURLINFO_NUM_CONNECTS, &connects);
  x->status = (int)status;
  x->reused = connects == 0;
  x->state = DK_ANSWERED;
  dk_wire_note(w);
}

/* One line of a head, or of a trailer, which nobody wants. */
static size_t on_head(char *line, size_t size, size_t count, void *wire) {
  dk_Wire *w = wire;
  dk_Buffer *kept = &w->transfer->headers;
  size_t length = size * count, text = dk_httphead_trim(line, length);
  int outcome = DK_OK;
  if (w->transfer->state != DK_SENT)
    return length;
  if (text == 0)
    head_ended(w);
  else if (text > 5 && memcmp(line, "HTTP/", 5) == 0)
    dk_buffer_clear(kept); /* the status line */
  else
    outcome = dk_httphead_keep(kept, line, text);
  if (outcome == DK_OK)
    return length;
  return doomed(w, outcome == DK_NO_MEMORY ? DK_MEMORY : DK_PROTOCOL);
}

static size_t on_body(char *bytes, size_t size, size_t count, void *wire) {
  dk_Wire *w = wire;
  dk_Queue *q = &w->transfer->body;
  int outcome;
  if (w->limits.window > 0 && dk_queue_length(q) >= w->limits.window) {
    w->paused = 1;
    return CURL_WRITEFUNC_PAUSE; /* the same bytes come again */
  }
  outcome = dk_queue_append(q, bytes, size * count);
  dk_wire_note(w);
  if (outcome == DK_OK)
    return size * count;
  return doomed(w, outcome == DK_NO_MEMORY ? DK_MEMORY : DK_LIMIT);
}

/* There is a connection, over which the request is to go. */
static int on_try(void *wire, char *there, char *here, int port, int own) {
  dk_Wire *w = wire;
  (void)there;
  (void)here;
  (void)port;
  (void)own;
  w->again = w->tried;
  w->tried = 1;
  return w->again ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- options ---- */

/* What is the same for every transfer. */
static const struct {
  CURLoption option;
  long value;
} constants[] = {
    {CURLOPT_NOSIGNAL, 1L},
    {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
    {CURLOPT_HTTP09_ALLOWED, 0L},
    {CURLOPT_FOLLOWLOCATION, 0L},
    {CURLOPT_TCP_NODELAY, 1L},
    {CURLOPT_MAXAGE_CONN, KEEP_SECONDS},
};

/* Nothing but HTTP, and no proxy from the environment: an engine is never
 * reached through one unless somebody asks for that. */
static CURLcode set_constants(dk_Transport *t, dk_Handle *h) {
  CURL *easy = h->easy;
  size_t i;
  if (h->constant)
    return CURLE_OK;
  for (i = 0; i < sizeof constants / sizeof *constants; i++)
    curl_easy_setopt(easy, constants[i].option, constants[i].value);
#if LIBCURL_VERSION_NUM >= 0x075500 /* 7.85.0 */
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                   (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, h->error);
  dk_transport_attend(t, easy);
  h->constant = curl_easy_setopt(easy, CURLOPT_PROXY, "") == CURLE_OK;
  return h->constant ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* What the callbacks are given. */
static void set_wire(dk_Wire *w) {
  CURL *easy = w->handle->easy;
  w->handle->error[0] = '\0';
  curl_easy_setopt(easy, CURLOPT_PRIVATE, w);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, w);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, w);
}

/* libcurl's own default is 300 seconds, so "none" is as long as it takes. */
static long connect_milliseconds(double seconds) {
  if (!(seconds > 0) || seconds > INT_MAX / 1000)
    return INT_MAX;
  return (long)(seconds * 1000) + 1;
}

/* These are set for every transfer, whatever the handle was used for. */
static CURLcode set_destination(dk_Wire *w, const dk_Request *r) {
  CURL *easy = w->handle->easy;
  CURLcode code = dk_route_set(w);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, r->target);
  if (code == CURLE_OK)
    code = curl_easy_setopt(easy, CURLOPT_USERAGENT, r->user_agent);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   connect_milliseconds(w->limits.connect));
  if (r->bulk)
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, BULK_BYTES);
  return code;
}

static int is_method(const dk_Request *r, const char *method) {
  return strcmp(r->method, method) == 0;
}

/* Whether a request without a body must say so by a length of 0. */
static int wants_body(const dk_Request *r) {
  return is_method(r, "POST") || is_method(r, "PUT") || is_method(r, "PATCH");
}

/* A body in memory, which may be empty. */
static int sends_fields(const dk_Request *r) {
  if (is_method(r, "HEAD") || r->fed)
    return 0;
  return r->has_body || wants_body(r);
}

/* libcurl sends a request again, and silently, when a kept connection turns
 * out to be dead. Only what changes nothing may be sent twice; anything else
 * goes over a fresh one. But those of ssh are too dear to make one for each
 * call: there the second try is refused. */
static void send_once(dk_Wire *w) {
  CURL *easy = w->handle->easy;
#if LIBCURL_VERSION_NUM >= 0x075000 /* 7.80.0 */
  if (w->endpoint->kind == DK_SSH &&
      curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_try) == CURLE_OK) {
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, w);
    return;
  }
#endif
  w->handle->fresh = 1;
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
}

static CURLcode set_method(dk_Wire *w, const dk_Request *r) {
  CURL *easy = w->handle->easy;
  if (is_method(r, "HEAD"))
    return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (!is_method(r, "GET"))
    send_once(w);
  if (!w->handle->altered)
    return CURLE_OK;
  return curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

static void set_body(dk_Wire *w, const dk_Request *r) {
  CURL *easy = w->handle->easy;
  size_t length = r->has_body ? r->body_length : 0;
  if (!sends_fields(r))
    return;
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, length > 0 ? r->body : "");
}

/* ---- the head of the request ---- */

static CURLcode add_line(dk_Wire *w, const char *line) {
  struct curl_slist *longer = curl_slist_append(w->lines, line);
  if (longer == NULL)
    return CURLE_OUT_OF_MEMORY;
  w->lines = longer;
  return CURLE_OK;
}

/* Takes away what libcurl would add by itself: a wait for "100 Continue", and
 * the media type of a form. */
static CURLcode add_own_lines(dk_Wire *w, const dk_Request *r, int typed) {
  CURLcode code = add_line(w, "Expect:");
  if (code == CURLE_OK && sends_fields(r) && !typed)
    code = add_line(w, "Content-Type:");
  return code;
}

static CURLcode set_lines(dk_Wire *w, const dk_Request *r) {
  const char *line = r->headers != NULL ? r->headers : "";
  const char *end = line + (r->headers != NULL ? r->headers_length : 0);
  CURLcode code = CURLE_OK;
  int typed = 0;
  for (; line < end && code == CURLE_OK; line += strlen(line) + 1) {
    if (strncasecmp(line, "content-type:", 13) == 0)
      typed = 1;
    code = add_line(w, line);
  }
  if (code == CURLE_OK && w->uploads)
    code = add_own_lines(w, r, typed);
  if (code == CURLE_OK)
    curl_easy_setopt(w->handle->easy, CURLOPT_HTTPHEADER, w->lines);
  return code;
}

/* ---- what cannot be sent ---- */

/* A target must be encoded already: it is sent as it is. */
static int valid_target(const char *target) {
  const unsigned char *c = (const unsigned char *)target;
  if (*c != '/')
    return 0;
  while (*c > ' ' && *c != 0x7F)
    c++;
  return *c == '\0';
}

/* The lines of a head each hold a name, and no line break of their own. */
static int valid_lines(const char *line, size_t length) {
  const char *end = line + length;
  if (length == 0)
    return 1;
  if (end[-1] != '\0')
    return 0;
  for (; line < end; line += strlen(line) + 1)
    if (strpbrk(line, "\r\n") != NULL || strchr(line, ':') == NULL ||
        *line == ':')
      return 0;
  return 1;
}

static dk_Trouble check_request(dk_Wire *w, const dk_Request *r) {
  if (!valid_target(r->target))
    dk_wire_say(w, "the path of the request holds bytes it must not");
  else if (r->headers != NULL && !valid_lines(r->headers, r->headers_length))
    dk_wire_say(w, "the headers of the request are malformed");
  else
    return DK_NO_TROUBLE;
  return DK_PROTOCOL;
}

dk_Trouble dk_wire_prepare(dk_Wire *w, const dk_Request *r) {
  dk_Trouble trouble = check_request(w, r);
  CURLcode code;
  if (trouble != DK_NO_TROUBLE)
    return trouble;
  w->uploads = sends_fields(r);
  w->handle->altered = w->uploads || r->bulk || !is_method(r, "GET");
  set_wire(w);
  code = set_constants(w->transport, w->handle);
  if (code == CURLE_OK)
    code = set_destination(w, r);
  if (code == CURLE_OK && (r->fed || r->upgrade != DK_NO_UPGRADE))
    return dk_hijack_prepare(w, r);
  if (code == CURLE_OK)
    set_body(w, r);
  if (code == CURLE_OK)
    code = set_method(w, r);
  if (code == CURLE_OK)
    code = set_lines(w, r);
  if (code == CURLE_OK)
    return DK_NO_TROUBLE;
  return dk_wire_judge(w, code);
}
