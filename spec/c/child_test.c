/* SPDX-License-Identifier: MIT
 * Tests of net/child, and of net/tunnel, which starts some, where the system
 * has nothing more to give: no process, or no descriptor. */
#include "net/child.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "net/tunnel.h"

static int exhausted; /* no process is to be had */
static int kills;     /* how often somebody was sent a signal */

/* These are in place of the C library's. */

pid_t fork(void) {
  pid_t (*real)(void);
  if (exhausted) {
    errno = EAGAIN;
    return -1;
  }
  *(void **)&real = dlsym(RTLD_NEXT, "fork");
  return real();
}

int kill(pid_t pid, int number) {
  int (*real)(pid_t, int);
  kills++;
  if (pid <= 0)
    return 0; /* which would be all of us */
  *(void **)&real = dlsym(RTLD_NEXT, "kill");
  return real(pid, number);
}

/* A child that is there all the time, whoever asks for any child. */
static pid_t start_bystander(void) {
  static const char *const argv[] = {"sleep", "100", NULL};
  dk_Command c = {.argv = argv, .fds = {-1, -1, -1}, .listener = -1};
  pid_t pid = 0;
  EQUAL(dk_child_start(&c, &pid), 0);
  return pid;
}

static void test_no_process(void) {
  static const char *const argv[] = {"true", NULL};
  dk_Command c = {.argv = argv, .fds = {-1, -1, -1}, .listener = -1};
  pid_t pid = 1, bystander = start_bystander();
  int exit_code;
  exhausted = 1;
  kills = 0;
  EQUAL(dk_child_start(&c, &pid), EAGAIN);
  EQUAL(pid, 0);
  EQUAL(kills, 0);
  exhausted = 0;
  EQUAL(dk_child_ended(bystander, &exit_code), 0);
  dk_child_kill(bystander);
}

/* A tunnel without its process leaves everybody else's alone. */
static void test_no_tunnel(void) {
  char folder[] = "/tmp/moonsail-test-XXXXXX", ssh[64], why[200];
  const char *path = getenv("PATH");
  dk_Tunnels all = {.poller = dk_poller_new()};
  dk_Endpoint e;
  struct sockaddr_un place;
  unsigned long number = 0;
  char *before = path != NULL ? strdup(path) : NULL;
  pid_t bystander = start_bystander();
  CHECK(mkdtemp(folder) != NULL);
  snprintf(ssh, sizeof ssh, "%s/ssh", folder);
  EQUAL(symlink("/bin/true", ssh), 0);
  setenv("PATH", folder, 1);
  EQUAL(dk_endpoint_parse(&e, "ssh://host", why, sizeof why), DK_OK);
  exhausted = 1;
  kills = 0;
  EQUAL(dk_tunnel_open(&all, &e, 0, &place, &number), -1);
  EQUAL(errno, EAGAIN);
  EQUAL(kills, 0);
  exhausted = 0;
  CHECK(all.first == NULL);
  dk_child_kill(bystander);
  dk_endpoint_free(&e);
  dk_poller_free(all.poller);
  setenv("PATH", before != NULL ? before : "/bin", 1);
  free(before);
  unlink(ssh);
  rmdir(folder);
}

/* The child finds out that it has no descriptor left, and says so. */
static void test_no_descriptor(void) {
  static const char *const argv[] = {"true", NULL};
  dk_Command c = {.argv = argv, .fds = {-1, -1, -1}, .listener = -1};
  struct rlimit before, few;
  int first = dup(0), exit_code = 0;
  rlim_t room;
  pid_t pid;
  close(first);
  getrlimit(RLIMIT_NOFILE, &before);
  for (room = 2; room < 6; room++) { /* the pipe of the report has room */
    int error;
    few = before;
    few.rlim_cur = (rlim_t)first + room;
    setrlimit(RLIMIT_NOFILE, &few);
    pid = 0;
    error = dk_child_start(&c, &pid);
    setrlimit(RLIMIT_NOFILE, &before);
    if (error == 0) {
      waitpid(pid, &exit_code, 0);
      EQUAL(exit_code, 0);
    } else {
      EQUAL(error, EMFILE);
      EQUAL(pid, 0);
    }
  }
}

int main(void) {
  RUN(test_no_process);
  RUN(test_no_tunnel);
  RUN(test_no_descriptor);
  return check_end();
}
