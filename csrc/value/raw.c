/* SPDX-License-Identifier: MIT
 * JSON without the model: lua-cjson's own view of it. */
#include <lauxlib.h>

#include "value/decode.h"
#include "value/encode.h"
#include "value/error.h"

/* Pushes a function of lua-cjson. [-0, +1] */
static void push_cjson(lua_State *L, const char *name) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    ldk_fail_with(L, "not_supported",
                  "lua-cjson is needed for JSON without types: %s",
                  luaL_tolstring(L, -1, NULL));
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

void ldk_decode_raw(lua_State *L, const char *json, size_t length,
                    const char *what) {
  push_cjson(L, "decode");
  lua_pushlstring(L, json, length);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    ldk_fail_with(L, "protocol", "%s: malformed JSON: %s",
                  what != NULL ? what : "the answer",
                  luaL_tolstring(L, -1, NULL));
}

const char *ldk_encode_raw(lua_State *L, int index, const char *method,
                           size_t *length) {
  index = lua_absindex(L, index);
  push_cjson(L, "encode");
  lua_pushvalue(L, index);
  if (lua_pcall(L, 1, 1, 0) != LUA_OK)
    ldk_fail_argument(L, method, "body: %s", luaL_tolstring(L, -1, NULL));
  return lua_tolstring(L, -1, length);
}
