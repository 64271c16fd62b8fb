/* SPDX-License-Identifier: MIT
 * A server that plays a script, so that tests decide what arrives and when.
 *
 *     scripted [-t] [-q] [-s SECONDS] DIRECTORY
 *
 * Plays DIRECTORY/script; listens on DIRECTORY/socket or, with -t, on a free
 * port of 127.0.0.1; prints its address ("unix:///tmp/x/socket") and a newline
 * when it can be connected to; writes what it sees to DIRECTORY/log, but not
 * with -q. DIRECTORY/gate is a FIFO: each byte written to it opens one `gate`.
 * It ends with its script; and after SECONDS (60), or when the process that
 * started it has ended, it removes DIRECTORY and ends.
 *
 * A step a line; lines that are empty or begin with '#' do nothing. Steps mean
 * the connection accepted last, unless `use` has chosen another:
 *
 *     accept        waits for a connection; earlier ones stay as they are
 *     use N         goes back to the Nth connection
 *     head          reads the head of a request
 *     body          reads its body (by Content-Length, or chunked)
 *     drain         reads until the peer closes
 *     echo          sends back what it reads until the peer sends no more
 *     take N        reads N bytes
 *     send "text"   sends the text; knows \r \n \t \0 \\ \" \xHH
 *     fill N        sends N bytes of the letters a to w, again and again
 *     chunks N M    sends N bytes of the same, M a chunk
 *     pause N       does nothing for N milliseconds
 *     gate          waits for a byte in the FIFO
 *     half          sends no more, but reads on
 *     blind         reads no more, but sends on
 *     close         closes the connection
 *     reset         closes it the hard way
 *     deaf          stops listening
 *     serve "text"  answers every request on every connection, for ever
 *     loop          begins again
 *
 * The log has a line for what came, with the number of the connection:
 * "accept 1", "head 1 GET / HTTP/1.1", "line 1 Host: localhost",
 * "body 1 LENGTH SUM", "take 1 LENGTH SUM", "drain 1 LENGTH", "echo 1 LENGTH",
 * "eof 1", "gone 1" (could not send), and "sent 1" when a step has sent all
 * it had to. */

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_PEERS 2000
#define INPUT 65536

typedef struct Peer {
  int fd;            /* -1: closed */
  size_t start, end; /* of what was received and not looked at yet */
  long long length;  /* of the body that follows; -1: chunked */
  char input[INPUT];
} Peer;

static struct {
  const char *directory;
  int listener, gate;
  Peer *peers[MAX_PEERS];
  int n_peers;
  Peer *peer; /* that the steps mean */
  int number;
  FILE *log;
} server;

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void note(const char *what, int number, const char *text) {
  if (server.log == NULL)
    return;
  fprintf(server.log, "%s %d%s%s\n", what, number, *text ? " " : "", text);
  fflush(server.log);
}

/* ---- connections ---- */

static void accept_peer(char *unused) {
  Peer *p = calloc(1, sizeof *p);
  if (p == NULL || server.n_peers == MAX_PEERS)
    die("accept");
  p->fd = accept(server.listener, NULL, NULL);
  if (p->fd < 0)
    die("accept");
  (void)unused;
  server.peers[server.n_peers++] = p;
  server.peer = p;
  server.number = server.n_peers;
  note("accept", server.number, "");
}

static void close_peer(Peer *p) {
  if (p->fd >= 0)
    close(p->fd);
  p->fd = -1;
}

static void reset_peer(Peer *p) {
  struct linger hard = {1, 0};
  setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close_peer(p);
}

static void use_peer(int number) {
  if (number < 1 || number > server.n_peers)
    die("use");
  server.number = number;
  server.peer = server.peers[number - 1];
}

/* Receives more; 0: there is no more. */
static int receive(Peer *p) {
  ssize_t got;
  if (p->start > 0) {
    memmove(p->input, p->input + p->start, p->end - p->start);
    p->end -= p->start;
    p->start = 0;
  }
  if (p->fd < 0)
    return 0;
  got = recv(p->fd, p->input + p->end, INPUT - p->end, 0);
  if (got <= 0)
    return 0;
  p->end += (size_t)got;
  return 1;
}

static int send_bytes(const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = -1;
    if (server.peer->fd >= 0)
      sent = send(server.peer->fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0) {
      note("gone", server.number, "");
      return 0;
    }
    bytes += sent;
    length -= (size_t)sent;
  }
  return 1;
}

/* ---- requests ---- */

/* The next line, without its end; 0: the peer has closed. */
static int read_line(char *line, size_t size) {
  Peer *p = server.peer;
  size_t length;
  char *end;
  while ((end = memchr(p->input + p->start, '\n', p->end - p->start)) == NULL)
    if (!receive(p)) {
      note("eof", server.number, "");
      return 0;
    }
  length = (size_t)(end - (p->input + p->start));
  snprintf(line, size, "%.*s", (int)length, p->input + p->start);
  line[strcspn(line, "\r")] = '\0';
  p->start += length + 1;
  return 1;
}

static void look_at_header(Peer *p, const char *line) {
  if (strncasecmp(line, "content-length:", 15) == 0)
    p->length = atoll(line + 15);
  if (strncasecmp(line, "transfer-encoding: chunked", 26) == 0)
    p->length = -1;
}

static void read_head(char *unused) {
  char line[4096];
  const char *what = "head";
  (void)unused;
  server.peer->length = 0;
  while (read_line(line, sizeof line) && *line != '\0') {
    note(what, server.number, line);
    look_at_header(server.peer, line);
    what = "line";
  }
}

/* Reads up to `length` bytes, adding them up; how many there were. */
static long long read_bytes(long long length, unsigned *sum) {
  Peer *p = server.peer;
  long long had = 0;
  while (had < length && (p->start < p->end || receive(p))) {
    *sum += (unsigned char)p->input[p->start++];
    had++;
  }
  return had;
}

static long long read_chunks(unsigned *sum) {
  char line[64];
  long long had = 0, size;
  while (read_line(line, sizeof line)) {
    size = strtoll(line, NULL, 16);
    had += read_bytes(size, sum);
    if (!read_line(line, sizeof line) || size == 0)
      break;
  }
  return had;
}

static void read_body(char *unused) {
  char text[64];
  unsigned sum = 0;
  long long had = server.peer->length < 0
                      ? read_chunks(&sum)
                      : read_bytes(server.peer->length, &sum);
  (void)unused;
  snprintf(text, sizeof text, "%lld %u", had, sum);
  note("body", server.number, text);
}

static void drain(char *unused) {
  char text[64];
  unsigned sum = 0;
  long long had = read_bytes(1LL << 60, &sum);
  (void)unused;
  snprintf(text, sizeof text, "%lld", had);
  note("drain", server.number, text);
}

static void take(char *argument) {
  char text[64];
  unsigned sum = 0;
  long long had = read_bytes(atoll(argument), &sum);
  snprintf(text, sizeof text, "%lld %u", had, sum);
  note("take", server.number, text);
}

/* ---- answers ---- */

static void echo(char *unused) {
  Peer *p = server.peer;
  char text[64];
  long long had = 0;
  (void)unused;
  while (p->start < p->end || receive(p)) {
    if (!send_bytes(p->input + p->start, p->end - p->start))
      return;
    had += (long long)(p->end - p->start);
    p->start = p->end;
  }
  snprintf(text, sizeof text, "%lld", had);
  note("echo", server.number, text);
}

/* Decodes "text" in place; its length. */
static size_t unescape(char *quoted, char **text) {
  const char *from = strchr(quoted, '"');
  char *to;
  if (from == NULL)
    die(quoted);
  *text = to = quoted;
  for (from++; *from != '"' && *from != '\0'; from++) {
    static const char names[] = "rnt0", bytes[] = "\r\n\t\0";
    const char *name;
    char hex[3] = "";
    if (*from != '\\') {
      *to++ = *from;
    } else if (*++from == 'x') {
      memcpy(hex, from + 1, 2);
      *to++ = (char)strtol(hex, NULL, 16);
      from += 2;
    } else {
      name = memchr(names, *from, 4);
      *to++ = name != NULL ? bytes[name - names] : *from;
    }
  }
  return (size_t)(to - *text);
}

static void send_text(char *argument) {
  char *text;
  size_t length = unescape(argument, &text);
  if (send_bytes(text, length))
    note("sent", server.number, "");
}

/* Pattern bytes from `offset` on: 23 letters again and again. */
static size_t pattern(char *bytes, size_t size, long long offset,
                      long long left) {
  size_t i, length = left < (long long)size ? (size_t)left : size;
  for (i = 0; i < length; i++)
    bytes[i] = (char)('a' + (offset + (long long)i) % 23);
  return length;
}

static void fill(long long total) {
  static char piece[23 * 2048];
  long long offset = 0;
  while (offset < total) {
    size_t length = pattern(piece, sizeof piece, offset, total - offset);
    if (!send_bytes(piece, length))
      return;
    offset += (long long)length;
  }
  note("sent", server.number, "");
}

static void send_chunks(long long total, long long size) {
  static char piece[INPUT];
  long long offset = 0;
  if (size < 1 || size > INPUT - 32)
    die("chunks");
  while (offset < total) {
    long long left = total - offset < size ? total - offset : size;
    int head = snprintf(piece, 32, "%llx\r\n", left);
    size_t length = pattern(piece + head, (size_t)left, offset, left);
    memcpy(piece + head + length, "\r\n", 2);
    if (!send_bytes(piece, (size_t)head + length + 2))
      return;
    offset += left;
  }
  note("sent", server.number, "");
}

/* ---- serving ---- */

/* Takes a whole request from what was received; 0: it is not there yet. */
static int take_request(Peer *p, int number) {
  char *begin = p->input + p->start, *end, *line;
  char first[200];
  end = memmem(begin, p->end - p->start, "\r\n\r\n", 4);
  if (end == NULL)
    return 0;
  snprintf(first, sizeof first, "%.*s", (int)strcspn(begin, "\r"), begin);
  p->length = 0;
  for (line = begin; line < end; line = strchr(line, '\n') + 1)
    look_at_header(p, line);
  if ((long long)(p->input + p->end - end - 4) < p->length)
    return 0;
  p->start = (size_t)(end + 4 - p->input + p->length);
  note("head", number, first);
  return 1;
}

static void serve_peer(int number, const char *text, size_t length) {
  Peer *p = server.peers[number - 1];
  use_peer(number);
  if (!receive(p)) {
    note("eof", number, "");
    close_peer(p);
    return;
  }
  while (take_request(p, number))
    if (!send_bytes(text, length))
      return;
}

static void serve(char *argument) {
  static struct pollfd polled[MAX_PEERS + 1];
  char *text;
  size_t length = unescape(argument, &text);
  for (;;) {
    int i, n = server.n_peers;
    polled[0] = (struct pollfd){server.listener, POLLIN, 0};
    for (i = 0; i < n; i++)
      polled[i + 1] = (struct pollfd){server.peers[i]->fd, POLLIN, 0};
    if (poll(polled, (nfds_t)n + 1, -1) < 0)
      die("poll");
    for (i = 0; i < n; i++)
      if (polled[i + 1].revents)
        serve_peer(i + 1, text, length);
    if (polled[0].revents)
      accept_peer(NULL);
  }
}

/* ---- the script ---- */

static void step_use(char *argument) {
  use_peer(atoi(argument));
}

static void step_fill(char *argument) {
  fill(atoll(argument));
}

static void step_chunks(char *argument) {
  char *size;
  long long total = strtoll(argument, &size, 10);
  send_chunks(total, atoll(size));
}

static void step_pause(char *argument) {
  usleep((useconds_t)atoi(argument) * 1000);
}

static void step_gate(char *unused) {
  char byte;
  (void)unused;
  if (read(server.gate, &byte, 1) != 1)
    die("gate");
}

static void step_half(char *unused) {
  (void)unused;
  shutdown(server.peer->fd, SHUT_WR);
}

static void step_blind(char *unused) {
  (void)unused;
  shutdown(server.peer->fd, SHUT_RD);
}

static void step_close(char *unused) {
  (void)unused;
  close_peer(server.peer);
}

static void step_reset(char *unused) {
  (void)unused;
  reset_peer(server.peer);
}

static void step_deaf(char *unused) {
  (void)unused;
  close(server.listener);
}

static const struct {
  const char *name;
  void (*play)(char *argument);
  int needs_peer;
} steps[] = {
    {"accept", accept_peer, 0}, {"body", read_body, 1},
    {"blind", step_blind, 1},   {"chunks", step_chunks, 1},
    {"close", step_close, 1},   {"deaf", step_deaf, 0},
    {"drain", drain, 1},        {"echo", echo, 1},
    {"take", take, 1},          {"fill", step_fill, 1},
    {"gate", step_gate, 0},     {"half", step_half, 1},
    {"head", read_head, 1},     {"pause", step_pause, 0},
    {"reset", step_reset, 1},   {"send", send_text, 1},
    {"serve", serve, 0},        {"use", step_use, 0},
};

static void play_step(const char *name, char *argument) {
  size_t i;
  for (i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (strcmp(steps[i].name, name) != 0)
      continue;
    if (steps[i].needs_peer && server.peer == NULL)
      die(name);
    steps[i].play(argument);
    return;
  }
  fprintf(stderr, "scripted: no step is called %s\n", name);
  exit(1);
}

static void play(FILE *script) {
  static char line[INPUT];
  while (fgets(line, sizeof line, script) != NULL) {
    char *step = line + strspn(line, " \t"), *argument;
    step[strcspn(step, "\n")] = '\0';
    argument = step + strcspn(step, " ");
    if (*argument != '\0')
      *argument++ = '\0';
    if (*step == '\0' || *step == '#')
      continue;
    if (strcmp(step, "loop") == 0)
      rewind(script);
    else
      play_step(step, argument);
  }
}

/* ---- the start ---- */

static void listen_unix(const char *directory) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  server.listener = socket(AF_UNIX, SOCK_STREAM, 0);
  snprintf(address.sun_path, sizeof address.sun_path, "%.90s/socket",
           directory);
  unlink(address.sun_path);
  if (bind(server.listener, (struct sockaddr *)&address, sizeof address) ||
      listen(server.listener, 128))
    die(address.sun_path);
  printf("unix://%s\n", address.sun_path);
}

static void listen_tcp(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  server.listener = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(server.listener, (struct sockaddr *)&address, sizeof address) ||
      listen(server.listener, 128) ||
      getsockname(server.listener, (struct sockaddr *)&address, &size))
    die("listen");
  printf("tcp://127.0.0.1:%d\n", ntohs(address.sin_port));
}

static FILE *open_files(const char *directory, int quiet) {
  char path[300];
  FILE *script;
  snprintf(path, sizeof path, "%.200s/gate", directory);
  if (mkfifo(path, 0600) != 0 || (server.gate = open(path, O_RDWR)) < 0)
    die(path);
  snprintf(path, sizeof path, "%.200s/log", directory);
  if (!quiet && (server.log = fopen(path, "w")) == NULL)
    die(path);
  snprintf(path, sizeof path, "%.200s/script", directory);
  script = fopen(path, "r");
  if (script == NULL)
    die(path);
  return script;
}

/* Nobody is there any more to remove the files. */
static void abandon(int number) {
  static const char *const names[] = {"script", "log", "gate", "socket"};
  size_t i;
  (void)number;
  if (chdir(server.directory) == 0)
    for (i = 0; i < sizeof names / sizeof *names; i++)
      unlink(names[i]);
  rmdir(server.directory);
  _exit(1);
}

int main(int argc, char **argv) {
  int option, tcp = 0, quiet = 0;
  unsigned seconds = 60;
  FILE *script;
  while ((option = getopt(argc, argv, "tqs:")) != -1) {
    if (option == 't')
      tcp = 1;
    if (option == 'q')
      quiet = 1;
    if (option == 's')
      seconds = (unsigned)atoi(optarg);
  }
  if (optind + 1 != argc)
    die("usage: scripted [-t] [-q] [-s N] DIRECTORY");
  server.directory = argv[optind];
  signal(SIGTERM, abandon);
  signal(SIGALRM, abandon);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  alarm(seconds);
  script = open_files(argv[optind], quiet);
  if (tcp)
    listen_tcp();
  else
    listen_unix(argv[optind]);
  fflush(stdout);
  play(script);
  return 0;
}
