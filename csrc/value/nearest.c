/* SPDX-License-Identifier: MIT
 * The known name that somebody may have meant. */
#include "value/nearest.h"

#include <ctype.h>
#include <string.h>

#define MAX_LENGTH 48 /* of names that are compared */

static int smallest(int a, int b, int c) {
  if (b < a)
    a = b;
  return c < a ? c : a;
}

static int same(char a, char b) {
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* How many letters must be put in, left out, replaced, or swapped with the
 * next one, to make one name of the other. */
static int distance(const char *a, const char *b) {
  int n = (int)strlen(a), m = (int)strlen(b), i, j;
  int rows[3][MAX_LENGTH + 1];
  for (j = 0; j <= m; j++)
    rows[0][j] = j;
  for (i = 1; i <= n; i++) {
    int *row = rows[i % 3], *last = rows[(i + 2) % 3];
    int *before = rows[(i + 1) % 3];
    row[0] = i;
    for (j = 1; j <= m; j++) {
      row[j] = smallest(last[j] + 1, row[j - 1] + 1,
                        last[j - 1] + !same(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
          same(a[i - 2], b[j - 1]) && before[j - 2] + 1 < row[j])
        row[j] = before[j - 2] + 1;
    }
  }
  return rows[n % 3][m];
}

/* A third of the letters may be wrong, but not all of a short name. */
static int tolerance(const char *given) {
  return (int)(strlen(given) + 2) / 3;
}

int ldk_nearest(lua_State *L, const char *given,
                const char *(*next)(void *state), void *state) {
  const char *name, *nearest = NULL;
  int best = tolerance(given) + 1;
  if (strlen(given) <= MAX_LENGTH) {
    while ((name = next(state)) != NULL) {
      int d = strlen(name) <= MAX_LENGTH ? distance(given, name) : best;
      if (d < best) {
        best = d;
        nearest = name;
      }
    }
  }
  lua_pushstring(L, nearest); /* nil for NULL */
  return nearest != NULL;
}
