/* SPDX-License-Identifier: MIT
 * Tests of requests whose body is handed over while it is sent. */
#include <assert.h>

#include "net_kit.h"

#define PIECE 100000

static dk_Transfer *start_fed(void) {
  static const char lines[] = "Content-Type: x/y\0Content-Length: 5\0"
                              "Transfer-Encoding: gzip\0Expect: 100-continue";
  dk_Request r = {.method = "PUT", .target = "/load", .fed = 1};
  r.has_body = 1;
  r.headers = lines;
  r.headers_length = sizeof lines;
  return start_request(&r);
}

static int wants_more(const dk_Transfer *x) {
  return !x->feeding || dk_transfer_room(x);
}

static void pump_to_room(const dk_Transfer *x) {
  double deadline = dk_now() + 10;
  while (!wants_more(x) && dk_now() < deadline)
    dk_transport_pump(transport, 0.2);
  CHECK(wants_more(x));
}

/* Feeds so many bytes, 0 to 250 repeated, in pieces of that size; how many
 * were taken. */
static long feed(dk_Transfer *x, long size, long piece) {
  static char block[251 * 800];
  long i, n, at;
  assert(piece <= (long)sizeof block - 251);
  for (i = 0; i < (long)sizeof block; i++)
    block[i] = (char)(i % 251);
  for (at = 0; at < size; at += n) {
    pump_to_room(x);
    if (!x->feeding)
      break;
    n = size - at < piece ? size - at : piece;
    dk_transfer_feed(x, block + at % 251, (size_t)n);
  }
  pump_to_room(x); /* the block is ours again */
  return at;
}

static void feed_all(dk_Transfer *x, long size, long piece) {
  CHECK(feed(x, size, piece) == size);
  dk_transfer_fed(x);
}

static int saw_body(int number, long size) {
  char line[100];
  unsigned sum = 0;
  long i;
  for (i = 0; i < size; i++)
    sum += (unsigned)(i % 251);
  snprintf(line, sizeof line, "body %d %ld %u\n", number, size, sum);
  return server_saw(&server, line) == 1;
}

/* ---- what goes out ---- */

static void test_fed(void) {
  dk_Transfer *x;
  begin("accept\nhead\nbody\n" OK_2);
  x = start_fed();
  CHECK(x->feeding && !dk_transfer_room(x));
  feed_all(x, 10000000, PIECE);
  CHECK(!x->feeding);
  expect(x, 200, "OK");
  CHECK(server_saw(&server, "head 1 PUT /load HTTP/1.1\n") == 1);
  CHECK(server_saw(&server, "line 1 Transfer-Encoding: chunked\n") == 1);
  CHECK(server_saw(&server, "line 1 Content-Type: x/y\n") == 1);
  CHECK(server_saw(&server, "line 1 Connection: close\n") == 1);
  CHECK(server_saw(&server, "Content-Length") == 0);
  CHECK(server_saw(&server, "Expect") == 0);
  CHECK(saw_body(1, 10000000));
  end();
}

static void test_small_and_none(void) {
  begin("accept\nhead\nbody\n" OK_2 "accept\nhead\nbody\n" OK_2);
  dk_Transfer *x = start_fed();
  feed_all(x, 1000, 1);
  expect(x, 200, "OK");
  CHECK(saw_body(1, 1000));
  x = start_fed();
  feed_all(x, 0, 1);
  expect(x, 200, "OK");
  CHECK(saw_body(2, 0));
  end();
}

/* The bytes are sent from where they lie, until there is room again. */
static void test_slow_reader(void) {
  char *piece = malloc(PIECE * 50);
  dk_Transfer *x;
  begin("accept\nhead\ngate\nbody\n" OK_2);
  memset(piece, 'x', PIECE * 50);
  x = start_fed();
  pump_to_room(x);
  dk_transfer_feed(x, piece, PIECE * 50);
  dk_transport_pump(transport, 0.1);
  CHECK(x->unsent > 0 && !dk_transfer_room(x));
  server_open(&server);
  pump_to_room(x);
  memset(piece, 'y', PIECE * 50);
  free(piece);
  EQUAL(x->unsent, 0);
  dk_transfer_fed(x);
  expect(x, 200, "OK");
  CHECK(server_saw(&server, "body 1 5000000 600000000\n") == 1);
  end();
}

/* While the engine waits for us there is no limit; while we wait for it, as
 * ever. */
static void test_limits(void) {
  dk_Transfer *x;
  double until;
  begin("accept\nhead\nbody\ngate\n");
  limits.head = 0.2;
  x = start_fed();
  pump_to_room(x);
  for (until = dk_now() + 0.5; dk_now() < until;)
    dk_transport_pump(transport, 0.1);
  CHECK(dk_transfer_room(x));
  feed_all(x, 10, 10);
  expect_failure(x, DK_TIMEOUT, "");
  end();
}

/* One that is given up does not look complete. */
static void test_given_up(void) {
  dk_Transfer *x;
  begin("accept\nhead\ntake 100000\ndrain\n");
  x = start_fed();
  CHECK(feed(x, 1000000, PIECE) == 1000000);
  dk_transfer_cancel(x);
  CHECK(!x->feeding);
  dk_transfer_free(x);
  CHECK(server_will_see(&server, "drain 1") == 1);
  CHECK(server_saw(&server, "body") == 0);
  end();
}

/* ---- early answers ---- */

#define NOT_FOUND "send \"HTTP/1.1 404 Not Found\\r\\n\\r\\nnope\"\n"

/* As Go's server does it: it reads no more, says that it sends no more, and
 * waits before it closes. */
static void early_answer_half_closed(int tcp) {
  dk_Transfer *x;
  begin_as("accept\nhead\n" NOT_FOUND "half\ngate\n", tcp);
  x = start_fed();
  CHECK(feed(x, 100000000, PIECE) < 100000000);
  CHECK(!x->feeding && x->unsent == 0);
  expect(x, 404, "nope");
  end();
}

/* The same, closed on what we send: a reset in place of an end. */
static void early_answer_closed(int tcp) {
  dk_Transfer *x;
  begin_as("accept\nhead\n" NOT_FOUND "gate\nclose\n", tcp);
  x = start_fed();
  CHECK(feed(x, 100000000, PIECE) < 100000000);
  pump_to(x, DK_ANSWERED);
  server_open(&server);
  expect(x, 404, "nope");
  end();
}

static void test_early_answer(void) {
  int i;
  for (i = 0; i < 20; i++) {
    early_answer_half_closed(i & 1);
    early_answer_closed(i & 1);
  }
}

/* The source has nothing to give, and the connection stays open. */
static void test_answer_to_a_slow_source(void) {
  dk_Transfer *x;
  begin("accept\nhead\ntake 10\nsend \"HTTP/1.1 409 Conflict\\r\\n"
        "Content-Length: 4\\r\\n\\r\\nbusy\"\ngate\n");
  x = start_fed();
  pump_to_room(x);
  dk_transfer_feed(x, "abcdefg", 7);
  while (x->feeding)
    dk_transport_pump(transport, 1);
  dk_transfer_fed(x); /* who has not looked yet */
  expect(x, 409, "busy");
  end();
}

/* Half an answer is none. */
static void test_torn_early_answer(void) {
  dk_Transfer *x;
  begin("accept\nhead\nsend \"HTTP/1.1 409 Conflict\\r\\n"
        "Content-Length: 4\\r\\n\\r\\nbu\"\ngate\nclose\n");
  x = start_fed();
  feed(x, 100000000, PIECE);
  server_open(&server);
  expect_failure(x, DK_CONNECTION, "in the middle of an answer");
  end();
}

/* A good answer ends nothing: who reads on may say something on the way. */
static void test_good_answer_on_the_way(void) {
  dk_Transfer *x;
  begin("accept\nhead\ntake 10\nsend \"HTTP/1.1 200 OK\\r\\n"
        "Transfer-Encoding: chunked\\r\\n\\r\\n1\\r\\na\\r\\n\"\ngate\n"
        "send \"1\\r\\nb\\r\\n0\\r\\n\\r\\n\"\n");
  limits.window = 1;
  x = start_fed();
  pump_to_room(x);
  dk_transfer_feed(x, "abcdefg", 7);
  pump_to(x, DK_ANSWERED);
  CHECK(x->feeding);
  feed_all(x, 100, 10);
  limits.window = 0;
  dk_transfer_set_limits(x, &limits);
  server_open(&server);
  expect(x, 200, "ab");
  end();
}

/* One that is complete ends it all the same: nobody will read on. */
static void test_good_answer_before_the_end(void) {
  dk_Transfer *x;
  begin("accept\nhead\n" OK_2 "gate\n");
  x = start_fed();
  CHECK(feed(x, 100000000, PIECE) < 100000000);
  expect(x, 200, "OK");
  end();
}

static void test_no_answer(void) {
  dk_Transfer *x;
  begin("accept\nhead\ntake 1000\nclose\naccept\nhead\ntake 1000\nreset\n");
  x = start_fed();
  feed(x, 100000000, PIECE);
  expect_failure(x, DK_CONNECTION, "without answering");
  x = start_fed();
  feed(x, 100000000, PIECE);
  expect_failure(x, DK_CONNECTION, "without answering");
  end();
}

/* Nobody has asked for it. */
static void test_switched_protocols(void) {
  dk_Transfer *x;
  begin("accept\nhead\nsend \"HTTP/1.1 101 UPGRADED\\r\\n\\r\\n\"\ngate\n");
  x = start_fed();
  feed(x, 100000000, PIECE);
  expect_failure(x, DK_PROTOCOL, "an upgrade that nobody asked for");
  end();
}

int main(void) {
  RUN(test_fed);
  RUN(test_small_and_none);
  RUN(test_slow_reader);
  RUN(test_limits);
  RUN(test_given_up);
  RUN(test_early_answer);
  RUN(test_answer_to_a_slow_source);
  RUN(test_torn_early_answer);
  RUN(test_good_answer_on_the_way);
  RUN(test_good_answer_before_the_end);
  RUN(test_no_answer);
  RUN(test_switched_protocols);
  return check_end();
}
