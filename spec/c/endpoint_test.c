/* SPDX-License-Identifier: MIT
 * Tests of net/endpoint. */
#include "net/endpoint.h"

#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static const struct {
  const char *address;
  const char *base;
  const char *socket_path; /* NULL: over TCP */
} good[] = {
    {"unix:///var/run/docker.sock", "http://localhost",
     "/var/run/docker.sock"},
    {"unix:///a b/ü@x:1", "http://localhost", "/a b/ü@x:1"},
    {"tcp://localhost", "http://localhost:2375", NULL},
    {"tcp://10.0.0.1:4000", "http://10.0.0.1:4000", NULL},
    {"tcp://engine-1.example_x.org:1/", "http://engine-1.example_x.org:1",
     NULL},
    {"tcp://[::1]", "http://[::1]:2375", NULL},
    {"tcp://[fe80::1%25]:65535", "http://[fe80::1%25]:65535", NULL},
    {"http://127.0.0.1:2375", "http://127.0.0.1:2375", NULL},
    {"http://engine", "http://engine:80", NULL},
    {"https://engine", "https://engine:2376", NULL},
    {"https://engine:1", "https://engine:1", NULL},
    {"ssh://engine", "http://localhost", NULL},
    {"ssh://me@engine:22/run/docker.sock", "http://localhost",
     "/run/docker.sock"},
};

static dk_EndpointKind kind_of(const char *address) {
  return strncmp(address, "unix:", 5) == 0    ? DK_UNIX
         : strncmp(address, "ssh:", 4) == 0   ? DK_SSH
         : strncmp(address, "https:", 6) == 0 ? DK_HTTPS
                                              : DK_TCP;
}

static void test_good(void) {
  char why[200];
  size_t i;
  for (i = 0; i < sizeof good / sizeof *good; i++) {
    dk_Endpoint e;
    EQUAL(dk_endpoint_parse(&e, good[i].address, why, sizeof why), DK_OK);
    CHECK(strcmp(e.address, good[i].address) == 0);
    CHECK(strcmp(e.base, good[i].base) == 0);
    EQUAL(e.kind, kind_of(good[i].address));
    CHECK((e.socket_path == NULL) == (good[i].socket_path == NULL));
    if (e.socket_path != NULL)
      CHECK(strcmp(e.socket_path, good[i].socket_path) == 0);
    dk_endpoint_free(&e);
    dk_endpoint_free(&e);
  }
}

static const struct {
  const char *address;
  const char *words; /* in the sentence */
} bad[] = {
    {"", "unix:///path"},
    {"/var/run/docker.sock", "begins with its kind: unix:///path"},
    {"unix://", "must be absolute"},
    {"unix://run/docker.sock", "must be absolute"},
    {"docker", "unix:///path, tcp://host[:port]"},
    {"ftp://host", "must be unix:///path"},
    {"tcp://", "no valid host"},
    {"tcp://:2375", "no valid host"},
    {"tcp://[::1", "no valid host"},
    {"tcp://[]:1", "no valid host"},
    {"tcp://host:", "from 1 to 65535"},
    {"tcp://host:0", "from 1 to 65535"},
    {"tcp://host:65536", "from 1 to 65535"},
    {"tcp://host:100000", "from 1 to 65535"},
    {"tcp://host:x", "from 1 to 65535"},
    {"tcp://host:12x", "no user, no path"},
    {"tcp://host:1/path", "no user, no path"},
    {"tcp://user:secret@host", "from 1 to 65535"},
    {"tcp://user@host", "no user"},
    {"http://host?x", "no path"},
    {"https://host/path", "no user, no path"},
    {"ssh://", "no valid host"},
    {"ssh://@host", "the user in the address"},
    {"ssh://-x@host", "the user in the address"},
    {"ssh://me:secret@host", "no place in the address"},
    {"ssh://-host", "no valid host"},
    {"ssh://host:x", "from 1 to 65535"},
    {"ssh://host/$(secret)", "path of a socket"},
    {"fd://", "what an engine listens on"},
    {"npipe:////./pipe/x", "for Windows"},
};

static void test_bad(void) {
  size_t i;
  for (i = 0; i < sizeof bad / sizeof *bad; i++) {
    char why[200] = "";
    dk_Endpoint e;
    EQUAL(dk_endpoint_parse(&e, bad[i].address, why, sizeof why),
          DK_MALFORMED);
    if (!CHECK(strstr(why, bad[i].words) != NULL))
      printf("  %s: %s\n", bad[i].address, why);
    CHECK(strstr(why, "secret") == NULL);
    CHECK(e.address == NULL && e.base == NULL && e.socket_path == NULL);
  }
}

/* The path of a socket's address has room for 107 bytes. */
static void test_long_path(void) {
  char address[7 + 108 + 1], why[200];
  dk_Endpoint e;
  memset(address, 'x', sizeof address);
  memcpy(address, "unix:///", 8);
  address[7 + 107] = '\0';
  EQUAL(dk_endpoint_parse(&e, address, why, sizeof why), DK_OK);
  dk_endpoint_free(&e);
  address[7 + 107] = 'x';
  address[7 + 108] = '\0';
  EQUAL(dk_endpoint_parse(&e, address, why, sizeof why), DK_MALFORMED);
  CHECK(strstr(why, "107 bytes") != NULL);
}

static void test_parts(void) {
  char why[200];
  dk_Endpoint e;
  EQUAL(dk_endpoint_parse(&e, "ssh://me@x@h-1.y:22/a/b.sock", why, sizeof why),
        DK_OK);
  CHECK(strcmp(e.user, "me@x") == 0);
  CHECK(strcmp(e.host, "h-1.y") == 0);
  CHECK(strcmp(e.port, "22") == 0);
  CHECK(strcmp(e.socket_path, "/a/b.sock") == 0);
  dk_endpoint_free(&e);
  EQUAL(dk_endpoint_parse(&e, "ssh://[::1]/", why, sizeof why), DK_OK);
  CHECK(e.user == NULL && e.port == NULL && e.socket_path == NULL);
  CHECK(strcmp(e.host, "[::1]") == 0);
  dk_endpoint_free(&e);
}

static int secure(dk_Endpoint *e, const char *address, const dk_Tls *tls,
                  char *why, size_t size) {
  int status = dk_endpoint_parse(e, address, why, size);
  return status == DK_OK ? dk_endpoint_secure(e, tls, why, size) : status;
}

static void test_secure(void) {
  dk_Tls tls = {.lax = 1, .server_name = "name"};
  char why[200];
  dk_Endpoint e;
  EQUAL(secure(&e, "tcp://host", &tls, why, sizeof why), DK_OK);
  EQUAL(e.kind, DK_HTTPS);
  EQUAL(e.tls.lax, 1);
  CHECK(strcmp(e.base, "https://name:2376") == 0);
  CHECK(strcmp(e.detour, "::host:2376") == 0);
  dk_endpoint_free(&e);
  tls.server_name = NULL;
  EQUAL(secure(&e, "tcp://[::1]:99", &tls, why, sizeof why), DK_OK);
  CHECK(strcmp(e.base, "https://[::1]:99") == 0);
  CHECK(e.detour == NULL);
  dk_endpoint_free(&e);
  EQUAL(secure(&e, "unix:///x", &tls, why, sizeof why), DK_MALFORMED);
  dk_endpoint_free(&e);
  tls.ca = "/no/such.pem";
  EQUAL(secure(&e, "tcp://host", &tls, why, sizeof why), DK_MALFORMED);
  CHECK(strncmp(why, "ca: cannot read /no/such.pem", 28) == 0);
  dk_endpoint_free(&e);
}

static void test_secure_no_memory(void) {
  char cert[] = "/tmp/endpoint.XXXXXX", key[] = "/tmp/endpoint.XXXXXX";
  static const char certificate[] = "-----BEGIN CERTIFICATE-----";
  static const char private_key[] = "-----BEGIN PRIVATE KEY-----";
  dk_Tls tls = {.cert = cert, .key = key, .server_name = "name", .ca = cert};
  int fd = mkstemp(cert);
  CHECK(write(fd, certificate, strlen(certificate)) > 0);
  close(fd);
  fd = mkstemp(key);
  CHECK(write(fd, private_key, strlen(private_key)) > 0);
  close(fd);
  dk_reallocator = check_reallocator;
  STEP_MEMORY(n) {
    char why[200];
    dk_Endpoint e;
    int status = secure(&e, "tcp://host", &tls, why, sizeof why);
    STEPPED(status);
    dk_endpoint_free(&e);
    EQUAL(check_live, 0);
  }
  unlink(cert);
  unlink(key);
}

static void test_no_memory(void) {
  dk_reallocator = check_reallocator;
  STEP_MEMORY(n) {
    char why[200];
    dk_Endpoint e;
    int status = dk_endpoint_parse(&e, "ssh://me@x:1/y", why, sizeof why);
    STEPPED(status);
    CHECK((status == DK_OK) == (e.address != NULL));
    dk_endpoint_free(&e);
    EQUAL(check_live, 0);
  }
}

int main(void) {
  RUN(test_good);
  RUN(test_bad);
  RUN(test_long_path);
  RUN(test_parts);
  RUN(test_secure);
  RUN(test_no_memory);
  RUN(test_secure_no_memory);
  return check_end();
}
