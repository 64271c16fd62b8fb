/* SPDX-License-Identifier: MIT
 * Connections that ssh makes for us. */

#include "net/tunnel.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "bytes/memory.h"
#include "net/child.h"
#include "net/poller.h"

/* What a child has to end in when its connection was closed, then again when
 * it was asked to, in seconds; and when all has to end. */
#define PATIENCE 2.0
#define NO_MORE_PATIENCE 0.5
#define LAST_NAPS 100 /* of 5 milliseconds */

/* How often one looks whether it has. */
#define SLICE 0.02

/* The last words of a child that are kept, and how many of them are told. */
#define KEPT 2048
#define TOLD 160

/* Pieces of KEPT bytes that are read at once. */
#define MOST_PIECES 32

typedef struct dk_Tunnel {
  struct dk_Tunnel *next;
  unsigned long number;   /* of this one, */
  unsigned long endpoint; /* and of its endpoint */
  int fd;                 /* libcurl's end; -1: closed */
  pid_t pid;              /* 0: it has ended */
  dk_Watch words;         /* its standard error; not started: closed */
  char said[KEPT];
  size_t length;
  int over;        /* it is to end, or libcurl has closed it: */
  double patience; /* until then */
  int asked;       /* to end, by a signal */
  char folder[80]; /* where the two met */
  char socket[96];
} dk_Tunnel;

/* ---- what it says ---- */

static void close_words(dk_Tunnel *u) {
  if (u->words.fd < 0)
    return;
  dk_watch_stop(&u->words);
  close(u->words.fd);
  u->words.fd = -1;
}

/* Keeps the end of it. */
static void keep_words(dk_Tunnel *u, const char *bytes, size_t n) {
  size_t kept = u->length;
  if (n > KEPT / 2) {
    bytes += n - KEPT / 2;
    n = KEPT / 2;
  }
  if (kept + n > KEPT) {
    kept = KEPT / 2;
    memmove(u->said, u->said + u->length - kept, kept);
  }
  memcpy(u->said + kept, bytes, n);
  u->length = kept + n;
}

/* Reads what there is now, but no more than a pipe holds: somebody may go on
 * and on. */
static void listen_to(dk_Tunnel *u) {
  char bytes[KEPT];
  ssize_t n = 1;
  int i;
  for (i = 0; i < MOST_PIECES && n > 0 && u->words.fd >= 0; i++) {
    n = read(u->words.fd, bytes, sizeof bytes);
    if (n > 0)
      keep_words(u, bytes, (size_t)n);
  }
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
    close_words(u);
}

static void on_words(dk_Watch *watch) {
  listen_to(watch->owner);
}

/* ---- where the two meet ---- */

/* A socket to listen on, in a folder that is ours alone; -1, with errno. */
static int make_place(dk_Tunnel *u, struct sockaddr_un *address) {
  const char *temporary = getenv("TMPDIR");
  int fd;
  if (temporary == NULL || *temporary != '/' || strlen(temporary) > 50)
    temporary = "/tmp";
  snprintf(u->folder, sizeof u->folder, "%s/moonsail-XXXXXX", temporary);
  if (mkdtemp(u->folder) == NULL)
    return -1;
  snprintf(u->socket, sizeof u->socket, "%s/ssh", u->folder);
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  strcpy(address->sun_path, u->socket);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)address, sizeof *address) == 0 &&
      listen(fd, 1) == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

/* The child has done so, if it ever got there. */
static void remove_place(const dk_Tunnel *u) {
  int error = errno;
  unlink(u->socket);
  rmdir(u->folder);
  errno = error;
}

/* ---- the child ---- */

/* The host without the brackets of an IPv6 address. */
static const char *bare_host(const dk_Endpoint *e, char *room, size_t size) {
  size_t length = strlen(e->host);
  if (*e->host != '[' || length < 2 || length - 1 > size)
    return e->host;
  memcpy(room, e->host + 1, length - 2);
  room[length - 2] = '\0';
  return room;
}

/* The arguments of ssh, and the texts of its own that they point to. */
typedef struct Arguments {
  const char *argv[20];
  int n;
  char timeout[40], host[64], path[256];
} Arguments;

static void add(Arguments *a, const char *argument) {
  a->argv[a->n++] = argument;
}

static void add_pair(Arguments *a, const char *option, const char *value) {
  add(a, option);
  add(a, value);
}

static void add_login(Arguments *a, const dk_Endpoint *e, double seconds) {
  if (seconds > 0 && seconds < 1e6) {
    snprintf(a->timeout, sizeof a->timeout, "ConnectTimeout=%.0f",
             ceil(seconds));
    add_pair(a, "-o", a->timeout);
  }
  add(a, "-T");
  if (e->user != NULL)
    add_pair(a, "-l", e->user);
  if (e->port != NULL)
    add_pair(a, "-p", e->port);
  add_pair(a, "--", bare_host(e, a->host, sizeof a->host));
}

static void add_command(Arguments *a, const dk_Endpoint *e) {
  add(a, "docker");
  if (e->socket_path != NULL) {
    snprintf(a->path, sizeof a->path, "unix://%s", e->socket_path);
    add_pair(a, "--host", a->path);
  }
  add_pair(a, "system", "dial-stdio");
}

/* Runs ssh as the docker command does. It cannot ask anybody anything, as it
 * has no terminal: a script would hang, and there may be many of them. */
static int run_ssh(dk_Tunnel *u, const dk_Endpoint *e, double seconds,
                   int listener, int words) {
  Arguments a = {.n = 0};
  dk_Command c = {.argv = a.argv, .fds = {-1, -1, words}, .apart = 1};
  add(&a, "ssh");
  add_login(&a, e, seconds);
  add_command(&a, e);
  c.listener = listener;
  c.folder = u->folder;
  c.socket = u->socket;
  return dk_child_start(&c, &u->pid);
}

/* Begins to read what it says. 0, or an errno. */
static int watch_words(dk_Tunnels *all, dk_Tunnel *u, int fd) {
  u->words.fd = fd;
  u->words.events = DK_READABLE;
  u->words.on_ready = on_words;
  u->words.owner = u;
  if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
    return errno;
  return dk_poller_start(all->poller, &u->words);
}

static int start_child(dk_Tunnels *all, dk_Tunnel *u, const dk_Endpoint *e,
                       double seconds, int listener) {
  int words[2], error;
  if (pipe2(words, O_CLOEXEC) != 0)
    return errno;
  error = watch_words(all, u, words[0]);
  if (error == 0)
    error = run_ssh(u, e, seconds, listener, words[1]);
  close(words[1]);
  return error;
}

/* ---- life ---- */

static int set_up(dk_Tunnels *all, dk_Tunnel *u, const dk_Endpoint *e,
                  double seconds, struct sockaddr_un *place) {
  int error, listener = make_place(u, place);
  if (listener < 0)
    return errno;
  error = start_child(all, u, e, seconds, listener);
  close(listener);
  if (error != 0)
    return error;
  u->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return u->fd < 0 ? errno : 0;
}

static void dispose(dk_Tunnel *u) {
  close_words(u);
  if (u->pid != 0)
    dk_child_kill(u->pid);
  remove_place(u);
  dk_release(u);
}

int dk_tunnel_open(dk_Tunnels *all, const dk_Endpoint *e, double seconds,
                   struct sockaddr_un *place, unsigned long *number) {
  dk_Tunnel *u = dk_zeroed(sizeof *u);
  int error;
  if (u == NULL) {
    errno = ENOMEM;
    return -1;
  }
  u->fd = u->words.fd = -1;
  error = set_up(all, u, e, seconds, place);
  if (error != 0) {
    dispose(u);
    errno = error;
    return -1;
  }
  u->endpoint = e->number;
  u->number = *number = ++all->numbers;
  u->next = all->first;
  all->first = u;
  return u->fd;
}

static void end_soon(dk_Tunnel *u, double now) {
  if (!u->over)
    u->patience = now + PATIENCE;
  u->over = 1;
}

void dk_tunnel_closing(dk_Tunnels *all, int fd, double now) {
  dk_Tunnel *u = all->first;
  while (u != NULL && u->fd != fd)
    u = u->next;
  if (u == NULL)
    return;
  u->fd = -1;
  end_soon(u, now);
}

/* ---- the end ---- */

static int has_ended(dk_Tunnel *u) {
  int exit_code;
  if (u->pid != 0 && dk_child_ended(u->pid, &exit_code))
    u->pid = 0;
  return u->pid == 0;
}

/* Takes note when a child has ended; one that is over, and does not, is asked
 * to, and killed. */
static void tend(dk_Tunnel *u, double now) {
  if (has_ended(u) || !u->over || now < u->patience)
    return;
  if (u->asked) {
    dk_child_kill(u->pid);
    u->pid = 0;
    return;
  }
  u->asked = 1;
  u->patience = now + NO_MORE_PATIENCE;
  kill(u->pid, SIGTERM);
}

void dk_tunnels_tend(dk_Tunnels *all, double now) {
  dk_Tunnel **here = &all->first;
  while (*here != NULL) {
    dk_Tunnel *u = *here;
    tend(u, now);
    if (u->fd < 0 && u->pid == 0) {
      *here = u->next;
      dispose(u);
    } else {
      here = &u->next;
    }
  }
}

double dk_tunnels_due(const dk_Tunnels *all) {
  const dk_Tunnel *u;
  for (u = all->first; u != NULL; u = u->next)
    if (u->over && u->pid != 0)
      return SLICE;
  return INFINITY;
}

/* libcurl closes an idle connection only when it looks for one, so it keeps
 * the socket; but the child ends. */
void dk_tunnels_leave(dk_Tunnels *all, const dk_Endpoint *e, double now) {
  dk_Tunnel *u;
  for (u = all->first; u != NULL; u = u->next)
    if (u->fd >= 0 && u->endpoint == e->number) {
      shutdown(u->fd, SHUT_RDWR);
      end_soon(u, now);
    }
}

void dk_tunnels_free(dk_Tunnels *all) {
  static const struct timespec nap = {0, 5000000};
  int naps = LAST_NAPS;
  for (dk_tunnels_tend(all, 0); all->first != NULL && naps > 0; naps--) {
    nanosleep(&nap, NULL);
    dk_tunnels_tend(all, 0);
  }
  while (all->first != NULL) {
    dk_Tunnel *u = all->first;
    all->first = u->next;
    dispose(u);
  }
}

/* ---- why it failed ---- */

/* The last lines of what was said, in one. */
static void last_words(const dk_Tunnel *u, char *words, size_t size) {
  size_t end = u->length, from, i, n = 0;
  while (end > 0 && isspace((unsigned char)u->said[end - 1]))
    end--;
  from = end > TOLD ? end - TOLD : 0;
  if (from > 0) { /* not in the middle of a line, if there are several */
    const char *line = memchr(u->said + from, '\n', end - from);
    if (line != NULL)
      from = (size_t)(line + 1 - u->said);
  }
  for (i = from; i < end && n + 1 < size; i++) {
    unsigned char c = (unsigned char)u->said[i];
    if (c == '\n')
      c = ' ';
    if (c >= ' ' && c != 0x7F)
      words[n++] = (char)c;
  }
  words[n] = '\0';
}

void dk_tunnel_words(dk_Tunnels *all, unsigned long number, char *words,
                     size_t size) {
  dk_Tunnel *u = all->first;
  *words = '\0';
  while (u != NULL && u->number != number)
    u = u->next;
  if (u == NULL)
    return;
  listen_to(u);
  last_words(u, words, size);
  if (*words == '\0')
    snprintf(words, size, "ssh has ended without a word");
}
