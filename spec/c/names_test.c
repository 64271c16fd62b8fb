/* SPDX-License-Identifier: MIT
 * Tests of model/names, against the tables in spec/c/names (which may be given
 * as the argument) and against the names that the generator gave. */
#include "check.h"
#include "model/model.h"

static const char *folder = "spec/c/names";

/* Converts a name in room of just the size that the contract asks for. */
static void test_name(const char *wire, size_t length, const char *expected) {
  char *exact = check_copy(wire, length);
  char *out = malloc(2 * length + (length == 0));
  size_t written;
  if (out == NULL)
    abort();
  written = dk_snake_case(exact, length, out);
  check_bytes(out, written, expected, strlen(expected), __FILE__, __LINE__,
              wire);
  free(out);
  free(exact);
}

/* Runs through "wire TAB expected" lines; how many they were. */
static int test_table(const char *file) {
  char path[4096], line[256];
  int rows = 0;
  FILE *table;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  table = fopen(path, "r");
  if (!CHECK(table != NULL))
    return 0;
  while (fgets(line, sizeof line, table) != NULL) {
    char *tab = strchr(line, '\t');
    if (!CHECK(tab != NULL))
      break;
    line[strcspn(line, "\n")] = '\0';
    test_name(line, (size_t)(tab - line), tab + 1);
    rows++;
  }
  fclose(table);
  return rows;
}

static void test_tricky(void) {
  CHECK(test_table("tricky.tsv") >= 120);
}

static void test_all(void) {
  CHECK(test_table("all.tsv") >= 1075);
}

static void test_no_name(void) {
  test_name("", 0, "");
  test_name("x", 1, "x");
  test_name("\xC3\x84pfel", 6, "\xC3\x84pfel"); /* no letter of ours */
}

/* A name is by the rule, unless it was given by hand. */
static int is_by_rule(dk_Text wire, dk_Text name) {
  char out[512];
  size_t length = dk_text_length(wire);
  if (!CHECK(2 * length <= sizeof out))
    return 1;
  length = dk_snake_case(dk_text(wire), length, out);
  return length == dk_text_length(name) &&
         memcmp(out, dk_text(name), length) == 0;
}

static const char *const by_hand[] = {"exit_code", "identity_token",
                                      "registry_token"};

static int is_by_hand(const char *name) {
  size_t i;
  for (i = 0; i < sizeof by_hand / sizeof by_hand[0]; i++)
    if (strcmp(name, by_hand[i]) == 0)
      return 1;
  return 0;
}

static void test_fields(void) {
  uint16_t i, others = 0;
  for (i = 0; i < dk_n_fields; i++)
    if (!(dk_fields[i].flags & DK_ALIAS) &&
        !is_by_rule(dk_fields[i].wire, dk_fields[i].name)) {
      others++;
      if (!CHECK(is_by_hand(dk_text(dk_fields[i].name))))
        printf("  %s\n", dk_text(dk_fields[i].wire));
    }
  EQUAL(others, 3);
}

/* Only words that run together, letters and headers are named by hand. */
static void test_parameters(void) {
  uint16_t i;
  for (i = 0; i < dk_n_parameters; i++) {
    const dk_Parameter *p = &dk_parameters[i];
    const char *wire = dk_text(p->wire);
    if (is_by_rule(p->wire, p->name))
      continue;
    if (!CHECK(dk_text_length(p->wire) == 1 || p->place == DK_HEADER ||
               strchr(dk_text(p->name), '_') != NULL))
      printf("  %s\n", wire);
  }
}

static void test_operations(void) {
  uint16_t i;
  for (i = 0; i < dk_n_operations; i++)
    CHECK(is_by_rule(dk_operations[i].id, dk_operations[i].name));
}

int main(int argc, char **argv) {
  if (argc > 1)
    folder = argv[1];
  RUN(test_tricky);
  RUN(test_all);
  RUN(test_no_name);
  RUN(test_fields);
  RUN(test_parameters);
  RUN(test_operations);
  return check_end();
}
