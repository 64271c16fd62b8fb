/* SPDX-License-Identifier: MIT
 * A client's address, version and limits. */
#include "run/session.h"

#include <ctype.h>
#include <lauxlib.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bytes/memory.h"
#include "model/model.h"
#include "run/loop.h"
#include "value/error.h"

#define WHO "moonsail.client"

/* Defaults: what a person would wait for, and what a program would hold. */
#define CONNECT_SECONDS 10.0
#define HEAD_SECONDS 60.0
#define IDLE_SECONDS 60.0
#define WINDOW_BYTES (1024 * 1024)
#define LEAST_WINDOW 4096
#define BODY_BYTES ((size_t)1024 * 1024 * 1024)

/* ---- options ---- */

/* Seconds; false means no limit, which is 0. */
static double seconds_option(lua_State *L, int options, const char *name,
                             double otherwise) {
  double value = otherwise;
  int type = lua_getfield(L, options, name);
  if (type == LUA_TBOOLEAN && !lua_toboolean(L, -1))
    value = 0;
  else if (type == LUA_TNUMBER)
    value = lua_tonumber(L, -1);
  else if (type != LUA_TNIL)
    ldk_fail_argument(L, WHO, "%s: expected seconds or false, got %s", name,
                      luaL_typename(L, -1));
  if (!(value >= 0) || isinf(value))
    ldk_fail_argument(L, WHO, "%s: expected 0 seconds or more", name);
  lua_pop(L, 1);
  return value;
}

static size_t bytes_option(lua_State *L, int options, const char *name,
                           size_t least, size_t otherwise) {
  size_t value = otherwise;
  int type = lua_getfield(L, options, name);
  if (type != LUA_TNIL) {
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < (lua_Integer)least)
      ldk_fail_argument(L, WHO, "%s: expected %I bytes or more", name,
                        (lua_Integer)least);
    value = (size_t)lua_tointeger(L, -1);
  }
  lua_pop(L, 1);
  return value;
}

/* The string under `name`, which stays on the stack. [-0, +1] */
static const char *text_option(lua_State *L, int options, const char *name) {
  int type = lua_getfield(L, options, name);
  if (type == LUA_TNIL)
    return NULL;
  if (type != LUA_TSTRING)
    ldk_fail_argument(L, WHO, "%s: expected string, got %s", name,
                      luaL_typename(L, -1));
  return lua_tostring(L, -1);
}

/* The minor number of "1.41" or "1.41.0"; 0 when it is nothing of the kind. */
static int minor_of(const char *text) {
  char *end;
  long minor;
  if (strncmp(text, "1.", 2) != 0 || text[2] < '0' || text[2] > '9')
    return 0;
  minor = strtol(text + 2, &end, 10);
  if ((*end != '\0' && *end != '.') || minor > 10000)
    return 0;
  return (int)minor;
}

static void pin_version(lua_State *L, ldk_Session *s, int options) {
  const char *text = text_option(L, options, "api_version");
  if (text != NULL) {
    s->version = minor_of(text);
    s->pinned = 1;
    if (s->version < DK_OLDEST || s->version > DK_NEWEST)
      ldk_fail_argument(L, WHO,
                        "api_version (or DOCKER_API_VERSION): expected 1.%d "
                        "to 1.%d, got \"%s\"",
                        DK_OLDEST, DK_NEWEST, text);
  }
  lua_pop(L, 1);
}

/* A text in the table `tls`, or NULL. [-0, +1] */
static const char *term(lua_State *L, int tls, const char *name) {
  int type = lua_getfield(L, tls, name);
  if (type != LUA_TNIL && type != LUA_TSTRING)
    ldk_fail_argument(L, WHO, "tls.%s: expected string, got %s", name,
                      luaL_typename(L, -1));
  return lua_tostring(L, -1);
}

static void check_terms(lua_State *L, int tls) {
  static const char *const names[] = {"ca",          "cert",   "key",
                                      "server_name", "verify", NULL};
  for (lua_pushnil(L); lua_next(L, tls); lua_pop(L, 1)) {
    const char *const *name = names;
    while (*name != NULL && (lua_type(L, -2) != LUA_TSTRING ||
                             strcmp(lua_tostring(L, -2), *name) != 0))
      name++;
    if (*name == NULL)
      ldk_fail_argument(L, WHO,
                        "tls.%s: no such option; there are ca, cert, key, "
                        "server_name and verify",
                        luaL_tolstring(L, -2, NULL));
  }
}

/* tls.verify = false: any certificate will do. */
static int is_lax(lua_State *L, int tls) {
  int type = lua_getfield(L, tls, "verify");
  if (type != LUA_TNIL && type != LUA_TBOOLEAN)
    ldk_fail_argument(L, WHO, "tls.verify: expected boolean, got %s",
                      luaL_typename(L, -1));
  return type == LUA_TBOOLEAN && !lua_toboolean(L, -1);
}

/* Makes the connection a secure one on the terms in the table on top: ca,
 * cert, key (paths), server_name, verify. */
static void secure(lua_State *L, ldk_Session *s) {
  char why[800] = "";
  dk_Tls given;
  int tls = lua_gettop(L), failed;
  memset(&given, 0, sizeof given);
  check_terms(L, tls);
  given.ca = term(L, tls, "ca");
  given.cert = term(L, tls, "cert");
  given.key = term(L, tls, "key");
  given.server_name = term(L, tls, "server_name");
  given.lax = is_lax(L, tls);
  failed = dk_endpoint_secure(&s->endpoint, &given, why, sizeof why);
  if (failed == DK_MALFORMED)
    ldk_fail_argument(L, WHO, "tls: %s", why);
  ldk_check(L, failed);
  lua_settop(L, tls);
}

static void set_terms(lua_State *L, ldk_Session *s, int options) {
  int type = lua_getfield(L, options, "tls");
  if (type != LUA_TNIL && type != LUA_TTABLE)
    ldk_fail_argument(L, WHO, "tls: expected table, got %s",
                      luaL_typename(L, -1));
  if ((s->endpoint.kind == DK_HTTPS || type == LUA_TTABLE) &&
      dk_transport_lacks_tls() != NULL)
    ldk_fail_with(L, "not_supported", "%s", dk_transport_lacks_tls());
  if (type == LUA_TTABLE)
    secure(L, s);
  lua_pop(L, 1);
}

static void set_endpoint(lua_State *L, ldk_Session *s, int options) {
  char why[400] = "";
  const char *host = text_option(L, options, "host");
  int failed;
  if (host == NULL)
    ldk_fail_argument(L, WHO, "host: missing (string)");
  failed = dk_endpoint_parse(&s->endpoint, host, why, sizeof why);
  if (failed == DK_MALFORMED)
    ldk_fail_argument(L, WHO, "host: %s", why);
  ldk_check(L, failed);
  lua_pop(L, 1);
}

static int has_control(const char *text) {
  const unsigned char *c = (const unsigned char *)text;
  while (*c >= ' ' && *c != 0x7F)
    c++;
  return *c != '\0';
}

static void set_user_agent(lua_State *L, ldk_Session *s, int options) {
  const char *text = text_option(L, options, "user_agent");
  if (text == NULL)
    text = "moonsail";
  if (has_control(text))
    ldk_fail_argument(L, WHO, "user_agent: must not hold control characters");
  s->user_agent = dk_resize(NULL, strlen(text) + 1);
  if (s->user_agent == NULL)
    ldk_check(L, DK_NO_MEMORY);
  strcpy(s->user_agent, text);
  lua_pop(L, 1);
}

/* ---- headers ---- */

/* Lines that are written for each request, whatever a client is given. */
static const char *const own_headers[] = {
    "connection", "content-length",    "expect",  "keep-alive", "te",
    "trailer",    "transfer-encoding", "upgrade", "user-agent"};

static int is_own_header(const char *name) {
  size_t i;
  for (i = 0; i < sizeof own_headers / sizeof own_headers[0]; i++)
    if (strcasecmp(name, own_headers[i]) == 0)
      return 1;
  return 0;
}

/* The names of headers are tokens. */
static int is_token(const char *text, size_t length) {
  size_t i;
  for (i = 0; i < length; i++)
    if (!isalnum((unsigned char)text[i]) &&
        (text[i] == '\0' || strchr("!#$%&'*+-.^_`|~", text[i]) == NULL))
      return 0;
  return length > 0;
}

/* Adds the header on top, below which is its name. The value may be a secret,
 * which no error repeats. */
static void add_header(lua_State *L, dk_Buffer *lines) {
  size_t name_length = 0, length = 0;
  const char *name =
      lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &name_length) : "";
  const char *value =
      lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
  if (!is_token(name, name_length))
    ldk_fail_argument(L, WHO, "headers: one has no name that may be sent");
  if (is_own_header(name))
    ldk_fail_argument(L, WHO, "headers: %s cannot be set here%s", name,
                      strcasecmp(name, "user-agent") == 0 ? ": give user_agent"
                                                          : "");
  if (value == NULL)
    ldk_fail_argument(L, WHO, "headers.%s: expected string, got %s", name,
                      luaL_typename(L, -1));
  if (strlen(value) != length || has_control(value))
    ldk_fail_argument(L, WHO, "headers.%s: must not hold control characters",
                      name);
  ldk_check(L, dk_buffer_text(lines, name));
  ldk_check(L, dk_buffer_text(lines, ": "));
  ldk_check(L, dk_buffer_append(lines, value, length + 1));
}

static void set_headers(lua_State *L, ldk_Session *s, int options) {
  int type = lua_getfield(L, options, "headers");
  if (type != LUA_TNIL && type != LUA_TTABLE)
    ldk_fail_argument(L, WHO, "headers: expected table, got %s",
                      luaL_typename(L, -1));
  if (type == LUA_TTABLE)
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
      add_header(L, &s->headers);
  lua_pop(L, 1);
}

static void set_hook(lua_State *L, int options) {
  int type = lua_getfield(L, options, "on_result");
  if (type != LUA_TNIL && type != LUA_TFUNCTION)
    ldk_fail_argument(L, WHO, "on_result: expected function, got %s",
                      luaL_typename(L, -1));
  ldk_anchor(L, -2, LDK_SESSION_HOOK);
}

/* ---- the session ---- */

ldk_Session *ldk_session_new(lua_State *L, int options) {
  ldk_Session *s =
      ldk_new(L, &ldk_client_class, sizeof *s, LDK_SESSION_ANCHORS);
  s->limits.connect =
      seconds_option(L, options, "connect_timeout", CONNECT_SECONDS);
  s->limits.head = seconds_option(L, options, "timeout", HEAD_SECONDS);
  s->limits.idle = seconds_option(L, options, "idle_timeout", IDLE_SECONDS);
  s->max_body = bytes_option(L, options, "max_body", 1, BODY_BYTES);
  s->window = bytes_option(L, options, "window", LEAST_WINDOW, WINDOW_BYTES);
  lua_getfield(L, options, "raw");
  s->raw = lua_toboolean(L, -1);
  lua_pop(L, 1);
  pin_version(L, s, options);
  set_endpoint(L, s, options);
  set_terms(L, s, options);
  set_headers(L, s, options);
  set_user_agent(L, s, options);
  set_hook(L, options);
  if (dk_transport_lacks() != NULL)
    ldk_fail_with(L, "not_supported", "%s", dk_transport_lacks());
  s->open = 1;
  return s;
}

ldk_Session *ldk_session(lua_State *L, int index) {
  ldk_Session *s = ldk_cast(L, index, &ldk_client_class);
  if (!s->open)
    ldk_fail_with(L, "closed", "the client is closed");
  return s;
}

void ldk_session_close(lua_State *L, ldk_Session *s) {
  dk_Transport *transport = ldk_transport_left(L);
  s->open = 0;
  if (transport != NULL)
    dk_transport_leave(transport, &s->endpoint);
}

void ldk_session_free(lua_State *L, ldk_Session *s) {
  ldk_session_close(L, s);
  dk_endpoint_free(&s->endpoint);
  dk_buffer_free(&s->headers);
  dk_release(s->user_agent);
  s->user_agent = NULL;
}

int ldk_session_learn(ldk_Session *s, const char *newest) {
  int minor = newest != NULL ? minor_of(newest) : 0;
  if (minor > 0 && minor < DK_OLDEST) {
    s->too_old = minor;
    return 0;
  }
  s->version = minor == 0 ? DK_OLDEST : minor > DK_NEWEST ? DK_NEWEST : minor;
  return 1;
}

void ldk_session_push_too_old(lua_State *L, const ldk_Session *s,
                              const char *method) {
  ldk_Failure f = {.kind = "not_supported", .method = method};
  f.operation = "SystemPing";
  f.message = lua_pushfstring(L,
                              "the engine is too old: it speaks API version "
                              "1.%d at most, 1.%d is needed",
                              s->too_old, DK_OLDEST);
  ldk_push_failure(L, &f);
  lua_remove(L, -2);
}
