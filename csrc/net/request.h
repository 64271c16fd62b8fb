/* SPDX-License-Identifier: MIT
 * What is asked of an engine, and how long it may take. */
#ifndef DK_REQUEST_H
#define DK_REQUEST_H

#include <stddef.h>

/* What the connection of a request is to become: raw bytes both ways by either
 * name, or messages, whose payload is what is sent and received. */
typedef enum dk_Upgrade {
  DK_NO_UPGRADE,
  DK_UPGRADE_TCP,
  DK_UPGRADE_H2C,
  DK_UPGRADE_WEBSOCKET
} dk_Upgrade;

/* What to send. The pointers, and the endpoint, must hold until the transfer
 * is over. The target goes out as it is. */
typedef struct dk_Request {
  const char *method;  /* "GET" */
  const char *target;  /* "/v1.41/containers/json?all=true" */
  const char *headers; /* "Name: value" and a NUL each, `headers_length` */
  size_t headers_length;
  const char *body; /* or NULL */
  size_t body_length;
  int has_body;
  int bulk; /* the answer may be very long */
  int fed;  /* the body is handed over while it is sent: dk_transfer_feed */
  const char *user_agent;
  dk_Upgrade upgrade; /* what the connection is to become */
} dk_Request;

/* Seconds; 0: no limit. */
typedef struct dk_Limits {
  double connect; /* until there is a connection */
  double head;    /* from the start, or from the last byte of the request that
                     went out, to the head of the answer */
  double idle;    /* between any two pieces of the body, but not while the
                     engine is held back */
  size_t window;  /* bytes that may wait to be read before the engine is held
                     back (a stream); 0: collect the whole body */
  size_t body;    /* most that may wait to be read; 0: any */
} dk_Limits;

#endif
