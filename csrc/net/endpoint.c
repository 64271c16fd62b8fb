/* SPDX-License-Identifier: MIT
 * Reading the address of an engine. */

#include "net/endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "bytes/memory.h"

/* The forms that are understood, for complaints. */
#define FORMS                                                                 \
  "unix:///path, tcp://host[:port], http://host[:port], "                     \
  "https://host[:port] or ssh://host[:port]"

/* The longest path that a socket's address holds, without its NUL. */
#define LONGEST_PATH (sizeof((struct sockaddr_un *)0)->sun_path - 1)

/* What is read into, and where to complain. */
typedef struct Reader {
  dk_Endpoint *e;
  char *why;
  size_t size;
  int no_memory; /* for some text */
} Reader;

/* ---- texts ---- */

/* Takes some bytes as a text of the endpoint. */
static void keep(Reader *r, char **text, const char *bytes, size_t length) {
  *text = dk_zeroed(length + 1);
  if (*text == NULL)
    r->no_memory = 1;
  else
    memcpy(*text, bytes, length);
}

/* The same with four texts after one another. */
static void join(Reader *r, char **text, const char *a, const char *b,
                 const char *c, const char *d) {
  size_t size = strlen(a) + strlen(b) + strlen(c) + strlen(d) + 1;
  *text = dk_zeroed(size);
  if (*text == NULL)
    r->no_memory = 1;
  else
    snprintf(*text, size, "%s%s%s%s", a, b, c, d);
}

static int complain(Reader *r, const char *sentence) {
  snprintf(r->why, r->size, "%s", sentence);
  return DK_MALFORMED;
}

/* The rest of an address after its scheme, or NULL when it has another. */
static const char *after(const char *address, const char *scheme) {
  size_t length = strlen(scheme);
  return strncmp(address, scheme, length) == 0 ? address + length : NULL;
}

/* ---- unix sockets ---- */

static int parse_unix(Reader *r, const char *path) {
  if (*path != '/')
    return complain(r, "the path of a unix socket must be absolute: "
                       "unix:///var/run/docker.sock");
  if (strlen(path) > LONGEST_PATH) {
    snprintf(r->why, r->size,
             "the path of a unix socket must not be longer than "
             "%zu bytes",
             LONGEST_PATH);
    return DK_MALFORMED;
  }
  r->e->kind = DK_UNIX;
  keep(r, &r->e->socket_path, path, strlen(path));
  return DK_OK;
}

/* ---- hosts ---- */

/* The length of "host" or "[v6]" at the start; 0: there is none. */
static size_t host_length(const char *text) {
  size_t length;
  if (*text == '[') {
    length = strspn(text + 1, "0123456789abcdefABCDEF:.%");
    return length > 0 && text[length + 1] == ']' ? length + 2 : 0;
  }
  for (length = 0; isalnum((unsigned char)text[length]) ||
                   (text[length] != '\0' && strchr("-._", text[length]));
       length++)
    ;
  return length;
}

/* The digits of a port from 1 to 65535 at the start; 0: there are none. */
static size_t port_length(const char *text) {
  size_t length = strspn(text, "0123456789");
  long port = 0;
  size_t i;
  if (length > 5)
    return 0;
  for (i = 0; i < length; i++)
    port = port * 10 + (text[i] - '0');
  return port >= 1 && port <= 65535 ? length : 0;
}

/* Reads "host[:port]" at *text, which it moves behind that. */
static int parse_host(Reader *r, const char **text) {
  size_t host = host_length(*text), digits;
  if (host == 0)
    return complain(r, "the address names no valid host: "
                       "tcp://host[:port]");
  keep(r, &r->e->host, *text, host);
  *text += host;
  if (**text != ':')
    return DK_OK;
  digits = port_length(*text + 1);
  if (digits == 0)
    return complain(r, "the port of an address must be a number "
                       "from 1 to 65535");
  keep(r, &r->e->port, *text + 1, digits);
  *text += 1 + digits;
  return DK_OK;
}

/* Never repeats the address: it might hold a password. */
static int parse_tcp(Reader *r, dk_EndpointKind kind, const char *text) {
  r->e->kind = kind;
  if (parse_host(r, &text) != DK_OK)
    return DK_MALFORMED;
  if (strcmp(text, "") != 0 && strcmp(text, "/") != 0)
    return complain(r, "the address of an engine is nothing but "
                       "tcp://host[:port]: no user, no path");
  return DK_OK;
}

/* ---- ssh ---- */

/* Whether some bytes are a word to any shell: that of the other host reads the
 * path, and one here the user, where ssh is set up to run a command. */
static int is_word(const char *text, size_t length) {
  size_t i;
  for (i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) &&
        (text[i] == '\0' || strchr("-._/+@,=", text[i]) == NULL))
      return 0;
  return length > 0 && *text != '-';
}

static int parse_user(Reader *r, const char *text, size_t length) {
  if (memchr(text, ':', length) != NULL)
    return complain(r, "a password has no place in the address: ssh logs in "
                       "by a key, or asks its agent");
  if (!is_word(text, length))
    return complain(r, "the user in the address is malformed: it may be of "
                       "letters, digits and -._/+@,=");
  keep(r, &r->e->user, text, length);
  return DK_OK;
}

static int parse_ssh(Reader *r, const char *text) {
  const char *at = memrchr(text, '@', strcspn(text, "/"));
  r->e->kind = DK_SSH;
  if (at != NULL) {
    if (parse_user(r, text, (size_t)(at - text)) != DK_OK)
      return DK_MALFORMED;
    text = at + 1;
  }
  if (*text == '-')
    return complain(r, "the address names no valid host: ssh://host");
  if (parse_host(r, &text) != DK_OK)
    return DK_MALFORMED;
  if (strcmp(text, "") == 0 || strcmp(text, "/") == 0)
    return DK_OK;
  if (*text != '/' || !is_word(text, strlen(text)))
    return complain(r, "behind the host of ssh there may be nothing but the "
                       "path of a socket, in letters, digits and ._-+@,=");
  keep(r, &r->e->socket_path, text, strlen(text));
  return DK_OK;
}

/* ---- all ---- */

static int parse(Reader *r, const char *address) {
  const char *rest;
  if ((rest = after(address, "unix://")) != NULL)
    return parse_unix(r, rest);
  if ((rest = after(address, "tcp://")) != NULL)
    return parse_tcp(r, DK_TCP, rest);
  if ((rest = after(address, "http://")) != NULL)
    return parse_tcp(r, DK_TCP, rest);
  if ((rest = after(address, "https://")) != NULL)
    return parse_tcp(r, DK_HTTPS, rest);
  if ((rest = after(address, "ssh://")) != NULL)
    return parse_ssh(r, rest);
  if (after(address, "npipe://") != NULL)
    return complain(r, "npipe:// is for Windows; an address is " FORMS);
  if (after(address, "fd://") != NULL)
    return complain(r, "fd:// is what an engine listens on, and nothing that "
                       "one can connect to; an address is " FORMS);
  if (*address == '/')
    return complain(r, "the address of an engine begins with its "
                       "kind: " FORMS);
  return complain(r, "the address of an engine must be " FORMS);
}

static const char *port_of(const dk_Endpoint *e) {
  if (e->port != NULL)
    return e->port;
  if (e->kind == DK_HTTPS)
    return "2376";
  return after(e->address, "http://") != NULL ? "80" : "2375";
}

/* What libcurl is told: the name that a certificate must be for, and where to
 * connect to if that is another. */
static void set_base(Reader *r) {
  dk_Endpoint *e = r->e;
  const char *name = e->tls.server_name;
  if (e->kind == DK_UNIX || e->kind == DK_SSH) {
    join(r, &e->base, "http://localhost", "", "", "");
    return;
  }
  join(r, &e->base, e->kind == DK_HTTPS ? "https://" : "http://",
       name != NULL ? name : e->host, ":", port_of(e));
  if (name != NULL)
    join(r, &e->detour, "::", e->host, ":", port_of(e));
}

static int finish(Reader *r) {
  if (!r->no_memory)
    set_base(r);
  if (!r->no_memory)
    return DK_OK;
  dk_endpoint_free(r->e);
  return DK_NO_MEMORY;
}

int dk_endpoint_parse(dk_Endpoint *e, const char *address, char *why,
                      size_t size) {
  Reader r = {e, why, size, 0};
  int outcome;
  memset(e, 0, sizeof *e);
  outcome = parse(&r, address);
  if (outcome != DK_OK) {
    dk_endpoint_free(e);
    return outcome;
  }
  keep(&r, &e->address, address, strlen(address));
  return finish(&r);
}

/* ---- on which terms ---- */

static int check_terms(Reader *r, const dk_Tls *tls) {
  const char *name = tls->server_name;
  if (r->e->kind == DK_UNIX || r->e->kind == DK_SSH)
    return complain(r, "only an engine at tcp:// or https:// is reached by "
                       "TLS");
  if (after(r->e->address, "http://") != NULL)
    return complain(r, "http:// is a plain connection: write tcp:// or "
                       "https://");
  if (name != NULL && (*name == '\0' || host_length(name) != strlen(name)))
    return complain(r, "server_name: expected the name of a host");
  return DK_OK;
}

int dk_endpoint_secure(dk_Endpoint *e, const dk_Tls *tls, char *why,
                       size_t size) {
  Reader r = {e, why, size, 0};
  int outcome = check_terms(&r, tls);
  if (outcome == DK_OK)
    outcome = dk_tls_take(&e->tls, tls, why, size);
  if (outcome != DK_OK)
    return outcome;
  e->kind = DK_HTTPS;
  dk_release(e->base);
  e->base = NULL;
  return finish(&r);
}

void dk_endpoint_free(dk_Endpoint *e) {
  dk_release(e->address);
  dk_release(e->socket_path);
  dk_release(e->user);
  dk_release(e->host);
  dk_release(e->port);
  dk_release(e->base);
  dk_release(e->detour);
  dk_tls_free(&e->tls);
  memset(e, 0, sizeof *e);
}
