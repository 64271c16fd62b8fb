/* SPDX-License-Identifier: MIT
 * Tests of bytes/buffer. */
#include "bytes/buffer.h"

#include "bytes/memory.h"
#include "check.h"

static void test_append(void) {
  dk_Buffer b = {0};
  int i;
  EQUAL(dk_buffer_append(&b, NULL, 0), DK_OK);
  CHECK(b.data == NULL);
  EQUAL(dk_buffer_append(&b, "a\0b", 3), DK_OK);
  EQUAL(dk_buffer_text(&b, "cd"), DK_OK);
  EQUAL(dk_buffer_text(&b, ""), DK_OK);
  EQUAL(dk_buffer_byte(&b, '\xFF'), DK_OK);
  BYTES(b.data, b.length, "a\0bcd\xFF");
  for (i = 0; i < 10000; i++)
    dk_buffer_byte(&b, (char)i);
  EQUAL((long long)b.length, 10006);
  for (i = 0; i < 10000; i++)
    if (!CHECK(b.data[6 + i] == (char)i))
      break;
  CHECK(b.capacity >= b.length && b.capacity < 4 * b.length);
  dk_buffer_clear(&b);
  EQUAL((long long)b.length, 0);
  CHECK(b.data != NULL);
  dk_buffer_free(&b);
  CHECK(b.data == NULL && b.length == 0 && b.capacity == 0);
  dk_buffer_free(&b);
}

static void test_room(void) {
  dk_Buffer b = {0};
  char *room = dk_buffer_room(&b, 0);
  CHECK(room != NULL);
  room = dk_buffer_room(&b, 1000);
  CHECK(room == b.data && b.length == 0 && b.capacity >= 1000);
  memset(room, 'x', 1000);
  b.length += 1000;
  room = dk_buffer_room(&b, 5000);
  CHECK(room == b.data + 1000 && b.data[999] == 'x');
  CHECK(dk_buffer_room(&b, SIZE_MAX) == NULL);
  CHECK(dk_buffer_room(&b, SIZE_MAX - 999) == NULL);
  EQUAL((long long)b.length, 1000);
  dk_buffer_free(&b);
}

static void test_terminate(void) {
  dk_Buffer b = {.limit = 3};
  EQUAL(dk_buffer_terminate(&b), DK_OK);
  EQUAL(b.data[0], 0);
  EQUAL(dk_buffer_text(&b, "abc"), DK_OK);
  EQUAL(dk_buffer_terminate(&b), DK_OK); /* though the ceiling is reached */
  EQUAL((long long)b.length, 3);
  EQUAL(strcmp(b.data, "abc"), 0);
  dk_buffer_free(&b);
}

static void test_limit(void) {
  dk_Buffer b = {.limit = 100};
  char bytes[101] = {0};
  EQUAL(dk_buffer_append(&b, bytes, 101), DK_OVER_LIMIT);
  CHECK(b.data == NULL);
  EQUAL(dk_buffer_append(&b, bytes, 99), DK_OK);
  EQUAL(dk_buffer_append(&b, bytes, 2), DK_OVER_LIMIT);
  CHECK(dk_buffer_room(&b, 2) == NULL);
  EQUAL((long long)b.length, 99);
  EQUAL(dk_buffer_byte(&b, 'x'), DK_OK);
  EQUAL(dk_buffer_byte(&b, 'y'), DK_OVER_LIMIT);
  EQUAL(dk_buffer_text(&b, "y"), DK_OVER_LIMIT);
  EQUAL(dk_buffer_append(&b, NULL, 0), DK_OK);
  EQUAL(dk_buffer_append(&b, bytes, SIZE_MAX), DK_OVER_LIMIT);
  EQUAL((long long)b.length, 100);
  EQUAL(b.data[99], 'x');
  EQUAL((long long)b.capacity, 100);
  dk_buffer_free(&b);
}

static int fill(dk_Buffer *b, size_t *want) {
  char *room;
  if (dk_buffer_append(b, "0123456789", 10) != DK_OK)
    return DK_NO_MEMORY;
  *want += 10;
  while (*want < 500) {
    if (dk_buffer_byte(b, 'x') != DK_OK)
      return DK_NO_MEMORY;
    *want += 1;
  }
  if (dk_buffer_terminate(b) != DK_OK)
    return DK_NO_MEMORY;
  room = dk_buffer_room(b, 5000);
  return room != NULL ? DK_OK : DK_NO_MEMORY;
}

static void test_memory(void) {
  STEP_MEMORY(n) {
    dk_Buffer b = {0};
    size_t want = 0;
    int status = fill(&b, &want);
    STEPPED(status);
    CHECK(status == DK_NO_MEMORY || n >= 3);
    EQUAL((long long)b.length, (long long)want);
    CHECK(want == 0 || b.data[want - 1] == (want > 10 ? 'x' : '9'));
    EQUAL(dk_buffer_byte(&b, '!'), DK_OK); /* still of use */
    dk_buffer_free(&b);
    EQUAL(check_live, 0);
  }
}

static void test_empty_room_without_memory(void) {
  dk_Buffer b = {0};
  check_allowed = 0;
  CHECK(dk_buffer_room(&b, 0) == NULL);
  EQUAL(dk_buffer_terminate(&b), DK_NO_MEMORY);
  check_allowed = -1;
  CHECK(b.data == NULL && b.capacity == 0);
}

int main(void) {
  dk_reallocator = check_reallocator;
  RUN(test_append);
  RUN(test_room);
  RUN(test_terminate);
  RUN(test_limit);
  RUN(test_memory);
  RUN(test_empty_room_without_memory);
  EQUAL(check_live, 0);
  return check_end();
}
