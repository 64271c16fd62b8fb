/* SPDX-License-Identifier: MIT
 * Tests of net/trouble: whatever goes wrong is told, and in time. */
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "net_kit.h"

/* ---- connections and answers ---- */

static const struct {
  const char *script;
  dk_Trouble trouble;
  const char *words;
} failures[] = {
    {"accept\nhead\nclose\n", DK_CONNECTION, "without answering"},
    {"accept\nhead\nreset\n", DK_CONNECTION, "without answering"},
    {"accept\nhead\nsend \"HTTP/1.1 20\"\n", DK_CONNECTION, "connection"},
    {"accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\nA: b\\r\\n\"\n", DK_CONNECTION,
     "in the middle of an answer"},
    {"accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n"
     "\\r\\nabc\"\n",
     DK_CONNECTION, "in the middle of an answer"},
    {"accept\nhead\n" CHUNKED "send \"5\\r\\nab\"\n", DK_CONNECTION,
     "in the middle of an answer"},
    {"accept\nhead\n" CHUNKED "send \"5\\r\\nabcde\\r\\n\"\n", DK_CONNECTION,
     "in the middle of an answer"},
    {"accept\nhead\n" CHUNKED "pause 20\nreset\n", DK_CONNECTION,
     "in the middle of an answer"},
    {"accept\nhead\n" CHUNKED "send \"xyz\\r\\nab\"\ndrain\n", DK_PROTOCOL,
     "not an answer in HTTP"},
    {"accept\nhead\nsend \"\\x15\\x03\\x01\\x00\\x02\\x02F garbage\"\ndrain\n",
     DK_PROTOCOL, "does it want TLS?"},
    {"accept\nhead\nsend \"SSH-2.0-OpenSSH_9.2\\r\\n\"\ndrain\n", DK_PROTOCOL,
     "is it another service"},
    {"accept\nhead\nsend \"HTTP/1.1 banana\\r\\n\\r\\n\"\ndrain\n",
     DK_PROTOCOL, "not an answer in HTTP"},
    {"accept\nhead\nsend \"HTTP/7.3 200 OK\\r\\n\\r\\n\"\ndrain\n",
     DK_PROTOCOL, "not an answer in HTTP"},
};

static void test_failures(int tcp) {
  size_t i;
  for (i = 0; i < sizeof failures / sizeof *failures; i++) {
    begin_as(failures[i].script, tcp);
    expect_failure(start("GET", NULL), failures[i].trouble, failures[i].words);
    CHECK(dk_transport_active(transport) == 0);
    end();
  }
}

static void test_failures_unix(void) {
  test_failures(0);
}

static void test_failures_tcp(void) {
  test_failures(1);
}

static void test_long_head(void) {
  char script[3000] = "accept\nhead\nsend \"HTTP/1.1 200 OK\\r\\n\"\n";
  int i;
  for (i = 0; i < 40; i++)
    strcat(script, "send \"X: \"\nfill 9000\nsend \"\\r\\n\"\n");
  strcat(script, "send \"\\r\\n\"\ndrain\n");
  begin(script);
  expect_failure(start("GET", NULL), DK_PROTOCOL, "too long");
  end();
}

static void test_no_socket(void) {
  char message[200];
  dk_Transfer *x;
  begin("gate\n");
  unlink(server_file(&server, "socket"));
  snprintf(message, sizeof message,
           "cannot connect to %s: No such file or directory", server.address);
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  CHECK(x->os_error == ENOENT);
  expect_failure(x, DK_CONNECTION, message);
  end();
}

static void test_refused(int tcp) {
  dk_Transfer *x;
  begin_as("gate\n", tcp);
  server_kill(&server);
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  CHECK(x->os_error == ECONNREFUSED);
  expect_failure(x, DK_CONNECTION, "Connection refused");
  end();
}

static void test_refused_unix(void) {
  test_refused(0);
}

static void test_refused_tcp(void) {
  test_refused(1);
}

/* A unix socket whose backlog is full refuses at once. */
static void test_full_unix_backlog(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int filler = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  dk_Transfer *x;
  begin("gate\n");
  unlink(endpoint.socket_path);
  strcpy(address.sun_path, endpoint.socket_path);
  CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0);
  CHECK(listen(listener, 0) == 0);
  CHECK(connect(filler, (struct sockaddr *)&address, sizeof address) == 0);
  limits.connect = limits.head = 1;
  x = start("GET", NULL);
  pump_to(x, DK_FINISHED);
  CHECK(x->os_error == EAGAIN);
  expect_failure(x, DK_CONNECTION, "Resource temporarily unavailable");
  end();
  close(filler);
  close(listener);
}

static void test_unknown_host(void) {
  char why[200];
  begin("gate\n");
  dk_endpoint_free(&endpoint);
  EQUAL(dk_endpoint_parse(&endpoint, "tcp://no-such-host.invalid", why,
                          sizeof why),
        DK_OK);
  limits.connect = 5;
  expect_failure(start("GET", NULL), DK_CONNECTION,
                 "cannot find the host of tcp://no-such-host.invalid");
  end();
}

static void test_killed_engine(void) {
  double then;
  dk_Transfer *sent, *stream;
  begin("accept\nhead\n" CHUNKED "accept\nhead\ngate\n");
  stream = start("GET", NULL);
  pump_to(stream, DK_ANSWERED);
  sent = start("GET", NULL);
  while (server_saw(&server, "head 2") == 0)
    dk_transport_pump(transport, 0.05);
  server_kill(&server);
  then = dk_now();
  expect_failure(sent, DK_CONNECTION, "without answering");
  expect_failure(stream, DK_CONNECTION, "in the middle of an answer");
  CHECK(dk_now() - then < 0.5);
  end();
}

/* ---- limits of time ---- */

/* A failure by a limit comes when it is due, however long the owner is ready
 * to wait, and names it. */
static void expect_late(const char *script, const char *words) {
  double then = dk_now();
  dk_Transfer *x;
  begin(script);
  limits.head = 0.4;
  limits.idle = 0.4;
  x = start("GET", NULL);
  while (!is_over(x))
    dk_transport_pump(transport, 5);
  expect_failure(x, DK_TIMEOUT, words);
  CHECK(dk_now() - then >= 0.4 && dk_now() - then < 1);
  end();
}

static void test_head_timeout(void) {
  expect_late("accept\nhead\ndrain\n", "0.4 seconds (timeout)");
  expect_late("accept\nhead\nsend \"HTTP/1.1 100 Continue\\r\\n\\r\\n\"\n"
              "drain\n",
              "0.4 seconds (timeout)");
}

static void test_idle_timeout(void) {
  expect_late("accept\nhead\n" CHUNKED "send \"1\\r\\na\\r\\n\"\ndrain\n",
              "0.4 seconds (idle_timeout)");
}

/* Many pieces, none of them late, although all together are. */
static void test_slow_body(void) {
  begin("accept\nhead\n" CHUNKED
        "pause 150\nsend \"1\\r\\na\\r\\n\"\npause 150\n"
        "send \"1\\r\\nb\\r\\n\"\npause 150\nsend \"0\\r\\n\\r\\n\"\n");
  limits.head = limits.idle = 0.3;
  expect(start("GET", NULL), 200, "ab");
  end();
}

/* An owner that does something else for long is not told of a timeout when
 * the bytes were there all the time. */
static void test_absent_owner(void) {
  dk_Transfer *x;
  begin("accept\nhead\n" CHUNKED "pause 100\nsend \"1\\r\\na\\r\\n\"\n"
        "pause 300\nsend \"0\\r\\n\\r\\n\"\n");
  limits.head = limits.idle = 0.2;
  x = start("GET", NULL);
  pump_to(x, DK_ANSWERED);
  limits.idle = 5;
  usleep(300000);
  dk_transport_pump(transport, 0);
  dk_transfer_set_limits(x, &limits);
  expect(x, 200, "a");
  end();
}

/* The backlog of a TCP socket that nobody accepts from is filled up. */
static void test_connect_timeout(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fds[4], i;
  char text[60], why[200];
  dk_Transfer *x;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(bind(listener, (struct sockaddr *)&address, size) == 0);
  CHECK(listen(listener, 0) == 0);
  getsockname(listener, (struct sockaddr *)&address, &size);
  for (i = 0; i < 4; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    connect(fds[i], (struct sockaddr *)&address, size);
  }
  begin("gate\n");
  dk_endpoint_free(&endpoint);
  snprintf(text, sizeof text, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
  CHECK(dk_endpoint_parse(&endpoint, text, why, sizeof why) == 0);
  limits.connect = 0.3;
  limits.head = 5;
  x = start("GET", NULL);
  expect_failure(x, DK_TIMEOUT, "within 0.3 seconds (connect_timeout)");
  end();
  for (i = 0; i < 4; i++)
    close(fds[i]);
  close(listener);
}

int main(void) {
  RUN(test_failures_unix);
  RUN(test_failures_tcp);
  RUN(test_long_head);
  RUN(test_no_socket);
  RUN(test_refused_unix);
  RUN(test_refused_tcp);
  RUN(test_full_unix_backlog);
  RUN(test_unknown_host);
  RUN(test_killed_engine);
  RUN(test_head_timeout);
  RUN(test_idle_timeout);
  RUN(test_slow_body);
  RUN(test_absent_owner);
  RUN(test_connect_timeout);
  return check_end();
}
