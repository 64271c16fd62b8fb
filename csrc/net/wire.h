/* SPDX-License-Identifier: MIT
 * libcurl's side of a transfer, and what the files of net/ share about it.
 * Private to net/.
 *
 * Callbacks only fill the queue, set flags and note that something happened.
 * A transfer ends in dk_wire_conclude and nowhere else, and never inside a
 * callback: libcurl cannot remove a handle it is working on. */
#ifndef DK_WIRE_H
#define DK_WIRE_H

#include <curl/curl.h>

#include "net/transfer.h"
#include "net/tunnel.h"

/* An easy handle with all that it keeps pointers to. Made once, used for many
 * transfers, one after another. */
typedef struct dk_Handle {
  CURL *easy;
  struct dk_Handle *next; /* of those that are idle */
  int constant;           /* has the options that are always the same */
  int fresh;              /* must open a connection of its own */
  int altered;            /* has others that the next one must not have, */
  int special;            /* or those of a secure connection */
  char error[CURL_ERROR_SIZE]; /* libcurl's words for the last failure */
} dk_Handle;

typedef struct dk_Wire {
  dk_Transfer *transfer;
  dk_Transport *transport;   /* NULL when that was freed first */
  struct dk_Wire *next;      /* in one of the transport's lists, */
  struct dk_Wire **here;     /* and what points to this one there */
  dk_Handle *handle;         /* NULL unless under way */
  struct curl_slist *lines;  /* the head of the request */
  struct curl_slist *detour; /* where to connect to, or NULL */
  struct dk_Hijack *hijack;  /* NULL unless an upgrade was asked for, or
                                the request is fed */
  dk_Endpoint *endpoint;
  dk_Limits limits;
  double since;         /* when the limit that holds began to count */
  curl_off_t sent;      /* bytes of the request's body, when last seen */
  unsigned long round;  /* of pumping, in which anything last happened */
  dk_Trouble doom;      /* why a callback gave up */
  int uploads;          /* has a body to send */
  int paused;           /* the engine is held back */
  unsigned long tunnel; /* that was opened for it; 0: none */
  int tunnel_error;     /* errno, when none could be */
  int tried;            /* it goes out, and must not do so twice; */
  int again;            /* libcurl wanted it to */
} dk_Wire;

struct dk_Transport {
  CURLM *multi;
  dk_Poller *poller;
  dk_Wire *active;  /* transfers under way */
  dk_Wire *resting; /* not started, or over */
  int n_active;
  int n_left;        /* of them, after the last round of pumping */
  int keep;          /* idle connections, */
  double kept_since; /* since then */
  dk_Handle *idle;   /* handles for transfers to come */
  int n_idle;
  int happened;        /* transfers that something happened to, */
  unsigned long round; /* in this round of pumping */
  int n_eager;         /* hijacks that may have more to read */
  dk_Tunnels tunnels;
};

/* Lists of the transport. */
void dk_wire_link(dk_Wire *w, dk_Wire **list);
void dk_wire_unlink(dk_Wire *w);

/* An idle handle or a new one (NULL: no memory); and back again, after a
 * transfer that may have failed. */
dk_Handle *dk_handle_take(dk_Transport *t);
void dk_handle_give(dk_Transport *t, dk_Handle *h, int failed);

/* Has a handle tell of the sockets that it opens and closes. */
CURLcode dk_transport_attend(dk_Transport *t, CURL *easy);

/* Something happened to it that its owner should look at. May be called by a
 * callback. */
void dk_wire_note(dk_Wire *w);

/* Sets up the handle for the request. DK_NO_TROUBLE, or what is wrong (told in
 * the transfer's message). */
dk_Trouble dk_wire_prepare(dk_Wire *w, const dk_Request *r);

/* Has the handle go to the endpoint (route.c). */
CURLcode dk_route_set(dk_Wire *w);

/* Takes the handle out of the multi, gives back all that was held for the
 * transfer, and moves it to its last state: DK_FINISHED when there is no
 * trouble. */
void dk_wire_conclude(dk_Wire *w, dk_Trouble trouble);

/* Lets the engine send on. */
void dk_wire_resume(dk_Wire *w);

/* What a result of libcurl means; fills the message and the os_error. */
dk_Trouble dk_wire_judge(dk_Wire *w, CURLcode code);

/* The same for a limit that has run out. */
dk_Trouble dk_wire_late(dk_Wire *w);

/* Writes the transfer's message, as printf. */
void dk_wire_say(dk_Wire *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
