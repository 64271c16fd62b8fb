/* SPDX-License-Identifier: MIT
 * Where an engine is. */
#ifndef DK_ENDPOINT_H
#define DK_ENDPOINT_H

#include <stddef.h>

typedef enum dk_EndpointKind { DK_UNIX, DK_TCP } dk_EndpointKind;

typedef struct dk_Endpoint {
  dk_EndpointKind kind;
  char *address;     /* as given: "unix:///var/run/docker.sock" */
  char *socket_path; /* DK_UNIX */
  char *base;        /* "http://localhost" or "http://host:2375" */
} dk_Endpoint;

/* Reads unix:///path, tcp://host[:port], http://host[:port]. DK_OK,
 * DK_NO_MEMORY, or DK_MALFORMED with a sentence for people in `why`. The
 * endpoint is zeroed first. */
int dk_endpoint_parse(dk_Endpoint *e, const char *address, char *why,
                      size_t size);
void dk_endpoint_free(dk_Endpoint *e);

#endif
