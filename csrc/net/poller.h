/* SPDX-License-Identifier: MIT
 * Which descriptors are waited for, and the one wait for all of them.
 *
 * A descriptor is libcurl's, or that of a dk_Watch; a watch goes before. What
 * is wanted of it may change as often as one likes: only what is different at
 * the next wait is told to the kernel, so a kept connection that is used
 * again costs nothing. Everything but dk_Watch is private to net/. */
#ifndef DK_POLLER_H
#define DK_POLLER_H

typedef struct dk_Poller dk_Poller;

enum { DK_READABLE = 1, DK_WRITABLE = 2 };

/* A descriptor that is not libcurl's. Its owner fills in the first fields,
 * all else being 0, and stops it before the descriptor is closed. */
typedef struct dk_Watch {
  int fd;
  int events; /* DK_READABLE, DK_WRITABLE, both; 0: rests (dk_watch_set) */
  void (*on_ready)(struct dk_Watch *); /* called while the transport pumps;
      may stop, free, set and start watches and transfers; must not pump */
  void *owner;
  int ready; /* of `events`, when on_ready is called: all of them when the
                other side is gone, so reading or writing tells */
  dk_Poller *poller; /* NULL: not started */
} dk_Watch;

/* Other events from now on; 0 lets it rest. */
void dk_watch_set(dk_Watch *w, int events);

/* Ends it, also within any on_ready; fine when it was not started, or when
 * the transport is gone. */
void dk_watch_stop(dk_Watch *w);

/* NULL, with errno: no memory, or no descriptor left. */
dk_Poller *dk_poller_new(void);

/* The watches that are still started are stopped. */
void dk_poller_free(dk_Poller *p);

/* Readable when a wait would have something to tell. */
int dk_poller_fd(const dk_Poller *p);

/* What libcurl wants of a descriptor (0: nothing). May be called by its
 * callbacks; if there is no memory, the next dk_poller_apply says so. */
void dk_poller_want(dk_Poller *p, int fd, int events);

/* libcurl will say when it closes this one, so that it may lie idle in the
 * kernel's list meanwhile; and here it says so, before it does. */
void dk_poller_opened(dk_Poller *p, int fd);
void dk_poller_closing(dk_Poller *p, int fd);

/* Begins with a watch. 0, or an errno (EEXIST: another one watches that). */
int dk_poller_start(dk_Poller *p, dk_Watch *w);

/* Tells the kernel what has changed. 0, or an errno: then it does not take
 * some descriptor of libcurl's. */
int dk_poller_apply(dk_Poller *p);

/* Whether a descriptor that is always ready (a file) is waited for. */
int dk_poller_never_waits(const dk_Poller *p);

/* After dk_poller_apply: waits once, up to that long or a signal, then calls
 * on_ready of the watches, and `found` for each descriptor of libcurl's. 0, or
 * an errno: somebody has closed what is waited with. */
int dk_poller_wait(dk_Poller *p, int milliseconds,
                   void (*found)(void *context, int fd, int events),
                   void *context);

#endif
