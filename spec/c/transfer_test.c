/* SPDX-License-Identifier: MIT
 * Tests of net/transfer: windows, limits of bodies, cancelling. */
#include "net_kit.h"

/* ---- windows ---- */

static long resident_kilobytes(void) {
  long total, resident;
  FILE *f = fopen("/proc/self/statm", "r");
  if (f == NULL || fscanf(f, "%ld %ld", &total, &resident) != 2)
    abort();
  fclose(f);
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Reads the pattern to the end. */
static void consume(dk_Transfer *x, size_t total) {
  take_all_pattern(x, total);
  dk_transfer_free(x);
}

static void test_window(const char *script, size_t window, size_t total) {
  long before;
  size_t had;
  int i;
  dk_Transfer *x;
  begin(script);
  limits.window = window;
  limits.idle = 0.2; /* does not count while we hold the engine back */
  x = start("GET", NULL);
  pump_to(x, DK_ANSWERED);
  before = resident_kilobytes();
  for (i = 0; i < 10;)
    i += dk_transport_pump(transport, 0.03) == 0;
  had = dk_queue_length(&x->body);
  CHECK(had >= window && had < window + 16384);
  CHECK(x->state == DK_ANSWERED);
  CHECK(resident_kilobytes() - before < 2000 + (long)window * 3 / 1024);
  CHECK(server_saw(&server, "sent") == 1);
  consume(x, total);
  end();
}

static void test_windows(void) {
  test_window("accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\n"
              "Content-Length: 50000000\\r\\n\\r\\n\"\nfill 50000000\n",
              256 * 1024, 50000000);
  test_window("accept\nhead\n" CHUNKED "chunks 5000000 45\n"
              "send \"0\\r\\n\\r\\n\"\n",
              64 * 1024, 5000000);
  test_window("accept\nhead\n" CHUNKED "chunks 1000000 30000\n"
              "send \"0\\r\\n\\r\\n\"\n",
              1, 1000000);
}

/* Whatever the window, the end of the body is not missed. */
static void test_window_at_the_end(void) {
  size_t window;
  for (window = 49990; window < 50010; window += 3) {
    dk_Transfer *x;
    int i;
    begin("accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\n"
          "Content-Length: 50000\\r\\n\\r\\n\"\nfill 50000\ndrain\n");
    limits.window = window;
    x = start("GET", NULL);
    for (i = 0; i < 5; i++)
      dk_transport_pump(transport, 0.02);
    consume(x, 50000);
    end();
  }
}

/* The limits of a stream are set when its head has come. */
static void test_limits_of_a_stream(void) {
  dk_Transfer *x;
  int i;
  begin("accept\nhead\n" CHUNKED "gate\nchunks 3000000 5000\n"
        "send \"0\\r\\n\\r\\n\"\n");
  limits.body = 1000;
  x = start("GET", NULL);
  pump_to(x, DK_ANSWERED);
  limits.body = 0;
  limits.window = 100000;
  dk_transfer_set_limits(x, &limits);
  server_open(&server);
  for (i = 0; i < 20; i++)
    dk_transport_pump(transport, 0.02);
  CHECK(dk_queue_length(&x->body) < 100000 + 16384);
  limits.window = 0; /* and all at once */
  dk_transfer_set_limits(x, &limits);
  pump_to(x, DK_FINISHED);
  CHECK(dk_queue_length(&x->body) == 3000000);
  consume(x, 3000000);
  end();
}

static void test_body_limit(void) {
  begin("accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\n"
        "Content-Length: 100000\\r\\n\\r\\n\"\nfill 100000\naccept\nhead\n"
        "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n\"\n"
        "fill 10\n");
  limits.body = 50000;
  expect_failure(start("GET", NULL), DK_LIMIT, "limit of 50000 bytes");
  limits.body = 10;
  expect(start("GET", NULL), 200, "abcdefghij");
  end();
}

/* ---- ends ---- */

static void test_cancel(void) {
  dk_Transfer *x;
  begin("accept\nhead\ngate\n" CHUNKED "chunks 5000000 100\ndrain\n");
  x = dk_transfer_new(transport);
  dk_transfer_cancel(x);
  CHECK(x->state == DK_FAILED && x->trouble == DK_CANCELLED);
  dk_transfer_free(x);
  x = start("GET", NULL);
  dk_transfer_cancel(x);
  CHECK(dk_transport_active(transport) == 0);
  expect_failure(x, DK_CANCELLED, "cancelled");
  end();
}

/* Cancels a transfer that waits for its head, has its head, is held back, is
 * over; the server sees that the connection is closed. */
static void test_cancel_in_each_state(void) {
  dk_Transfer *x;
  begin("accept\nhead\ndrain\n");
  x = start("GET", NULL);
  while (server_saw(&server, "head") == 0)
    dk_transport_pump(transport, 0.02);
  dk_transfer_cancel(x);
  CHECK(server_will_see(&server, "drain 1 0") == 1);
  dk_transfer_cancel(x);
  dk_transfer_free(x);
  end();
  begin("accept\nhead\n" CHUNKED "chunks 5000000 100\n");
  limits.window = 1000;
  x = start("GET", NULL);
  pump_to(x, DK_ANSWERED);
  while (dk_queue_length(&x->body) < 1000)
    dk_transport_pump(transport, 0.02);
  dk_transport_pump(transport, 0.02);
  dk_transfer_free(x);
  CHECK(server_will_see(&server, "gone 1") == 1);
  end();
  begin(SERVE_OK);
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  dk_transfer_cancel(x);
  expect(x, 200, "OK");
  end();
}

int main(void) {
  RUN(test_windows);
  RUN(test_window_at_the_end);
  RUN(test_limits_of_a_stream);
  RUN(test_body_limit);
  RUN(test_cancel);
  RUN(test_cancel_in_each_state);
  return check_end();
}
