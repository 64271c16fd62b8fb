/* SPDX-License-Identifier: MIT
 * Tests of net/hijack: upgraded connections. */
#include "net_kit.h"

#define SWITCH                                                                \
  "HTTP/1.1 101 UPGRADED\\r\\nContent-Type: "                                 \
  "application/vnd.docker.raw-stream\\r\\nConnection: Upgrade\\r\\n"          \
  "Upgrade: tcp\\r\\n\\r\\n"
#define UPGRADE "accept\nhead\nbody\nsend \"" SWITCH "\"\n"

static dk_Transfer *start_upgrade(const char *body) {
  dk_Request r = {.method = "POST",
                  .target = "/v1.41/exec/1/start",
                  .user_agent = "moonsail",
                  .upgrade = DK_UPGRADE_TCP};
  r.headers = "Content-Type: application/json";
  r.headers_length = strlen(r.headers) + 1;
  if (body != NULL) {
    r.body = body;
    r.body_length = strlen(body);
    r.has_body = 1;
  }
  return start_request(&r);
}

/* Pumps until all that was sent has gone. */
static void pump_out(const dk_Transfer *x) {
  double deadline = dk_now() + 10;
  while (x->unsent > 0 && !is_over(x) && dk_now() < deadline)
    dk_transport_pump(transport, 0.2);
  CHECK(x->unsent == 0);
}

static void test_upgrade(void) {
  dk_Transfer *x;
  begin(UPGRADE "echo\n");
  x = start_upgrade("{\"Tty\":false}");
  pump_to(x, DK_ANSWERED);
  CHECK(x->status == 101 && x->duplex && x->half_closes && !x->broken);
  CHECK(strcmp(dk_transfer_header(x, "content-type"),
               "application/vnd.docker.raw-stream") == 0);
  CHECK(server_saw(&server, "head 1 POST /v1.41/exec/1/start HTTP/1.1\n") ==
        1);
  CHECK(server_saw(&server, "line 1 Host: localhost\n") == 1);
  CHECK(server_saw(&server, "line 1 User-Agent: moonsail\n") == 1);
  CHECK(server_saw(&server, "line 1 Content-Type: application/json\n") == 1);
  CHECK(server_saw(&server, "line 1 Connection: Upgrade\n") == 1);
  CHECK(server_saw(&server, "line 1 Upgrade: tcp\n") == 1);
  CHECK(server_saw(&server, "line 1 Content-Length: 13\n") == 1);
  dk_transfer_send(x, "hello", 5);
  pump_out(x);
  dk_transfer_half_close(x);
  expect(x, 101, "hello");
  CHECK(server_will_see(&server, "echo 1 5") == 1);
  end();
}

int main(void) {
  RUN(test_upgrade);
  return check_end();
}
