/* SPDX-License-Identifier: MIT
 * Tests of net/hijack: upgraded connections, and the answers in place of
 * them. */
#include <errno.h>

#include "net_kit.h"

#define SWITCH                                                                \
  "HTTP/1.1 101 UPGRADED\\r\\nContent-Type: "                                 \
  "application/vnd.docker.raw-stream\\r\\nConnection: Upgrade\\r\\n"          \
  "Upgrade: tcp\\r\\n\\r\\n"
#define REQUEST "accept\nhead\nbody\n"
#define UPGRADE REQUEST "send \"" SWITCH "\"\n"

#define LARGE 50000000

static dk_Transfer *start_upgrade(dk_Upgrade upgrade, const char *body) {
  dk_Request r = {.method = "POST",
                  .target = "/v1.41/exec/1/start",
                  .user_agent = "moonsail"};
  r.upgrade = upgrade;
  r.headers = "Content-Type: application/json\0X-A: b";
  r.headers_length = 38;
  if (body != NULL) {
    r.body = body;
    r.body_length = strlen(body);
    r.has_body = 1;
  }
  return start_request(&r);
}

static dk_Transfer *start_tcp(void) {
  return start_upgrade(DK_UPGRADE_TCP, "{}");
}

/* An upgraded connection to the server that plays what follows the head. */
static dk_Transfer *begin_upgraded(const char *rest, int tcp) {
  char script[4000];
  dk_Transfer *x;
  snprintf(script, sizeof script, "%s%s", UPGRADE, rest);
  begin_as(script, tcp);
  x = start_tcp();
  pump_to(x, DK_ANSWERED);
  CHECK(x->duplex);
  return x;
}

/* Pumps until all that was sent has gone, or cannot go. */
static void pump_out(const dk_Transfer *x) {
  double deadline = dk_now() + 10;
  while (x->unsent > 0 && !is_over(x) && dk_now() < deadline)
    dk_transport_pump(transport, 0.2);
}

static char *pattern(size_t length) {
  char *bytes = malloc(length);
  size_t i;
  if (bytes == NULL)
    abort();
  for (i = 0; i < length; i++)
    bytes[i] = (char)('a' + i % 23);
  return bytes;
}

/* ---- the request ---- */

static void test_request(void) {
  dk_Transfer *x;
  begin(UPGRADE "echo\n");
  x = start_upgrade(DK_UPGRADE_TCP, "{\"Tty\":false}");
  pump_to(x, DK_ANSWERED);
  EQUAL(x->status, 101);
  CHECK(x->duplex && x->half_closes && !x->broken && !x->reused);
  CHECK(strcmp(dk_transfer_header(x, "content-type"),
               "application/vnd.docker.raw-stream") == 0);
  EQUAL(server_saw(&server, "head 1 POST /v1.41/exec/1/start HTTP/1.1\n"), 1);
  EQUAL(server_saw(&server, "line 1 Host: localhost\n"), 1);
  EQUAL(server_saw(&server, "line 1 User-Agent: moonsail\n"), 1);
  EQUAL(server_saw(&server, "line 1 Content-Type: application/json\n"), 1);
  EQUAL(server_saw(&server, "line 1 X-A: b\n"), 1);
  EQUAL(server_saw(&server, "line 1 Connection: Upgrade\n"), 1);
  EQUAL(server_saw(&server, "line 1 Upgrade: tcp\n"), 1);
  EQUAL(server_saw(&server, "line 1 Content-Length: 13\n"), 1);
  EQUAL(server_saw(&server, "line 1 "), 7);
  dk_transfer_send(x, "hello", 5);
  pump_out(x);
  dk_transfer_half_close(x);
  expect(x, 101, "hello");
  EQUAL(server_will_see(&server, "echo 1 5"), 1);
  end();
}

static void test_request_without_body(void) {
  begin(UPGRADE "echo\n");
  dk_transfer_free(start_upgrade(DK_UPGRADE_H2C, NULL));
  dk_transport_pump(transport, 0);
  end();
  begin(UPGRADE "half\n");
  expect(start_upgrade(DK_UPGRADE_H2C, NULL), 101, "");
  EQUAL(server_saw(&server, "line 1 Upgrade: h2c\n"), 1);
  EQUAL(server_saw(&server, "line 1 Content-Length: 0\n"), 1);
  end();
}

/* What is ours to say, the owner's lines cannot change, but for the host. */
static void test_lines_of_our_own(void) {
  static const char lines[] = "Host: other\0connection: close\0Upgrade: x\0"
                              "Content-Length: 9\0Transfer-Encoding: y";
  dk_Request r = {.method = "POST",
                  .target = "/",
                  .upgrade = DK_UPGRADE_TCP,
                  .headers = lines,
                  .headers_length = sizeof lines};
  begin(UPGRADE "half\n");
  expect(start_request(&r), 101, "");
  EQUAL(server_saw(&server, "line 1 Host: other\n"), 1);
  EQUAL(server_saw(&server, "line 1 Connection: Upgrade\n"), 1);
  EQUAL(server_saw(&server, "line 1 Upgrade: tcp\n"), 1);
  EQUAL(server_saw(&server, "line 1 Content-Length: 0\n"), 1);
  EQUAL(server_saw(&server, "line 1 "), 4);
  end();
}

static void test_what_cannot_be_sent(void) {
  dk_Request r = {.method = "POST", .target = "/", .upgrade = DK_UPGRADE_TCP};
  begin("accept\n");
  r.headers = "no line\r\n";
  r.headers_length = 10;
  expect_failure(start_request(&r), DK_PROTOCOL, "headers");
  end();
}

/* ---- the answer ---- */

/* The head and what follows it, however it is torn. */
static void test_torn_everywhere(void) {
  static const char answer[] =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 101 UPGRADED\r\n"
      "Connection: Upgrade\r\n\r\nhello";
  char script[4000] = REQUEST;
  dk_Transfer *x;
  int i, head = (int)(sizeof answer - sizeof "hello");
  for (i = 0; answer[i] != '\0'; i++)
    sprintf(script + strlen(script), "gate\nsend \"\\x%02X\"\n", answer[i]);
  strcat(script, "gate\n");
  begin(script);
  x = start_tcp();
  for (i = 0; answer[i] != '\0'; i++) {
    CHECK(x->state == (i < head ? DK_SENT : DK_ANSWERED));
    server_open(&server);
    while (server_saw(&server, "sent 1") < i + 1)
      dk_transport_pump(transport, 0.001);
    dk_transport_pump(transport, 0.001);
  }
  CHECK(x->state == DK_ANSWERED && x->duplex);
  server_open(&server);
  expect(x, 101, "hello");
  end();
}

static void test_bytes_behind_the_head(void) {
  begin(REQUEST "send \"" SWITCH "hello\"\nhalf\n");
  expect(start_tcp(), 101, "hello");
  end();
  begin(REQUEST "send \"HTTP/1.1 200 OK\\r\\n\\r\\nhello\"\nhalf\n");
  expect(start_tcp(), 200, "hello");
  end();
}

static void test_switch_without_bytes(void) {
  begin(UPGRADE "close\n");
  expect(start_tcp(), 101, "");
  end();
}

/* Engines of old, and others in their stead, answer with 200. */
static void test_upgrade_by_200(void) {
  dk_Transfer *x;
  begin(REQUEST "send \"HTTP/1.1 200 OK\\r\\nContent-Type: "
                "application/vnd.docker.raw-stream\\r\\n\\r\\n\"\necho\n");
  x = start_tcp();
  pump_to(x, DK_ANSWERED);
  CHECK(x->duplex && x->half_closes);
  dk_transfer_send(x, "hello", 5);
  dk_transfer_half_close(x);
  expect(x, 200, "hello");
  end();
}

/* Plays an answer, after which the connection stays open, or is closed. */
static dk_Transfer *answered_by(const char *answer, int open) {
  char script[2000];
  snprintf(script, sizeof script, REQUEST "send \"%s\"\n%s", answer,
           open ? "drain\n" : "close\n");
  begin(script);
  return start_tcp();
}

static void ordinary(const char *answer, int open, int status,
                     const char *body) {
  dk_Transfer *x = answered_by(answer, open);
  pump_to(x, DK_FINISHED);
  CHECK(!x->duplex && !x->half_closes);
  expect(x, status, body);
  end();
}

static void test_ordinary_answers(void) {
  ordinary("HTTP/1.1 404 Not Found\\r\\nContent-Type: application/vnd.docker."
           "raw-stream\\r\\n\\r\\nNo such container: x\\r\\n",
           0, 404, "No such container: x\r\n");
  ordinary("HTTP/1.1 404 Not Found\\r\\nContent-Type: application/json\\r\\n"
           "Content-Length: 15\\r\\n\\r\\n{\\\"message\\\":\\\"x\\\"}",
           1, 404, "{\"message\":\"x\"}");
  ordinary("HTTP/1.1 500 Oh\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
           "3\\r\\nabc\\r\\n2;x\\r\\nde\\r\\n0\\r\\nA: b\\r\\n\\r\\n",
           1, 500, "abcde");
  ordinary("HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n", 1, 200, "");
  ordinary("HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOKmore", 1, 200,
           "OK");
  ordinary("HTTP/1.1 204 No\\r\\n\\r\\n", 1, 204, "");
  ordinary("HTTP/1.1 304 No\\r\\nContent-Length: 7\\r\\n\\r\\n", 1, 304, "");
}

static void fails(const char *answer, dk_Trouble trouble, const char *words) {
  dk_Transfer *x = answered_by(answer, 0);
  expect_failure(x, trouble, words);
  end();
}

static void test_garbage(void) {
  fails("SSH-2.0-OpenSSH_9.2\\r\\n", DK_PROTOCOL, "does not begin with HTTP");
  fails("\\x15\\x03\\x01\\x00\\x02\\x02\\x16", DK_PROTOCOL, "want TLS?");
  fails("HTTP/1.1 101 U\\r\\nno header\\r\\n\\r\\n", DK_PROTOCOL,
        "a header without a name");
  fails("HTTP/1.1 200 OK\\r\\nContent-Length: -1\\r\\n\\r\\n", DK_PROTOCOL,
        "a malformed Content-Length");
  fails("HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999\\r\\n"
        "\\r\\n",
        DK_PROTOCOL, "a malformed Content-Length");
  fails("HTTP/1.1 200 OK\\r\\nTransfer-Encoding: zip\\r\\n\\r\\n", DK_PROTOCOL,
        "an unknown Transfer-Encoding");
  fails("HTTP/1.1 500 Oh\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nx",
        DK_PROTOCOL, "a malformed chunk");
}

static void test_cut_off(void) {
  fails("", DK_CONNECTION, "closed the connection without answering");
  fails("HTTP/1.1 101 U\\r\\nA: b\\r\\n", DK_CONNECTION,
        "in the middle of an answer");
  fails("HTTP/1.1 404 N\\r\\nContent-Length: 9\\r\\n\\r\\nabc", DK_CONNECTION,
        "in the middle of an answer");
  fails("HTTP/1.1 500 N\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc",
        DK_CONNECTION, "in the middle of an answer");
}

static void test_endless_head(void) {
  begin(REQUEST "send \"HTTP/1.1 200 OK\\r\\nA: \"\nfill 10000000\n");
  expect_failure(start_tcp(), DK_PROTOCOL, "head of the answer");
  end();
}

static void test_no_connection(void) {
  dk_Transfer *x;
  begin("deaf\n");
  server_kill(&server);
  x = start_tcp();
  pump_to(x, DK_FAILED);
  EQUAL(x->os_error, ECONNREFUSED);
  expect_failure(x, DK_CONNECTION, "cannot connect to unix:///");
  unlink(server_file(&server, "socket"));
  x = start_tcp();
  pump_to(x, DK_FAILED);
  EQUAL(x->os_error, ENOENT);
  expect_failure(x, DK_CONNECTION, "No such file");
  end();
}

/* ---- both ways ---- */

static void test_echo(int tcp) {
  dk_Transfer *x;
  char *bytes = pattern(LARGE);
  x = begin_upgraded("echo\n", tcp);
  limits.window = 100000;
  dk_transfer_set_limits(x, &limits);
  dk_transfer_send(x, bytes, LARGE);
  dk_transfer_half_close(x);
  take_all_pattern(x, LARGE);
  CHECK(x->unsent == 0 && !x->broken);
  dk_transfer_free(x);
  CHECK(server_will_see(&server, "echo 1 50000000"));
  end();
  free(bytes);
}

static void test_echoes(void) {
  test_echo(0);
  test_echo(1);
}

/* Piece by piece, each sent when the one before has come back. */
static void test_ping_pong(void) {
  dk_Transfer *x = begin_upgraded("echo\n", 0);
  int i;
  for (i = 0; i < 1000; i++) {
    char text[20];
    int length = sprintf(text, "%d,", i);
    dk_transfer_send(x, text, (size_t)length);
    while (!is_over(x) && dk_queue_length(&x->body) < (size_t)length)
      dk_transport_pump(transport, 1);
    CHECK(body_is(x, text));
    dk_transfer_take(x, (size_t)length);
  }
  dk_transfer_half_close(x);
  expect(x, 101, "");
  end();
}

/* What the other side says after it has read all of ours. */
static void test_half_close(void) {
  dk_Transfer *x = begin_upgraded("drain\nfill 1000000\nhalf\n", 0);
  char *bytes = pattern(3000000);
  dk_transfer_send(x, bytes, 3000000);
  dk_transfer_half_close(x);
  dk_transfer_half_close(x);
  pump_out(x);
  dk_transfer_send(x, bytes, 10); /* too late */
  CHECK(x->broken && x->unsent == 0);
  take_all_pattern(x, 1000000);
  dk_transfer_free(x);
  EQUAL(server_will_see(&server, "drain 1 3000000"), 1);
  end();
  free(bytes);
}

/* The other side ends first: that is the end. */
static void test_other_side_ends(const char *rest) {
  dk_Transfer *x = begin_upgraded(rest, 0);
  char *bytes = pattern(LARGE);
  dk_transfer_send(x, bytes, LARGE);
  server_open(&server);
  pump_to(x, DK_FINISHED);
  if (!CHECK(x->state == DK_FINISHED && x->trouble == DK_NO_TROUBLE))
    printf("  %s: %s\n", rest, x->message);
  CHECK(x->unsent > 0 || x->broken);
  CHECK(body_is(x, "bye"));
  dk_transfer_send(x, bytes, 10); /* nothing to send to */
  dk_transfer_half_close(x);
  dk_transfer_free(x);
  end();
  free(bytes);
}

static void test_ends_of_the_other_side(void) {
  test_other_side_ends("gate\ntake 10\nsend \"bye\"\nclose\n");
  test_other_side_ends("gate\nsend \"bye\"\nhalf\ngate\n");
}

/* It reads no more, but speaks on: that is heard. */
static void test_broken_pipe(void) {
  dk_Transfer *x =
      begin_upgraded("blind\nsend \"a\"\ngate\nsend \"b\"\nhalf\n", 0);
  char *bytes = pattern(1000000);
  while (dk_queue_length(&x->body) == 0)
    dk_transport_pump(transport, 0.2);
  dk_transfer_send(x, bytes, 1000000);
  pump_out(x);
  CHECK(x->broken && x->unsent == 0 && x->state == DK_ANSWERED);
  dk_transfer_send(x, bytes, 10);
  EQUAL((long long)x->unsent, 0);
  server_open(&server);
  expect(x, 101, "ab");
  end();
  free(bytes);
}

static void test_reset(void) {
  dk_Transfer *x = begin_upgraded("gate\nreset\n", 1);
  server_open(&server);
  expect_failure(x, DK_CONNECTION, "in the middle of an answer");
  end();
}

/* ---- limits ---- */

static void test_silence(void) {
  dk_Transfer *x;
  begin(REQUEST "drain\n");
  limits.head = 0.1;
  expect_failure(start_tcp(), DK_TIMEOUT, "(timeout)");
  end();
  x = begin_upgraded("send \"a\"\ndrain\n", 0);
  limits.idle = 0.1;
  dk_transfer_set_limits(x, &limits);
  expect_failure(x, DK_TIMEOUT, "(idle_timeout)");
  end();
}

/* Bytes that go out are no silence. */
static void test_sending_is_no_silence(void) {
  dk_Transfer *x = begin_upgraded("echo\n", 0);
  double then = dk_now();
  limits.idle = 0.2;
  dk_transfer_set_limits(x, &limits);
  while (dk_now() < then + 0.5 && !is_over(x)) {
    if (x->unsent == 0)
      dk_transfer_send(x, "x", 1);
    dk_transport_pump(transport, 0.05);
    dk_transfer_take(x, 10);
  }
  CHECK(!is_over(x));
  dk_transfer_free(x);
  end();
}

static void test_window(void) {
  dk_Transfer *x;
  size_t had;
  int i;
  begin(UPGRADE "fill 50000000\nhalf\n");
  limits.window = 200000;
  limits.idle = 0.1; /* does not count while we hold the engine back */
  x = start_tcp();
  pump_to(x, DK_ANSWERED);
  for (i = 0; i < 8;)
    i += dk_transport_pump(transport, 0.03) == 0;
  had = dk_queue_length(&x->body);
  CHECK(had >= 200000 && had < 200000 + 16384);
  EQUAL(server_saw(&server, "sent"), 1);
  CHECK(x->state == DK_ANSWERED);
  take_all_pattern(x, LARGE);
  dk_transfer_free(x);
  end();
}

/* Who is held back is heard while we send. */
static void test_window_while_sending(void) {
  dk_Transfer *x = begin_upgraded("fill 1000000\ntake 1000000\nhalf\n", 0);
  char *bytes = pattern(1000000);
  int i;
  limits.window = 50000;
  dk_transfer_set_limits(x, &limits);
  for (i = 0; i < 3;)
    i += dk_transport_pump(transport, 0.03) == 0;
  dk_transfer_send(x, bytes, 1000000);
  pump_out(x);
  EQUAL((long long)x->unsent, 0);
  take_all_pattern(x, 1000000);
  dk_transfer_free(x);
  end();
  free(bytes);
}

static void test_body_limit(void) {
  dk_Transfer *x;
  limits.body = 0;
  begin(UPGRADE "fill 100000\n");
  limits.body = 50000;
  x = start_tcp();
  expect_failure(x, DK_LIMIT, "limit of 50000 bytes");
  end();
}

/* ---- with others ---- */

/* One that never stops sending does not keep the pump, nor the others. */
static void test_fairness(void) {
  dk_Transfer *x;
  int i;
  begin(UPGRADE "accept\nhead\n" OK_2 "use 1\nfill 900000000\n");
  x = start_tcp();
  pump_to(x, DK_ANSWERED);
  expect(start("GET", NULL), 200, "OK");
  dk_transfer_take(x, dk_queue_length(&x->body));
  for (i = 0; i < 300; i++) {
    size_t length;
    dk_transport_pump(transport, 0.2);
    length = dk_queue_length(&x->body);
    CHECK(length <= 2 * 16 * 16384);
    dk_transfer_take(x, length);
  }
  CHECK(!is_over(x));
  dk_transfer_free(x);
  end();
}

/* More than libcurl keeps connections, some of them old, with bytes that wait:
 * it must not take any for one that is idle. */
static void test_many(void) {
  enum { MANY = 20 };
  char script[6000] = "";
  dk_Transfer *x[MANY];
  int i;
  for (i = 0; i < MANY; i++)
    strcat(script, UPGRADE "send \"early\"\n");
  for (i = 0; i < MANY; i++)
    strcat(script, "accept\nhead\n" OK_2 "close\n");
  for (i = 0; i < MANY; i++)
    sprintf(script + strlen(script), "use %d\ntake 5\nsend \"late\"\nhalf\n",
            i + 1);
  begin(script);
  limits.window = 1; /* what comes first is read, what comes later waits */
  for (i = 0; i < MANY; i++) {
    x[i] = start_tcp();
    pump_to(x[i], DK_ANSWERED);
  }
  usleep(1200000); /* libcurl looks for dead connections once a second */
  for (i = 0; i < MANY; i++)
    expect(start("POST", ""), 200, "OK");
  limits.window = 0;
  for (i = 0; i < MANY; i++) {
    dk_transfer_set_limits(x[i], &limits);
    dk_transfer_send(x[i], "12345", 5);
    expect(x[i], 101, "earlylate");
  }
  end();
}

/* ---- ends ---- */

static void test_cancel(void) {
  dk_Transfer *x;
  char *bytes = pattern(LARGE);
  begin(UPGRADE "gate\ndrain\n");
  x = start_tcp(); /* not connected */
  dk_transfer_cancel(x);
  CHECK(dk_transport_active(transport) == 0);
  expect_failure(x, DK_CANCELLED, "cancelled");
  end();
  begin(REQUEST "drain\n");
  x = start_tcp(); /* no head */
  while (server_saw(&server, "body") == 0)
    dk_transport_pump(transport, 0.02);
  dk_transfer_cancel(x);
  EQUAL(server_will_see(&server, "drain 1 0"), 1);
  dk_transfer_cancel(x);
  dk_transfer_free(x);
  end();
  x = begin_upgraded("gate\ndrain\n", 0); /* sending */
  dk_transfer_send(x, bytes, LARGE);
  dk_transport_pump(transport, 0.02);
  CHECK(x->unsent > 0);
  dk_transfer_free(x);
  server_open(&server);
  CHECK(server_will_see(&server, "drain 1"));
  end();
  x = begin_upgraded("fill 50000000\n", 0); /* held back */
  limits.window = 1000;
  dk_transfer_set_limits(x, &limits);
  while (dk_transport_pump(transport, 0.02) > 0)
    ;
  dk_transfer_free(x);
  EQUAL(server_will_see(&server, "gone 1"), 1);
  end();
  free(bytes);
}

static void test_transport_freed_first(void) {
  dk_Transfer *early, *x;
  x = begin_upgraded("fill 10\ndrain\n", 0);
  dk_transfer_send(x, "hello", 5);
  early = start_tcp();
  dk_transport_free(transport);
  transport = NULL;
  CHECK(x->state == DK_FAILED && x->trouble == DK_CANCELLED);
  dk_transfer_send(x, "hello", 5);
  dk_transfer_half_close(x);
  dk_transfer_take(x, 100);
  dk_transfer_free(early);
  dk_transfer_free(x);
  EQUAL(server_will_see(&server, "drain 1 5"), 1);
  end();
}

static void test_no_descriptor_is_lost(void) {
  int before = open_descriptors(), i;
  for (i = 0; i < 3; i++) {
    dk_Transfer *x = begin_upgraded("half\ngate\n", 0);
    pump_to(x, DK_FINISHED);
    dk_transfer_free(x);
    end();
  }
  EQUAL(open_descriptors(), before);
}

int main(void) {
  RUN(test_request);
  RUN(test_request_without_body);
  RUN(test_lines_of_our_own);
  RUN(test_what_cannot_be_sent);
  RUN(test_torn_everywhere);
  RUN(test_bytes_behind_the_head);
  RUN(test_switch_without_bytes);
  RUN(test_upgrade_by_200);
  RUN(test_ordinary_answers);
  RUN(test_garbage);
  RUN(test_cut_off);
  RUN(test_endless_head);
  RUN(test_no_connection);
  RUN(test_echoes);
  RUN(test_ping_pong);
  RUN(test_half_close);
  RUN(test_ends_of_the_other_side);
  RUN(test_broken_pipe);
  RUN(test_reset);
  RUN(test_silence);
  RUN(test_sending_is_no_silence);
  RUN(test_window);
  RUN(test_window_while_sending);
  RUN(test_body_limit);
  RUN(test_fairness);
  RUN(test_many);
  RUN(test_cancel);
  RUN(test_transport_freed_first);
  RUN(test_no_descriptor_is_lost);
  return check_end();
}
