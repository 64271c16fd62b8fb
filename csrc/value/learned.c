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

int ldk_is_list_or_map(uint16_t type) {
  return dk_types[type].kind == DK_ARRAY || dk_types[type].kind == DK_MAP;
}

static void learn_field(ldk_FieldLearned *f, const dk_Field *row) {
  f->wire = dk_text(row->wire);
  f->length = (uint16_t)dk_text_length(row->wire);
  f->type = row->type;
  f->next = DK_NONE;
  f->is_alias = (row->flags & DK_ALIAS) != 0;
}

/* Gives each list and map among the fields of a type its bit. Of several
 * spellings of a name only that which is also written gets one; what finds no
 * bit left is looked up at the end of each object. */
static void learn_fields(ldk_Learned *m, const dk_Type *t,
                         ldk_TypeLearned *tm) {
  int bit = 0;
  uint16_t row;
  for (row = t->first; row < t->first + t->count; row++) {
    ldk_FieldLearned *f = &m->fields[row];
    learn_field(f, &dk_fields[row]);
    if (f->is_alias || !ldk_is_list_or_map(f->type))
      continue;
    if (bit < 64)
      bit++;
    f->bit = (uint8_t)bit;
    tm->lists |= UINT64_C(1) << (bit - 1);
  }
}

static void learn_types(ldk_Learned *m) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++) {
    m->types[i].first = DK_NONE;
    if (dk_types[i].kind == DK_OBJECT)
      learn_fields(m, &dk_types[i], &m->types[i]);
  }
}

void ldk_learned_open(lua_State *L) {
  size_t types = dk_n_types * sizeof(ldk_TypeLearned);
  size_t fields = dk_n_fields * sizeof(ldk_FieldLearned);
  ldk_Learned *m = ldk_new(L, &learned_class, sizeof *m + types + fields, 2);
  m->types = (ldk_TypeLearned *)(m + 1);
  m->fields = (ldk_FieldLearned *)(m->types + dk_n_types);
  learn_types(m);
  lua_createtable(L, dk_n_fields, 0);
  ldk_anchor(L, -2, 1);
  ldk_strings_open(L);
  ldk_anchor(L, -2, 2);
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
