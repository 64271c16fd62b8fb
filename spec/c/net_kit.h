/* SPDX-License-Identifier: MIT
 * What the tests of net/ are written with: a server that plays a script
 * (spec/support/scripted.c says how they are written), and a transport that
 * talks to it. */
#ifndef NET_KIT_H
#define NET_KIT_H

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "net/endpoint.h"
#include "net/transfer.h"
#include "net/transport.h"

#define OK_2 "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOK\"\n"
#define SERVE_OK                                                              \
  "serve \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nOK\"\n"
#define CHUNKED                                                               \
  "send \"HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n\"\n"

/* ---- the server ---- */

typedef struct Server {
  pid_t pid;
  char directory[40];
  char address[80];
  char log[200000]; /* as it was when last looked at */
} Server;

static inline char *server_file(const Server *s, const char *name) {
  static char path[80];
  snprintf(path, sizeof path, "%s/%s", s->directory, name);
  return path;
}

static inline void server_exec(const Server *s, int tcp, int quiet, int out) {
  char program[200];
  const char *build = getenv("MOONSAIL_BUILD");
  snprintf(program, sizeof program, "%s/support/scripted",
           build != NULL ? build : "build");
  dup2(out, 1);
  execl(program, program, tcp ? "-t" : "-s60", quiet ? "-q" : "-s60",
        s->directory, (char *)NULL);
  perror(program);
  _exit(1);
}

static inline void server_write_script(const Server *s, const char *script) {
  FILE *file = fopen(server_file(s, "script"), "w");
  if (file == NULL)
    abort();
  fputs(script, file);
  fclose(file);
}

/* Returns when the server can be connected to. */
static inline void server_start_as(Server *s, const char *script, int tcp,
                                   int quiet) {
  int out[2];
  ssize_t got;
  strcpy(s->directory, "/tmp/scripted.XXXXXX");
  if (mkdtemp(s->directory) == NULL || pipe2(out, O_CLOEXEC) != 0)
    abort();
  server_write_script(s, script);
  s->pid = fork();
  if (s->pid == 0)
    server_exec(s, tcp, quiet, out[1]);
  close(out[1]);
  got = read(out[0], s->address, sizeof s->address - 1);
  close(out[0]);
  s->address[got > 0 ? got : 0] = '\0';
  s->address[strcspn(s->address, "\n")] = '\0';
  if (!CHECK(s->address[0] != '\0'))
    exit(1);
}

static inline void server_kill(Server *s) {
  if (s->pid == 0)
    return;
  kill(s->pid, SIGKILL);
  waitpid(s->pid, NULL, 0);
  s->pid = 0;
}

static inline void server_stop(Server *s) {
  static const char *const names[] = {"script", "log", "gate", "socket",
                                      "file"};
  size_t i;
  server_kill(s);
  for (i = 0; i < sizeof names / sizeof *names; i++)
    unlink(server_file(s, names[i]));
  rmdir(s->directory);
}

/* Opens one gate. */
static inline void server_open(const Server *s) {
  int fd = open(server_file(s, "gate"), O_WRONLY | O_CLOEXEC);
  CHECK(fd >= 0 && write(fd, "x", 1) == 1);
  close(fd);
}

/* How often a text occurs in the log. */
static inline int server_saw(Server *s, const char *text) {
  FILE *file = fopen(server_file(s, "log"), "r");
  const char *at = s->log;
  int count = 0;
  s->log[file != NULL ? fread(s->log, 1, sizeof s->log - 1, file) : 0] = '\0';
  if (file != NULL)
    fclose(file);
  while ((at = strstr(at, text)) != NULL)
    count++, at++;
  return count;
}

/* The same, when the server may yet have to get there. */
static inline int server_will_see(Server *s, const char *text) {
  int patience, count = 0;
  for (patience = 0; patience < 300 && count == 0; patience++) {
    count = server_saw(s, text);
    if (count == 0)
      usleep(10000);
  }
  return count;
}

/* ---- a server, a transport and an endpoint for each test ---- */

static Server server;
static dk_Transport *transport;
static dk_Endpoint endpoint;
static dk_Limits limits;

static inline void begin_as(const char *script, int tcp) {
  char why[200];
  server_start_as(&server, script, tcp, 0);
  transport = dk_transport_new();
  CHECK(transport != NULL);
  CHECK(dk_endpoint_parse(&endpoint, server.address, why, sizeof why) == 0);
  memset(&limits, 0, sizeof limits);
}

static inline void begin(const char *script) {
  begin_as(script, 0);
}

static inline void end(void) {
  dk_transport_free(transport);
  dk_endpoint_free(&endpoint);
  server_stop(&server);
}

static inline dk_Transfer *start_request(const dk_Request *r) {
  dk_Transfer *x = dk_transfer_new(transport);
  if (x == NULL)
    abort();
  dk_transfer_start(x, &endpoint, r, &limits);
  return x;
}

static inline dk_Transfer *start(const char *method, const char *body) {
  dk_Request r = {.method = method, .target = "/_ping"};
  if (body != NULL) {
    r.body = body;
    r.body_length = strlen(body);
    r.has_body = 1;
  }
  return start_request(&r);
}

static inline int is_over(const dk_Transfer *x) {
  return x->state == DK_FINISHED || x->state == DK_FAILED;
}

/* Pumps until the transfer has come to a state, or 10 seconds. */
static inline void pump_to(const dk_Transfer *x, dk_State state) {
  double deadline = dk_now() + 10;
  while (x->state < state && !is_over(x) && dk_now() < deadline)
    dk_transport_pump(transport, 0.2);
  CHECK(x->state >= state);
}

static inline int body_is(const dk_Transfer *x, const char *text) {
  size_t length = strlen(text);
  return dk_queue_length(&x->body) == length &&
         (length == 0 || memcmp(dk_queue_bytes(&x->body), text, length) == 0);
}

/* The transfer has finished with this status and body; frees it. */
static inline void expect(dk_Transfer *x, int status, const char *body) {
  pump_to(x, DK_FINISHED);
  CHECK(x->state == DK_FINISHED);
  if (x->state == DK_FAILED)
    printf("  %s\n", x->message);
  CHECK(x->status == status);
  CHECK(body_is(x, body));
  dk_transfer_free(x);
}

/* The transfer has failed in this way; frees it. */
static inline void expect_failure(dk_Transfer *x, dk_Trouble trouble,
                                  const char *words) {
  pump_to(x, DK_FINISHED);
  CHECK(x->state == DK_FAILED);
  CHECK(x->trouble == trouble);
  if (!CHECK(strstr(x->message, words) != NULL))
    printf("  expected: %s\n  message:  %s\n", words, x->message);
  dk_transfer_free(x);
}

static inline int open_descriptors(void) {
  DIR *d = opendir("/proc/self/fd");
  int n = 0;
  while (readdir(d) != NULL)
    n++;
  closedir(d);
  return n;
}

/* ---- bodies of a pattern, as the server makes them ---- */

/* Takes all that waits, which must be the pattern from `offset` on. */
static inline size_t take_pattern(dk_Transfer *x, size_t offset) {
  size_t length = dk_queue_length(&x->body), i;
  const char *bytes = dk_queue_bytes(&x->body);
  int same = 1;
  for (i = 0; i < length; i++)
    same &= bytes[i] == (char)('a' + (offset + i) % 23);
  CHECK(same);
  dk_transfer_take(x, length);
  return length;
}

/* Reads the pattern to the end. */
static inline void take_all_pattern(dk_Transfer *x, size_t total) {
  size_t had = 0;
  double deadline = dk_now() + 20;
  while (!is_over(x) && dk_now() < deadline) {
    dk_transport_pump(transport, 0.2);
    had += take_pattern(x, had);
  }
  had += take_pattern(x, had);
  CHECK(x->state == DK_FINISHED);
  EQUAL((long long)had, (long long)total);
}

#endif
