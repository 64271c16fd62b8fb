/* SPDX-License-Identifier: MIT
 * Tests of net/websocket, against a peer in a process of its own that knows
 * how to shake hands. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "bytes/base64.h"
#include "bytes/sha1.h"
#include "net_kit.h"

/* ---- the peer ---- */

/* What the peer does when it has shaken hands: one of these a test. */
typedef void (*Play)(int fd);

static pid_t peer;
static char socket_path[60];

static void put(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);
    if (n <= 0)
      _exit(1);
    bytes += n;
    length -= (size_t)n;
  }
}

#define PUT(fd, text) put(fd, text, sizeof(text) - 1)

static void get(int fd, void *bytes, size_t length) {
  if (recv(fd, bytes, length, MSG_WAITALL) != (ssize_t)length && length > 0)
    _exit(2);
}

/* Reads a frame of the client's, which must be masked, up to 64 KB; its
 * length. The first byte goes to `first`. */
static size_t get_frame(int fd, unsigned char *first, char *payload) {
  unsigned char head[4], mask[4];
  size_t length, i;
  get(fd, head, 2);
  *first = head[0];
  if (!(head[1] & 0x80))
    _exit(3);
  length = head[1] & 0x7F;
  if (length == 127)
    _exit(4);
  if (length == 126) {
    get(fd, head + 2, 2);
    length = (size_t)head[2] << 8 | head[3];
  }
  get(fd, mask, 4);
  get(fd, payload, length);
  for (i = 0; i < length; i++)
    payload[i] = (char)(payload[i] ^ mask[i % 4]);
  return length;
}

/* The client's next frame must be this one. */
static void want(int fd, unsigned char first, const char *payload,
                 size_t length) {
  char got[65536];
  unsigned char byte;
  if (get_frame(fd, &byte, got) != length || byte != first ||
      memcmp(got, payload, length) != 0)
    _exit(5);
}

#define WANT(fd, first, text) want(fd, first, text, sizeof(text) - 1)

/* The client has closed. */
static void want_end(int fd) {
  char byte;
  if (recv(fd, &byte, 1, 0) != 0)
    _exit(6);
}

static void read_request(int fd, char *head) {
  size_t n = 0;
  while (n < 4 || memcmp(head + n - 4, "\r\n\r\n", 4) != 0) {
    if (n > 2000)
      _exit(7);
    get(fd, head + n++, 1);
  }
  head[n] = '\0';
}

/* Answers the key in the request; `broken` makes the answer wrong. */
static void shake_hands(int fd, int broken) {
  char head[2100], text[200], *key;
  unsigned char digest[DK_SHA1_SIZE];
  dk_Buffer b = {0};
  read_request(fd, head);
  key = strstr(head, "Sec-WebSocket-Key: ");
  if (key == NULL || !strstr(head, "\r\nConnection: Upgrade\r\n") ||
      !strstr(head, "\r\nUpgrade: websocket\r\n") ||
      !strstr(head, "\r\nSec-WebSocket-Version: 13\r\n") ||
      strstr(head, "Content-Length") != NULL)
    _exit(8);
  key += 19;
  snprintf(text, sizeof text, "%.*s258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
           (int)strcspn(key, "\r"), key);
  dk_sha1(text, strlen(text) - (size_t)broken, digest);
  dk_buffer_text(&b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket"
                     "\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ");
  dk_base64_write(&b, digest, sizeof digest);
  dk_buffer_text(&b, "\r\n\r\n");
  put(fd, b.data, b.length);
  dk_buffer_free(&b);
}

static void be_peer(int listener, Play play, int broken) {
  int fd = accept(listener, NULL, NULL);
  alarm(30);
  shake_hands(fd, broken);
  play(fd);
  _exit(0);
}

/* ---- a test ---- */

static void listen_and_fork(Play play, int broken) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  snprintf(socket_path, sizeof socket_path, "/tmp/websocket.%d", getpid());
  strcpy(address.sun_path, socket_path);
  unlink(socket_path);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 5) != 0)
    abort();
  peer = fork();
  if (peer == 0)
    be_peer(listener, play, broken);
  close(listener);
}

static dk_Transfer *begin_socket_as(Play play, int broken) {
  dk_Request r = {.method = "GET",
                  .target = "/containers/x/attach/ws",
                  .upgrade = DK_UPGRADE_WEBSOCKET};
  char address[80], why[200];
  listen_and_fork(play, broken);
  snprintf(address, sizeof address, "unix://%s", socket_path);
  transport = dk_transport_new();
  CHECK(transport != NULL);
  CHECK(dk_endpoint_parse(&endpoint, address, why, sizeof why) == 0);
  memset(&limits, 0, sizeof limits);
  return start_request(&r);
}

static dk_Transfer *begin_socket(Play play) {
  dk_Transfer *x = begin_socket_as(play, 0);
  pump_to(x, DK_ANSWERED);
  CHECK(x->duplex && !x->half_closes);
  EQUAL(x->status, 101);
  return x;
}

/* The peer must have seen what it wanted. */
static void end_socket(void) {
  int status = -1;
  dk_transport_free(transport);
  dk_endpoint_free(&endpoint);
  waitpid(peer, &status, 0);
  EQUAL(status, 0);
  unlink(socket_path);
}

/* ---- what the other side sends ---- */

static void play_messages(int fd) {
  static const char frames[] = "\x81\5hello\1\3, w\x89\2hi\0\2or\x80\3ld!"
                               "\x82\0\x8A\1x\x88\2\3\xE8";
  size_t i;
  for (i = 0; i < sizeof frames - 1; i++) {
    put(fd, frames + i, 1);
    usleep(i % 5 * 100);
  }
  WANT(fd, 0x8A, "hi");
  WANT(fd, 0x88, "\3\xE8");
  want_end(fd);
}

static void test_messages(void) {
  expect(begin_socket(play_messages), 101, "hello, world!");
  end_socket();
}

static void play_bare_end(int fd) {
  PUT(fd, "\x81\2ok");
}

static void test_end_without_a_word(void) {
  expect(begin_socket(play_bare_end), 101, "ok");
  end_socket();
}

static void play_torn_end(int fd) {
  PUT(fd, "\x81\5ok");
}

static void test_torn_end(void) {
  expect_failure(begin_socket(play_torn_end), DK_CONNECTION,
                 "in the middle of an answer");
  end_socket();
}

static void play_close_without_code(int fd) {
  PUT(fd, "\x88\0");
  WANT(fd, 0x88, "");
  want_end(fd);
}

static void test_close_without_code(void) {
  expect(begin_socket(play_close_without_code), 101, "");
  end_socket();
}

static void play_masked(int fd) {
  PUT(fd, "\x81\2ok\x81\x81zzzz!");
  WANT(fd, 0x88, "\3\xEA"); /* 1002 */
  want_end(fd);
}

static void play_reserved(int fd) {
  PUT(fd, "\x81\2ok\xF1\1!");
  WANT(fd, 0x88, "\3\xEA");
  want_end(fd);
}

static void play_long_ping(int fd) {
  PUT(fd, "\x81\2ok\x89\x7E\1\0");
  WANT(fd, 0x88, "\3\xEA");
  want_end(fd);
}

static void test_wrong_frames(void) {
  static const Play plays[] = {play_masked, play_reserved, play_long_ping};
  size_t i;
  for (i = 0; i < sizeof plays / sizeof *plays; i++) {
    dk_Transfer *x = begin_socket(plays[i]);
    pump_to(x, DK_FAILED);
    CHECK(body_is(x, "ok"));
    expect_failure(x, DK_PROTOCOL, "no server may send");
    end_socket();
  }
}

/* ---- what we send ---- */

enum { LARGE = 5000000 };

/* Sends back what comes, in frames of 64 KB at most, until it is told to
 * close. */
static void play_echo(int fd) {
  static char payload[65536];
  unsigned char first;
  for (;;) {
    size_t length = get_frame(fd, &first, payload);
    char head[4] = {(char)0x82, 126, (char)(length >> 8), (char)length};
    if (first == 0x88)
      break;
    if (first != 0x82)
      _exit(9);
    if (length < 126)
      head[1] = (char)length;
    put(fd, head, length < 126 ? 2 : 4);
    put(fd, payload, length);
  }
  want_end(fd);
}

static void test_echo(void) {
  dk_Transfer *x = begin_socket(play_echo);
  char *bytes = malloc(LARGE);
  size_t i;
  for (i = 0; i < LARGE; i++)
    bytes[i] = (char)(i * 7 + i / 1000);
  dk_transfer_send(x, "hello", 5);
  while (!is_over(x) && dk_queue_length(&x->body) < 5)
    dk_transport_pump(transport, 0.2);
  CHECK(body_is(x, "hello"));
  dk_transfer_take(x, 5);
  limits.window = 100000;
  dk_transfer_set_limits(x, &limits);
  dk_transfer_send(x, bytes, LARGE);
  dk_transfer_half_close(x); /* there is no such thing */
  for (i = 0; i < LARGE && !is_over(x);) {
    size_t length;
    dk_transport_pump(transport, 0.2);
    length = dk_queue_length(&x->body);
    CHECK(memcmp(dk_queue_bytes(&x->body), bytes + i, length) == 0);
    dk_transfer_take(x, length);
    i += length;
  }
  EQUAL((long long)i, LARGE);
  CHECK(x->unsent == 0 && x->state == DK_ANSWERED);
  dk_transfer_free(x);
  end_socket();
  free(bytes);
}

/* Leaving is told to the other side. */
static void play_left(int fd) {
  WANT(fd, 0x82, "x");
  WANT(fd, 0x88, "\3\xE8");
  want_end(fd);
}

static void test_leaving(void) {
  dk_Transfer *x = begin_socket(play_left);
  dk_transfer_send(x, "x", 1);
  EQUAL((long long)x->unsent, 0);
  dk_transfer_cancel(x);
  expect_failure(x, DK_CANCELLED, "cancelled");
  end_socket();
}

/* A ping is answered though we have much to say, between two frames of ours;
 * then the other side closes before it has read all. */
static void play_ping_between(int fd) {
  static char payload[65536];
  unsigned char first;
  get_frame(fd, &first, payload);
  PUT(fd, "\x89\4ping");
  while (first == 0x82)
    get_frame(fd, &first, payload);
  if (first != 0x8A || memcmp(payload, "ping", 4) != 0)
    _exit(10);
  PUT(fd, "\x81\3bye\x88\0");
}

static void test_ping_between(void) {
  dk_Transfer *x = begin_socket(play_ping_between);
  char *bytes = calloc(1, LARGE);
  dk_transfer_send(x, bytes, LARGE);
  CHECK(x->unsent > 0);
  expect(x, 101, "bye");
  end_socket();
  free(bytes);
}

/* ---- the handshake ---- */

static void play_nothing(int fd) {
  char byte;
  if (recv(fd, &byte, 1, 0) > 0)
    _exit(11);
}

static void test_wrong_accept(void) {
  expect_failure(begin_socket_as(play_nothing, 1), DK_PROTOCOL,
                 "a wrong Sec-WebSocket-Accept");
  end_socket();
}

static void refused(const char *answer, dk_Trouble trouble, int status,
                    const char *words) {
  dk_Request r = {
      .method = "GET", .target = "/ws", .upgrade = DK_UPGRADE_WEBSOCKET};
  char script[1000];
  snprintf(script, sizeof script, "accept\nhead\nsend \"%s\"\nclose\n",
           answer);
  begin(script);
  if (trouble == DK_NO_TROUBLE)
    expect(start_request(&r), status, words);
  else
    expect_failure(start_request(&r), trouble, words);
  end();
}

static void test_refusals(void) {
  refused("HTTP/1.1 404 N\\r\\nContent-Length: 2\\r\\n\\r\\n{}", DK_NO_TROUBLE,
          404, "{}");
  refused("HTTP/1.1 200 OK\\r\\n\\r\\nplain", DK_NO_TROUBLE, 200, "plain");
  refused("HTTP/1.1 101 U\\r\\nUpgrade: tcp\\r\\n\\r\\n", DK_PROTOCOL, 0,
          "something else than WebSocket");
  refused("HTTP/1.1 101 U\\r\\nUpgrade: websocket\\r\\n\\r\\n", DK_PROTOCOL, 0,
          "a wrong Sec-WebSocket-Accept");
}

int main(void) {
  RUN(test_messages);
  RUN(test_end_without_a_word);
  RUN(test_torn_end);
  RUN(test_close_without_code);
  RUN(test_wrong_frames);
  RUN(test_echo);
  RUN(test_leaving);
  RUN(test_ping_between);
  RUN(test_wrong_accept);
  RUN(test_refusals);
  return check_end();
}
