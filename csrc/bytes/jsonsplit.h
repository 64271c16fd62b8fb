/* SPDX-License-Identifier: MIT
 * Cuts a stream into JSON documents, however they are delimited (nothing,
 * white space, newlines, the record separator 0x1E of RFC 7464) and however
 * the bytes are torn. It finds only where a document ends; what is in it, the
 * reader of JSON judges. */
#ifndef DK_JSONSPLIT_H
#define DK_JSONSPLIT_H

#include <stddef.h>

typedef struct dk_Jsonsplit {
  size_t scanned; /* bytes of the input already looked at */
  size_t start;   /* where the document begins */
  int depth;      /* open brackets and braces */
  int state;      /* between, in a scalar, in a string, after a backslash */
} dk_Jsonsplit;

/* The input is all bytes from the end of the last document on: it may have
 * grown since the last call, and may lie elsewhere. 1: *start and *end are
 * the extent of the next document, and the caller drops all up to *end; 0: it
 * is not complete (with `last` set: nothing but blanks is left);
 * DK_MALFORMED, only with `last` set: the input ends within a document. */
int dk_jsonsplit_next(dk_Jsonsplit *s, const char *bytes, size_t length,
                      int last, size_t *start, size_t *end);

/* How many bytes of the input are blanks before a document that has not begun
 * yet: the caller may drop them, and says so to *s by the call. */
size_t dk_jsonsplit_blanks(dk_Jsonsplit *s);

#endif
