/* SPDX-License-Identifier: MIT
 * What the C tests are written with: checks, counted; tests, counted by
 * whether a check in them failed; an allocator that fails when told to. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes/memory.h"

/* checks, the failed ones among them; tests, likewise */
static long check_n, check_bad, check_tests, check_bad_tests;

static inline int check_that(int good, const char *file, int line,
                             const char *what) {
  check_n++;
  if (good)
    return 1;
  if (check_bad++ < 50) /* enough to see what is wrong */
    printf("%s:%d: not so: %s\n", file, line, what);
  return 0;
}

static inline int check_equal(long long got, long long want, const char *file,
                              int line, const char *what) {
  int good = check_that(got == want, file, line, what);
  if (!good && check_bad <= 50)
    printf("  got %lld, want %lld\n", got, want);
  return good;
}

static inline int check_bytes(const void *got, size_t length, const char *want,
                              size_t want_length, const char *file, int line,
                              const char *what) {
  int good =
      length == want_length && (length == 0 || memcmp(got, want, length) == 0);
  if (!check_that(good, file, line, what) && check_bad <= 50)
    printf("  got %zu bytes \"%.*s\", want %zu \"%.*s\"\n", length,
           (int)length, length > 0 ? (const char *)got : "", want_length,
           (int)want_length, want);
  return good;
}

#define CHECK(condition) check_that(condition, __FILE__, __LINE__, #condition)

/* What comes as an integer. */
#define EQUAL(got, want) check_equal(got, want, __FILE__, __LINE__, #got)

/* Bytes and their length, against a literal, which may hold NULs. */
#define BYTES(got, length, want)                                              \
  check_bytes(got, length, want, sizeof(want) - 1, __FILE__, __LINE__, #got)

/* Runs a test: a function that takes and returns nothing. */
#define RUN(test)                                                             \
  do {                                                                        \
    long before = check_bad;                                                  \
    test();                                                                   \
    check_tests++;                                                            \
    check_bad_tests += check_bad > before;                                    \
  } while (0)

/* At the end of main. */
static inline int check_end(void) {
  printf("%ld checks passed\n", check_n - check_bad);
  printf("%ld passed, %ld failed\n", check_tests - check_bad_tests,
         check_bad_tests);
  return check_bad > 0;
}

/*
** Memory that fails
*/

static long check_allowed = -1; /* allocations still to succeed; -1: all */
static long check_live;         /* blocks that are there */

static inline void *check_reallocator(void *block, size_t size) {
  if (size == 0) {
    free(block);
    check_live--;
    return NULL;
  }
  if (check_allowed == 0)
    return NULL;
  check_allowed -= check_allowed > 0;
  check_live += block == NULL;
  return realloc(block, size);
}

/* STEP_MEMORY(n) { … } runs with the first n allocations succeeding, for n
 * from 0 on, until STEPPED(status) was told that there was memory enough. */
#define STEP_MEMORY(n)                                                        \
  for (long n = 0, check_stop = 0;                                            \
       !check_stop && n < 1000 && (check_allowed = n) >= 0; n++)
#define STEPPED(status)                                                       \
  (check_stop = (status) != DK_NO_MEMORY, check_allowed = -1)

/*
** Input
*/

/* A copy without a byte of room around it, so that a sanitizer sees whoever
 * reads beyond it. To be freed. */
static inline char *check_copy(const char *bytes, size_t length) {
  char *copy = malloc(length > 0 ? length : 1);
  if (copy == NULL)
    abort();
  if (length == 0)
    return copy;
  return memcpy(copy, bytes, length);
}

/* Numbers that are the same in every run (xorshift). */
static inline uint64_t check_random(void) {
  static uint64_t state = UINT64_C(0x9E3779B97F4A7C15);
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

#endif
