/* SPDX-License-Identifier: MIT
 * Tests of net/endpoint. */
#include "net/endpoint.h"

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
};

static void test_good(void) {
  char why[200];
  size_t i;
  for (i = 0; i < sizeof good / sizeof *good; i++) {
    dk_Endpoint e;
    EQUAL(dk_endpoint_parse(&e, good[i].address, why, sizeof why), DK_OK);
    CHECK(strcmp(e.address, good[i].address) == 0);
    CHECK(strcmp(e.base, good[i].base) == 0);
    EQUAL(e.kind, good[i].socket_path != NULL ? DK_UNIX : DK_TCP);
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

static void test_no_memory(void) {
  dk_reallocator = check_reallocator;
  STEP_MEMORY(n) {
    char why[200];
    dk_Endpoint e;
    int status = dk_endpoint_parse(&e, "unix:///x", why, sizeof why);
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
  RUN(test_no_memory);
  return check_end();
}
