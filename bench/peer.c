/* SPDX-License-Identifier: MIT
 * What libcurl can do with nothing around it: the peer of the benchmarks.
 *
 *   peer calls SOCKET PATH COUNT   GET PATH, COUNT times, over one connection
 *   peer read SOCKET PATH          GET PATH once, and throw the body away
 *   peer save SOCKET PATH FILE     GET PATH once, into a file
 *
 * It reads what the engine sends and looks at none of it. It prints one line:
 * seconds, cpu (seconds, user and system), bytes, peak (kB of memory). */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define WARM_UP 200 /* calls before the clock starts */

typedef struct Reader {
  FILE *file; /* where the body goes, or NULL */
  size_t bytes;
} Reader;

typedef struct Clock {
  double seconds, cpu;
} Clock;

static void fail(const char *what) {
  fprintf(stderr, "peer: %s\n", what);
  exit(1);
}

static double of_timeval(struct timeval t) {
  return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static Clock now(void) {
  struct timespec t;
  struct rusage u;
  Clock c;
  clock_gettime(CLOCK_MONOTONIC, &t);
  getrusage(RUSAGE_SELF, &u);
  c.seconds = (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
  c.cpu = of_timeval(u.ru_utime) + of_timeval(u.ru_stime);
  return c;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *data) {
  Reader *r = data;
  if (r->file != NULL && fwrite(bytes, size, n, r->file) != n)
    return 0;
  r->bytes += size * n;
  return size * n;
}

/* A handle for GET PATH over the socket, to be used again and again. */
static CURL *make_handle(const char *socket, const char *path, Reader *r) {
  char url[512];
  CURL *easy = curl_easy_init();
  if (easy == NULL)
    fail("no handle");
  snprintf(url, sizeof url, "http://localhost%s", path);
  curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, r);
  return easy;
}

static void call(CURL *easy, long count) {
  long i;
  for (i = 0; i < count; i++) {
    CURLcode code = curl_easy_perform(easy);
    if (code != CURLE_OK)
      fail(curl_easy_strerror(code));
  }
}

static void report(Clock from, size_t bytes) {
  Clock to = now();
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  printf("seconds=%.6f cpu=%.6f bytes=%zu peak=%ld\n",
         to.seconds - from.seconds, to.cpu - from.cpu, bytes, u.ru_maxrss);
}

static void measure(CURL *easy, Reader *r, long count, long warm_up) {
  Clock from;
  call(easy, warm_up);
  r->bytes = 0;
  from = now();
  call(easy, count);
  report(from, r->bytes);
}

int main(int argc, char **argv) {
  Reader r = {NULL, 0};
  CURL *easy;
  if (argc < 4)
    fail("usage: peer calls|read|save SOCKET PATH [COUNT|FILE]");
  easy = make_handle(argv[2], argv[3], &r);
  if (strcmp(argv[1], "calls") == 0 && argc == 5) {
    measure(easy, &r, atol(argv[4]), WARM_UP);
  } else if (strcmp(argv[1], "read") == 0) {
    measure(easy, &r, 1, 0);
  } else if (strcmp(argv[1], "save") == 0 && argc == 5) {
    r.file = fopen(argv[4], "wb");
    if (r.file == NULL)
      fail("the file cannot be written");
    measure(easy, &r, 1, 0);
    fclose(r.file);
  } else {
    fail("what?");
  }
  curl_easy_cleanup(easy);
  return 0;
}
