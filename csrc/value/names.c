/* SPDX-License-Identifier: MIT
 * What the names in an archive mean. */
#include "value/names.h"

#include <string.h>

#include "bytes/memory.h"

/* What is behind the first part of a name. */
static const char *after_first(const char *name) {
  name += strcspn(name, "/");
  return name + strspn(name, "/");
}

static int has_parent(const char *name) {
  while (*name != '\0') {
    if (strcspn(name, "/") == 2 && memcmp(name, "..", 2) == 0)
      return 1;
    name = after_first(name);
  }
  return 0;
}

static int is_outside(const char *name) {
  return *name == '\0' || *name == '/' || has_parent(name);
}

/* Adds the parts of a name but for the first `strip`, which are counted down.
 */
static int add_parts(dk_Buffer *to, const char *name, int64_t *strip) {
  int result = DK_OK;
  while (*name != '\0' && result == DK_OK) {
    size_t length = strcspn(name, "/");
    int counts = length > 0 && !(length == 1 && *name == '.');
    if (counts && --*strip < 0) {
      if (to->length > 0)
        result = dk_buffer_byte(to, '/');
      if (result == DK_OK)
        result = dk_buffer_append(to, name, length);
    }
    name = after_first(name);
  }
  return result;
}

/* The parts of the name itself. */
static int add_name(dk_Buffer *to, const char *name, const dk_Renaming *how) {
  int64_t none = 0, strip = how->strip;
  int result = DK_OK;
  if (how->root != NULL) {
    result = add_parts(to, how->root, &none);
    name = after_first(name);
  }
  if (result == DK_OK)
    result = add_parts(to, name, &strip);
  return result == DK_OK && strip > 0 ? DK_NAME_SHORT : result;
}

int dk_name_place(dk_Buffer *to, const char *name, const dk_Renaming *how) {
  int64_t none = 0;
  size_t before;
  int result = DK_OK;
  dk_buffer_clear(to);
  if (is_outside(name))
    return DK_NAME_OUTSIDE;
  if (how->below != NULL)
    result = add_parts(to, how->below, &none);
  before = to->length;
  if (result == DK_OK)
    result = add_name(to, name, how);
  if (result == DK_OK && how->strip > 0 && to->length == before)
    return DK_NAME_SHORT;
  return result == DK_OK ? dk_buffer_terminate(to) : result;
}
