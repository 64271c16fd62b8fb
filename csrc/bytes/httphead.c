/* SPDX-License-Identifier: MIT
 * The reader of heads: lines, and what the first of them must be. */
#include "bytes/httphead.h"

#include <string.h>
#include <strings.h>

#include "bytes/memory.h"

/* How a head begins; a 0 is for any digit. */
#define FIRST_LINE "HTTP/1.0 000"
#define STATUS_AT 9

/* ---- lines ---- */

size_t dk_httphead_trim(const char *line, size_t length) {
  while (length > 0 && memchr(" \t\r\n", line[length - 1], 4) != NULL)
    length--;
  return length;
}

int dk_httphead_keep(dk_Buffer *lines, const char *line, size_t length) {
  size_t before = lines->length;
  int status;
  if (before > 0 && (*line == ' ' || *line == '\t'))
    lines->length--; /* its NUL */
  status = dk_buffer_append(lines, line, length);
  if (status == DK_OK)
    status = dk_buffer_byte(lines, '\0');
  if (status == DK_OK)
    return DK_OK;
  lines->length = before;
  if (before > 0)
    lines->data[before - 1] = '\0';
  return status;
}

const char *dk_httphead_find(const dk_Buffer *lines, const char *name) {
  const char *line = lines->length > 0 ? lines->data : "";
  const char *end = line + lines->length;
  size_t length = strlen(name);
  for (; line < end; line += strlen(line) + 1) {
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
      continue;
    line += length + 1;
    return line + strspn(line, " \t");
  }
  return NULL;
}

int dk_httphead_lists(const char *value, const char *word) {
  size_t length = strlen(word);
  while (*value != '\0') {
    size_t size;
    value += strspn(value, ", \t");
    size = strcspn(value, ", \t");
    if (size == length && strncasecmp(value, word, length) == 0)
      return 1;
    value += size;
  }
  return 0;
}

/* ---- what a line must be ---- */

static int malformed(dk_HttpHead *h, const char *why) {
  h->why = why;
  return DK_MALFORMED;
}

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

/* Whether what has come of the first line may become one. */
static int check_first(dk_HttpHead *h, const char *line, size_t length) {
  static const char form[] = FIRST_LINE;
  size_t i, size = length < sizeof form - 1 ? length : sizeof form - 1;
  for (i = 0; i < size; i++)
    if (form[i] == '0' ? !is_digit(line[i]) : line[i] != form[i])
      return malformed(h, "it does not begin with HTTP/1");
  if (length > size && memchr(" \r\n", line[size], 3) == NULL)
    return malformed(h, "a status of more than three digits");
  return DK_OK;
}

/* What no line may hold: it could not be told from what it is not. */
static int check_bytes(dk_HttpHead *h, const char *line, size_t length) {
  size_t i;
  for (i = 0; i < length; i++)
    if ((unsigned char)line[i] < ' ' && line[i] != '\t')
      return malformed(h, "a control byte in a header");
  return DK_OK;
}

/* The first line, which has been checked. */
static int read_status(dk_HttpHead *h, const char *line) {
  const char *digits = line + STATUS_AT;
  h->status =
      (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  return h->status >= 100 ? DK_OK : malformed(h, "a status below 100");
}

static int read_header(dk_HttpHead *h, const char *line, size_t length,
                       dk_Buffer *lines) {
  int goes_on = *line == ' ' || *line == '\t';
  int status = check_bytes(h, line, length);
  if (status != DK_OK)
    return status;
  if (goes_on ? lines->length == 0
              : *line == ':' || memchr(line, ':', length) == NULL)
    return malformed(h, "a header without a name");
  return dk_httphead_keep(lines, line, length);
}

static int is_blank(const char *line, size_t length) {
  return length == 1 || (length == 2 && *line == '\r');
}

/* A whole line, with its newline. 1: it was the last one. */
static int read_line(dk_HttpHead *h, const char *line, size_t length,
                     dk_Buffer *lines) {
  if (h->status == 0)
    return read_status(h, line);
  if (!is_blank(line, length))
    return read_header(h, line, dk_httphead_trim(line, length), lines);
  if (h->status >= 200 || h->status == 101)
    return 1;
  h->status = 0;
  dk_buffer_clear(lines);
  return DK_OK;
}

/* ---- pieces of lines ---- */

/* A line, or its last piece, up to the newline. */
static int end_line(dk_HttpHead *h, const char *line, size_t length,
                    dk_Buffer *lines) {
  int status;
  if (h->line.length > 0) {
    status = dk_buffer_append(&h->line, line, length);
    if (status != DK_OK)
      return status;
    line = h->line.data;
    length = h->line.length;
  }
  status = h->status == 0 ? check_first(h, line, length) : DK_OK;
  if (status == DK_OK)
    status = read_line(h, line, length, lines);
  dk_buffer_clear(&h->line);
  return status;
}

/* The input ends within a line. */
static int begin_line(dk_HttpHead *h, const char *line, size_t length) {
  int status = dk_buffer_append(&h->line, line, length);
  if (status == DK_OK && h->status == 0)
    status = check_first(h, h->line.data, h->line.length);
  return status;
}

int dk_httphead_next(dk_HttpHead *h, const char **at, const char *end,
                     dk_Buffer *lines) {
  while (*at < end) {
    const char *line = *at;
    const char *newline = memchr(line, '\n', (size_t)(end - line));
    size_t length = (size_t)((newline != NULL ? newline + 1 : end) - line);
    int status;
    if (h->limit > 0 && length > h->limit - h->size)
      return DK_OVER_LIMIT;
    h->size += length;
    *at += length;
    status = newline != NULL ? end_line(h, line, length, lines)
                             : begin_line(h, line, length);
    if (status != DK_OK)
      return status;
  }
  return 0;
}

void dk_httphead_free(dk_HttpHead *h) {
  dk_buffer_free(&h->line);
  memset(h, 0, sizeof *h);
}
