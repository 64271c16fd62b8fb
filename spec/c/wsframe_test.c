/* SPDX-License-Identifier: MIT
 * Tests of bytes/wsframe. */
#include "bytes/wsframe.h"

#include "bytes/buffer.h"
#include "check.h"

/* What came out: the payload; frames of control, with a letter and a colon
 * before each and a semicolon after it. */
typedef struct Read {
  dk_WsFrames frames;
  dk_Buffer payload, control;
  int status; /* of the last call */
} Read;

static void note(Read *r, const dk_WsPiece *piece) {
  if (piece->kind == DK_WS_BINARY) {
    CHECK(piece->length > 0);
    dk_buffer_append(&r->payload, piece->bytes, piece->length);
    return;
  }
  dk_buffer_byte(&r->control, "CIO"[piece->kind - DK_WS_CLOSE]);
  dk_buffer_byte(&r->control, ':');
  dk_buffer_append(&r->control, piece->bytes, piece->length);
  dk_buffer_byte(&r->control, ';');
}

static void feed(Read *r, const char *bytes, size_t length) {
  char *copy = check_copy(bytes, length);
  const char *at = copy, *end = copy + length;
  dk_WsPiece piece;
  while (r->status >= 0 &&
         (r->status = dk_wsframes_next(&r->frames, &at, end, &piece)) > 0)
    note(r, &piece);
  if (r->status == 0)
    CHECK(at == end);
  free(copy);
}

static void free_read(Read *r) {
  dk_buffer_free(&r->payload);
  dk_buffer_free(&r->control);
}

static void check_read(Read *r, const char *payload, const char *control) {
  EQUAL(r->status, 0);
  CHECK(dk_wsframes_complete(&r->frames));
  check_bytes(r->payload.data, r->payload.length, payload, strlen(payload),
              __FILE__, __LINE__, payload);
  check_bytes(r->control.data, r->control.length, control, strlen(control),
              __FILE__, __LINE__, control);
  free_read(r);
}

static void reads(const char *bytes, size_t length, const char *payload,
                  const char *control) {
  size_t i, j;
  for (i = 0; i <= length; i++)
    for (j = i; j <= length; j++) {
      Read r = {0};
      feed(&r, bytes, i);
      feed(&r, bytes + i, j - i);
      feed(&r, bytes + j, length - j);
      check_read(&r, payload, control);
    }
}

#define READS(bytes, payload, control)                                        \
  reads(bytes, sizeof(bytes) - 1, payload, control)

static void refuses(const char *bytes, size_t length, int status) {
  size_t i;
  for (i = 0; i <= length; i++) {
    Read r = {0};
    r.frames.limit = 1000;
    feed(&r, bytes, i);
    feed(&r, bytes + i, length - i);
    EQUAL(r.status, status);
    free_read(&r);
  }
}

#define REFUSES(bytes) refuses(bytes, sizeof(bytes) - 1, DK_MALFORMED)

static void test_messages(void) {
  READS("\x81\5hello\x82\3abc", "helloabc", "");
  READS("\x82\0\x81\1x\x82\0", "x", "");
}

static void test_fragments(void) {
  READS("\1\3one\0\3two\x80\1!\2\0\0\0\x80\0", "onetwo!", "");
}

static void test_control(void) {
  READS("\1\3one\x89\2hi\0\3two\x8A\0\x80\1!\x88\2\3\xE8", "onetwo!",
        "I:hi;O:;C:\3\xE8;");
  READS("\x88\0", "", "C:;");
}

static void long_frame(size_t length, const char *head, size_t head_length) {
  Read r = {0};
  char *payload = malloc(length);
  memset(payload, 'p', length);
  feed(&r, head, head_length);
  feed(&r, payload, length / 2);
  CHECK(!dk_wsframes_complete(&r.frames));
  feed(&r, payload + length / 2, length - length / 2);
  EQUAL(r.status, 0);
  EQUAL((long long)r.payload.length, (long long)length);
  CHECK(memcmp(r.payload.data, payload, length) == 0);
  CHECK(dk_wsframes_complete(&r.frames));
  free_read(&r);
  free(payload);
}

static void test_lengths(void) {
  long_frame(125, "\x82\x7D", 2);
  long_frame(126, "\x82\x7E\0\x7E", 4);
  long_frame(65535, "\x82\x7E\xFF\xFF", 4);
  long_frame(65536, "\x82\x7F\0\0\0\0\0\1\0\0", 10);
}

static void test_what_a_server_must_not_send(void) {
  REFUSES("\x82\x81\1\1\1\1x");            /* masked */
  REFUSES("\xC2\1x");                      /* a reserved bit */
  REFUSES("\x92\1x");                      /* another */
  REFUSES("\x83\1x");                      /* an unknown kind */
  REFUSES("\x8B\0");                       /* of control, too */
  REFUSES("\x80\1x");                      /* goes on with nothing */
  REFUSES("\1\1x\x82\1y");                 /* begins within a message */
  REFUSES("\x09\1x");                      /* control in fragments */
  REFUSES("\x89\x7E\0\x7E");               /* control that is too long */
  REFUSES("\x88\1x");                      /* half a code */
  REFUSES("\x82\x7E\0\5hello");            /* a length in too many bytes */
  REFUSES("\x82\x7F\0\0\0\0\0\0\xFF\xFF"); /* the same */
  REFUSES("\x82\x7F\x80\0\0\0\0\0\0\0");   /* a negative length */
}

static void test_limit(void) {
  refuses("\x82\x7E\3\xE9", 4, DK_OVER_LIMIT);
  refuses("\x82\x7E\3\xE8x", 5, 0);
}

/* What a client writes, put back into what a server would have. */
static void writes(size_t length, const char *head, size_t head_length) {
  static const unsigned char mask[4] = {0x37, 0xFA, 0x21, 0x3D};
  char out[DK_WS_HEAD], *payload = malloc(length + 1), *masked;
  size_t size = dk_wsframe_head(out, DK_WS_BINARY, length, mask);
  masked = malloc(length + 1);
  memset(payload, 'q', length);
  check_bytes(out, size - 4, head, head_length, __FILE__, __LINE__, "head");
  check_bytes(out + size - 4, 4, (const char *)mask, 4, __FILE__, __LINE__,
              "mask");
  dk_wsframe_mask(masked, payload, length, mask);
  if (length > 4)
    BYTES(masked, 5, "\x46\x8B\x50\x4C\x46");
  dk_wsframe_mask(masked, masked, length, mask);
  CHECK(length == 0 || memcmp(masked, payload, length) == 0);
  free(payload);
  free(masked);
}

static void test_writing(void) {
  writes(0, "\x82\x80", 2);
  writes(5, "\x82\x85", 2);
  writes(125, "\x82\xFD", 2);
  writes(126, "\x82\xFE\0\x7E", 4);
  writes(65535, "\x82\xFE\xFF\xFF", 4);
  writes(65536, "\x82\xFF\0\0\0\0\0\1\0\0", 10);
}

int main(void) {
  RUN(test_messages);
  RUN(test_fragments);
  RUN(test_control);
  RUN(test_lengths);
  RUN(test_what_a_server_must_not_send);
  RUN(test_limit);
  RUN(test_writing);
  return check_end();
}
