/* SPDX-License-Identifier: MIT
 * Tests of net/transport: connections kept and fresh, pumping, the end. */
#include <curl/curl.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>

#include "net_kit.h"

/* ---- connections ---- */

static void test_kept_connection(int tcp) {
  int i;
  begin_as(SERVE_OK, tcp);
  for (i = 0; i < 3; i++) {
    dk_Transfer *x = start("GET", NULL);
    pump_to(x, DK_FINISHED);
    CHECK(x->reused == (i > 0));
    expect(x, 200, "OK");
  }
  CHECK(server_saw(&server, "accept") == 1);
  expect(start("POST", "x"), 200, "OK");
  expect(start("DELETE", NULL), 200, "OK");
  CHECK(server_saw(&server, "accept") == 3);
  end();
}

static void test_kept_connection_unix(void) {
  test_kept_connection(0);
}

static void test_kept_connection_tcp(void) {
  test_kept_connection(1);
}

/* The engine closes a kept connection as the next request comes. */
static void test_dead_connection(void) {
  dk_Transfer *x;
  begin("accept\nhead\n" OK_2 "head\nclose\naccept\nhead\n" OK_2
        "accept\nhead\nbody\nclose\naccept\nhead\nbody\n");
  expect(start("GET", NULL), 200, "OK");
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  CHECK(!x->reused);
  expect(x, 200, "OK");
  CHECK(server_saw(&server, "GET") == 3);
  x = start("POST", "x"); /* leaves the kept connection alone */
  expect_failure(x, DK_CONNECTION, "without answering");
  CHECK(server_saw(&server, "head 3 POST") == 1);
  CHECK(server_saw(&server, "POST") == 1);
  usleep(50000);
  CHECK(server_saw(&server, "POST") == 1);
  end();
}

/* An idle connection is not trusted for long: Podman's service leaves when it
 * was idle for 5 seconds. */
static void test_aged_connection(void) {
  begin(SERVE_OK);
  expect(start("GET", NULL), 200, "OK");
  usleep(4100000);
  expect(start("GET", NULL), 200, "OK");
  EQUAL(server_saw(&server, "accept"), 2);
  end();
}

/* While a stream is open, others are answered. */
static void test_streams_hold_nobody_back(void) {
  dk_Transfer *stream, *x;
  begin("accept\nhead\n" CHUNKED "accept\nhead\n" OK_2
        "use 1\nsend \"0\\r\\n\\r\\n\"\n");
  stream = start("GET", NULL);
  pump_to(stream, DK_ANSWERED);
  x = start("GET", NULL);
  expect(x, 200, "OK");
  expect(stream, 200, "");
  CHECK(server_saw(&server, "accept") == 2);
  end();
}

static void test_many_requests(void) {
  int i, before;
  begin(SERVE_OK);
  expect(start("GET", NULL), 200, "OK");
  before = open_descriptors();
  for (i = 0; i < 1000; i++)
    expect(start("GET", NULL), 200, "OK");
  CHECK(open_descriptors() == before);
  for (i = 0; i < 200; i++)
    expect(start("POST", "x"), 200, "OK");
  CHECK(open_descriptors() <= before + 8);
  end();
}

static void test_many_at_once(void) {
  enum { N = 50 };
  dk_Transfer *all[N];
  int i;
  begin(SERVE_OK);
  for (i = 0; i < N; i++)
    all[i] = start("GET", NULL);
  CHECK(dk_transport_active(transport) == N);
  for (i = 0; i < N; i++)
    expect(all[i], 200, "OK");
  CHECK(dk_transport_active(transport) == 0);
  end();
}

/* Streams have connections of their own, and do not cost those that are
 * kept. */
static void test_kept_beside_streams(void) {
  enum { N = 20 };
  dk_Transfer *streams[N], *x;
  int i;
  begin(SERVE_OK);
  limits.window = 1; /* the second piece waits: it does not end */
  for (i = 0; i < N; i++) {
    streams[i] = start("GET", NULL);
    pump_to(streams[i], DK_ANSWERED);
  }
  limits.window = 0;
  expect(start("GET", NULL), 200, "OK");
  for (i = 0; i < 3; i++) {
    x = start("GET", NULL);
    pump_to(x, DK_FINISHED);
    CHECK(x->reused);
    expect(x, 200, "OK");
  }
  for (i = 0; i < N; i++)
    dk_transfer_free(streams[i]);
  end();
}

/* Of many calls at once the connections are kept for the next ones. */
static void test_kept_of_many(void) {
  enum { N = 50, CONNECTIONS = 60 };
  dk_Transfer *all[N];
  int i, round;
  begin(SERVE_OK);
  for (round = 0; round < 4; round++) {
    for (i = 0; i < N; i++)
      all[i] = start("GET", NULL);
    for (i = 0; i < N; i++)
      expect(all[i], 200, "OK");
  }
  CHECK(server_saw(&server, "accept") <= CONNECTIONS);
  end();
}

/* A name that has to be looked up, which libcurl does in a thread. */
static void test_look_up(void) {
  char address[80], why[200];
  int i;
  begin_as(SERVE_OK, 1);
  snprintf(address, sizeof address, "tcp://localhost%s",
           strrchr(server.address, ':'));
  dk_endpoint_free(&endpoint);
  CHECK(dk_endpoint_parse(&endpoint, address, why, sizeof why) == 0);
  for (i = 0; i < 3; i++)
    expect(start("POST", "x"), 200, "OK");
  end();
}

static void test_close_on_exec(void) {
  int fd, kept = 0;
  begin(SERVE_OK);
  expect(start("GET", NULL), 200, "OK");
  for (fd = 3; fd < 64; fd++) {
    struct sockaddr_storage a;
    socklen_t length = sizeof a;
    if (getpeername(fd, (struct sockaddr *)&a, &length) != 0 || length <= 2)
      continue; /* not one that we have connected by a path */
    kept++;
    CHECK(fcntl(fd, F_GETFD) & FD_CLOEXEC);
  }
  EQUAL(kept, 1);
  end();
}

static void test_proxies_of_the_environment(void) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  begin_as(SERVE_OK, 1);
  expect(start("GET", NULL), 200, "OK");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
  end();
}

/* ---- pumping, and the end ---- */

static void test_transport_freed_first(void) {
  dk_Transfer *ready, *sent, *done, *paused;
  begin(SERVE_OK);
  done = start("GET", NULL);
  pump_to(done, DK_FINISHED);
  sent = start("GET", NULL);
  ready = dk_transfer_new(transport);
  limits.window = 1;
  paused = start("GET", NULL);
  pump_to(paused, DK_ANSWERED);
  dk_transport_free(transport);
  CHECK(sent->state >= DK_FINISHED);
  dk_transfer_take(paused, dk_queue_length(&paused->body));
  CHECK(body_is(done, "OK"));
  dk_transfer_start(ready, &endpoint, NULL, &limits);
  CHECK(ready->state == DK_FAILED && ready->trouble == DK_CANCELLED);
  dk_transfer_free(ready);
  dk_transfer_free(sent);
  dk_transfer_free(done);
  dk_transfer_free(paused);
  transport = NULL;
  end();
}

static void on_alarm(int number) {
  (void)number;
}

static void test_signal_ends_pumping(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  struct itimerval soon = {{0, 0}, {0, 50000}};
  double then = dk_now();
  dk_Transfer *x;
  begin("accept\nhead\ndrain\n");
  x = start("GET", NULL);
  sigaction(SIGALRM, &action, NULL);
  while (server_saw(&server, "head") == 0)
    dk_transport_pump(transport, 0.01);
  setitimer(ITIMER_REAL, &soon, NULL);
  CHECK(dk_transport_pump(transport, 5) == 0);
  CHECK(dk_now() - then < 1);
  dk_transfer_free(x);
  end();
}

static void test_pump_without_transfers(void) {
  double then = dk_now();
  begin(SERVE_OK);
  EQUAL(dk_transport_pump(transport, 0), 0);
  EQUAL(dk_transport_pump(transport, 0.05), 0);
  CHECK(dk_now() - then >= 0.05);
  CHECK(dk_transport_timeout(transport) < 0);
  end();
}

/* A limit ends the wait, however long that may take. */
static void test_deadline_ends_pumping(void) {
  dk_Transfer *x;
  double then;
  begin("accept\nhead\ndrain\n");
  limits.head = 0.1;
  x = start("GET", NULL);
  then = dk_now();
  while (!is_over(x))
    dk_transport_pump(transport, 60);
  CHECK(dk_now() - then < 10);
  expect_failure(x, DK_TIMEOUT, "timeout");
  end();
}

/* ---- watches ---- */

static int n_ready;

static void read_it(dk_Watch *w) {
  char byte;
  EQUAL(w->ready, DK_READABLE);
  CHECK(read(w->fd, &byte, 1) == 1);
  n_ready++;
}

static void stop_it(dk_Watch *w) {
  n_ready++;
  dk_watch_stop(w);
}

/* Starts a transfer, and waits for it by nothing else. */
static void start_another(dk_Watch *w) {
  stop_it(w);
  *(dk_Transfer **)w->owner = start("GET", NULL);
}

static void cancel_it(dk_Watch *w) {
  stop_it(w);
  dk_transfer_cancel(w->owner);
}

static void begin_watch(dk_Watch *w, int *pipe, void (*f)(dk_Watch *)) {
  CHECK(pipe2(pipe, O_CLOEXEC) == 0);
  memset(w, 0, sizeof *w);
  w->fd = pipe[0];
  w->events = DK_READABLE;
  w->on_ready = f;
  EQUAL(dk_watch_start(transport, w), 0);
  n_ready = 0;
}

static void end_watch(dk_Watch *w, const int *pipe) {
  dk_watch_stop(w);
  close(pipe[0]);
  close(pipe[1]);
}

static void test_watch(void) {
  dk_Watch w;
  int pipe[2];
  begin(SERVE_OK);
  begin_watch(&w, pipe, read_it);
  dk_transport_pump(transport, 0);
  EQUAL(n_ready, 0);
  CHECK(write(pipe[1], "xy", 2) == 2);
  dk_transport_pump(transport, 60);
  EQUAL(n_ready, 1);
  expect(start("GET", NULL), 200, "OK");
  EQUAL(n_ready, 2);
  w.on_ready = stop_it;
  CHECK(write(pipe[1], "z", 1) == 1);
  dk_transport_pump(transport, 60);
  EQUAL(n_ready, 3);
  dk_transport_pump(transport, 0);
  EQUAL(n_ready, 3);
  end_watch(&w, pipe);
  end();
}

static void test_watch_starts_a_transfer(void) {
  dk_Transfer *x = NULL;
  dk_Watch w;
  int pipe[2];
  begin(SERVE_OK);
  begin_watch(&w, pipe, start_another);
  w.owner = &x;
  CHECK(write(pipe[1], "x", 1) == 1);
  dk_transport_pump(transport, 60);
  CHECK(x != NULL);
  expect(x, 200, "OK");
  end_watch(&w, pipe);
  end();
}

static void test_watch_cancels_a_transfer(void) {
  dk_Watch w;
  int pipe[2];
  begin(SERVE_OK);
  begin_watch(&w, pipe, cancel_it);
  w.owner = start("GET", NULL);
  CHECK(write(pipe[1], "x", 1) == 1);
  CHECK(dk_transport_pump(transport, 60) > 0);
  EQUAL(n_ready, 1);
  CHECK(is_over(w.owner));
  dk_transfer_free(w.owner);
  end_watch(&w, pipe);
  end();
}

static void test_watch_outlives_transport(void) {
  dk_Watch w;
  int pipe[2];
  begin(SERVE_OK);
  begin_watch(&w, pipe, read_it);
  dk_transport_free(transport);
  transport = NULL;
  end_watch(&w, pipe);
  end();
}

/* ---- loops that are not ours ---- */

/* Waits as such a loop would; whether the descriptor was readable. */
static int foreign_wait(void) {
  double seconds = dk_transport_timeout(transport);
  struct pollfd p = {.fd = dk_transport_fd(transport), .events = POLLIN};
  int longest = seconds < 0 || seconds > 20 ? 20000 : (int)(seconds * 1000);
  return poll(&p, 1, longest + (seconds > 0)) == 1;
}

/* Nothing is due, and nothing would wake it. */
static int foreign_wait_is_idle(void) {
  struct pollfd p = {.fd = dk_transport_fd(transport), .events = POLLIN};
  double seconds = dk_transport_timeout(transport);
  return seconds != 0 && poll(&p, 1, 0) == 0;
}

static void test_foreign_loop(void) {
  enum { N = 30 };
  dk_Transfer *all[N];
  int i, over = 0, rounds = 0;
  begin(SERVE_OK);
  for (i = 0; i < N; i++)
    all[i] = start("GET", NULL);
  EQUAL((int)dk_transport_timeout(transport), 0);
  while (over < N && rounds++ < 1000) {
    foreign_wait();
    dk_transport_pump(transport, 0);
    for (i = over = 0; i < N; i++)
      over += is_over(all[i]);
  }
  for (i = 0; i < N; i++)
    expect(all[i], 200, "OK");
  EQUAL(foreign_wait_is_idle(), 1);
  end();
}

/* A limit wakes it in time, and an idle connection that the engine closes
 * does not keep it awake. */
static void test_foreign_deadline(void) {
  dk_Transfer *x;
  double then = dk_now();
  int rounds = 0;
  begin("accept\nhead\n" OK_2 "close\naccept\nhead\ndrain\n");
  expect(start("GET", NULL), 200, "OK");
  CHECK(dk_transport_timeout(transport) < 0);
  limits.head = 0.1;
  x = start("GET", NULL);
  for (; !is_over(x); rounds++) {
    foreign_wait();
    dk_transport_pump(transport, 0);
  }
  CHECK(rounds < 50);
  CHECK(dk_now() - then < 10);
  expect_failure(x, DK_TIMEOUT, "timeout");
  end();
}

static void test_foreign_watch(void) {
  dk_Watch w;
  int pipe[2];
  begin(SERVE_OK);
  begin_watch(&w, pipe, read_it);
  CHECK(write(pipe[1], "x", 1) == 1);
  CHECK(foreign_wait());
  dk_transport_pump(transport, 0);
  EQUAL(n_ready, 1);
  EQUAL(foreign_wait_is_idle(), 1);
  end_watch(&w, pipe);
  end();
}

/* ---- forks ---- */

/* A child that closes all it got from us leaves us what we have. */
static void test_fork(void) {
  dk_Transfer *x;
  int status = 1;
  pid_t pid;
  begin("accept\nhead\ngate\n" OK_2);
  x = start("GET", NULL);
  while (server_saw(&server, "head") == 0)
    dk_transport_pump(transport, 0.01);
  fflush(stdout);
  pid = fork();
  if (pid == 0) {
    dk_transfer_free(x);
    dk_transport_free(transport);
    _exit(0);
  }
  CHECK(waitpid(pid, &status, 0) == pid && status == 0);
  server_open(&server);
  expect(x, 200, "OK");
  end();
}

/* ---- memory that fails, libcurl's too ---- */

static void *failing_malloc(size_t size) {
  return check_reallocator(NULL, size > 0 ? size : 1);
}

static void *failing_realloc(void *block, size_t size) {
  return check_reallocator(block, size > 0 ? size : 1);
}

static void *failing_calloc(size_t count, size_t size) {
  void *block = failing_malloc(count * size);
  return block != NULL ? memset(block, 0, count * size) : NULL;
}

static char *failing_strdup(const char *text) {
  char *copy = failing_malloc(strlen(text) + 1);
  return copy != NULL ? strcpy(copy, text) : NULL;
}

static void failing_free(void *block) {
  if (block != NULL)
    check_reallocator(block, 0);
}

/* One exchange; whether it went well. */
static int exchange(const dk_Request *r) {
  int good = 0;
  dk_Transfer *x = NULL;
  transport = dk_transport_new();
  if (transport != NULL)
    x = dk_transfer_new(transport);
  if (x != NULL) {
    dk_transfer_start(x, &endpoint, r, &limits);
    pump_to(x, DK_FINISHED);
    good = x->state == DK_FINISHED;
    if (good)
      CHECK(x->status == 200 && body_is(x, "OK"));
    else
      CHECK(x->trouble != DK_NO_TROUBLE && x->message[0] != '\0');
  }
  dk_transfer_free(x);
  dk_transport_free(transport);
  transport = NULL;
  return good;
}

/* With the first n allocations succeeding, for n from 0 on: it ends, loses
 * nothing, and in the end goes well. */
static void step_memory(const dk_Request *r) {
  long n, left = 0, before = check_live;
  int good = 0;
  for (n = 0; n < 1000 && left == 0; n++) {
    check_allowed = n;
    good = exchange(r);
    left = check_allowed;
    check_allowed = -1;
    if (!EQUAL(check_live, before))
      printf("  %ld allocations\n", n);
    before = check_live;
  }
  CHECK(good && n > 20 && n < 1000);
}

static void test_no_memory(void) {
  dk_Request get = {.method = "GET", .target = "/"};
  dk_Request post = {.method = "POST", .target = "/", .has_body = 1};
  post.body = "{}";
  post.body_length = 2;
  post.headers = "Content-Type: application/json";
  post.headers_length = strlen(post.headers) + 1;
  begin(SERVE_OK);
  dk_transport_free(transport);
  step_memory(&get);
  step_memory(&post);
  post.upgrade = DK_UPGRADE_TCP;
  step_memory(&post);
  get.upgrade = DK_UPGRADE_WEBSOCKET;
  step_memory(&get);
  end();
}

/* Before anything else gets memory. */
static void let_memory_fail(void) {
  dk_reallocator = check_reallocator;
  curl_global_init_mem(CURL_GLOBAL_DEFAULT, failing_malloc, failing_free,
                       failing_realloc, failing_strdup, failing_calloc);
}

int main(void) {
  let_memory_fail();
  RUN(test_kept_connection_unix);
  RUN(test_kept_connection_tcp);
  RUN(test_dead_connection);
  RUN(test_aged_connection);
  RUN(test_streams_hold_nobody_back);
  RUN(test_many_requests);
  RUN(test_many_at_once);
  RUN(test_kept_beside_streams);
  RUN(test_kept_of_many);
  RUN(test_look_up);
  RUN(test_close_on_exec);
  RUN(test_proxies_of_the_environment);
  RUN(test_transport_freed_first);
  RUN(test_signal_ends_pumping);
  RUN(test_pump_without_transfers);
  RUN(test_deadline_ends_pumping);
  RUN(test_watch);
  RUN(test_watch_starts_a_transfer);
  RUN(test_watch_cancels_a_transfer);
  RUN(test_watch_outlives_transport);
  RUN(test_foreign_loop);
  RUN(test_foreign_deadline);
  RUN(test_foreign_watch);
  RUN(test_fork);
  RUN(test_no_memory);
  return check_end();
}
