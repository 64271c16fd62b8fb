/* SPDX-License-Identifier: MIT
 * What went wrong with a transfer, in words for people. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/wire.h"

void dk_wire_say(dk_Wire *w, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(w->transfer->message, sizeof w->transfer->message, format,
            arguments);
  va_end(arguments);
}

/* libcurl's own words. */
static const char *details(const dk_Wire *w, CURLcode code) {
  const char *words = w->handle->error;
  return *words != '\0' ? words : curl_easy_strerror(code);
}

/* ---- connections ---- */

/* Whether a unix socket can be connected to: 0 or an errno. */
static int try_unix(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd, error = 0;
  if (strlen(path) >= sizeof address.sun_path)
    return ENAMETOOLONG;
  memcpy(address.sun_path, path, strlen(path) + 1);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return errno;
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    error = errno;
  close(fd);
  return error;
}

/* The errno behind a failure to connect. Some versions of libcurl lose it;
 * then a unix socket can be asked again. */
static int connect_error(const dk_Wire *w) {
  long error = 0;
  curl_easy_getinfo(w->handle->easy, CURLINFO_OS_ERRNO, &error);
  if (error != 0)
    return (int)error;
  if (w->endpoint->kind != DK_UNIX)
    return 0;
  return try_unix(w->endpoint->socket_path);
}

/* What ssh says, or that it cannot be run. Whether there is anything. */
static int say_tunnel(dk_Wire *w) {
  char words[256];
  w->transfer->os_error = w->tunnel_error;
  if (w->tunnel_error != 0)
    snprintf(words, sizeof words, "cannot run ssh: %s",
             strerror(w->tunnel_error));
  else
    dk_tunnel_words(&w->transport->tunnels, w->tunnel, words, sizeof words);
  if (*words != '\0')
    dk_wire_say(w, "no way to %s: %s", w->endpoint->address, words);
  return *words != '\0';
}

static void say_unconnected(dk_Wire *w, CURLcode code) {
  int error = connect_error(w);
  w->transfer->os_error = error;
  dk_wire_say(w, "cannot connect to %s: %s", w->endpoint->address,
              error != 0 ? strerror(error) : details(w, code));
}

static void say_broken(dk_Wire *w) {
  const dk_Transfer *x = w->transfer;
  int begun = x->state == DK_ANSWERED || x->headers.length > 0;
  dk_wire_say(w, "the engine at %s closed the connection %s",
              w->endpoint->address,
              begun ? "in the middle of an answer" : "without answering");
}

/* ---- answers ---- */

static dk_Trouble judge_protocol(dk_Wire *w, CURLcode code) {
  const char *hint = "";
  if (w->transfer->state == DK_SENT)
    hint = w->endpoint->kind == DK_SSH
               ? "; does anything there write to who logs in?"
               : "; is it another service, or does it want TLS?";
  dk_wire_say(w, "what came from %s is not an answer in HTTP (%s)%s",
              w->endpoint->address, details(w, code), hint);
  return DK_PROTOCOL;
}

/* What is meant by the words of libcurl, which are those of OpenSSL and its
 * like, or of GnuTLS; the first row that fits is taken. */
static const struct {
  const char *words;
  const char *reason;
} reasons[] = {
    {"has expired", "its certificate has expired"},
    {"date has passed", "its certificate has expired"},
    {"not yet valid", "its certificate is not valid yet"},
    {"revoked", "its certificate was revoked"},
    {"local issuer", "its certificate is of an unknown authority"},
    {"self-signed", "its certificate is of an unknown authority"},
    {"self signed", "its certificate is of an unknown authority"},
    {"subject name", "its certificate is for another host"},
    {"does not match", "its certificate is for another host"},
    {"verification failed", "its certificate is of an unknown authority"},
    {"wrong version number", "it does not speak TLS"},
    {"packet length too long", "it does not speak TLS"},
    {"unexpected TLS packet", "it does not speak TLS"},
    {"SSL_ERROR_SYSCALL", "it hung up"},
    {"unexpected eof", "it hung up"},
    {"alert protocol version", "it speaks another version of TLS"},
};

static const char *refusal(const dk_Wire *w) {
  return w->endpoint->tls.cert == NULL ? "it wants a certificate of ours"
                                       : "it refuses our certificate";
}

static const char *reason_of(const dk_Wire *w, const char *words) {
  size_t i;
  for (i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (strstr(words, reasons[i].words) != NULL)
      return reasons[i].reason;
  return strstr(words, "alert") != NULL ? refusal(w) : "it failed";
}

/* Files of ours that libcurl cannot use: nothing was sent. */
static dk_Trouble judge_files(dk_Wire *w, CURLcode code) {
  const dk_Tls *t = &w->endpoint->tls;
  if (code == CURLE_SSL_CACERT_BADFILE)
    dk_wire_say(w, "tls: ca: %s cannot be used (%s)", t->ca, details(w, code));
  else
    dk_wire_say(w,
                "tls: key: %s does not belong to the certificate %s, or one "
                "of them is damaged (%s)",
                t->key, t->cert, details(w, code));
  return DK_SOURCE;
}

/* ---- secure connections ---- */

static int is_about_files(const dk_Wire *w, CURLcode code) {
  const dk_Tls *t = &w->endpoint->tls;
  if (code == CURLE_SSL_CACERT_BADFILE)
    return t->ca != NULL;
  return t->cert != NULL && (code == CURLE_SSL_CERTPROBLEM ||
                             strstr(details(w, code), "error reading X.509"));
}

static dk_Trouble judge_tls(dk_Wire *w, CURLcode code) {
  const char *words = details(w, code);
  if (is_about_files(w, code))
    return judge_files(w, code);
  dk_wire_say(w, "no secure connection to %s: %s (%s)", w->endpoint->address,
              reason_of(w, words), words);
  return DK_TLS;
}

/* What an engine says when it refuses our certificate often gets lost: it
 * hangs up on the request, which we send before it has looked at that. */
static int was_refused(const dk_Wire *w, CURLcode code) {
  return w->endpoint->kind == DK_HTTPS && !w->endpoint->proved &&
         w->transfer->state == DK_SENT && w->transfer->headers.length == 0 &&
         (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
}

static dk_Trouble judge_refusal(dk_Wire *w) {
  dk_wire_say(w, "no secure connection to %s: %s, as it hung up right away",
              w->endpoint->address, refusal(w));
  return DK_TLS;
}

static dk_Trouble judge_connection(dk_Wire *w, CURLcode code) {
  if (was_refused(w, code))
    return judge_refusal(w);
  if (w->endpoint->kind == DK_SSH && !w->again && say_tunnel(w))
    return DK_CONNECTION;
  if (w->again)
    say_broken(w);
  else if (code == CURLE_COULDNT_CONNECT)
    say_unconnected(w, code);
  else if (code == CURLE_COULDNT_RESOLVE_HOST)
    dk_wire_say(w, "cannot find the host of %s: %s", w->endpoint->address,
                details(w, code));
  else
    say_broken(w);
  return DK_CONNECTION;
}

/* A callback of ours gave up. */
static dk_Trouble judge_doom(dk_Wire *w) {
  const char *address = w->endpoint->address;
  if (w->doom == DK_LIMIT)
    dk_wire_say(w, "the answer of %s is longer than the limit of %zu bytes",
                address, w->limits.body);
  else if (w->doom == DK_PROTOCOL)
    dk_wire_say(w, "the head of the answer of %s is too long", address);
  else
    dk_wire_say(w, "not enough memory");
  return w->doom;
}

/* ---- by libcurl's codes ---- */

static const struct {
  CURLcode code;
  dk_Trouble trouble;
} troubles[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, DK_PROTOCOL},
    {CURLE_URL_MALFORMAT, DK_PROTOCOL},
    {CURLE_WEIRD_SERVER_REPLY, DK_PROTOCOL},
    {CURLE_HTTP2, DK_PROTOCOL},
    {CURLE_HTTP2_STREAM, DK_PROTOCOL},
    {CURLE_BAD_CONTENT_ENCODING, DK_PROTOCOL},
    {(CURLcode)100, DK_PROTOCOL}, /* CURLE_TOO_LARGE, since 8.6.0 */
    {CURLE_OUT_OF_MEMORY, DK_MEMORY},
    {CURLE_OPERATION_TIMEDOUT, DK_TIMEOUT},
    {CURLE_SSL_CONNECT_ERROR, DK_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, DK_TLS},
    {CURLE_SSL_ENGINE_SETFAILED, DK_TLS},
    {CURLE_SSL_ENGINE_INITFAILED, DK_TLS},
    {CURLE_SSL_CERTPROBLEM, DK_TLS},
    {CURLE_SSL_CIPHER, DK_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, DK_TLS},
    {CURLE_USE_SSL_FAILED, DK_TLS},
    {CURLE_SSL_CACERT_BADFILE, DK_TLS},
    {CURLE_SSL_SHUTDOWN_FAILED, DK_TLS},
    {CURLE_SSL_CRL_BADFILE, DK_TLS},
    {CURLE_SSL_ISSUER_ERROR, DK_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, DK_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, DK_TLS},
    {CURLE_SSL_CLIENTCERT, DK_TLS},
};

/* An engine tells with its first bytes only, which are no answer, that it
 * refuses our certificate. */
static int was_alerted(const dk_Wire *w, CURLcode code) {
  return w->endpoint->kind == DK_HTTPS && strstr(details(w, code), "alert");
}

/* Whatever is not listed is about the connection. So is the code of a chunk
 * that is none; there only libcurl's words tell. */
static dk_Trouble trouble_of(const dk_Wire *w, CURLcode code) {
  size_t i;
  if (was_alerted(w, code))
    return DK_TLS;
  for (i = 0; i < sizeof troubles / sizeof *troubles; i++)
    if (troubles[i].code == code)
      return troubles[i].trouble;
  if (code == CURLE_RECV_ERROR && strstr(w->handle->error, "chunk") != NULL)
    return DK_PROTOCOL;
  return DK_CONNECTION;
}

/* An engine that refuses a request before it has read all of it may close the
 * connection on what we still send. Its answer counts. */
static int refused_early(const dk_Wire *w, CURLcode code) {
  return w->uploads && w->transfer->state == DK_ANSWERED &&
         w->transfer->status >= 300 &&
         (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
}

/* libcurl is content with a head that ends before its blank line. */
static int answered(const dk_Wire *w, CURLcode code) {
  if (code == CURLE_OK)
    return w->transfer->state == DK_ANSWERED;
  return refused_early(w, code);
}

dk_Trouble dk_wire_judge(dk_Wire *w, CURLcode code) {
  if (w->doom != DK_NO_TROUBLE)
    return judge_doom(w);
  if (answered(w, code))
    return DK_NO_TROUBLE;
  switch (trouble_of(w, code)) {
  case DK_PROTOCOL:
    return judge_protocol(w, code);
  case DK_TLS:
    return judge_tls(w, code);
  case DK_MEMORY:
    dk_wire_say(w, "not enough memory");
    return DK_MEMORY;
  case DK_TIMEOUT:
    dk_wire_say(w,
                "no connection to %s within %g seconds "
                "(connect_timeout)",
                w->endpoint->address, w->limits.connect);
    return DK_TIMEOUT;
  default:
    return judge_connection(w, code);
  }
}

dk_Trouble dk_wire_late(dk_Wire *w) {
  const char *address = w->endpoint->address;
  if (w->transfer->state == DK_ANSWERED)
    dk_wire_say(w, "nothing more from %s for %g seconds (idle_timeout)",
                address, w->limits.idle);
  else
    dk_wire_say(w, "no answer from %s within %g seconds (timeout)", address,
                w->limits.head);
  return DK_TIMEOUT;
}
