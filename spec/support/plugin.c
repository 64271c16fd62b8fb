/* SPDX-License-Identifier: MIT
 * A volume driver, small enough to be the whole of an engine's plugin: it is
 * linked statically, and its root file system holds nothing else.
 *
 * It answers the engine's requests on /run/docker/plugins/moonsail.sock, one
 * after another. A volume is a folder under /data; its status has what the
 * environment said of GREETING, so that settings can be seen to arrive. */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET "/run/docker/plugins/moonsail.sock"
#define FOLDER "/data"
#define MAX_VOLUMES 32
#define MAX_NAME 128

static char volumes[MAX_VOLUMES][MAX_NAME]; /* "": free */

/* ---- volumes ---- */

static int find(const char *name) {
  int i;
  for (i = 0; i < MAX_VOLUMES; i++)
    if (strcmp(volumes[i], name) == 0)
      return i;
  return -1;
}

static const char *path_of(const char *name) {
  static char path[sizeof FOLDER + 1 + MAX_NAME];
  snprintf(path, sizeof path, FOLDER "/%.*s", MAX_NAME - 1, name);
  return path;
}

static const char *greeting(void) {
  const char *text = getenv("GREETING");
  return text == NULL ? "" : text;
}

static void write_volume(FILE *out, const char *name) {
  fprintf(out,
          "{\"Name\":\"%s\",\"Mountpoint\":\"%s\","
          "\"Status\":{\"greeting\":\"%s\"}}",
          name, path_of(name), greeting());
}

/* ---- requests: each writes the fields of its answer ---- */

static void activate(FILE *out, const char *name) {
  (void)name;
  fputs("\"Implements\":[\"VolumeDriver\"],", out);
}

static void capabilities(FILE *out, const char *name) {
  (void)name;
  fputs("\"Capabilities\":{\"Scope\":\"local\"},", out);
}

static void fail(FILE *out, const char *reason) {
  fprintf(out, "\"Err\":\"%s\"", reason);
}

/* The engine may ask for one that is there already. */
static void create(FILE *out, const char *name) {
  int i = find(name);
  if (i < 0)
    i = find("");
  if (i < 0) {
    fail(out, "there are too many volumes");
    return;
  }
  snprintf(volumes[i], MAX_NAME, "%s", name);
  mkdir(FOLDER, 0755);
  mkdir(path_of(name), 0755);
}

static void take_away(FILE *out, const char *name) {
  int i = find(name);
  (void)out;
  if (i >= 0)
    volumes[i][0] = '\0';
  rmdir(path_of(name));
}

static void get(FILE *out, const char *name) {
  if (find(name) < 0) {
    fail(out, "no such volume");
    return;
  }
  fputs("\"Volume\":", out);
  write_volume(out, name);
  fputc(',', out);
}

static void list(FILE *out, const char *name) {
  const char *separator = "";
  int i;
  (void)name;
  fputs("\"Volumes\":[", out);
  for (i = 0; i < MAX_VOLUMES; i++) {
    if (volumes[i][0] == '\0')
      continue;
    fputs(separator, out);
    write_volume(out, volumes[i]);
    separator = ",";
  }
  fputs("],", out);
}

static void mountpoint(FILE *out, const char *name) {
  fprintf(out, "\"Mountpoint\":\"%s\",", path_of(name));
}

static void nothing(FILE *out, const char *name) {
  (void)out;
  (void)name;
}

static const struct {
  const char *path;
  void (*answer)(FILE *out, const char *name);
} requests[] = {
    {"/Plugin.Activate", activate},
    {"/VolumeDriver.Capabilities", capabilities},
    {"/VolumeDriver.Create", create},
    {"/VolumeDriver.Get", get},
    {"/VolumeDriver.List", list},
    {"/VolumeDriver.Mount", mountpoint},
    {"/VolumeDriver.Path", mountpoint},
    {"/VolumeDriver.Remove", take_away},
    {"/VolumeDriver.Unmount", nothing},
};

/* ---- HTTP ---- */

/* Copies the text that the body has under "Name". */
static void read_name(const char *body, char *name) {
  static const char key[] = "\"Name\":\"";
  const char *at = body == NULL ? NULL : strstr(body, key);
  size_t length = 0;
  if (at != NULL) {
    at += sizeof key - 1;
    length = strcspn(at, "\"");
    if (length >= MAX_NAME)
      length = MAX_NAME - 1;
    memcpy(name, at, length);
  }
  name[length] = '\0';
}

/* The body that a whole request has, or NULL while more of it must come. */
static const char *body_of(const char *request) {
  const char *end = strstr(request, "\r\n\r\n");
  const char *field = strcasestr(request, "\r\nContent-Length:");
  size_t length = 0;
  if (end == NULL)
    return NULL;
  if (field != NULL && field < end)
    length = strtoul(strchr(field + 2, ':') + 1, NULL, 10);
  return strlen(end + 4) >= length ? end + 4 : NULL;
}

static void write_fields(FILE *out, const char *request, const char *body) {
  char path[64] = "", name[MAX_NAME];
  size_t i, n = sizeof requests / sizeof requests[0];
  sscanf(request, "POST %63s", path);
  read_name(body, name);
  for (i = 0; i < n && strcmp(requests[i].path, path) != 0; i++)
    continue;
  fputc('{', out);
  if (i < n)
    requests[i].answer(out, name);
  else
    fail(out, "no such request");
}

/* A field "Err" is the last one, unless there was one before. */
static void respond(int fd, const char *request, const char *body) {
  char *fields = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&fields, &length);
  write_fields(out, request, body);
  fflush(out);
  fputs(strstr(fields, "\"Err\"") == NULL ? "\"Err\":\"\"}" : "}", out);
  fclose(out);
  dprintf(fd,
          "HTTP/1.1 200 OK\r\nConnection: close\r\n"
          "Content-Type: application/vnd.docker.plugins.v1.1+json\r\n"
          "Content-Length: %zu\r\n\r\n%s",
          length, fields);
  free(fields);
}

static void serve(int fd) {
  static char request[65536];
  size_t length = 0;
  ssize_t n;
  const char *body = NULL;
  request[0] = '\0';
  while ((body = body_of(request)) == NULL && length < sizeof request - 1) {
    n = read(fd, request + length, sizeof request - 1 - length);
    if (n <= 0)
      break;
    length += (size_t)n;
    request[length] = '\0';
  }
  if (body != NULL)
    respond(fd, request, body);
  close(fd);
}

/* The first process of a namespace is not ended by a signal that it does not
 * handle, and the engine would wait for it. */
static void stop(int signal) {
  (void)signal;
  _exit(0);
}

int main(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  signal(SIGTERM, stop);
  unlink(SOCKET);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listener, 16) != 0) {
    perror(SOCKET);
    return 1;
  }
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0)
      serve(fd);
  }
}
