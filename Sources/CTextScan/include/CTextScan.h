// The JSON and hashing boundary: simdjson (C++) and xxHash behind a few C functions.
//
// simdjson's first stage finds the tokens of a text; our walk goes over them.
//
// A *plan* is a set of JSON pointers. One forward walk over a line fills one slice per pointer; whatever no pointer
// names is skipped without being looked at. Slices point into the caller's bytes and live as long as they do.
#ifndef CTEXTSCAN_H
#define CTEXTSCAN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CA_ABSENT = 0,
  CA_NULL,
  CA_TRUE,
  CA_FALSE,
  CA_NUMBER,
  CA_STRING,  // start and length are those between the quotes, still escaped
  CA_OBJECT,
  CA_ARRAY
} ca_kind;

typedef struct {
  const char *start;
  uint32_t length;
  uint32_t kind;  // a ca_kind
} ca_slice;

typedef enum {
  CA_OK = 0,
  CA_BAD_JSON,
  CA_BAD_UTF8,
  CA_NOT_OBJECT,
  CA_NO_MEMORY
} ca_status;

// Bytes that must be readable behind every text that is walked.
size_t ca_padding(void);

typedef struct ca_parser ca_parser;
ca_parser *ca_parser_new(void);
void ca_parser_free(ca_parser *parser);
// Must be called before bytes that were walked change. What is walked later may lie in it: a part of a text that was walked
// is not scanned again.
void ca_parser_forget(ca_parser *parser);

typedef struct ca_plan ca_plan;
// pointers: RFC 6901 JSON pointers ("/usage/input", "/choices/0/message"); at most 65,535.
ca_plan *ca_plan_new(const char *const *pointers, size_t count);
void ca_plan_free(ca_plan *plan);

// Fills out[0 ..< count of pointers]. The text needs ca_padding() readable bytes behind it.
ca_status ca_walk(ca_parser *parser, const ca_plan *plan, const char *text, size_t length, ca_slice *out);

// The elements of a JSON array, at most `max`; *found is how many there are in all.
ca_status ca_elements(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found);

// The members of a JSON object, at most `max`: key (a string slice), value, key, value ...; *found is how many there are in
// all.
ca_status ca_members(ca_parser *parser, const char *text, size_t length, ca_slice *out, size_t max, size_t *found);

// Unescapes a JSON string body. `out` holds at least `length` bytes. Returns the bytes written, or -1 for a bad escape.
// A lone surrogate becomes U+FFFD.
ptrdiff_t ca_unescape(const char *text, size_t length, char *out);

uint64_t ca_hash64(const void *bytes, size_t length, uint64_t seed);
typedef struct {
  uint64_t low, high;
} ca_hash128_t;
ca_hash128_t ca_hash128(const void *bytes, size_t length, uint64_t seed);

// `ca_hash128` with seed 0 of bytes that come in pieces; the hash of those so far may be asked for at any time. NULL without
// memory.
typedef struct ca_hash_state ca_hash_state;
ca_hash_state *ca_hash_begin(void);
void ca_hash_add(ca_hash_state *state, const void *bytes, size_t length);
ca_hash128_t ca_hash_so_far(const ca_hash_state *state);
void ca_hash_end(ca_hash_state *state);

#ifdef __cplusplus
}
#endif
#endif
