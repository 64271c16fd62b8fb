/* SPDX-License-Identifier: MIT
 * Connections that ssh makes for us: it runs `docker system dial-stdio` on the
 * other host, which passes bytes on to the engine's socket there.
 *
 * One connection, one child process, which we are connected with by a unix
 * socket. When the connection is closed the child has a moment to pass on what
 * it still has, then it is killed. Private to net/. */
#ifndef DK_TUNNEL_H
#define DK_TUNNEL_H

#include <stddef.h>
#include <sys/un.h>

#include "net/endpoint.h"
#include "net/poller.h"

/* Those of a transport. Zeroed, but for the poller, there are none. */
typedef struct dk_Tunnels {
  struct dk_Tunnel *first;
  unsigned long numbers; /* that were given to tunnels and endpoints */
  dk_Poller *poller;
} dk_Tunnels;

/* Starts a child, and makes a socket that is to be connected with `place` at
 * once; closing it is the caller's. -1, with an errno: ENOENT when there is no
 * ssh. The endpoint has a number; ssh itself gives up after `seconds`, if
 * not 0. */
int dk_tunnel_open(dk_Tunnels *all, const dk_Endpoint *e, double seconds,
                   struct sockaddr_un *place, unsigned long *number);

/* A socket is going to be closed, maybe one of these. */
void dk_tunnel_closing(dk_Tunnels *all, int fd, double now);

/* Looks after the children; the seconds until that should be done again
 * (INFINITY: none is to end). */
void dk_tunnels_tend(dk_Tunnels *all, double now);
double dk_tunnels_due(const dk_Tunnels *all);

/* Ends those of an endpoint; their sockets remain, and are of no use. */
void dk_tunnels_leave(dk_Tunnels *all, const dk_Endpoint *e, double now);

/* Ends all of them, whose sockets are closed. */
void dk_tunnels_free(dk_Tunnels *all);

/* What a child last said to its standard error, in one line; "" when there
 * is no such tunnel. */
void dk_tunnel_words(dk_Tunnels *all, unsigned long number, char *words,
                     size_t size);

#endif
