/* SPDX-License-Identifier: MIT
 * What the parts of the encoder share: appending, and reading scalars. */
#ifndef LDK_WRITE_H
#define LDK_WRITE_H

#include <stddef.h>

#include "model/model.h"
#include "value/keys.h"
#include "value/path.h"

/* Append bytes, a NUL-terminated text, a string of JSON with its quotes. */
void ldk_put(ldk_Encoder *e, const char *bytes, size_t length);
void ldk_put_text(ldk_Encoder *e, const char *text);
void ldk_put_string(ldk_Encoder *e, const char *bytes, size_t length,
                    const ldk_Path *path);

/* Opens and closes a list or map; opening complains of too deep nesting. */
void ldk_put_open(ldk_Encoder *e, const char *bracket, const ldk_Path *path);
void ldk_put_close(ldk_Encoder *e, const char *bracket);

/* A comma before all but the first element; counts. */
void ldk_put_comma(ldk_Encoder *e, int *n);

/* Pushes the string at `index`, or what the engine knows the object there by:
 * what the metamethod __key of its class tells. NULL, and nothing pushed, when
 * it is neither. [-0, +1] */
const char *ldk_push_identity(ldk_Encoder *e, int index, size_t *length);

/* Pushes the text of a string, number, boolean or moonsail object; else
 * complains. [-0, +1] */
const char *ldk_push_text(ldk_Encoder *e, int index, const ldk_Path *path,
                          size_t *length);

/* Pushes the sorted keys of the map at `index`; complains when it is none, or
 * is a list. [-0, +1] */
const ldk_Key *ldk_map_keys(ldk_Encoder *e, int index, const ldk_Path *path,
                            int *count);

/* The length of the list at `index`; complains when it is none. */
lua_Integer ldk_list_size(ldk_Encoder *e, int index, const ldk_Path *path);

/* Appends a member of an object: its field's name and the value at `index`,
 * unless it is an empty list or map that stands for none. `n` counts. */
void ldk_encode_field(ldk_Encoder *e, int index, uint16_t field,
                      const ldk_Path *parent, int *n);

/* Append the members of the table at `index`, without the braces: as fields
 * of an object type; under its own keys. `n` counts. */
void ldk_encode_members(ldk_Encoder *e, int index, const dk_Type *t,
                        const ldk_Path *path, int *n);
void ldk_encode_entries(ldk_Encoder *e, int index, uint16_t element,
                        const ldk_Path *path, int *n);

/* The field that a value goes to: of several spellings on the wire, the one
 * that is written. */
uint16_t ldk_written_field(const dk_Type *t, uint16_t field);

/* Whether the value is null (cjson.null); an empty table that was null. */
int ldk_is_null(lua_State *L, int index);
int ldk_is_left_out(lua_State *L, int index);

/* Appends the value by the format of its type; 0: the format asks for
 * nothing beyond the kind, and nothing was done. */
int ldk_encode_format(ldk_Encoder *e, int index, const dk_Type *t,
                      const ldk_Path *path);

/* The shapes that are JSON in another notation (see dk_Format). */
void ldk_encode_command(ldk_Encoder *e, int index, const dk_Type *t,
                        const ldk_Path *path);
void ldk_encode_environment(ldk_Encoder *e, int index, const dk_Type *t,
                            const ldk_Path *path);
void ldk_encode_labels(ldk_Encoder *e, int index, const dk_Type *t,
                       const ldk_Path *path);
void ldk_encode_set(ldk_Encoder *e, int index, const dk_Type *t,
                    const ldk_Path *path);

#endif
