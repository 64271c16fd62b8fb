/* SPDX-License-Identifier: MIT
 * The output of a process as the engine multiplexes it: frames of a header
 * (source, three zeros, length in four bytes, big-endian) and that many bytes.
 *
 * A state machine that is fed any split of the bytes and copies none. */
#ifndef DK_FRAMES_H
#define DK_FRAMES_H

#include <stddef.h>
#include <stdint.h>

/* Where a piece of output comes from; the values are those on the wire. */
typedef enum dk_Source {
  DK_STDIN,
  DK_STDOUT,
  DK_STDERR,
  DK_SYSTEM, /* an error of the engine, in band */
  DK_N_SOURCES
} dk_Source;

/* Longest frame, in bytes. Engines make one of what they read at once (32 KiB)
 * or of a line of a log (1 MiB, say): a header with more than this is none,
 * and nothing is held for a frame anyway. */
#define DK_FRAME_BYTES (64u * 1024 * 1024)

typedef struct dk_Frames {
  unsigned char header[8];
  uint8_t have;       /* bytes of the header that have come */
  uint8_t source;     /* of the frame whose bytes come now */
  uint32_t remaining; /* bytes of it still to come */
} dk_Frames;

typedef struct dk_Piece {
  const char *bytes; /* inside the input */
  size_t length;     /* at least 1 */
  dk_Source source;
} dk_Piece;

/* A zeroed dk_Frames waits for the first header. Reads on from *at, which it
 * moves, and returns 1 with the next piece of a frame, 0 when it needs more
 * than there is before `end`, DK_MALFORMED for a header that is none (an
 * unknown source, bytes 1 to 3 not zero): then *at is at the byte that shows
 * it, and header[0..have) came before; DK_OVER_LIMIT for a frame that is
 * announced to be longer than DK_FRAME_BYTES. Frames of no bytes are passed
 * over. */
int dk_frames_next(dk_Frames *f, const char **at, const char *end,
                   dk_Piece *piece);

/* The same for a reader that takes as much as there is: pieces of one source
 * that follow each other are brought together where the input began. What is
 * left between them and *at is of no more use. */
int dk_frames_join(dk_Frames *f, char **at, char *end, dk_Piece *piece);

/* Whether the input may end here: between two frames. */
int dk_frames_complete(const dk_Frames *f);

#endif
