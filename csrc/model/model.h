/* SPDX-License-Identifier: MIT
 * The rows of the Engine API: what every operation takes and answers.
 *
 * The rows are generated from the published definitions, all versions merged
 * into one: each row says in which API versions it holds. They are constant
 * data; names are offsets into one pool, where each text is preceded by its
 * length in two bytes (low byte first) and ended by a NUL. Nothing here can
 * fail, allocate or raise. */
#ifndef DK_MODEL_H
#define DK_MODEL_H

#include <stddef.h>
#include <stdint.h>

/* API versions are named by their minor number: 41 is 1.41. */
#define DK_OLDEST 25
#define DK_NEWEST 55

/* Stands where no row is meant. */
#define DK_NONE UINT16_MAX

/* An offset into the pool. */
typedef uint32_t dk_Text;

/* What a JSON value is. */
typedef enum dk_Kind {
  DK_ANY, /* not described: taken as it comes */
  DK_BOOLEAN,
  DK_INTEGER,
  DK_NUMBER,
  DK_STRING,
  DK_ARRAY,  /* of `element` */
  DK_MAP,    /* from the user's own keys to `element` */
  DK_OBJECT, /* `count` fields from `first` on; others are `element` */
  DK_BYTES   /* not JSON at all: the body as it is (a tar, mostly) */
} dk_Kind;

/* What a value stands for, beyond its kind: which other shapes the encoder
 * takes for it, and which it gets from the decoder. */
typedef enum dk_Format {
  DK_PLAIN,
  DK_DURATION,    /* integer of nanoseconds; in Lua: seconds, or "1m30s" */
  DK_SIZE,        /* integer of bytes; in Lua also "512m" */
  DK_TIME,        /* point in time in text: RFC 3339 or Unix seconds */
  DK_COMMAND,     /* array of words; in Lua also a shell-quoted string */
  DK_ENVIRONMENT, /* array of "NAME=value"; in Lua also a map */
  DK_LABELS,      /* map of strings; in Lua also a list of "key=value" */
  DK_SET,         /* map to empty objects; in Lua also a list of the keys */
  DK_FILTERS,     /* text that holds JSON: map from name to list of values;
                     in Lua a map from name to a value or a list */
  DK_JSON,        /* text that holds JSON of type `element` */
  DK_BASE64_JSON  /* text that holds URL-safe base64 of JSON of `element` */
} dk_Format;

typedef struct dk_Type {
  dk_Text name;     /* "HostConfig"; nested ones "HostConfig.LogConfig" */
  uint8_t kind;     /* dk_Kind */
  uint8_t format;   /* dk_Format */
  uint16_t element; /* a type, or DK_NONE */
  uint16_t first;   /* DK_OBJECT: in dk_fields; DK_STRING: in dk_values */
  uint16_t count;   /* how many of them; 0 for a string: any text */
} dk_Type;

#define DK_REQUIRED 1 /* must be given */
#define DK_NULLABLE 2 /* the definition allows null */
#define DK_ALIAS 4    /* another spelling on the wire: read, never written */
#define DK_REPEATED 8 /* query: one key=value pair an element */

/* A field of an object. Those of one type stand together, sorted by `wire`. */
typedef struct dk_Field {
  dk_Text wire;  /* "OOMKilled" */
  dk_Text name;  /* "oom_killed" */
  uint16_t type; /* in dk_types */
  uint8_t since; /* first API version that has it */
  uint8_t until; /* last one: DK_NEWEST when it is still there */
  uint8_t flags; /* DK_REQUIRED … */
} dk_Field;

/* A value that a string is known to take. */
typedef struct dk_Value {
  dk_Text text;
  uint8_t since, until;
} dk_Value;

typedef enum dk_Place { DK_PATH, DK_QUERY, DK_HEADER, DK_BODY } dk_Place;

/* A parameter of an operation: the path's first, in their order there, then
 * the others sorted by `name`, the body last. */
typedef struct dk_Parameter {
  dk_Text wire;
  dk_Text name;
  uint16_t type;
  uint8_t place; /* dk_Place */
  uint8_t since, until;
  uint8_t flags;
} dk_Parameter;

/* What the body of an answer is. */
typedef enum dk_Answer {
  DK_NOTHING,    /* empty, or without meaning */
  DK_DOCUMENT,   /* one JSON document of `type` */
  DK_PLAIN_TEXT, /* text */
  DK_ARCHIVE,    /* bytes: a tar */
  DK_DOCUMENTS,  /* JSON documents of `type`, one after another */
  DK_OUTPUT,     /* output of a process: multiplexed frames or raw bytes */
  DK_UPGRADE,    /* the connection itself, both ways (101, or 200): input and
                    output of a process */
  DK_WEBSOCKET,  /* the same in messages of a WebSocket, never in frames */
  DK_SESSION     /* the connection itself: bytes of another protocol */
} dk_Answer;

/* What an operation answers with a status. Sorted by status. */
typedef struct dk_Response {
  uint16_t status;
  uint8_t answer; /* dk_Answer */
  uint16_t type;  /* DK_DOCUMENT, DK_DOCUMENTS; of what the header holds;
                     else DK_NONE */
  uint8_t since, until;
  dk_Text header; /* the header that holds base64 of JSON of `type`, besides
                     the body; none: the empty text */
} dk_Response;

typedef struct dk_Operation {
  dk_Text id;          /* "ContainerList" */
  dk_Text name;        /* "container_list" */
  dk_Text method;      /* "GET" */
  dk_Text path;        /* "/containers/{id}/json" */
  uint16_t parameters; /* first one in dk_parameters */
  uint16_t responses;  /* first one in dk_responses */
  uint8_t n_parameters, n_responses;
  uint8_t since, until;
  uint8_t declared; /* the definitions have it; else engines serve it all the
                     same */
} dk_Operation;

/* What a bound method makes of the answer. */
typedef enum dk_Result {
  DK_RETURN_VALUE,   /* the typed value, or true when there is none */
  DK_RETURN_CHANGED, /* true; false for 304 */
  DK_RETURN_OBJECT,  /* an object of `class`, from the typed value */
  DK_RETURN_LIST,    /* a list of objects of `class`, one an element */
  DK_RETURN_STREAM   /* a stream of what comes */
} dk_Result;

/* A method of a class that is one operation. Sorted by class, then name. */
typedef struct dk_Method {
  dk_Text class_name;   /* "container" */
  dk_Text name;         /* "stop" */
  dk_Text target;       /* the option that the object itself fills ("id"), or
                         the empty text */
  dk_Text positional;   /* names of the options given by place: "timeout" or
                         "repo tag", in order, one space between */
  dk_Text result_class; /* DK_RETURN_OBJECT and _LIST; else the empty text */
  dk_Text result_field; /* DK_RETURN_LIST: where in the answer the list is, by
                         its snake_case name; empty: the answer is the list */
  uint16_t operation;   /* in dk_operations */
  uint8_t result;       /* dk_Result */
  uint8_t unlimited; /* no time limit to the head of the answer by default */
} dk_Method;

/* A method that reads one attribute of the object. Sorted likewise. */
typedef struct dk_Attribute {
  dk_Text class_name; /* "container" */
  dk_Text name;       /* "status" */
  dk_Text paths;      /* where it may stand, by snake_case names, the first
                         that is there wins: "state.status state" */
} dk_Attribute;

extern const char dk_pool[];
extern const dk_Type dk_types[];
extern const dk_Field dk_fields[];         /* by type, then wire name */
extern const uint16_t dk_fields_by_name[]; /* same ranges, sorted by name */
extern const dk_Value dk_values[];
extern const dk_Parameter dk_parameters[];
extern const dk_Response dk_responses[];
extern const dk_Operation dk_operations[]; /* sorted by id */
extern const dk_Method dk_methods[];
extern const dk_Attribute dk_attributes[];
extern const dk_Text dk_words[]; /* words that a capital does not divide:
                                    "IPv6", "IOps" …, longest first */
extern const uint16_t dk_n_types, dk_n_fields, dk_n_operations, dk_n_methods,
    dk_n_attributes, dk_n_words, dk_n_parameters, dk_n_responses, dk_n_values;

/* The text at an offset, NUL-terminated, and its length. */
const char *dk_text(dk_Text text);
size_t dk_text_length(dk_Text text);

/* Row numbers by name; DK_NONE when there is none. An operation is found by
 * its id and by its snake_case name; a type by its name. */
uint16_t dk_find_operation(const char *name, size_t length);
uint16_t dk_find_type(const char *name, size_t length);

/* The field of object type `type` that is spelt so on the wire; in Lua (a
 * trailing underscore is ignored); either way, also with its first letter in
 * lower case. An index into dk_fields, or DK_NONE. */
uint16_t dk_find_wire(const dk_Type *type, const char *wire, size_t length);
uint16_t dk_find_name(const dk_Type *type, const char *name, size_t length);
uint16_t dk_find_field(const dk_Type *type, const char *name, size_t length);

/* The parameter of `operation` spelt so (name or wire), an index into
 * dk_parameters, or DK_NONE. The body itself is not found. */
uint16_t dk_find_parameter(const dk_Operation *operation, const char *name,
                           size_t length);

/* The parameter that is the body of `operation`, or NULL. */
const dk_Parameter *dk_body(const dk_Operation *operation);

/* The row for a status, or, where none is declared, for the lowest declared
 * 2xx when the status is 2xx; else NULL. */
const dk_Response *dk_find_response(const dk_Operation *operation, int status);

/* The range of methods (attributes) of a class: the first, and how many. */
uint16_t dk_class_methods(const char *class_name, uint16_t *first);
uint16_t dk_class_attributes(const char *class_name, uint16_t *first);

/* Writes the snake_case form of a wire name ("OOMKilled" → "oom_killed") to
 * `out`, which has room for 2 * length bytes; returns the length written. The
 * one rule for names: the generator's own is tested against it. */
size_t dk_snake_case(const char *wire, size_t length, char *out);

#endif
