/* SPDX-License-Identifier: MIT
 * Look-ups in the rows of the model. */
#include "model/model.h"

#include <string.h>

/* ---- texts ---- */

const char *dk_text(dk_Text text) {
  return dk_pool + text;
}

size_t dk_text_length(dk_Text text) {
  const unsigned char *before = (const unsigned char *)dk_pool + text - 2;
  return (size_t)before[0] | (size_t)before[1] << 8;
}

/* Orders a row's text and a key by their bytes; a text before one that it
 * begins. */
static int compare(dk_Text text, const char *key, size_t length) {
  size_t own = dk_text_length(text);
  int order = memcmp(dk_text(text), key, own < length ? own : length);
  if (order != 0)
    return order;
  return own < length ? -1 : own > length;
}

static int equal(dk_Text text, const char *key, size_t length) {
  return dk_text_length(text) == length &&
         memcmp(dk_text(text), key, length) == 0;
}

/* ---- rows by a text ---- */

/* Rows sorted by a text in them: where the first row's text is, how far apart
 * the rows are, how many they are. */
typedef struct Rows {
  const dk_Text *first;
  size_t stride;
  size_t count;
} Rows;

#define ROWS(rows, text, count)                                               \
  { &(rows)->text, sizeof *(rows), (count) }

static dk_Text text_of(const Rows *rows, size_t i) {
  const char *base = (const char *)rows->first;
  return *(const dk_Text *)(const void *)(base + i * rows->stride);
}

/* The first row whose text is not before the key. */
static size_t lower_bound(const Rows *rows, const char *key, size_t length) {
  size_t low = 0, high = rows->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(text_of(rows, middle), key, length) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static uint16_t find(const Rows *rows, const char *key, size_t length) {
  size_t i = lower_bound(rows, key, length);
  if (i < rows->count && equal(text_of(rows, i), key, length))
    return (uint16_t)i;
  return DK_NONE;
}

/* ---- types and operations ---- */

uint16_t dk_find_operation(const char *name, size_t length) {
  const Rows by_id = ROWS(dk_operations, id, dk_n_operations);
  const Rows by_name = ROWS(dk_operations, name, dk_n_operations);
  uint16_t row = find(&by_id, name, length);
  return row != DK_NONE ? row : find(&by_name, name, length);
}

/* Row 0 is "any", out of order; the others are sorted. */
uint16_t dk_find_type(const char *name, size_t length) {
  const Rows rows = ROWS(dk_types + 1, name, dk_n_types - 1u);
  uint16_t row = find(&rows, name, length);
  if (row != DK_NONE)
    return (uint16_t)(row + 1);
  return equal(dk_types[0].name, name, length) ? 0 : DK_NONE;
}

/* ---- fields ---- */

uint16_t dk_find_wire(const dk_Type *type, const char *wire, size_t length) {
  const Rows rows = ROWS(dk_fields + type->first, wire, type->count);
  uint16_t row;
  if (type->kind != DK_OBJECT)
    return DK_NONE;
  row = find(&rows, wire, length);
  return row == DK_NONE ? row : (uint16_t)(type->first + row);
}

static uint16_t find_exact_name(const dk_Type *type, const char *name,
                                size_t length) {
  const uint16_t *order = dk_fields_by_name + type->first;
  size_t low = 0, high = type->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (compare(dk_fields[order[middle]].name, name, length) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low < type->count && equal(dk_fields[order[low]].name, name, length))
    return order[low];
  return DK_NONE;
}

uint16_t dk_find_name(const dk_Type *type, const char *name, size_t length) {
  uint16_t row;
  if (type->kind != DK_OBJECT)
    return DK_NONE;
  row = find_exact_name(type, name, length);
  if (row == DK_NONE && length > 1 && name[length - 1] == '_')
    row = find_exact_name(type, name, length - 1);
  return row;
}

/* The field whose wire name differs from `name` in the case of the first
 * letter alone: hostConfig for HostConfig. */
static uint16_t find_uncapitalized(const dk_Type *type, const char *name,
                                   size_t length) {
  uint16_t i;
  if (length == 0 || name[0] < 'a' || name[0] > 'z')
    return DK_NONE;
  for (i = type->first; i < type->first + type->count; i++) {
    const char *wire = dk_text(dk_fields[i].wire);
    if (dk_text_length(dk_fields[i].wire) == length &&
        wire[0] == name[0] - 'a' + 'A' &&
        memcmp(wire + 1, name + 1, length - 1) == 0)
      return i;
  }
  return DK_NONE;
}

uint16_t dk_find_field(const dk_Type *type, const char *name, size_t length) {
  uint16_t row = dk_find_name(type, name, length);
  if (row == DK_NONE)
    row = dk_find_wire(type, name, length);
  if (row == DK_NONE && type->kind == DK_OBJECT)
    row = find_uncapitalized(type, name, length);
  return row;
}

/* ---- parameters and responses ---- */

static uint16_t find_parameter(const dk_Operation *operation, const char *name,
                               size_t length) {
  uint16_t i,
      end = (uint16_t)(operation->parameters + operation->n_parameters);
  for (i = operation->parameters; i < end; i++) {
    const dk_Parameter *parameter = &dk_parameters[i];
    if (parameter->place != DK_BODY && (equal(parameter->name, name, length) ||
                                        equal(parameter->wire, name, length)))
      return i;
  }
  return DK_NONE;
}

uint16_t dk_find_parameter(const dk_Operation *operation, const char *name,
                           size_t length) {
  uint16_t row = find_parameter(operation, name, length);
  if (row == DK_NONE && length > 1 && name[length - 1] == '_')
    row = find_parameter(operation, name, length - 1);
  return row;
}

const dk_Parameter *dk_body(const dk_Operation *operation) {
  const dk_Parameter *last;
  if (operation->n_parameters == 0)
    return NULL;
  last = &dk_parameters[operation->parameters + operation->n_parameters - 1];
  return last->place == DK_BODY ? last : NULL;
}

static int is_success(int status) {
  return status >= 200 && status < 300;
}

const dk_Response *dk_find_response(const dk_Operation *operation,
                                    int status) {
  const dk_Response *response = &dk_responses[operation->responses];
  const dk_Response *end = response + operation->n_responses;
  const dk_Response *lowest = NULL;
  for (; response < end; response++) {
    if (response->status == status)
      return response;
    if (lowest == NULL && is_success(response->status))
      lowest = response;
  }
  return is_success(status) ? lowest : NULL;
}

/* ---- methods ---- */

/* How many rows from the first one of `class_name` on have that class. */
static uint16_t class_range(const Rows *rows, const char *class_name,
                            uint16_t *first) {
  size_t length = strlen(class_name);
  size_t begin = lower_bound(rows, class_name, length);
  size_t end = begin;
  while (end < rows->count && equal(text_of(rows, end), class_name, length))
    end++;
  *first = (uint16_t)begin;
  return (uint16_t)(end - begin);
}

uint16_t dk_class_methods(const char *class_name, uint16_t *first) {
  const Rows rows = ROWS(dk_methods, class_name, dk_n_methods);
  return class_range(&rows, class_name, first);
}

uint16_t dk_class_attributes(const char *class_name, uint16_t *first) {
  const Rows rows = ROWS(dk_attributes, class_name, dk_n_attributes);
  return class_range(&rows, class_name, first);
}
