/* SPDX-License-Identifier: MIT
 * Tests of bytes/queue. */
#include "bytes/queue.h"

#include "bytes/memory.h"
#include "check.h"

static void test_empty(void) {
  dk_Queue q = {0};
  EQUAL((long long)dk_queue_length(&q), 0);
  CHECK(dk_queue_bytes(&q) != NULL);
  EQUAL(dk_queue_append(&q, NULL, 0), DK_OK);
  dk_queue_take(&q, 0);
  dk_queue_take(&q, 5);
  EQUAL((long long)dk_queue_length(&q), 0);
  dk_queue_free(&q);
}

static void test_order(void) {
  dk_Queue q = {0};
  EQUAL(dk_queue_append(&q, "abc", 3), DK_OK);
  EQUAL(dk_queue_append(&q, "de", 2), DK_OK);
  BYTES(dk_queue_bytes(&q), dk_queue_length(&q), "abcde");
  dk_queue_take(&q, 2);
  BYTES(dk_queue_bytes(&q), dk_queue_length(&q), "cde");
  EQUAL(dk_queue_append(&q, "f", 1), DK_OK);
  BYTES(dk_queue_bytes(&q), dk_queue_length(&q), "cdef");
  dk_queue_take(&q, 100);
  EQUAL((long long)dk_queue_length(&q), 0);
  dk_queue_free(&q);
  CHECK(q.data == NULL && q.capacity == 0);
  dk_queue_free(&q);
}

/* Byte k of all that was ever appended. */
static char nth(size_t k) {
  return (char)(k * 31 + k / 257);
}

/* Whether the queue holds exactly the bytes from `taken` to `given`. */
static int holds(const dk_Queue *q, size_t taken, size_t given) {
  const char *bytes = dk_queue_bytes(q);
  size_t i;
  if (dk_queue_length(q) != given - taken)
    return 0;
  for (i = taken; i < given; i++)
    if (*bytes++ != nth(i))
      return 0;
  return 1;
}

static void append_some(dk_Queue *q, size_t *given, size_t length) {
  char piece[10000];
  size_t i;
  for (i = 0; i < length; i++)
    piece[i] = nth(*given + i);
  EQUAL(dk_queue_append(q, piece, length), DK_OK);
  *given += length;
}

static void test_any_order(void) {
  dk_Queue q = {0};
  size_t given = 0, taken = 0;
  int i;
  for (i = 0; i < 3000; i++) {
    size_t length = check_random() % (i % 100 == 0 ? 10000 : 100);
    append_some(&q, &given, length);
    length = check_random() % (i % 150 == 0 ? 10000 : 110);
    if (length > given - taken)
      length = given - taken;
    dk_queue_take(&q, length);
    taken += length;
    if (!CHECK(holds(&q, taken, given)))
      break;
  }
  CHECK(given > 200000);
  dk_queue_free(&q);
}

static void test_limit(void) {
  dk_Queue q = {.limit = 10};
  EQUAL(dk_queue_append(&q, "0123456789x", 11), DK_OVER_LIMIT);
  EQUAL(dk_queue_append(&q, "0123456789", 10), DK_OK);
  EQUAL(dk_queue_append(&q, "x", 1), DK_OVER_LIMIT);
  EQUAL(dk_queue_append(&q, "x", SIZE_MAX), DK_OVER_LIMIT);
  BYTES(dk_queue_bytes(&q), dk_queue_length(&q), "0123456789");
  dk_queue_take(&q, 1); /* the limit is of what waits, not of what came */
  EQUAL(dk_queue_append(&q, "x", 1), DK_OK);
  BYTES(dk_queue_bytes(&q), dk_queue_length(&q), "123456789x");
  dk_queue_free(&q);
}

/* A reader that is always two megabytes behind must not make the queue grow,
 * nor have them moved for each of a million pieces, though the queue was all
 * but full when that began. */
static void test_slow_reader(void) {
  enum { HALF = 1 << 20, BEHIND = 2 * HALF - 10, PIECE = 45 };
  dk_Queue q = {0};
  char *bytes = dk_zeroed(BEHIND);
  const char *was;
  long moves = 0, i;
  dk_queue_append(&q, bytes, HALF);
  dk_queue_append(&q, bytes, BEHIND - HALF);
  CHECK(q.capacity - q.end < PIECE);
  was = dk_queue_bytes(&q);
  for (i = 0; i < 1000000; i++) {
    dk_queue_take(&q, PIECE);
    dk_queue_append(&q, bytes, PIECE);
    moves += dk_queue_bytes(&q) != was + PIECE;
    was = dk_queue_bytes(&q);
  }
  EQUAL((long long)dk_queue_length(&q), BEHIND);
  CHECK(q.capacity <= 8 * (size_t)BEHIND);
  CHECK(moves < 100);
  dk_release(bytes);
  dk_queue_free(&q);
}

static int fill(dk_Queue *q, size_t *want) {
  static const char piece[1000];
  while (*want < 50000) {
    if (dk_queue_append(q, piece, sizeof piece) != DK_OK)
      return DK_NO_MEMORY;
    *want += sizeof piece;
  }
  return DK_OK;
}

static void test_memory(void) {
  STEP_MEMORY(n) {
    dk_Queue q = {0};
    size_t want = 0;
    int status = fill(&q, &want);
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY || n >= 3);
    EQUAL((long long)dk_queue_length(&q), (long long)want);
    EQUAL(dk_queue_append(&q, "!", 1), DK_OK);
    EQUAL((long long)dk_queue_length(&q), (long long)want + 1);
    EQUAL(dk_queue_bytes(&q)[want], '!');
    dk_queue_free(&q);
    EQUAL(check_live, 0);
  }
}

/* Where it wants to grow, but could do without. */
static void test_no_memory_but_room(void) {
  dk_Queue q = {0};
  size_t given = 0;
  append_some(&q, &given, 4000);
  append_some(&q, &given, q.capacity - 4000); /* full to the last byte */
  dk_queue_take(&q, 100);
  check_allowed = 0;
  append_some(&q, &given, 100);
  EQUAL(dk_queue_append(&q, "x", 1), DK_NO_MEMORY);
  check_allowed = -1;
  CHECK(holds(&q, 100, given));
  dk_queue_free(&q);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_empty);
  RUN(test_order);
  RUN(test_any_order);
  RUN(test_limit);
  RUN(test_slow_reader);
  RUN(test_memory);
  RUN(test_no_memory_but_room);
  EQUAL(check_live, 0);
  return check_end();
}
