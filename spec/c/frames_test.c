/* SPDX-License-Identifier: MIT
 * Tests of bytes/frames. */
#include "bytes/frames.h"

#include "bytes/buffer.h"
#include "bytes/memory.h"
#include "check.h"

/* What came out: the bytes of each source, and all in order with a digit for
 * the source before each byte. */
typedef struct Output {
  dk_Buffer each[DK_N_SOURCES], order;
  int status; /* of the last call */
} Output;

static void free_output(Output *o) {
  int i;
  for (i = 0; i < DK_N_SOURCES; i++)
    dk_buffer_free(&o->each[i]);
  dk_buffer_free(&o->order);
}

static void note(Output *o, const dk_Piece *piece) {
  size_t i;
  CHECK(piece->length > 0 && piece->source < DK_N_SOURCES);
  dk_buffer_append(&o->each[piece->source], piece->bytes, piece->length);
  for (i = 0; i < piece->length; i++) {
    dk_buffer_byte(&o->order, (char)('0' + piece->source));
    dk_buffer_byte(&o->order, piece->bytes[i]);
  }
}

/* Whether feed reads as much as there is at once. */
static int joining;

static int next_of(dk_Frames *f, char **at, char *end, dk_Piece *piece) {
  const char *from = *at;
  int status;
  if (joining) {
    status = dk_frames_join(f, at, end, piece);
    CHECK(status <= 0 || piece->bytes == from);
    CHECK(status <= 0 || piece->bytes + piece->length <= *at);
  } else {
    status = dk_frames_next(f, &from, end, piece);
    *at += from - *at;
    CHECK(status <= 0 || piece->bytes + piece->length == *at);
  }
  return status;
}

/* Feeds a part of the input, from a copy that is gone afterwards. */
static void feed(dk_Frames *f, Output *o, const char *bytes, size_t length) {
  char *copy = check_copy(bytes, length);
  char *at = copy;
  dk_Piece piece = {0};
  while ((o->status = next_of(f, &at, copy + length, &piece)) > 0) {
    CHECK(piece.bytes >= copy);
    note(o, &piece);
  }
  if (o->status == 0)
    CHECK(at == copy + length);
  free(copy);
}

#define INPUT(text) (text), sizeof(text) - 1

/* All sources, frames of no bytes, a frame that looks like a header. */
#define FRAMES                                                                \
  "\1\0\0\0\0\0\0\5hello"                                                     \
  "\2\0\0\0\0\0\0\3err"                                                       \
  "\1\0\0\0\0\0\0\0"                                                          \
  "\3\0\0\0\0\0\0\2!!"                                                        \
  "\2\0\0\0\0\0\0\0"                                                          \
  "\1\0\0\0\0\0\0\10\2\0\0\0\0\0\0\1"                                         \
  "\0\0\0\0\0\0\0\1i"

static void check_frames(const dk_Frames *f, Output *o) {
  EQUAL(o->status, 0);
  CHECK(dk_frames_complete(f));
  BYTES(o->each[DK_STDIN].data, o->each[DK_STDIN].length, "i");
  BYTES(o->each[DK_STDOUT].data, o->each[DK_STDOUT].length,
        "hello\2\0\0\0\0\0\0\1");
  BYTES(o->each[DK_STDERR].data, o->each[DK_STDERR].length, "err");
  BYTES(o->each[DK_SYSTEM].data, o->each[DK_SYSTEM].length, "!!");
  BYTES(o->order.data, o->order.length,
        "1h1e1l1l1o2e2r2r3!3!1\0021\0001\0001\0001\0001\0001\0001\0010i");
  free_output(o);
}

static void test_whole(void) {
  dk_Frames f = {0};
  Output o = {0};
  feed(&f, &o, INPUT(FRAMES));
  check_frames(&f, &o);
}

/* Cut at every two places; so also at each one, and at none. */
static void test_every_split(void) {
  static const char input[] = FRAMES;
  size_t length = sizeof input - 1, first, second;
  for (first = 0; first <= length; first++)
    for (second = first; second <= length; second++) {
      dk_Frames f = {0};
      Output o = {0};
      feed(&f, &o, input, first);
      feed(&f, &o, input + first, second - first);
      feed(&f, &o, input + second, length - second);
      check_frames(&f, &o);
    }
}

static void test_byte_by_byte(void) {
  static const char input[] = FRAMES;
  dk_Frames f = {0};
  Output o = {0};
  size_t i;
  for (i = 0; i < sizeof input - 1; i++)
    feed(&f, &o, input + i, 1);
  check_frames(&f, &o);
}

static void test_complete(void) {
  static const char input[] = "\1\0\0\0\0\0\0\2ab\2\0\0\0\0\0\0\0";
  size_t i;
  for (i = 0; i < sizeof input; i++) {
    dk_Frames f = {0};
    Output o = {0};
    feed(&f, &o, input, i);
    EQUAL(o.status, 0);
    EQUAL(dk_frames_complete(&f), i == 0 || i == 10 || i == 18);
    free_output(&o);
  }
}

/* Every value of every byte of a header, behind a good frame. */
static void test_headers(void) {
  int place, value;
  for (place = 0; place < 8; place++)
    for (value = 0; value < 256; value++) {
      char input[] = "\2\0\0\0\0\0\0\1x\1\0\0\0\0\0\0\1abc";
      int good = place == 0 ? value < 4 : place > 3 || value == 0;
      int large = place == 4 && value >= 4; /* 64 MiB and one byte, or more */
      dk_Frames f = {0};
      Output o = {0};
      input[9 + place] = (char)value;
      feed(&f, &o, input, 17);
      EQUAL(o.status, large ? DK_OVER_LIMIT : good ? 0 : DK_MALFORMED);
      BYTES(o.order.data, o.order.length, "2x");
      if (!good)
        CHECK(f.have == place && !memcmp(f.header, input + 9, f.have));
      free_output(&o);
    }
}

/* Output without frames is known by its first byte that no header has. */
static void test_not_frames(void) {
  const char *text = "hello\n", *at = text;
  dk_Frames f = {0};
  dk_Piece piece;
  EQUAL(dk_frames_next(&f, &at, text + 6, &piece), DK_MALFORMED);
  CHECK(at == text);
  EQUAL(dk_frames_next(&f, &at, text + 6, &piece), DK_MALFORMED);
  text = at = "\1\0\n ok";
  f.have = 0;
  EQUAL(dk_frames_next(&f, &at, text + 6, &piece), DK_MALFORMED);
  CHECK(at == text + 2);
  EQUAL(f.have, 2);
}

/* As long as one may be. */
static void test_largest_frame(void) {
  static char block[1 << 20];
  const char *at = "\2\0\0\0\4\0\0\0";
  dk_Frames f = {0};
  dk_Piece piece;
  uint64_t sum = 0;
  EQUAL(dk_frames_next(&f, &at, at + 8, &piece), 0);
  EQUAL(f.remaining, DK_FRAME_BYTES);
  while (sum < DK_FRAME_BYTES) {
    at = block;
    if (!EQUAL(dk_frames_next(&f, &at, block + sizeof block, &piece), 1))
      break;
    sum += piece.length;
  }
  EQUAL((long long)sum, DK_FRAME_BYTES);
  CHECK(dk_frames_complete(&f));
}

/* One byte longer, whole and torn: refused, now and when asked again. */
static void test_too_large_frame(void) {
  static const char header[] = "\2\0\0\0\4\0\0\1";
  const char *at = header;
  dk_Frames f = {0}, torn = {0};
  dk_Piece piece;
  int i;
  EQUAL(dk_frames_next(&f, &at, at + 8, &piece), DK_OVER_LIMIT);
  EQUAL(dk_frames_next(&f, &at, at, &piece), DK_OVER_LIMIT);
  at = header;
  for (i = 1; i < 8; i++)
    EQUAL(dk_frames_next(&torn, &at, header + i, &piece), 0);
  EQUAL(dk_frames_next(&torn, &at, header + 8, &piece), DK_OVER_LIMIT);
}

static void test_length_is_big_endian(void) {
  const char *at = "\1\0\0\0\1\2\3\4";
  dk_Frames f = {0};
  dk_Piece piece;
  EQUAL(dk_frames_next(&f, &at, at + 8, &piece), 0);
  EQUAL(f.remaining, 0x01020304);
  CHECK(!dk_frames_complete(&f));
}

/* One piece a call, and no more: the caller may stop in between. */
static void test_one_at_a_time(void) {
  static const char input[] = "\1\0\0\0\0\0\0\1a\2\0\0\0\0\0\0\1b";
  const char *at = input, *end = input + sizeof input - 1;
  dk_Frames f = {0};
  dk_Piece piece;
  EQUAL(dk_frames_next(&f, &at, end, &piece), 1);
  BYTES(piece.bytes, piece.length, "a");
  CHECK(at == input + 9);
  EQUAL(dk_frames_next(&f, &at, end, &piece), 1);
  BYTES(piece.bytes, piece.length, "b");
  EQUAL(piece.source, DK_STDERR);
  EQUAL(dk_frames_next(&f, &at, end, &piece), 0);
}

/* What follows of the same source is joined, up to the first of another, or
 * to what is no frame, which is said the next time. */
static void test_joins(void) {
  char input[] = "\1\0\0\0\0\0\0\2ab\1\0\0\0\0\0\0\3cde"
                 "\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\1f"
                 "\2\0\0\0\0\0\0\1g\2\0\0\0\0\0\0\1h\1\0\7";
  char *at = input, *end = input + sizeof input - 1;
  dk_Frames f = {0};
  dk_Piece piece;
  EQUAL(dk_frames_join(&f, &at, end, &piece), 1);
  BYTES(piece.bytes, piece.length, "abcdef");
  EQUAL(piece.source, DK_STDOUT);
  EQUAL(dk_frames_join(&f, &at, end, &piece), 1);
  BYTES(piece.bytes, piece.length, "gh");
  EQUAL(piece.source, DK_STDERR);
  EQUAL(dk_frames_join(&f, &at, end, &piece), DK_MALFORMED);
  CHECK(at == end - 1);
}

/* However many frames there are, a joint piece has an end. */
static void test_joins_so_many(void) {
  static char input[9 * 100000];
  char *at = input, *end = input + sizeof input;
  dk_Frames f = {0};
  dk_Piece piece;
  size_t i, sum = 0, most = 0;
  for (i = 0; i < sizeof input; i += 9)
    memcpy(input + i, "\1\0\0\0\0\0\0\1x", 9);
  while (dk_frames_join(&f, &at, end, &piece) > 0) {
    sum += piece.length;
    most = piece.length > most ? piece.length : most;
  }
  EQUAL(sum, 100000);
  EQUAL(most, 65536);
  CHECK(at == end);
}

int main(void) {
  for (joining = 0; joining <= 1; joining++) {
    RUN(test_whole);
    RUN(test_every_split);
    RUN(test_byte_by_byte);
    RUN(test_complete);
    RUN(test_headers);
  }
  RUN(test_joins);
  RUN(test_joins_so_many);
  RUN(test_not_frames);
  RUN(test_largest_frame);
  RUN(test_too_large_frame);
  RUN(test_length_is_big_endian);
  RUN(test_one_at_a_time);
  return check_end();
}
