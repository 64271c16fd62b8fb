/* SPDX-License-Identifier: MIT
 * Steps the typed values through every failure of an allocation, Lua's and
 * ours: decoding, encoding, arguments, complaints, archives. Each must end in
 * "not enough memory" and nothing else, lose no block, and leave a state in
 * which the same succeeds. */
#include <lauxlib.h>
#include <lua.h>

#include "model/model.h"
#include "value/arguments.h"
#include "value/decode.h"
#include "value/encode.h"
#include "value/kit.h"
#include "value/packer.h"
#include "value/unpacker.h"

#include "check.h"

/* Of one more allocation each time, this many tries are enough for anything
 * here. */
#define MOST_TRIES 5000

/* What is unpacked goes here. */
static char folder[] = "/tmp/moonsail-allocation-XXXXXX";

/* What is tried: a C function for Lua, the text that it is given, and the
 * text that it must return (NULL: any). */
typedef struct Case {
  lua_CFunction run;
  const char *name;
  const char *given;
  const char *expected;
} Case;

/* ---- an allocator for Lua that counts with ours ---- */

static void *allocate(void *unused, void *block, size_t old, size_t size) {
  (void)unused;
  if (size == 0) {
    if (block != NULL)
      check_reallocator(block, 0);
    return NULL;
  }
  if (block != NULL && size <= old) /* Lua relies on that it can shrink */
    return realloc(block, size);
  return check_reallocator(block, size);
}

/* ---- what is tried ---- */

static uint16_t type_named(const char *name) {
  uint16_t type = dk_find_type(name, strlen(name));
  if (!CHECK(type != DK_NONE))
    printf("  no type %s\n", name);
  return type;
}

/* (name, json) → the JSON of what it is decoded to */
static int round_trip(lua_State *L) {
  uint16_t type = type_named(lua_tostring(L, 1));
  ldk_Encoder e;
  size_t length;
  const char *json = lua_tolstring(L, 2, &length);
  memset(&e, 0, sizeof e);
  ldk_decode(L, json, length, type, "a document");
  e.L = L;
  e.method = "round_trip";
  e.out = ldk_new_buffer(L);
  ldk_encode(&e, 3, type, NULL);
  lua_pushlstring(L, e.out->data, e.out->length);
  return 1;
}

/* (name, json) → the decoded value as text */
static int print(lua_State *L) {
  size_t length;
  const char *json = lua_tolstring(L, 2, &length);
  ldk_decode(L, json, length, type_named(lua_tostring(L, 1)), "a document");
  luaL_tolstring(L, -1, NULL);
  return 1;
}

/* (name, chunk) → target, headers and body of the call of an operation with
 * the options that the chunk returns */
static int arguments(lua_State *L) {
  const char *name = lua_tostring(L, 1);
  uint16_t row = dk_find_operation(name, strlen(name));
  const ldk_Call *call;
  if (!CHECK(row != DK_NONE) || luaL_dostring(L, lua_tostring(L, 2)))
    return lua_error(L);
  call = ldk_arguments(L, &dk_operations[row], lua_gettop(L), name);
  lua_pushlstring(L, call->target.data, call->target.length);
  lua_pushfstring(L, " %d ", (int)call->headers.length);
  lua_pushlstring(L, call->body.length > 0 ? call->body.data : "",
                  call->body.length);
  lua_concat(L, 3);
  return 1;
}

/* (name, chunk) → the complaint about those options, as text; what is raised
 * because there is no memory goes on. */
static int complaint(lua_State *L) {
  lua_pushcfunction(L, arguments);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  if (lua_pcall(L, 2, 1, 0) == LUA_OK)
    return luaL_error(L, "no complaint");
  if (lua_type(L, -1) == LUA_TSTRING)
    return lua_error(L);
  luaL_tolstring(L, -1, NULL);
  return 1;
}

/* (name, chunk) → what the chunk returns, which has a packer, an unpacker and
 * a folder to unpack into */
static int archives(lua_State *L) {
  lua_register(L, "packer", ldk_packer);
  lua_register(L, "unpacker", ldk_unpacker);
  lua_pushstring(L, folder);
  lua_setglobal(L, "folder");
  if (luaL_dostring(L, lua_tostring(L, 2)))
    return lua_error(L);
  luaL_tolstring(L, -1, NULL);
  return 1;
}

static const Case cases[] = {
    {round_trip, "ContainerInspectResponse",
     "{\"Args\":[],\"HostConfig\":{\"Binds\":[\"/a:/b\"],\"Memory\":9,"
     "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8080\"}],"
     "\"81/tcp\":null}},\"Id\":\"5d0b\",\"Name\":\"/\\u00fc\\\\\"}",
     "{\"Args\":[],\"HostConfig\":{\"Binds\":[\"/a:/b\"],\"Memory\":9,"
     "\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8080\"}],"
     "\"81/tcp\":null}},\"Id\":\"5d0b\",\"Name\":\"/\xC3\xBC\\\\\"}"},
    {round_trip, "array of ContainerSummary",
     "[{\"Id\":\"1\",\"Labels\":{\"a\":\"1\",\"b\":\"2\"},\"Nobody\":[{\"A"
     "\":1}],\"Ports\":[{\"PrivatePort\":80,\"Type\":\"tcp\"}]},{\"Id\":\"2"
     "\",\"Labels\":{\"a\":\"1\"}}]",
     "[{\"Id\":\"1\",\"Labels\":{\"a\":\"1\",\"b\":\"2\"},"
     "\"Ports\":[{\"PrivatePort\":80,\"Type\":\"tcp\"}]},{\"Id\":\"2\","
     "\"Labels\":{\"a\":\"1\"}}]"},
    {round_trip, "any", "[[],{},{\"a\":[1,2.5,true,null]},\"x\"]",
     "[[],{},{\"a\":[1,2.5,true]},\"x\"]"},
    {print, "ContainerInspectResponse",
     "{\"Args\":[\"a\",\"b\"],\"State\":{\"Status\":\"running\"}}",
     "{args = {\"a\", \"b\"}, state = {status = \"running\"}}"},
    {arguments, "ContainerCreate",
     "return {name = 'web', image = 'alpine', cmd = \"sh -c 'sleep 1'\","
     " env = {B = 1, A = 'x'}, labels = {'a=b', 'c'}, volumes = {'/data'},"
     " host_config = {memory = '1k'}, healthcheck = {interval = '1m'},"
     " extra = {Foo = {}}, timeout = 3}",
     "/containers/create?name=web 31 {\"Cmd\":[\"sh\",\"-c\",\"sleep 1\"],"
     "\"Env\":[\"A=x\",\"B=1\"],\"Healthcheck\":{\"Interval\":60000000000},"
     "\"HostConfig\":{\"Memory\":1024},\"Image\":\"alpine\",\"Labels\":{"
     "\"a\":\"b\",\"c\":\"\"},\"Volumes\":{\"/data\":{}},\"Foo\":{}}"},
    {arguments, "ContainerList",
     "return {all = true, limit = 2, filters = {label = {a = 'b', c = 0.5},"
     " status = {'running', 'exited'}}}",
     "/containers/json?all=true&filters=%7B%22label%22%3A%5B%22a%3Db%22%2C%22"
     "c%3D0.5%22%5D%2C%22status%22%3A%5B%22running%22%2C%22exited%22%5D%7D"
     "&limit=2 0 "},
    {archives, "pack",
     "local n = 0 for bytes in packer({{name = 'a', content = '123'}, {name ="
     " 'b', path = '/proc/self/ns'}, {name = 'c', path = '/etc/passwd'}},"
     " {filter = function(name) return name ~= 'b/net' end}) do"
     " n = n + #bytes end return n > 2048",
     "true"},
    {archives, "unpack",
     "local bytes = packer{{name = 'a/b/c', content = '123'}}:read()"
     " local u = unpacker{to = folder, below = 'x'}"
     " u:feed(bytes)"
     " return #bytes .. ' ' .. u:finish().files",
     "2048 1"},
    {archives, "entries",
     "local u, text = unpacker(), '' u:feed(packer({{name = 'a', content ="
     " '123'}, {path = '/proc/self', name = 'b'}, {path = '/dev', name = ''}},"
     " {filter = function(name) return name == 'null' end}):read())"
     " for entry in function() return u:next() end do"
     " text = text .. entry.name .. entry.type .. (u:piece() or '') .. ' ' end"
     " return text",
     "afile123 blink nullchar_device "},
    {arguments, "ImageLoad", "return {body_file = '/tmp/x.tar'}", NULL},
    {complaint, "ContainerCreate",
     "return {host_config = {port_bindings = {['80/tcp'] = {{host_port = {}}}"
     "}}}",
     "moonsail: ContainerCreate: host_config.port_bindings[\"80/tcp\"][1]."
     "host_port: expected string, got table (argument)"},
    {complaint, "ContainerList", "return {al = true}",
     "moonsail: ContainerList: al: unknown option (did you mean all?) "
     "(argument)"},
};

/* ---- stepping ---- */

/* Runs a case, protected, and leaves its result or error on top. */
static int run(lua_State *L, const Case *c) {
  lua_pushcfunction(L, c->run);
  lua_pushstring(L, c->name);
  lua_pushstring(L, c->given);
  return lua_pcall(L, 2, 1, 0);
}

static void check_result(lua_State *L, const Case *c, int status) {
  const char *text = luaL_tolstring(L, -1, NULL);
  int good = status == LUA_OK &&
             (c->expected == NULL || strcmp(text, c->expected) == 0);
  if (!CHECK(good))
    printf("  %s: got %s\n", c->name, text);
  lua_settop(L, 0);
}

/* A state of its own in which the case may allocate `allowed` times. Whether
 * that was enough. */
static int try(const Case *c, long allowed) {
  lua_State *L = lua_newstate(allocate, NULL);
  int status;
  luaL_checkstack(L, 20, NULL);
  lua_pushstring(L, c->name); /* the strings are there already */
  lua_pushstring(L, c->given);
  /* Lua forgets a __gc that it has no memory to call: it shall not call any
   * while there is none. (In an emergency it collects all the same.) */
  lua_gc(L, LUA_GCSTOP);
  check_allowed = allowed;
  status = run(L, c);
  check_allowed = -1;
  lua_gc(L, LUA_GCRESTART);
  if (status != LUA_OK) {
    const char *text = luaL_tolstring(L, -1, NULL);
    if (!CHECK(strstr(text, "not enough memory") != NULL))
      printf("  %s after %ld allocations: %s\n", c->name, allowed, text);
    lua_settop(L, 0);
    check_result(L, c, run(L, c));
  } else {
    check_result(L, c, status);
  }
  lua_close(L);
  EQUAL(check_live, 0);
  return status == LUA_OK;
}

static void test_case(const Case *c) {
  long n = 0;
  while (n < MOST_TRIES && !try(c, n))
    n++;
  CHECK(n < MOST_TRIES);
  CHECK(n > 10); /* or nothing was tried */
}

static void test_every_failure(void) {
  size_t i;
  for (i = 0; i < sizeof cases / sizeof cases[0]; i++)
    test_case(&cases[i]);
}

static void remove_folder(void) {
  static const char *const made[] = {"/x/a/b/c", "/x/a/b", "/x/a", "/x", ""};
  char path[sizeof folder + 16];
  size_t i;
  for (i = 0; i < sizeof made / sizeof made[0]; i++) {
    snprintf(path, sizeof path, "%s%s", folder, made[i]);
    CHECK(remove(path) == 0);
  }
}

int main(void) {
  CHECK(mkdtemp(folder) != NULL);
  dk_reallocator = check_reallocator;
  RUN(test_every_failure);
  remove_folder();
  return check_end();
}
