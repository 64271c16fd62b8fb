/* SPDX-License-Identifier: MIT
 * Where in the options something is, and what is wrong with it. */
#include "value/path.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/model.h"
#include "value/error.h"
#include "value/kit.h"

#define MAX_PATH 512

typedef struct Text {
  char *at;    /* where the NUL is */
  size_t left; /* bytes from there on */
} Text;

static void add(Text *t, const char *format, ...) {
  va_list arguments;
  int length;
  va_start(arguments, format);
  length = vsnprintf(t->at, t->left, format, arguments);
  va_end(arguments);
  if (length > 0 && (size_t)length >= t->left)
    length = (int)t->left - 1;
  t->at += length;
  t->left -= (size_t)length;
}

static void add_path(Text *t, const ldk_Path *path) {
  if (path == NULL)
    return;
  add_path(t, path->parent);
  if (path->name != NULL)
    add(t, path->parent != NULL ? ".%s" : "%s", path->name);
  else if (path->key != NULL)
    add(t, "[\"%s\"]", path->key);
  else
    add(t, "[%lld]", (long long)path->index);
}

void ldk_path_text(const ldk_Path *path, char *text, size_t size) {
  Text t = {text, size};
  *text = '\0';
  add_path(&t, path);
}

int ldk_complain(ldk_Encoder *e, const ldk_Path *path, const char *format,
                 ...) {
  char where[MAX_PATH];
  va_list arguments;
  ldk_path_text(path, where, sizeof where);
  va_start(arguments, format);
  lua_pushvfstring(e->L, format, arguments);
  va_end(arguments);
  return ldk_fail_argument(e->L, e->method, path != NULL ? "%s: %s" : "%s%s",
                           where, lua_tostring(e->L, -1));
}

int ldk_complain_type(ldk_Encoder *e, int index, const ldk_Path *path,
                      const char *expected) {
  return ldk_complain(e, path, "expected %s, got %s", expected,
                      ldk_type_name(e->L, index));
}

/* ---- versions ---- */

void ldk_need(ldk_Encoder *e, uint8_t since, uint8_t until,
              const ldk_Path *path) {
  ldk_Needs *n = e->needs;
  if (n == NULL)
    return;
  if (since > n->since) {
    n->since = since;
    ldk_path_text(path, n->since_path, sizeof n->since_path);
  }
  if (until < DK_NEWEST && (n->until == 0 || until < n->until)) {
    n->until = until;
    ldk_path_text(path, n->until_path, sizeof n->until_path);
  }
}
