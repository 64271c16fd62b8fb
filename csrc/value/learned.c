/* SPDX-License-Identifier: MIT
 * What decoding remembers from one document to the next, per Lua state. */
#include "value/learned.h"

#include "model/model.h"
#include "value/kit.h"

static int learned_gc(lua_State *L) {
  ldk_Learned *m = lua_touserdata(L, 1);
  dk_buffer_free(&m->scratch);
  return 0;
}

static const luaL_Reg learned_metamethods[] = {
    {"__gc", learned_gc},
    {NULL, NULL},
};

static const ldk_Class learned_class = {"moonsail.learned", NULL,
                                        learned_metamethods};

static const char registry_key = 0; /* its address is the key */

static void learn_field(ldk_FieldLearned *f, const dk_Field *row) {
  f->wire = dk_text(row->wire);
  f->length = (uint16_t)dk_text_length(row->wire);
  f->type = row->type;
  f->next = DK_NONE;
  f->is_alias = (row->flags & DK_ALIAS) != 0;
}

static void learn_rows(ldk_Learned *m) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++)
    m->types[i].first = DK_NONE;
  for (i = 0; i < dk_n_fields; i++)
    learn_field(&m->fields[i], &dk_fields[i]);
}

void ldk_learned_open(lua_State *L) {
  size_t types = dk_n_types * sizeof(ldk_TypeLearned);
  size_t fields = dk_n_fields * sizeof(ldk_FieldLearned);
  ldk_Learned *m =
      ldk_new(L, &learned_class, sizeof *m + fields + types, LDK_N_LEARNED);
  m->fields = (ldk_FieldLearned *)(m + 1);
  m->types = (ldk_TypeLearned *)(m->fields + dk_n_fields);
  learn_rows(m);
  lua_createtable(L, dk_n_fields, 0);
  ldk_anchor(L, -2, LDK_NAMES);
  ldk_strings_open(L);
  ldk_anchor(L, -2, LDK_HELD);
  lua_createtable(L, dk_n_types, 0);
  ldk_anchor(L, -2, LDK_METATABLES);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &registry_key);
}

ldk_Learned *ldk_push_learned(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key) == LUA_TNIL) {
    lua_pop(L, 1);
    ldk_learned_open(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &registry_key);
  }
  return lua_touserdata(L, -1);
}
