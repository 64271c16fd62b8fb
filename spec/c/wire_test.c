/* SPDX-License-Identifier: MIT
 * Tests of net/wire: what goes out, and what is made of what comes in. */
#include "net_kit.h"

/* ---- heads and bodies ---- */

static void test_head_and_body(void) {
  dk_Request r = {.method = "GET", .target = "/a%20b?c=d&e=f"};
  static const char headers[] = "X-One: 1\0X-Two: zwei";
  dk_Transfer *x;
  begin("accept\nhead\n"
        "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n"
        "Content-Type:text/plain \\r\\nX-Long: a\\r\\n b\\r\\n"
        "Api-Version: 1.41\\r\\n\\r\\nhello\"\ndrain\n");
  r.headers = headers;
  r.headers_length = sizeof headers;
  r.user_agent = "moonsail/1";
  x = start_request(&r);
  pump_to(x, DK_FINISHED);
  CHECK(strcmp(dk_transfer_header(x, "content-type"), "text/plain") == 0);
  CHECK(strcmp(dk_transfer_header(x, "API-VERSION"), "1.41") == 0);
  CHECK(strcmp(dk_transfer_header(x, "X-Long"), "a b") == 0);
  CHECK(dk_transfer_header(x, "Api") == NULL);
  CHECK(!x->reused);
  expect(x, 200, "hello");
  CHECK(server_saw(&server, "head 1 GET /a%20b?c=d&e=f HTTP/1.1\n") == 1);
  CHECK(server_saw(&server, "line 1 X-Two: zwei\n") == 1);
  CHECK(server_saw(&server, "line 1 User-Agent: moonsail/1\n") == 1);
  CHECK(server_saw(&server, "line 1 Host: localhost\n") == 1);
  CHECK(server_saw(&server, "Expect") == 0);
  CHECK(dk_transport_active(transport) == 0);
  end();
}

static void test_bodies_of_requests(void) {
  dk_Request typed = {.method = "POST", .target = "/x", .has_body = 1};
  begin("accept\nhead\nbody\n" OK_2 "accept\nhead\nbody\n" OK_2
        "accept\nhead\nbody\n" OK_2 "accept\nhead\nbody\n" OK_2);
  expect(start("POST", "abc"), 200, "OK");
  CHECK(server_saw(&server, "body 1 3 294\n") == 1);
  expect(start("POST", NULL), 200, "OK");
  CHECK(server_saw(&server, "line 2 Content-Length: 0\n") == 1);
  CHECK(server_saw(&server, "Content-Type") == 0);
  expect(start("DELETE", NULL), 200, "OK");
  CHECK(server_saw(&server, "head 3 DELETE /_ping") == 1);
  CHECK(server_saw(&server, "line 3 Content-Length") == 0);
  typed.headers = "Content-Type: application/json";
  typed.headers_length = strlen(typed.headers) + 1;
  typed.body = "{}";
  typed.body_length = 2;
  expect(start_request(&typed), 200, "OK");
  CHECK(server_saw(&server, "line 4 Content-Type: application/json\n") == 1);
  end();
}

static void test_answers_without_a_body(void) {
  begin("accept\nhead\nsend \"HTTP/1.1 204 No Content\\r\\n\\r\\n\"\n"
        "head\nsend \"HTTP/1.1 304 Not Modified\\r\\n\\r\\n\"\n"
        "head\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 99\\r\\n\\r\\n\"\n"
        "head\n" OK_2);
  expect(start("GET", NULL), 204, "");
  expect(start("GET", NULL), 304, "");
  expect(start("HEAD", NULL), 200, "");
  expect(start("GET", NULL), 200, "OK");
  CHECK(server_saw(&server, "accept") == 1);
  CHECK(server_saw(&server, "HEAD /_ping") == 1);
  end();
}

static void test_interim_answers(void) {
  dk_Transfer *x;
  begin(
      "accept\nhead\nsend \"HTTP/1.1 100 Continue\\r\\nX-No: 1\\r\\n\\r\\n\"\n"
      "send \"HTTP/1.1 103 Early\\r\\nX-No: 1\\r\\n\\r\\n\"\n"
      "gate\n" OK_2);
  x = start("GET", NULL);
  while (server_saw(&server, "sent") < 2)
    dk_transport_pump(transport, 0.05);
  dk_transport_pump(transport, 0.05);
  CHECK(x->state == DK_SENT);
  server_open(&server);
  pump_to(x, DK_FINISHED);
  CHECK(dk_transfer_header(x, "X-No") == NULL);
  expect(x, 200, "OK");
  end();
}

/* The head comes byte by byte, the chunks too. */
static void test_torn_answer(void) {
  static const char answer[] =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n";
  char script[sizeof answer * 24] = "accept\nhead\n";
  dk_Transfer *x;
  size_t i, at = strlen(script);
  for (i = 0; i + 1 < sizeof answer; i++)
    at += (size_t)sprintf(script + at, "send \"\\x%02x\"\npause 1\n",
                          (unsigned)answer[i]);
  begin(script);
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  CHECK(dk_transfer_header(x, "X-Trailer") == NULL);
  expect(x, 200, "abcde");
  end();
}

static void test_head_before_body(void) {
  dk_Transfer *x;
  begin("accept\nhead\n" CHUNKED "gate\nsend \"1\\r\\na\\r\\n\"\ngate\n"
        "send \"0\\r\\n\\r\\n\"\n");
  x = start("GET", NULL);
  CHECK(dk_transport_active(transport) == 1);
  pump_to(x, DK_ANSWERED);
  CHECK(x->state == DK_ANSWERED && x->status == 200 && body_is(x, ""));
  CHECK(dk_transport_pump(transport, 0.02) == 0);
  server_open(&server);
  CHECK(dk_transport_pump(transport, 5) == 1);
  CHECK(x->state == DK_ANSWERED && body_is(x, "a"));
  server_open(&server);
  expect(x, 200, "a");
  end();
}

static void test_body_up_to_the_end(void) {
  begin("accept\nhead\nsend \"HTTP/1.0 409 Conflict\\r\\n\\r\\nin use\"\n");
  expect(start("GET", NULL), 409, "in use");
  end();
}

static void test_malformed_requests(void) {
  dk_Request r = {.method = "GET", .target = "/a b"};
  begin("gate\n");
  expect_failure(start_request(&r), DK_PROTOCOL, "path");
  r.target = "/a\r\nX: y";
  expect_failure(start_request(&r), DK_PROTOCOL, "path");
  r.target = "/";
  r.headers = "X: a\nY: b";
  r.headers_length = strlen(r.headers) + 1;
  expect_failure(start_request(&r), DK_PROTOCOL, "headers");
  r.headers = "no colon";
  r.headers_length = strlen(r.headers) + 1;
  expect_failure(start_request(&r), DK_PROTOCOL, "headers");
  CHECK(server_saw(&server, "accept") == 0);
  end();
}

/* ---- bodies ---- */

static const char *large_body(void) {
  static char body[10000001];
  memset(body, 'x', sizeof body - 1);
  return body;
}

/* A handle that was used for something special does it only once. */
static void test_handles_forget(void) {
  dk_Request r = {.method = "GET", .target = "/x", .user_agent = "agent"};
  r.headers = "X-Once: 1";
  r.headers_length = strlen(r.headers) + 1;
  begin("accept\nhead\nbody\n" OK_2 "head\n"
        "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\n\"\n"
        "head\n" OK_2 "head\n" OK_2);
  expect(start("PUT", "0123456789"), 200, "OK");
  expect(start("HEAD", NULL), 200, "");
  expect(start_request(&r), 200, "OK");
  expect(start("GET", NULL), 200, "OK");
  EQUAL(server_saw(&server, "X-Once"), 1);
  EQUAL(server_saw(&server, "User-Agent"), 1);
  EQUAL(server_saw(&server, "Content-Length"), 1);
  EQUAL(server_saw(&server, " GET "), 2);
  EQUAL(server_saw(&server, " HEAD "), 1);
  EQUAL(server_saw(&server, "accept"), 1);
  end();
}

/* A body in memory that goes out slowly is no late answer. */
static void test_slow_upload(void) {
  static char body[3000001];
  memset(body, 'x', sizeof body - 1);
  begin("accept\nhead\npause 150\nbody\npause 150\n" OK_2);
  limits.head = 0.25;
  expect(start("POST", body), 200, "OK");
  CHECK(server_saw(&server, "body 1 3000000") == 1);
  end();
}

/* The answer comes before the request is out, and ends as Go's server ends it:
 * it reads no more, says that it sends no more, and waits before it closes. */
static void early_answer_half_closed(int tcp) {
  begin_as("accept\nhead\nsend \"HTTP/1.1 404 Not Found\\r\\n\\r\\nnope\"\n"
           "half\ngate\n",
           tcp);
  expect(start("PUT", large_body()), 404, "nope");
  end();
}

/* The same, closed on what we send: a reset in place of an end. */
static void early_answer_closed(int tcp) {
  dk_Transfer *x;
  begin_as("accept\nhead\nsend \"HTTP/1.1 404 Not Found\\r\\n\\r\\nnope\"\n"
           "gate\nclose\n",
           tcp);
  x = start("PUT", large_body());
  pump_to(x, DK_ANSWERED);
  server_open(&server);
  expect(x, 404, "nope");
  end();
}

static void test_early_answer(int tcp) {
  int i;
  for (i = 0; i < 20; i++) {
    early_answer_half_closed(tcp);
    early_answer_closed(tcp);
  }
}

static void test_early_answer_unix(void) {
  test_early_answer(0);
}

static void test_early_answer_tcp(void) {
  test_early_answer(1);
}

static void test_early_answer_kept_open(void) {
  begin("accept\nhead\nsend \"HTTP/1.1 409 Conflict\\r\\n"
        "Content-Length: 4\\r\\n\\r\\nbusy\"\nsend \"\"\ngate\n");
  limits.head = 5;
  expect(start("PUT", large_body()), 409, "busy");
  end();
}

int main(void) {
  RUN(test_head_and_body);
  RUN(test_bodies_of_requests);
  RUN(test_answers_without_a_body);
  RUN(test_interim_answers);
  RUN(test_torn_answer);
  RUN(test_head_before_body);
  RUN(test_body_up_to_the_end);
  RUN(test_malformed_requests);
  RUN(test_handles_forget);
  RUN(test_slow_upload);
  RUN(test_early_answer_unix);
  RUN(test_early_answer_tcp);
  RUN(test_early_answer_kept_open);
  return check_end();
}
