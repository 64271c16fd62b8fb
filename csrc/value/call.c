/* SPDX-License-Identifier: MIT
 * A call as it will go out. */
#include "value/call.h"

#include "bytes/memory.h"

static int call_gc(lua_State *L) {
  ldk_Call *call = lua_touserdata(L, 1);
  dk_buffer_free(&call->target);
  dk_buffer_free(&call->headers);
  dk_buffer_free(&call->body);
  dk_release(call->body_file);
  call->body_file = NULL;
  return 0;
}

static const luaL_Reg call_metamethods[] = {
    {"__gc", call_gc},
    {NULL, NULL},
};

const ldk_Class ldk_call_class = {"moonsail.call", NULL, call_metamethods};

ldk_Call *ldk_new_call(lua_State *L, const char *label) {
  ldk_Call *call = ldk_new(L, &ldk_call_class, sizeof *call, LDK_CALL_ANCHORS);
  call->timeout = call->connect_timeout = call->idle_timeout = -1;
  call->raw = -1;
  lua_pushstring(L, label);
  call->label = lua_tostring(L, -1);
  ldk_anchor(L, -2, LDK_CALL_LABEL);
  return call;
}
