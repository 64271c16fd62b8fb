/* SPDX-License-Identifier: MIT
 * Tests of model/model: that the rows hold together, and that each is found by
 * its names. */
#include "model/model.h"

#include "check.h"

#define ROW(rows, found) ((found) == DK_NONE ? NULL : &(rows)[found])

static int same(dk_Text text, const char *expected) {
  return strcmp(dk_text(text), expected) == 0;
}

static uint16_t type_named(const char *name) {
  uint16_t row = dk_find_type(name, strlen(name));
  if (!CHECK(row != DK_NONE))
    printf("  no type %s\n", name);
  return row;
}

static const dk_Operation *operation_named(const char *name) {
  uint16_t row = dk_find_operation(name, strlen(name));
  if (!CHECK(row != DK_NONE)) {
    printf("  no operation %s\n", name);
    abort();
  }
  return &dk_operations[row];
}

static const dk_Field *field_named(const char *type, const char *name) {
  uint16_t row = type_named(type);
  const dk_Field *field = NULL;
  if (row != DK_NONE)
    field = ROW(dk_fields, dk_find_field(&dk_types[row], name, strlen(name)));
  if (!CHECK(field != NULL)) {
    printf("  no field %s.%s\n", type, name);
    abort();
  }
  return field;
}

static const dk_Parameter *parameter_named(const char *operation,
                                           const char *name) {
  const dk_Operation *o = operation_named(operation);
  return ROW(dk_parameters, dk_find_parameter(o, name, strlen(name)));
}

/*
** Texts
*/

static void test_text(dk_Text text) {
  CHECK(strlen(dk_text(text)) == dk_text_length(text));
}

static void test_texts(void) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++)
    test_text(dk_types[i].name);
  for (i = 0; i < dk_n_fields; i++) {
    test_text(dk_fields[i].wire);
    test_text(dk_fields[i].name);
  }
  for (i = 0; i < dk_n_values; i++)
    test_text(dk_values[i].text);
  for (i = 0; i < dk_n_parameters; i++) {
    test_text(dk_parameters[i].wire);
    test_text(dk_parameters[i].name);
  }
  for (i = 0; i < dk_n_words; i++)
    test_text(dk_words[i]);
}

/*
** Rows in bounds
*/

static int is_versions(uint8_t since, uint8_t until) {
  return since >= DK_OLDEST && since <= until && until <= DK_NEWEST;
}

/* Which types have an element. */
static int has_element(const dk_Type *type) {
  return type->kind == DK_ARRAY || type->kind == DK_MAP ||
         type->format == DK_JSON || type->format == DK_BASE64_JSON;
}

static void test_type(const dk_Type *type) {
  CHECK(type->kind <= DK_BYTES && type->format <= DK_BASE64_JSON);
  CHECK((type->element != DK_NONE) == has_element(type));
  CHECK(type->element == DK_NONE || type->element < dk_n_types);
  if (type->kind == DK_OBJECT)
    CHECK(type->first + type->count <= dk_n_fields);
  else if (type->kind == DK_STRING)
    CHECK(type->first + type->count <= dk_n_values);
  else
    EQUAL(type->count, 0);
}

static void test_types_in_bounds(void) {
  uint16_t i;
  EQUAL(dk_types[0].kind, DK_ANY);
  for (i = 0; i < dk_n_types; i++)
    test_type(&dk_types[i]);
}

/* Every field belongs to one type, and every value. */
static void test_fields_in_bounds(void) {
  uint16_t i, next = 0, next_value = 0;
  for (i = 0; i < dk_n_types; i++) {
    if (dk_types[i].kind == DK_OBJECT) {
      EQUAL(dk_types[i].first, next);
      next = (uint16_t)(next + dk_types[i].count);
    } else if (dk_types[i].count > 0) {
      EQUAL(dk_types[i].first, next_value);
      next_value = (uint16_t)(next_value + dk_types[i].count);
    }
  }
  EQUAL(next, dk_n_fields);
  EQUAL(next_value, dk_n_values);
  for (i = 0; i < dk_n_fields; i++) {
    CHECK(dk_fields[i].type < dk_n_types);
    CHECK(is_versions(dk_fields[i].since, dk_fields[i].until));
  }
  for (i = 0; i < dk_n_values; i++)
    CHECK(is_versions(dk_values[i].since, dk_values[i].until));
}

static void test_operation_in_bounds(const dk_Operation *o,
                                     uint16_t *parameter, uint16_t *response) {
  EQUAL(o->parameters, *parameter);
  EQUAL(o->responses, *response);
  *parameter = (uint16_t)(*parameter + o->n_parameters);
  *response = (uint16_t)(*response + o->n_responses);
  CHECK(o->n_responses > 0);
  CHECK(is_versions(o->since, o->until));
}

static void test_operations_in_bounds(void) {
  uint16_t i, parameter = 0, response = 0;
  for (i = 0; i < dk_n_operations; i++)
    test_operation_in_bounds(&dk_operations[i], &parameter, &response);
  EQUAL(parameter, dk_n_parameters);
  EQUAL(response, dk_n_responses);
  for (i = 0; i < dk_n_parameters; i++) {
    CHECK(dk_parameters[i].type < dk_n_types);
    CHECK(dk_parameters[i].place <= DK_BODY);
    CHECK(is_versions(dk_parameters[i].since, dk_parameters[i].until));
  }
}

/* Whether the answer has a document, in its body or in its head. */
static int has_document(const dk_Response *r) {
  return r->answer == DK_DOCUMENT || r->answer == DK_DOCUMENTS ||
         dk_text_length(r->header) > 0;
}

static void test_responses_in_bounds(void) {
  uint16_t i;
  for (i = 0; i < dk_n_responses; i++) {
    const dk_Response *r = &dk_responses[i];
    CHECK(r->answer <= DK_SESSION);
    CHECK(is_versions(r->since, r->until));
    CHECK((r->type != DK_NONE) == has_document(r));
    CHECK(r->type == DK_NONE || r->type < dk_n_types);
  }
}

/*
** Rows in order
*/

static void test_sorted_rows(void) {
  uint16_t i;
  for (i = 2; i < dk_n_types; i++)
    CHECK(strcmp(dk_text(dk_types[i - 1].name), dk_text(dk_types[i].name)) <
          0);
  for (i = 1; i < dk_n_operations; i++) {
    const dk_Operation *a = &dk_operations[i - 1], *b = &dk_operations[i];
    CHECK(strcmp(dk_text(a->id), dk_text(b->id)) < 0);
    CHECK(strcmp(dk_text(a->name), dk_text(b->name)) < 0);
  }
}

static void test_sorted_fields_of(const dk_Type *type) {
  uint16_t i, seen = 0;
  for (i = type->first; i < type->first + type->count; i++) {
    const uint16_t row = dk_fields_by_name[i];
    CHECK(row >= type->first && row < type->first + type->count);
    seen = (uint16_t)(seen + row - type->first);
    if (i > type->first) {
      const dk_Field *before = &dk_fields[dk_fields_by_name[i - 1]];
      int order = strcmp(dk_text(before->name), dk_text(dk_fields[row].name));
      CHECK(strcmp(dk_text(dk_fields[i - 1].wire),
                   dk_text(dk_fields[i].wire)) < 0);
      CHECK(order < 0 || (order == 0 && dk_fields[row].flags & DK_ALIAS));
    }
  }
  EQUAL(seen, type->count * (type->count - 1) / 2);
}

static void test_sorted_fields(void) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++)
    if (dk_types[i].kind == DK_OBJECT && dk_types[i].count > 0)
      test_sorted_fields_of(&dk_types[i]);
}

/* The path's in the order of the path, the others by name, the body last. */
static void test_sorted_parameters_of(const dk_Operation *o) {
  const char *at = dk_text(o->path);
  const dk_Parameter *before = NULL;
  uint16_t i;
  for (i = o->parameters; i < o->parameters + o->n_parameters; i++) {
    const dk_Parameter *p = &dk_parameters[i];
    if (p->place == DK_PATH) {
      at = strchr(at, '{');
      CHECK(at != NULL &&
            strncmp(at + 1, dk_text(p->wire), dk_text_length(p->wire)) == 0);
      at = at != NULL ? at + 1 : "";
      CHECK(before == NULL || before->place == DK_PATH);
      CHECK(p->flags & DK_REQUIRED);
    } else if (before != NULL && before->place != DK_PATH) {
      CHECK(before->place != DK_BODY);
      CHECK(p->place == DK_BODY ||
            strcmp(dk_text(before->name), dk_text(p->name)) < 0);
    }
    before = p;
  }
  CHECK(strchr(at, '{') == NULL);
}

static void test_sorted_parameters(void) {
  uint16_t i, j;
  for (i = 0; i < dk_n_operations; i++) {
    const dk_Operation *o = &dk_operations[i];
    test_sorted_parameters_of(o);
    for (j = 1; j < o->n_responses; j++)
      CHECK(dk_responses[o->responses + j - 1].status <
            dk_responses[o->responses + j].status);
  }
}

/*
** Every row is found
*/

static void test_find_types_and_operations(void) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++)
    EQUAL(dk_find_type(dk_text(dk_types[i].name),
                       dk_text_length(dk_types[i].name)),
          i);
  for (i = 0; i < dk_n_operations; i++) {
    const dk_Operation *o = &dk_operations[i];
    EQUAL(dk_find_operation(dk_text(o->id), dk_text_length(o->id)), i);
    EQUAL(dk_find_operation(dk_text(o->name), dk_text_length(o->name)), i);
  }
  EQUAL(dk_find_type("HostConfi", 9), DK_NONE);
  EQUAL(dk_find_type("HostConfigs", 11), DK_NONE);
  EQUAL(dk_find_type("", 0), DK_NONE);
  EQUAL(dk_find_operation("ContainerLis", 12), DK_NONE);
  EQUAL(dk_find_operation("zzz", 3), DK_NONE);
}

/* A name finds the field that is no alias; a wire name, exactly its own. */
static void test_find_fields_of(const dk_Type *type) {
  uint16_t i;
  for (i = type->first; i < type->first + type->count; i++) {
    const dk_Field *f = &dk_fields[i];
    size_t length = dk_text_length(f->name);
    uint16_t found = dk_find_name(type, dk_text(f->name), length);
    EQUAL(dk_find_wire(type, dk_text(f->wire), dk_text_length(f->wire)), i);
    CHECK(found != DK_NONE && !(dk_fields[found].flags & DK_ALIAS));
    CHECK(found == i || f->flags & DK_ALIAS);
    EQUAL(dk_find_field(type, dk_text(f->name), length), found);
  }
}

static void test_find_fields(void) {
  uint16_t i;
  for (i = 0; i < dk_n_types; i++)
    if (dk_types[i].kind == DK_OBJECT)
      test_find_fields_of(&dk_types[i]);
}

static void test_find_field_spellings(void) {
  const dk_Type *type = &dk_types[type_named("ContainerCreateRequest")];
  const dk_Type *health = &dk_types[type_named("HealthcheckResult")];
  uint16_t row = dk_find_wire(type, "HostConfig", 10);
  CHECK(row != DK_NONE);
  EQUAL(dk_find_field(type, "HostConfig", 10), row);
  EQUAL(dk_find_field(type, "hostConfig", 10), row);
  EQUAL(dk_find_field(type, "host_config", 11), row);
  EQUAL(dk_find_field(type, "host_config_", 12), row);
  EQUAL(dk_find_field(type, "HOSTCONFIG", 10), DK_NONE);
  EQUAL(dk_find_field(type, "costConfig", 10), DK_NONE);
  EQUAL(dk_find_field(type, "", 0), DK_NONE);
  EQUAL(dk_find_field(type, "_", 1), DK_NONE);
  EQUAL(dk_find_name(type, "HostConfig", 10), DK_NONE);
  EQUAL(dk_find_wire(type, "host_config", 11), DK_NONE);
  CHECK(dk_find_name(health, "end_", 4) == dk_find_name(health, "end", 3));
}

/* Only objects have fields. */
static void test_find_fields_elsewhere(void) {
  const dk_Type *text = &dk_types[type_named("ContainerState.Status")];
  CHECK(text->count > 0);
  EQUAL(dk_find_wire(text, "running", 7), DK_NONE);
  EQUAL(dk_find_name(text, "running", 7), DK_NONE);
  EQUAL(dk_find_field(text, "running", 7), DK_NONE);
}

static void test_find_parameters_of(const dk_Operation *o) {
  uint16_t i;
  const dk_Parameter *body = dk_body(o);
  for (i = o->parameters; i < o->parameters + o->n_parameters; i++) {
    const dk_Parameter *p = &dk_parameters[i];
    if (p->place == DK_BODY) {
      CHECK(p == body);
      body = NULL;
    } else {
      EQUAL(dk_find_parameter(o, dk_text(p->name), dk_text_length(p->name)),
            i);
      EQUAL(dk_find_parameter(o, dk_text(p->wire), dk_text_length(p->wire)),
            i);
    }
  }
  CHECK(body == NULL);
}

static void test_find_parameters(void) {
  const dk_Operation *logs = operation_named("ContainerLogs");
  uint16_t i;
  for (i = 0; i < dk_n_operations; i++)
    test_find_parameters_of(&dk_operations[i]);
  CHECK(dk_find_parameter(logs, "until_", 6) != DK_NONE);
  EQUAL(dk_find_parameter(logs, "untill", 6), DK_NONE);
  EQUAL(dk_find_parameter(operation_named("VolumeUpdate"), "body", 4),
        DK_NONE);
}

static void test_find_responses(void) {
  uint16_t i, j;
  const dk_Operation *start = operation_named("ContainerStart");
  for (i = 0; i < dk_n_operations; i++) {
    const dk_Operation *o = &dk_operations[i];
    for (j = o->responses; j < o->responses + o->n_responses; j++)
      CHECK(dk_find_response(o, dk_responses[j].status) == &dk_responses[j]);
    CHECK(dk_find_response(o, 500) == NULL);
  }
  EQUAL(dk_find_response(start, 200)->status, 204);
  EQUAL(dk_find_response(start, 304)->status, 304);
  CHECK(dk_find_response(start, 302) == NULL);
  EQUAL(dk_find_response(operation_named("ExecStart"), 202)->status, 200);
  EQUAL(dk_find_response(operation_named("SystemAuth"), 201)->status, 200);
}

/*
** Methods
*/

static void test_class_ranges(void) {
  uint16_t first, count, total = 0, i = 0;
  for (; i < dk_n_methods; i = (uint16_t)(first + count)) {
    const char *name = dk_text(dk_methods[i].class_name);
    count = dk_class_methods(name, &first);
    if (!EQUAL(first, i) || !CHECK(count > 0))
      return;
    total = (uint16_t)(total + count);
  }
  EQUAL(total, dk_n_methods);
  for (i = 0; i < dk_n_attributes; i = (uint16_t)(first + count)) {
    count = dk_class_attributes(dk_text(dk_attributes[i].class_name), &first);
    if (!EQUAL(first, i) || !CHECK(count > 0))
      return;
  }
  EQUAL(dk_class_methods("contain", &first), 0);
  EQUAL(dk_class_methods("zebra", &first), 0);
  EQUAL(dk_class_attributes("", &first), 0);
}

static int is_option(const dk_Operation *o, const char *name, size_t length) {
  const dk_Parameter *body = dk_body(o);
  if (dk_find_parameter(o, name, length) != DK_NONE)
    return 1;
  return body != NULL &&
         dk_find_name(&dk_types[body->type], name, length) != DK_NONE;
}

static void test_methods(void) {
  uint16_t i;
  for (i = 0; i < dk_n_methods; i++) {
    const dk_Method *m = &dk_methods[i];
    const dk_Operation *o = &dk_operations[m->operation];
    const char *at = dk_text(m->positional);
    int makes_objects =
        m->result == DK_RETURN_OBJECT || m->result == DK_RETURN_LIST;
    CHECK(m->operation < dk_n_operations && m->result <= DK_RETURN_STREAM);
    CHECK(makes_objects == (dk_text_length(m->result_class) > 0));
    if (dk_text_length(m->target) > 0)
      CHECK(is_option(o, dk_text(m->target), dk_text_length(m->target)));
    for (; *at != '\0'; at += strspn(at, " ")) {
      CHECK(is_option(o, at, strcspn(at, " ")));
      at += strcspn(at, " ");
    }
  }
}

/*
** What is known of the API
*/

static void test_counts(void) {
  int declared = 0, oldest = 0;
  uint16_t i;
  for (i = 0; i < dk_n_operations; i++) {
    const dk_Operation *o = &dk_operations[i];
    declared += o->declared;
    oldest += o->declared && o->since == DK_OLDEST;
  }
  EQUAL(declared, 108);
  EQUAL(oldest, 94);
}

static void test_known_fields(void) {
  CHECK(same(field_named("ContainerState", "OOMKilled")->name, "oom_killed"));
  CHECK(same(field_named("ContainerWaitResponse", "StatusCode")->name,
             "exit_code"));
  EQUAL(field_named("HealthConfig", "start_interval")->since, 44);
  EQUAL(dk_types[field_named("HealthConfig", "interval")->type].format,
        DK_DURATION);
  EQUAL(dk_types[field_named("HostConfig", "memory")->type].format, DK_SIZE);
  EQUAL(dk_types[field_named("ContainerCreateRequest", "cmd")->type].format,
        DK_COMMAND);
}

static void test_known_parameters(void) {
  const dk_Parameter *auth = parameter_named("ImagePush", "X-Registry-Auth");
  CHECK(auth != NULL && same(auth->name, "auth"));
  EQUAL(auth->place, DK_HEADER);
  EQUAL(dk_types[auth->type].format, DK_BASE64_JSON);
  CHECK(same(dk_types[dk_types[auth->type].element].name, "AuthConfig"));
  CHECK(parameter_named("ContainerStop", "timeout") ==
        parameter_named("ContainerStop", "t"));
  EQUAL(parameter_named("ContainerLogs", "until")->since, 35);
  CHECK(parameter_named("ContainerList", "size_rw") == NULL);
}

int main(void) {
  RUN(test_texts);
  RUN(test_types_in_bounds);
  RUN(test_fields_in_bounds);
  RUN(test_operations_in_bounds);
  RUN(test_responses_in_bounds);
  RUN(test_sorted_rows);
  RUN(test_sorted_fields);
  RUN(test_sorted_parameters);
  RUN(test_find_types_and_operations);
  RUN(test_find_fields);
  RUN(test_find_field_spellings);
  RUN(test_find_fields_elsewhere);
  RUN(test_find_parameters);
  RUN(test_find_responses);
  RUN(test_class_ranges);
  RUN(test_methods);
  RUN(test_counts);
  RUN(test_known_fields);
  RUN(test_known_parameters);
  return check_end();
}
