/* SPDX-License-Identifier: MIT
 * The module moonsail.core: a table and a loop. */
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bytes/base64.h"
#include "bytes/memory.h"
#include "bytes/sha256.h"
#include "class/bound.h"
#include "class/client.h"
#include "class/introspect.h"
#include "class/object.h"
#include "class/show.h"
#include "net/transport.h"
#include "run/composed.h"
#include "run/exchange.h"
#include "run/execute.h"
#include "run/guard.h"
#include "run/loop.h"
#include "run/queue.h"
#include "run/scope.h"
#include "run/session.h"
#include "run/stream.h"
#include "run/task.h"
#include "run/terminal.h"
#include "value/arguments.h"
#include "value/decode.h"
#include "value/error.h"
#include "value/files.h"
#include "value/kit.h"
#include "value/packer.h"
#include "value/typed.h"
#include "value/unpacker.h"

__attribute__((visibility("default"))) int luaopen_moonsail_core(lua_State *L);

/* core.methods(class) → the table of its methods, to add to. */
static int core_methods(lua_State *L) {
  static const ldk_Class *const others[] = {
      &ldk_client_class, &ldk_stream_class, &ldk_exchange_class,
      &ldk_loop_class,   &ldk_queue_class,  &ldk_task_class};
  const char *name = luaL_checkstring(L, 1);
  const ldk_Class *c = ldk_object_class(name);
  size_t i;
  for (i = 0; c == NULL && i < sizeof others / sizeof others[0]; i++) {
    lua_pushfstring(L, "moonsail.%s", name);
    if (strcmp(lua_tostring(L, -1), others[i]->name) == 0)
      c = others[i];
  }
  if (c == NULL)
    return ldk_fail_argument(L, NULL, "no class \"%s\"", name);
  ldk_class_methods(L, c);
  return 1;
}

static int core_now(lua_State *L) {
  lua_pushnumber(L, dk_now());
  return 1;
}

static int core_libcurl_version(lua_State *L) {
  lua_pushstring(L, dk_transport_libcurl());
  return 1;
}

/* core.is_terminal(file) → whether an open file is a terminal. */
static int core_is_terminal(lua_State *L) {
  const luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  lua_pushboolean(L, file->closef != NULL && isatty(fileno(file->f)));
  return 1;
}

/* core.terminal_size(file) → the columns and rows of an open file that is a
 * terminal, else nil. */
static int core_terminal_size(lua_State *L) {
  const luaL_Stream *file = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  struct winsize size;
  if (file->closef != NULL && ioctl(fileno(file->f), TIOCGWINSZ, &size) == 0 &&
      size.ws_col > 0 && size.ws_row > 0) {
    lua_pushinteger(L, size.ws_col);
    lua_pushinteger(L, size.ws_row);
    return 2;
  }
  lua_pushnil(L);
  return 1;
}

/* core.sha256(bytes) → its 64 digits. */
static int core_sha256(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  unsigned char digest[DK_SHA256_SIZE];
  char digits[2 * DK_SHA256_SIZE + 1];
  int i;
  dk_sha256(bytes, length, digest);
  for (i = 0; i < DK_SHA256_SIZE; i++)
    snprintf(digits + 2 * i, 3, "%02x", digest[i]);
  lua_pushstring(L, digits);
  return 1;
}

/* core.encode_base64(bytes) → a text. */
static int core_encode_base64(lua_State *L) {
  size_t length;
  const char *bytes = luaL_checklstring(L, 1, &length);
  dk_Buffer *b = ldk_new_buffer(L);
  ldk_check(L, dk_base64_write(b, bytes, length));
  lua_pushlstring(L, b->data, b->length);
  return 1;
}

/* core.decode_base64(text) → bytes, or nil for what is no base64. */
static int core_decode_base64(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  dk_Buffer *b = ldk_new_buffer(L);
  int status = dk_base64_read(b, text, length);
  ldk_check(L, status);
  if (status == DK_OK)
    lua_pushlstring(L, b->data, b->length);
  else
    lua_pushnil(L);
  return 1;
}

static const luaL_Reg functions[] = {
    {"arguments", ldk_arguments_of},
    {"await", ldk_await},
    {"attrs", ldk_object_attrs},
    {"begin", ldk_client_begin},
    {"call", ldk_client_call},
    {"check", ldk_client_check},
    {"check_join", ldk_check_join},
    {"client", ldk_client_make},
    {"client_of", ldk_client_of},
    {"decode", ldk_decode_text},
    {"decode_base64", core_decode_base64},
    {"decode_raw", ldk_decode_text_raw},
    {"encode", ldk_encode_value},
    {"encode_base64", core_encode_base64},
    {"execute", ldk_execute},
    {"fields", ldk_fields},
    {"file_kind", ldk_file_kind},
    {"folder_names", ldk_folder_names},
    {"gather_options", ldk_gather},
    {"guard", ldk_guard_set},
    {"input", ldk_input},
    {"is_error", ldk_is_error},
    {"is_terminal", core_is_terminal},
    {"key", ldk_object_key},
    {"loop", ldk_loop},
    {"libcurl_version", core_libcurl_version},
    {"launch", ldk_client_launch},
    {"methods", core_methods},
    {"nearest", ldk_nearest_of},
    {"new_error", ldk_new_error},
    {"new_list", ldk_list_make},
    {"new_object", ldk_object_make},
    {"now", core_now},
    {"operation", ldk_operation},
    {"operations", ldk_operations},
    {"packer", ldk_packer},
    {"parse_duration", ldk_duration},
    {"parse_size", ldk_size},
    {"queue", ldk_queue},
    {"read_link", ldk_read_link},
    {"readable", ldk_readable},
    {"real_path", ldk_real_path},
    {"scope", ldk_scope},
    {"set_attrs", ldk_object_set_attrs},
    {"sha256", core_sha256},
    {"show_with", ldk_show_with},
    {"sleep", ldk_sleep},
    {"spawn", ldk_spawn},
    {"type", ldk_type},
    {"type_methods", ldk_type_methods},
    {"types", ldk_types},
    {"stream_kind", ldk_stream_kind},
    {"stream_of", ldk_stream_of},
    {"terminal", ldk_terminal},
    {"terminal_size", core_terminal_size},
    {"title", ldk_object_title},
    {"unpacker", ldk_unpacker},
    {NULL, NULL},
};

int luaopen_moonsail_core(lua_State *L) {
  luaL_checkversion(L);
  ldk_loop_open(L);
  ldk_decode_open(L);
  ldk_class_open(L, &ldk_call_class);
  ldk_class_open(L, &ldk_exchange_class);
  ldk_class_open(L, &ldk_stream_class);
  ldk_class_open(L, &ldk_task_class);
  ldk_class_open(L, &ldk_scope_class);
  ldk_class_open(L, &ldk_process_class);
  ldk_class_open(L, &ldk_queue_class);
  ldk_client_open(L);
  ldk_objects_open(L);
  luaL_newlib(L, functions);
  lua_pushlightuserdata(L, NULL); /* as lua-cjson's */
  lua_setfield(L, -2, "null");
  return 1;
}
