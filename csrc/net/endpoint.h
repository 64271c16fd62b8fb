/* SPDX-License-Identifier: MIT
 * Where an engine is, and how one gets there. */
#ifndef DK_ENDPOINT_H
#define DK_ENDPOINT_H

#include <stddef.h>

#include "net/tls.h"

typedef enum dk_EndpointKind {
  DK_UNIX,
  DK_TCP,
  DK_HTTPS,
  DK_SSH
} dk_EndpointKind;

/* Texts that there are not are NULL. */
typedef struct dk_Endpoint {
  dk_EndpointKind kind;
  char *address;        /* as given: "unix:///var/run/docker.sock" */
  char *socket_path;    /* DK_UNIX; DK_SSH: of the engine there, if given */
  char *user;           /* DK_SSH, if given */
  char *host;           /* all but DK_UNIX; an address of IPv6 in brackets */
  char *port;           /* the same; DK_SSH: if given */
  char *base;           /* "http://localhost" or "https://host:2376" */
  char *detour;         /* "::host:2376": where to connect to, if base says
                        otherwise, or NULL */
  dk_Tls tls;           /* DK_HTTPS */
  int proved;           /* has answered: it takes what we show */
  unsigned long number; /* DK_SSH: in its transport; 0: not used yet */
} dk_Endpoint;

/* Reads unix:///path, tcp://host[:port], http://host[:port],
 * https://host[:port], ssh://[user@]host[:port][/path]. DK_OK, DK_NO_MEMORY,
 * or DK_MALFORMED with a sentence for people in `why`. The endpoint is zeroed
 * first. */
int dk_endpoint_parse(dk_Endpoint *e, const char *address, char *why,
                      size_t size);

/* Makes one that was just read, of tcp or https, a secure one on these terms,
 * and reads their files. Results as above; the sentence begins with what it is
 * about: "ca: ...". */
int dk_endpoint_secure(dk_Endpoint *e, const dk_Tls *tls, char *why,
                       size_t size);

void dk_endpoint_free(dk_Endpoint *e);

#endif
