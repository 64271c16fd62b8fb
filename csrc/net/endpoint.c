/* SPDX-License-Identifier: MIT
 * Reading the address of an engine. */

#include "net/endpoint.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "bytes/memory.h"

/* The forms that are understood, for complaints. */
#define FORMS "unix:///path, tcp://host[:port] or http://host[:port]"

/* The longest path that a socket's address holds, without its NUL. */
#define LONGEST_PATH (sizeof((struct sockaddr_un *)0)->sun_path - 1)

/* ---- texts ---- */

/* A new text of three parts; NULL: no memory. */
static char *join(const char *a, const char *b, size_t length, const char *c) {
  size_t size = strlen(a) + length + strlen(c) + 1;
  char *text = dk_zeroed(size);
  if (text != NULL)
    snprintf(text, size, "%s%.*s%s", a, (int)length, b, c);
  return text;
}

static int complain(char *why, size_t size, const char *sentence) {
  snprintf(why, size, "%s", sentence);
  return DK_MALFORMED;
}

/* The rest of an address after its scheme, or NULL when it has another. */
static const char *after(const char *address, const char *scheme) {
  size_t length = strlen(scheme);
  return strncmp(address, scheme, length) == 0 ? address + length : NULL;
}

/* ---- unix sockets ---- */

static int parse_unix(dk_Endpoint *e, const char *path, char *why,
                      size_t size) {
  if (*path != '/')
    return complain(why, size,
                    "the path of a unix socket must be absolute: "
                    "unix:///var/run/docker.sock");
  if (strlen(path) > LONGEST_PATH) {
    snprintf(why, size,
             "the path of a unix socket must not be longer than "
             "%zu bytes",
             LONGEST_PATH);
    return DK_MALFORMED;
  }
  e->kind = DK_UNIX;
  e->socket_path = join("", path, strlen(path), "");
  e->base = join("http://localhost", "", 0, "");
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

/* Never repeats the address: it might hold a password. */
static int parse_host(dk_Endpoint *e, const char *text, const char *port,
                      char *why, size_t size) {
  size_t host = host_length(text), length = host;
  if (host == 0)
    return complain(why, size,
                    "the address names no valid host: "
                    "tcp://host[:port]");
  if (text[host] == ':') {
    size_t digits = port_length(text + host + 1);
    if (digits == 0)
      return complain(why, size,
                      "the port of an address must be a number "
                      "from 1 to 65535");
    length = host + 1 + digits;
    port = "";
  }
  if (strcmp(text + length, "") != 0 && strcmp(text + length, "/") != 0)
    return complain(why, size,
                    "the address of an engine is nothing but "
                    "tcp://host[:port]: no user, no path");
  e->kind = DK_TCP;
  e->base = join("http://", text, length, port);
  return DK_OK;
}

/* ---- all ---- */

static int parse(dk_Endpoint *e, const char *address, char *why, size_t size) {
  const char *rest;
  if ((rest = after(address, "unix://")) != NULL)
    return parse_unix(e, rest, why, size);
  if ((rest = after(address, "tcp://")) != NULL)
    return parse_host(e, rest, ":2375", why, size);
  if ((rest = after(address, "http://")) != NULL)
    return parse_host(e, rest, "", why, size);
  if (*address == '/')
    return complain(why, size,
                    "the address of an engine begins with its "
                    "kind: " FORMS);
  return complain(why, size, "the address of an engine must be " FORMS);
}

static int is_whole(const dk_Endpoint *e) {
  if (e->address == NULL || e->base == NULL)
    return 0;
  return e->kind != DK_UNIX || e->socket_path != NULL;
}

int dk_endpoint_parse(dk_Endpoint *e, const char *address, char *why,
                      size_t size) {
  int outcome;
  memset(e, 0, sizeof *e);
  outcome = parse(e, address, why, size);
  if (outcome != DK_OK)
    return outcome;
  e->address = join("", address, strlen(address), "");
  if (is_whole(e))
    return DK_OK;
  dk_endpoint_free(e);
  return DK_NO_MEMORY;
}

void dk_endpoint_free(dk_Endpoint *e) {
  dk_release(e->address);
  dk_release(e->socket_path);
  dk_release(e->base);
  memset(e, 0, sizeof *e);
}
