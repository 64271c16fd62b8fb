/* SPDX-License-Identifier: MIT
 * Starting a child process. Between fork and exec nothing is called that is
 * not safe in a signal handler: another thread may have held any lock. */

#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Milliseconds that a child waits for its connection, which is on its way. */
#define PATIENCE 10000

/* The exit code of what could not be run. */
#define NOT_RUN 127

/* ---- the program ---- */

static const char *const *environment(const dk_Command *c) {
  return c->env != NULL ? c->env : (const char *const *)environ;
}

static const char *search_path(const dk_Command *c) {
  const char *const *line;
  for (line = environment(c); *line != NULL; line++)
    if (strncmp(*line, "PATH=", 5) == 0)
      return *line + 5;
  return "/usr/local/bin:/usr/bin:/bin";
}

static int try_program(const char *path) {
  struct stat status;
  if (stat(path, &status) != 0)
    return errno;
  if (!S_ISREG(status.st_mode))
    return EACCES;
  return access(path, X_OK) == 0 ? 0 : errno;
}

/* Looks for a program in a list of folders; where it was found, or why not.
 * One that is empty or relative would depend on the folder we are in: what
 * lies there is never run by its mere name. */
static int search(const char *folders, const char *name, char *path,
                  size_t size) {
  int error = ENOENT;
  for (;;) {
    size_t length = strcspn(folders, ":");
    if (*folders == '/' && length + strlen(name) + 2 <= size) {
      int outcome;
      memcpy(path, folders, length);
      path[length] = '/';
      strcpy(path + length + 1, name);
      outcome = try_program(path);
      if (outcome == 0)
        return 0;
      if (outcome == EACCES)
        error = EACCES;
    }
    if (folders[length] == '\0')
      return error;
    folders += length + 1;
  }
}

static int find_program(const dk_Command *c, char *path, size_t size) {
  const char *name = c->argv[0];
  if (*name == '\0')
    return ENOENT;
  if (strchr(name, '/') == NULL)
    return search(search_path(c), name, path, size);
  if (strlen(name) >= size)
    return ENAMETOOLONG;
  strcpy(path, name);
  return try_program(path);
}

/* ---- in the child ---- */

/* What is ignored remains so (nohup), but for what programs rely on. */
static void reset_signals(void) {
  struct sigaction standard, present;
  sigset_t none;
  int number;
  memset(&standard, 0, sizeof standard);
  standard.sa_handler = SIG_DFL;
  for (number = 1; number < NSIG; number++)
    if (sigaction(number, NULL, &present) == 0 &&
        (present.sa_handler != SIG_IGN || number == SIGPIPE ||
         number == SIGCHLD))
      sigaction(number, &standard, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Tells what has gone wrong, and ends. */
static void give_up(int report, int error) {
  ssize_t n = write(report, &error, sizeof error);
  (void)n;
  _exit(NOT_RUN);
}

/* The connection that it is to have, or -1. */
static int await_connection(const dk_Command *c) {
  struct pollfd p = {c->listener, POLLIN, 0};
  int fd = -1;
  if (poll(&p, 1, PATIENCE) > 0)
    fd = accept(c->listener, NULL, NULL);
  unlink(c->socket);
  rmdir(c->folder);
  return fd;
}

/* A copy of a descriptor behind those that have their places; -1: none. */
static int put_aside(int fd) {
  if (fd < 0)
    fd = open("/dev/null", O_RDWR | O_CLOEXEC);
  return fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 4) : -1;
}

/* Puts descriptors, and that for reports, to their places. They may be
 * anywhere, each in the place of another too: so all are put aside first. */
static void arrange(const int given[3], int report) {
  int moved[4], i;
  for (i = 0; i < 4; i++) {
    moved[i] = put_aside(i < 3 ? given[i] : report);
    if (moved[i] < 0)
      give_up(report, errno);
  }
  for (i = 0; i < 4; i++)
    if (dup2(moved[i], i) < 0)
      give_up(moved[3], errno);
  if (fcntl(3, F_SETFD, FD_CLOEXEC) != 0)
    give_up(3, errno);
}

/* Closes what others have left open: a pipe that stays open in a child has no
 * end for who reads it. */
static void close_rest(int first, int most) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0U, 0) == 0)
    return;
#endif
  for (; first < most; first++)
    close(first);
}

/* Never returns. */
static void become(const dk_Command *c, const char *path, int report,
                   int most) {
  static const char words[] = "it is no program that can be run\n";
  ssize_t n;
  int fds[3];
  memcpy(fds, c->fds, sizeof fds);
  reset_signals();
  if (c->apart)
    setsid();
  if (c->listener >= 0) {
    fds[0] = fds[1] = await_connection(c);
    if (fds[0] < 0)
      _exit(NOT_RUN);
  }
  arrange(fds, report);
  close_rest(4, most);
  execve(path, (char *const *)c->argv, (char *const *)environment(c));
  if (c->listener < 0)
    give_up(3, errno);
  n = write(2, words, sizeof words - 1);
  (void)n;
  _exit(NOT_RUN);
}

/* ---- in the parent ---- */

static int highest_descriptor(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 65536)
    return 65536;
  return (int)limit.rlim_cur;
}

/* A handler of ours must never run in the child. */
static pid_t fork_quietly(const dk_Command *c, const char *path, int report) {
  int most = highest_descriptor(), error;
  sigset_t all, before;
  pid_t pid;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid = fork();
  if (pid == 0)
    become(c, path, report, most);
  error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  errno = error;
  return pid;
}

/* What the child reports: 0 when it has become the program. */
static int read_report(int fd) {
  int error = 0;
  ssize_t n;
  do
    n = read(fd, &error, sizeof error);
  while (n < 0 && errno == EINTR);
  return n == (ssize_t)sizeof error ? error : 0;
}

static int start(const dk_Command *c, const char *path, pid_t *pid) {
  int report[2], error;
  pid_t child;
  if (pipe2(report, O_CLOEXEC) != 0)
    return errno;
  child = fork_quietly(c, path, report[1]);
  error = child < 0 ? errno : 0;
  close(report[1]);
  if (error == 0 && c->listener < 0) {
    error = read_report(report[0]);
    if (error != 0)
      dk_child_kill(child);
  }
  close(report[0]);
  if (error == 0)
    *pid = child;
  return error;
}

int dk_child_start(const dk_Command *c, pid_t *pid) {
  char path[PATH_MAX];
  int error = find_program(c, path, sizeof path);
  *pid = 0;
  return error != 0 ? error : start(c, path, pid);
}

static int reap(pid_t pid, int options, int *exit_code) {
  int status;
  pid_t found;
  do
    found = waitpid(pid, &status, options);
  while (found < 0 && errno == EINTR);
  if (found == 0)
    return 0;
  *exit_code = found < 0             ? -1
               : WIFSIGNALED(status) ? 128 + WTERMSIG(status)
                                     : WEXITSTATUS(status);
  return 1;
}

int dk_child_ended(pid_t pid, int *exit_code) {
  return reap(pid, WNOHANG, exit_code);
}

void dk_child_kill(pid_t pid) {
  int exit_code;
  if (dk_child_ended(pid, &exit_code))
    return; /* its number may be another one's by now */
  kill(pid, SIGKILL);
  reap(pid, 0, &exit_code);
}
