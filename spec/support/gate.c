/* SPDX-License-Identifier: MIT
 * A gate between a client and an engine, which lets bytes through when it is
 * told to: so a test decides where in an answer something happens, without
 * having to wait for a moment.
 *
 *     gate [-t] [-s SECONDS] DIRECTORY ENGINE
 *
 * Listens on DIRECTORY/socket or, with -t, on a free port of 127.0.0.1, and
 * prints its address; passes each connection on to the unix socket ENGINE.
 * Orders are lines in the FIFO DIRECTORY/orders, and each is answered by one
 * line in DIRECTORY/answers. It ends with the process that started it, or
 * after SECONDS (60), and removes DIRECTORY then.
 *
 * "up" is what the client sends, "down" what the engine does. N is the number
 * of a connection, or 0 for all that there are and are to come, or -1 for
 * those to come.
 *
 *     hold N WAY           lets nothing pass from now on
 *     release N WAY [COUNT [cut|reset|HEX|HEX!]]
 *                          lets so many bytes pass, or all; when these have
 *                          passed, cuts or resets the connection, or adds
 *                          bytes of its own (HEX!: and then cuts it). For 0
 *                          bytes of a connection to come: as soon as there
 *                          is one to pass.
 *     send N WAY HEX       adds bytes, whatever is held
 *     cut N                closes both ends: what is held is lost
 *     reset N              the same; the client is told ECONNRESET (on a unix
 *                          socket only if bytes of its own are held)
 *     state                an answer "OPEN UP DOWN …" for each connection,
 *                          where OPEN is 1 or 0, and UP and DOWN each have
 *                          "PASSED WAITING END", END being 1 when that side
 *                          sends no more
 *
 * What is held is left in the socket that it came by: the sender feels it as
 * it feels a slow reader. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define MAX_PAIRS 4000
#define PIECE 65536
#define ALL (-1L)

enum { UP, DOWN, N_WAYS };
/* When what was released has passed. */
enum { NOTHING, CUT, RESET, ADD, ADD_AND_CUT };

/* What may pass. */
typedef struct Permit {
  long count; /* bytes, or ALL */
  int then;
  unsigned char added[1024];
  size_t n_added;
} Permit;

typedef struct Way {
  Permit permit;
  long passed;
  int end; /* the sender has sent all */
  int passed_end;
  size_t start, length; /* of what was read, and not written yet */
  unsigned char bytes[PIECE];
} Way;

typedef struct Pair {
  int fds[N_WAYS]; /* where the bytes of a way come from; -1: closed */
  Way ways[N_WAYS];
} Pair;

static struct {
  const char *directory, *engine;
  int listener, orders, answers;
  Permit permits[N_WAYS]; /* of connections that are to come */
  Pair *pairs[MAX_PAIRS];
  int n_pairs;
} gate;

static void die(const char *what) {
  perror(what);
  exit(1);
}

/* ---- connections ---- */

static void set_address(struct sockaddr_un *address, const char *path) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  if (strlen(path) >= sizeof address->sun_path) {
    fprintf(stderr, "gate: %s is too long for a socket\n", path);
    exit(1);
  }
  strcpy(address->sun_path, path);
}

static int connect_engine(void) {
  struct sockaddr_un address;
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  set_address(&address, gate.engine);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address)) {
    close(fd);
    return -1;
  }
  return fd;
}

static void close_pair(Pair *p) {
  int way;
  for (way = 0; way < N_WAYS; way++) {
    if (p->fds[way] >= 0)
      close(p->fds[way]);
    p->fds[way] = -1;
  }
}

static void reset_pair(Pair *p) {
  struct linger hard = {1, 0};
  if (p->fds[UP] >= 0)
    setsockopt(p->fds[UP], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close_pair(p);
}

/* The engine is not there: the client is turned away, too. */
static void accept_pair(void) {
  Pair *p = calloc(1, sizeof *p);
  if (p == NULL || gate.n_pairs == MAX_PAIRS)
    die("accept");
  p->fds[UP] = accept4(gate.listener, NULL, NULL, SOCK_CLOEXEC);
  p->fds[DOWN] = connect_engine();
  if (p->fds[UP] < 0 || p->fds[DOWN] < 0)
    close_pair(p);
  p->ways[UP].permit = gate.permits[UP];
  p->ways[DOWN].permit = gate.permits[DOWN];
  gate.pairs[gate.n_pairs++] = p;
}

/* ---- bytes ---- */

static int is_open(const Pair *p) {
  return p->fds[UP] >= 0;
}

static int may_read(const Way *w) {
  return w->length == 0 && w->permit.count != 0 && !w->passed_end;
}

static void add(Way *w, const unsigned char *bytes, size_t length) {
  if (w->start + w->length + length > PIECE) {
    memmove(w->bytes, w->bytes + w->start, w->length);
    w->start = 0;
  }
  if (w->length + length > PIECE)
    return;
  memcpy(w->bytes + w->start + w->length, bytes, length);
  w->length += length;
}

/* What was released has passed. */
static void conclude(Pair *p, Way *w) {
  int then = w->permit.then;
  w->permit.then = then == ADD_AND_CUT ? CUT : NOTHING;
  if (then == ADD || then == ADD_AND_CUT) {
    add(w, w->permit.added, w->permit.n_added);
  } else if (then == CUT) {
    close_pair(p);
  } else if (then == RESET) {
    reset_pair(p);
  }
}

static void write_way(Pair *p, int way) {
  Way *w = &p->ways[way];
  ssize_t n = send(p->fds[!way], w->bytes + w->start, w->length,
                   MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    close_pair(p);
  } else if (n > 0) {
    w->start += (size_t)n;
    w->length -= (size_t)n;
    w->passed += n;
  }
  if (is_open(p) && w->length == 0) {
    w->start = 0;
    if (w->permit.count == 0)
      conclude(p, w);
  }
}

/* The sender sends no more: nor do we, and when both are done it is over. */
static void pass_end(Pair *p, int way) {
  Way *w = &p->ways[way];
  w->end = w->passed_end = 1;
  shutdown(p->fds[!way], SHUT_WR);
  if (p->ways[!way].passed_end)
    close_pair(p);
}

static void read_way(Pair *p, int way) {
  Way *w = &p->ways[way];
  size_t room = PIECE;
  ssize_t n;
  if (w->permit.count != ALL && (size_t)w->permit.count < room)
    room = (size_t)w->permit.count;
  n = recv(p->fds[way], w->bytes, room, MSG_DONTWAIT);
  if (n < 0 && errno != EAGAIN && errno != EINTR) {
    close_pair(p);
  } else if (n == 0) {
    pass_end(p, way);
  } else if (n > 0) {
    w->start = 0;
    w->length = (size_t)n;
    if (w->permit.count != ALL)
      w->permit.count -= n;
    write_way(p, way);
  }
}

/* ---- orders ---- */

static int way_of(const char *word) {
  return strcmp(word, "up") == 0 ? UP : DOWN;
}

static size_t from_hex(const char *hex, unsigned char *bytes, size_t room) {
  size_t n = 0;
  unsigned value;
  for (; n < room && sscanf(hex, "%2x", &value) == 1; hex += 2)
    bytes[n++] = (unsigned char)value;
  return n;
}

/* Calls it for that connection, or for all. */
static void each(int number, void (*apply)(Pair *, int, const Permit *),
                 int way, const Permit *permit) {
  int i;
  for (i = 1; i <= gate.n_pairs; i++)
    if ((number == 0 || number == i) && is_open(gate.pairs[i - 1]))
      apply(gate.pairs[i - 1], way, permit);
}

static void permit_way(Pair *p, int way, const Permit *permit) {
  Way *w = &p->ways[way];
  w->permit = *permit;
  if (permit->count == 0 && w->length == 0)
    conclude(p, w);
}

static void send_way(Pair *p, int way, const Permit *permit) {
  add(&p->ways[way], permit->added, permit->n_added);
  write_way(p, way);
}

static void cut(Pair *p, int way, const Permit *permit) {
  (void)way;
  (void)permit;
  close_pair(p);
}

static void reset(Pair *p, int way, const Permit *permit) {
  (void)way;
  (void)permit;
  reset_pair(p);
}

static void set_then(Permit *permit, const char *word) {
  permit->then = strcmp(word, "cut") == 0     ? CUT
                 : strcmp(word, "reset") == 0 ? RESET
                 : *word != '\0'              ? ADD
                                              : NOTHING;
  if (permit->then == ADD)
    permit->n_added = from_hex(word, permit->added, sizeof permit->added);
  if (permit->then == ADD && strchr(word, '!') != NULL)
    permit->then = ADD_AND_CUT;
}

static void permit(int number, int way, const Permit *p) {
  if (number <= 0)
    gate.permits[way] = *p;
  if (number >= 0)
    each(number, permit_way, way, p);
}

static void tell_state(void) {
  int i, way;
  for (i = 0; i < gate.n_pairs; i++) {
    Pair *p = gate.pairs[i];
    dprintf(gate.answers, "%d ", is_open(p));
    for (way = 0; way < N_WAYS; way++) {
      int waiting = 0;
      if (is_open(p))
        ioctl(p->fds[way], FIONREAD, &waiting);
      dprintf(gate.answers, "%ld %ld %d ", p->ways[way].passed,
              waiting + (long)p->ways[way].length, p->ways[way].end);
    }
  }
}

static void obey(char *line) {
  char verb[16] = "", way[16] = "", then[2100] = "";
  int number = 0;
  Permit p;
  memset(&p, 0, sizeof p);
  p.count = ALL;
  if (strncmp(line, "send ", 5) == 0) {
    sscanf(line, "send %d %15s %2099s", &number, way, then);
    p.n_added = from_hex(then, p.added, sizeof p.added);
    each(number, send_way, way_of(way), &p);
  } else {
    sscanf(line, "%15s %d %15s %ld %2099s", verb, &number, way, &p.count,
           then);
    set_then(&p, then);
  }
  if (strcmp(verb, "hold") == 0) {
    p.count = 0;
    permit(number, way_of(way), &p);
  } else if (strcmp(verb, "release") == 0) {
    permit(number, way_of(way), &p);
  } else if (strcmp(verb, "cut") == 0) {
    each(number, cut, UP, &p);
  } else if (strcmp(verb, "reset") == 0) {
    each(number, reset, UP, &p);
  } else if (strcmp(verb, "state") == 0) {
    tell_state();
  }
  dprintf(gate.answers, "\n");
}

static void read_orders(void) {
  static char text[8192];
  static size_t length;
  char *end;
  ssize_t n = read(gate.orders, text + length, sizeof text - 1 - length);
  if (n <= 0)
    return;
  length += (size_t)n;
  text[length] = '\0';
  while ((end = memchr(text, '\n', length)) != NULL) {
    *end = '\0';
    obey(text);
    length -= (size_t)(end + 1 - text);
    memmove(text, end + 1, length);
  }
}

/* ---- waiting ---- */

/* That the sender has sent all is seen, also while it is held. */
static short interest(const Pair *p, int way) {
  const Way *w = &p->ways[way];
  short events = 0;
  if (may_read(w) || (w->permit.count == 0 && w->permit.then != NOTHING))
    events |= POLLIN;
  else if (!w->end)
    events |= POLLRDHUP;
  if (p->ways[!way].length > 0)
    events |= POLLOUT;
  return events;
}

static void serve_way(Pair *p, int way, short events) {
  Way *w = &p->ways[way];
  if (is_open(p) && (events & POLLOUT) && p->ways[!way].length > 0)
    write_way(p, !way);
  if (is_open(p) && (events & (POLLRDHUP | POLLHUP | POLLERR)))
    w->end = 1;
  if (!is_open(p) || (events & ~POLLOUT) == 0)
    return;
  if (may_read(w))
    read_way(p, way);
  else if (w->permit.count == 0 && w->length == 0)
    conclude(p, w);
}

/* One that has hung up is not watched while its bytes are held: poll would
 * tell of it for ever. */
static void watch(struct pollfd *slot, const Pair *p, int way) {
  slot->events = interest(p, way);
  slot->fd =
      slot->events != 0 && (slot->events != POLLRDHUP || !p->ways[way].end)
          ? p->fds[way]
          : -1;
  slot->revents = 0;
}

static void serve(void) {
  static struct pollfd slots[2 + 2 * MAX_PAIRS];
  int i, way, n = gate.n_pairs;
  slots[0].fd = gate.orders;
  slots[1].fd = gate.listener;
  slots[0].events = slots[1].events = POLLIN;
  for (i = 0; i < n; i++)
    for (way = 0; way < N_WAYS; way++)
      watch(&slots[2 + 2 * i + way], gate.pairs[i], way);
  if (poll(slots, (nfds_t)(2 + 2 * n), -1) < 0)
    return;
  for (i = 0; i < n; i++)
    for (way = 0; way < N_WAYS; way++)
      if (slots[2 + 2 * i + way].revents != 0)
        serve_way(gate.pairs[i], way, slots[2 + 2 * i + way].revents);
  if (slots[1].revents & POLLIN)
    accept_pair();
  if (slots[0].revents & POLLIN)
    read_orders();
}

/* ---- the beginning and the end ---- */

static const char *in_directory(const char *name) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s", gate.directory, name);
  return path;
}

static void clean_up(void) {
  static const char *const names[] = {"socket", "orders", "answers"};
  size_t i;
  for (i = 0; i < sizeof names / sizeof names[0]; i++)
    unlink(in_directory(names[i]));
  rmdir(gate.directory);
}

static void on_signal(int signal) {
  (void)signal;
  clean_up();
  _exit(0);
}

static int open_fifo(const char *name) {
  int fd;
  if (mkfifo(in_directory(name), 0600) != 0)
    die(name);
  fd = open(in_directory(name), O_RDWR | O_CLOEXEC);
  if (fd < 0)
    die(name);
  return fd;
}

static void listen_tcp(void) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  gate.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(gate.listener, (struct sockaddr *)&address, length) != 0 ||
      listen(gate.listener, 1024) != 0 ||
      getsockname(gate.listener, (struct sockaddr *)&address, &length) != 0)
    die("listen");
  printf("tcp://127.0.0.1:%d\n", ntohs(address.sin_port));
}

static void listen_unix(void) {
  struct sockaddr_un address;
  set_address(&address, in_directory("socket"));
  gate.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (bind(gate.listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(gate.listener, 1024) != 0)
    die("listen");
  printf("unix://%s\n", address.sun_path);
}

int main(int argc, char **argv) {
  int option, tcp = 0;
  unsigned seconds = 60;
  while ((option = getopt(argc, argv, "ts:")) != -1) {
    if (option == 't')
      tcp = 1;
    else if (option == 's')
      seconds = (unsigned)atoi(optarg);
    else
      return 2;
  }
  if (argc != optind + 2)
    return 2;
  gate.directory = argv[optind];
  gate.engine = argv[optind + 1];
  gate.permits[UP].count = gate.permits[DOWN].count = ALL;
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, on_signal);
  signal(SIGALRM, on_signal);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  alarm(seconds);
  gate.orders = open_fifo("orders");
  gate.answers = open_fifo("answers");
  (tcp ? listen_tcp : listen_unix)();
  fflush(stdout);
  for (;;)
    serve();
}
