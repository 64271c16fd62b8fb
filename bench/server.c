/* SPDX-License-Identifier: MIT
 * An engine that knows one container and its log, and is never the slowest:
 *
 *   server SOCKET INSPECT LOG
 *
 * INSPECT is the file of the JSON that GET /containers/{id}/json answers, LOG
 * that of the frames of /containers/{id}/logs. The log goes out as an engine
 * sends it, each frame in a chunk of its own, made ready before; but as fast
 * as the socket takes it. It runs until it is killed. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nOSType: linux\r\n"

typedef struct Bytes {
  char *data;
  size_t length;
} Bytes;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static Bytes read_file(const char *path) {
  Bytes b = {NULL, 0};
  FILE *file = fopen(path, "rb");
  long length;
  if (file == NULL)
    fail(path);
  fseek(file, 0, SEEK_END);
  length = ftell(file);
  rewind(file);
  b.data = malloc((size_t)length + 1);
  if (b.data == NULL ||
      fread(b.data, 1, (size_t)length, file) != (size_t)length)
    fail(path);
  fclose(file);
  b.length = (size_t)length;
  b.data[b.length] = '\0';
  return b;
}

/* ---- the answers, made once ---- */

static Bytes ping, inspect, logs;

static Bytes make_answer(const char *type, const char *body, size_t length) {
  Bytes b;
  b.data = malloc(length + 256);
  if (b.data == NULL)
    fail("malloc");
  b.length = (size_t)sprintf(
      b.data, HEAD "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", type,
      length);
  memcpy(b.data + b.length, body, length);
  b.length += length;
  return b;
}

/* The length of a frame with its header. */
static size_t frame_length(const char *frame) {
  const unsigned char *h = (const unsigned char *)frame;
  return 8 + ((size_t)h[4] << 24 | (size_t)h[5] << 16 | (size_t)h[6] << 8 |
              (size_t)h[7]);
}

/* An answer whose every frame is one chunk. */
static Bytes make_chunks(Bytes frames) {
  const char *at = frames.data;
  const char *end = at + frames.length;
  Bytes b;
  b.data = malloc(2 * frames.length + 256);
  if (b.data == NULL)
    fail("malloc");
  b.length =
      (size_t)sprintf(b.data, HEAD "Transfer-Encoding: chunked\r\n\r\n");
  while (end - at >= 8) {
    size_t length = frame_length(at);
    b.length += (size_t)sprintf(b.data + b.length, "%zx\r\n", length);
    memcpy(b.data + b.length, at, length);
    memcpy(b.data + b.length + length, "\r\n", 2);
    b.length += length + 2;
    at += length;
  }
  b.length += (size_t)sprintf(b.data + b.length, "0\r\n\r\n");
  return b;
}

/* ---- serving ---- */

static void send_all(int fd, Bytes b) {
  size_t sent = 0;
  while (sent < b.length) {
    ssize_t n = send(fd, b.data + sent, b.length - sent, MSG_NOSIGNAL);
    if (n <= 0)
      exit(0); /* the client has what it wants */
    sent += (size_t)n;
  }
}

/* Reads the head of a request; none of those that come has a body. */
static int read_request(int fd, char *head, size_t size) {
  size_t have = 0;
  head[0] = '\0';
  while (strstr(head, "\r\n\r\n") == NULL) {
    ssize_t n = read(fd, head + have, size - 1 - have);
    if (n <= 0)
      return 0;
    have += (size_t)n;
    head[have] = '\0';
  }
  return 1;
}

static void serve(int fd) {
  char head[4096];
  while (read_request(fd, head, sizeof head)) {
    strchr(head, '\n')[0] = '\0';
    send_all(fd, strstr(head, "/_ping") != NULL  ? ping
                 : strstr(head, "/logs") != NULL ? logs
                                                 : inspect);
  }
  exit(0);
}

static int listen_at(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (strlen(path) >= sizeof address.sun_path)
    fail("the path is too long");
  strcpy(address.sun_path, path);
  unlink(path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(fd, 16) != 0)
    fail(path);
  return fd;
}

int main(int argc, char **argv) {
  Bytes file;
  int listener;
  if (argc != 4) {
    fprintf(stderr, "usage: server SOCKET INSPECT LOG\n");
    return 1;
  }
  ping = make_answer("text/plain", "OK", 2);
  file = read_file(argv[2]);
  inspect = make_answer("application/json", file.data, file.length);
  file = read_file(argv[3]);
  logs = make_chunks(file);
  signal(SIGCHLD, SIG_IGN);
  listener = listen_at(argv[1]);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && fork() == 0)
      serve(fd);
    if (fd >= 0)
      close(fd);
  }
}
