/* SPDX-License-Identifier: MIT
 * The arguments of an operation: from a table of options to the bytes of a
 * request, by the operation's rows. */
#include "value/arguments.h"

#include <lauxlib.h>
#include <string.h>

#include "bytes/memory.h"
#include "bytes/url.h"
#include "value/encode.h"
#include "value/error.h"
#include "value/nearest.h"
#include "value/options.h"
#include "value/write.h"

/* ---- what each option is ---- */

/* The type of a body that is an object, whose fields are options, or NULL. */
static const dk_Type *body_object(const dk_Operation *operation) {
  const dk_Parameter *body = dk_body(operation);
  if (body == NULL || dk_types[body->type].kind != DK_OBJECT)
    return NULL;
  return &dk_types[body->type];
}

/* The names of all options, one after another, for the nearest one. */
typedef struct Names {
  const dk_Operation *operation;
  int i;
} Names;

static const char *next_option(void *state) {
  Names *names = state;
  const dk_Operation *operation = names->operation;
  const dk_Type *body = body_object(operation);
  int parameters = operation->n_parameters - (dk_body(operation) != NULL);
  int fields = body != NULL ? body->count : 0, i = names->i++;
  if (i < parameters)
    return dk_text(dk_parameters[operation->parameters + i].name);
  i -= parameters;
  if (i < fields)
    return dk_text(dk_fields[body->first + i].name);
  i -= fields;
  return i < LDK_N_OWN ? ldk_own_names[i] : NULL;
}

/* The field of the body whose own fields include that name; or DK_NONE. */
static uint16_t field_that_has(const dk_Type *body, const ldk_Key *k) {
  uint16_t i;
  for (i = 0; body != NULL && i < body->count; i++) {
    uint16_t row = (uint16_t)(body->first + i);
    const dk_Type *t = &dk_types[dk_fields[row].type];
    if (dk_find_field(t, k->text, k->length) != DK_NONE)
      return row;
  }
  return DK_NONE;
}

static void complain_unknown(ldk_Options *o, const ldk_Key *k) {
  ldk_Path path = {NULL, k->text, NULL, 0};
  const dk_Type *body = body_object(o->call->operation);
  uint16_t inside = field_that_has(body, k);
  Names names = {o->call->operation, 0};
  if (inside != DK_NONE)
    ldk_complain(&o->e, &path, "unknown option (did you mean %s.%s?)",
                 dk_text(dk_fields[inside].name), k->text);
  if (ldk_nearest(o->e.L, k->text, next_option, &names))
    ldk_complain(&o->e, &path, "unknown option (did you mean %s?)",
                 lua_tostring(o->e.L, -1));
  ldk_complain(&o->e, &path, "unknown option");
}

static ldk_Found find_option(ldk_Options *o, const ldk_Key *k) {
  const dk_Type *body = body_object(o->call->operation);
  ldk_Found found = {LDK_PARAMETER, DK_NONE};
  found.row = dk_find_parameter(o->call->operation, k->text, k->length);
  if (found.row != DK_NONE)
    return found;
  found.owner = LDK_FIELD;
  if (body != NULL)
    found.row = dk_find_field(body, k->text, k->length);
  if (found.row != DK_NONE) {
    found.row = ldk_written_field(body, found.row);
    return found;
  }
  found.owner = LDK_OWN;
  found.row = (uint16_t)ldk_find_own(k->text);
  if (found.row == LDK_N_OWN)
    complain_unknown(o, k);
  return found;
}

static void find_options(ldk_Options *o) {
  int i, j;
  for (i = 0; i < o->count; i++) {
    ldk_Found found = find_option(o, &o->keys[i]);
    for (j = 0; j < i; j++)
      if (o->found[j].owner == found.owner && o->found[j].row == found.row)
        ldk_complain(&o->e, NULL, "%s: given twice, also as %s",
                     o->keys[i].text, o->keys[j].text);
    o->found[i] = found;
  }
}

/* ---- parameters ---- */

static const char *const kind_names[] = {
    [DK_ANY] = "any value",
    [DK_BOOLEAN] = "boolean",
    [DK_INTEGER] = "integer",
    [DK_NUMBER] = "number",
    [DK_STRING] = "string",
    [DK_ARRAY] = "list",
    [DK_MAP] = "table",
    [DK_OBJECT] = "table",
    [DK_BYTES] = "string, or body_file",
};

/* Pushes the value of a parameter, and notes its versions. 0, and nothing
 * pushed, when it was not given; which is an error if it must be. */
static int push_parameter(ldk_Options *o, const dk_Parameter *p,
                          const ldk_Path *path) {
  if (!ldk_push_option(o, LDK_PARAMETER, (uint16_t)(p - dk_parameters))) {
    if (p->flags & DK_REQUIRED)
      ldk_complain(&o->e, path, "missing (%s)",
                   kind_names[dk_types[p->type].kind]);
    return 0;
  }
  ldk_need(&o->e, p->since, p->until, path);
  return 1;
}

/* Writes the text of the value on top, which it pops, into `text`. */
static void take_text(ldk_Options *o, uint16_t type, const ldk_Path *path) {
  dk_buffer_clear(o->text);
  o->e.out = o->text;
  ldk_encode_text(&o->e, -1, type, path);
  ldk_check(o->e.L, dk_buffer_terminate(o->text));
  lua_pop(o->e.L, 1);
}

/* Whether a segment of a path is "." or "..", which would lead elsewhere. */
static int leads_elsewhere(const char *text) {
  for (;;) {
    size_t length = strcspn(text, "/");
    if (length <= 2 && length > 0 && strspn(text, ".") == length)
      return 1;
    if (text[length] == '\0')
      return 0;
    text += length + 1;
  }
}

static void check_segment(ldk_Options *o, const ldk_Path *path) {
  const char *text = o->text->data;
  if (o->text->length == 0 || strcmp(text, "/") == 0)
    ldk_complain(&o->e, path, "must not be empty");
  if (strlen(text) != o->text->length || leads_elsewhere(text))
    ldk_complain(&o->e, path, "not a name: \"%s\"", text);
}

/* Appends a parameter to the path. Names of containers come with a slash
 * before them, and are taken like that. */
static void put_segment(ldk_Options *o, const dk_Parameter *p) {
  ldk_Path path = {NULL, dk_text(p->name), NULL, 0};
  size_t skip;
  if (!push_parameter(o, p, &path))
    ldk_complain(&o->e, &path, "missing (%s)",
                 kind_names[dk_types[p->type].kind]);
  if (lua_type(o->e.L, -1) == LUA_TNUMBER &&
      dk_types[p->type].kind == DK_STRING)
    ldk_complain_type(&o->e, -1, &path, "string");
  take_text(o, p->type, &path);
  check_segment(o, &path);
  skip = o->text->data[0] == '/';
  ldk_check(o->e.L, dk_url_path(&o->call->target, o->text->data + skip,
                                o->text->length - skip));
}

static void put_path(ldk_Options *o) {
  const dk_Operation *operation = o->call->operation;
  const char *at = dk_text(operation->path);
  for (;;) {
    size_t plain = strcspn(at, "{"), name;
    ldk_check(o->e.L, dk_buffer_append(&o->call->target, at, plain));
    at += plain;
    if (*at == '\0')
      return;
    name = strcspn(at, "}") - 1;
    put_segment(o, &dk_parameters[dk_find_parameter(operation, at + 1, name)]);
    at += name + 2;
  }
}

/* Adds a header for each element of the list on top, or one for what is no
 * list. [-1, +0] */
static void put_headers(ldk_Options *o, const dk_Parameter *p,
                        const ldk_Path *path) {
  const dk_Type *t = &dk_types[p->type];
  lua_State *L = o->e.L;
  lua_Integer i, n = lua_istable(L, -1) ? ldk_list_length(L, -1) : -1;
  if (t->kind != DK_ARRAY || n < 0) {
    take_text(o, p->type, path);
    ldk_put_header(o, dk_text(p->wire), path);
    return;
  }
  for (i = 1; i <= n; i++) {
    ldk_Path step = {path, NULL, NULL, i};
    lua_rawgeti(L, -1, i);
    take_text(o, t->element, &step);
    ldk_put_header(o, dk_text(p->wire), &step);
  }
  lua_pop(L, 1);
}

static void put_parameter(ldk_Options *o, const dk_Parameter *p) {
  ldk_Path path = {NULL, dk_text(p->name), NULL, 0};
  const dk_Type *t = &dk_types[p->type];
  int repeated = p->flags & DK_REPEATED;
  if (!push_parameter(o, p, &path))
    return;
  if (p->place == DK_HEADER) {
    put_headers(o, p, &path);
  } else if (repeated) {
    ldk_put_queries(o, lua_gettop(o->e.L), dk_text(p->wire),
                    dk_text_length(p->wire),
                    t->kind == DK_ARRAY ? t->element : p->type, &path);
    lua_pop(o->e.L, 1);
  } else {
    take_text(o, p->type, &path);
    ldk_put_query(o, dk_text(p->wire), dk_text_length(p->wire));
  }
}

static void put_parameters(ldk_Options *o) {
  const dk_Operation *operation = o->call->operation;
  const dk_Parameter *p = &dk_parameters[operation->parameters];
  int i;
  for (i = 0; i < operation->n_parameters; i++)
    if (p[i].place == DK_QUERY || p[i].place == DK_HEADER)
      put_parameter(o, &p[i]);
}

/* ---- the body ---- */

static void begin_body(ldk_Options *o, const dk_Parameter *p) {
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY], NULL, 0};
  ldk_need(&o->e, p->since, p->until, &path);
  o->e.out = &o->call->body;
  o->call->has_body = 1;
}

/* Appends the fields of the body that were given as options; *n counts. */
static void put_fields(ldk_Options *o, int *n) {
  int i;
  for (i = 0; i < o->count; i++) {
    if (o->found[i].owner != LDK_FIELD)
      continue;
    ldk_push_keyed(o->e.L, o->table, o->keys_at, &o->keys[i]);
    ldk_encode_field(&o->e, -1, o->found[i].row, NULL, n);
    lua_pop(o->e.L, 1);
  }
}

/* Complains of a field that must be given and was not. */
static void check_required(ldk_Options *o, const dk_Type *t) {
  uint16_t i;
  for (i = t->first; i < t->first + t->count; i++) {
    const dk_Field *f = &dk_fields[i];
    ldk_Path path = {NULL, dk_text(f->name), NULL, 0};
    if ((f->flags & DK_REQUIRED) == 0)
      continue;
    if (!ldk_push_option(o, LDK_FIELD, i))
      ldk_complain(&o->e, &path, "missing (%s)",
                   kind_names[dk_types[f->type].kind]);
    lua_pop(o->e.L, 1);
  }
}

/* Appends the body that was given as a whole; *n counts its fields. */
static void put_whole(ldk_Options *o, const dk_Type *t, int *n) {
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY], NULL, 0};
  if (!ldk_push_option(o, LDK_OWN, LDK_BODY))
    return;
  if (*n > 0)
    ldk_complain(&o->e, &path, "given besides options that are in the body");
  ldk_encode_members(&o->e, -1, t, &path, n);
  lua_pop(o->e.L, 1);
}

static void put_extra_fields(ldk_Options *o, int *n) {
  ldk_Path path = {NULL, ldk_own_names[LDK_EXTRA], NULL, 0};
  if (!ldk_push_option(o, LDK_OWN, LDK_EXTRA))
    return;
  ldk_encode_entries(&o->e, -1, DK_NONE, &path, n);
  lua_pop(o->e.L, 1);
}

static int has_owner(const ldk_Options *o, ldk_Owner owner, int row) {
  int i;
  for (i = 0; i < o->count; i++)
    if (o->found[i].owner == owner && (row < 0 || o->found[i].row == row))
      return 1;
  return 0;
}

static void put_object(ldk_Options *o, const dk_Parameter *p) {
  int n = 0;
  int by_fields =
      !has_owner(o, LDK_OWN, LDK_BODY) && !has_owner(o, LDK_OWN, LDK_EXTRA);
  if (!(p->flags & DK_REQUIRED) && !has_owner(o, LDK_FIELD, -1) && by_fields)
    return;
  if (by_fields)
    check_required(o, &dk_types[p->type]);
  begin_body(o, p);
  ldk_put_open(&o->e, "{", NULL);
  put_fields(o, &n);
  put_whole(o, &dk_types[p->type], &n);
  put_extra_fields(o, &n);
  ldk_put_close(&o->e, "}");
  ldk_put_type(o, "application/json");
}

static void complain_no_body(ldk_Options *o) {
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY], NULL, 0};
  ldk_complain(&o->e, &path, "missing (%s)",
               kind_names[dk_types[dk_body(o->call->operation)->type].kind]);
}

/* A body of JSON that is no object: a list, mostly. */
static void put_document(ldk_Options *o, const dk_Parameter *p) {
  ldk_Path path = {NULL, ldk_own_names[LDK_BODY], NULL, 0};
  if (!ldk_push_option(o, LDK_OWN, LDK_BODY)) {
    if (p->flags & DK_REQUIRED)
      complain_no_body(o);
    return;
  }
  begin_body(o, p);
  ldk_encode(&o->e, -1, p->type, &path);
  ldk_put_type(o, "application/json");
  lua_pop(o->e.L, 1);
}

static void put_bytes(ldk_Options *o, const dk_Parameter *p) {
  if (ldk_take_bytes(o)) {
    begin_body(o, p);
    ldk_put_type(o, "application/x-tar");
  } else if (p->flags & DK_REQUIRED) {
    complain_no_body(o);
  }
}

/* Complains of an option that this operation has no use for. */
static void refuse_own(ldk_Options *o, ldk_Own own) {
  ldk_Path path = {NULL, ldk_own_names[own], NULL, 0};
  if (has_owner(o, LDK_OWN, own))
    ldk_complain(&o->e, &path, "%s does not take one",
                 dk_text(o->call->operation->id));
}

static void put_body(ldk_Options *o) {
  const dk_Parameter *p = dk_body(o->call->operation);
  int kind = p != NULL ? dk_types[p->type].kind : DK_ANY;
  if (p == NULL)
    refuse_own(o, LDK_BODY);
  if (kind != DK_BYTES)
    refuse_own(o, LDK_BODY_FILE);
  if (kind == DK_OBJECT) {
    put_object(o, p);
    return;
  }
  /* where no JSON object takes them, further fields go into the query */
  ldk_each_entry(o, LDK_EXTRA, ldk_own_names[LDK_EXTRA], ldk_put_entry);
  if (p == NULL)
    return;
  if (kind == DK_BYTES)
    put_bytes(o, p);
  else
    put_document(o, p);
}

/* ---- the whole ---- */

ldk_Call *ldk_arguments(lua_State *L, const dk_Operation *operation,
                        int options, const char *label) {
  ldk_Options o;
  int top = lua_gettop(L);
  if (options != 0)
    lua_pushvalue(L, options);
  else
    lua_newtable(L);
  ldk_options_begin(L, &o, top + 1, label);
  o.call->operation = operation;
  find_options(&o);
  ldk_take_settings(&o);
  put_path(&o);
  put_parameters(&o);
  put_body(&o);
  ldk_check(L, dk_buffer_terminate(&o.call->target));
  lua_settop(L, top + 2);
  lua_remove(L, top + 1);
  return o.call;
}

/* ---- versions ---- */

/* Raises the argument error about one end of a range of versions. */
static void fail_version(lua_State *L, const ldk_Call *call, const char *path,
                         const char *what, int needed, int version) {
  const char *id = call->operation != NULL ? dk_text(call->operation->id) : "";
  ldk_fail_argument(L, call->label, "%s %s API version 1.%d; it is 1.%d here",
                    path != NULL ? path : id, what, needed, version);
}

void ldk_check_version(lua_State *L, const ldk_Call *call, int version) {
  static const char newer[] = "needs", older[] = "is only there up to";
  const dk_Operation *o = call->operation;
  const ldk_Needs *n = &call->needs;
  if (o != NULL && version < o->since)
    fail_version(L, call, NULL, newer, o->since, version);
  if (o != NULL && version > o->until && o->until < DK_NEWEST)
    fail_version(L, call, NULL, older, o->until, version);
  if (version < n->since)
    fail_version(L, call, n->since_path, newer, n->since, version);
  if (n->until != 0 && version > n->until)
    fail_version(L, call, n->until_path, older, n->until, version);
}
