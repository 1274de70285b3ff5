// What a shared library exports to be a comparator: plain C, no memory that changes its owner, and
// room to grow. C99 and C++; nothing of Understudy is linked. docs/comparators.md has an example.
//
// A library exports one function, understudy_comparator_v1, which returns a constant table. The
// host loads the library once, never unloads it, and may call the function more than once; the
// table and every text it points to stay as they are for the life of the process.
//
// Life: open() once for each place where a configuration uses the comparator (and again whenever a
// configuration is checked), compare() any number of times with the handle it gave, close() once
// for each open() that returned 0, after the last compare() of that handle has returned.
//
// Threads: open() and close() may be called on any thread, also at once and beside a compare() of
// other handles. compare() is called on several threads at once with the same handle: it must not
// write what they share without a lock of its own, and the same pair must give the same result. A
// compare() that waits or hangs keeps a thread of comparing for itself; clients do not notice, but
// pairs are lost.
//
// Memory: a pointer the host passes to a call is valid until that call returns. What is given to a
// callback is copied before the callback returns. Nobody frees what the other has allocated.
//
// The host guarantees: no pointer it passes is null where this header does not say so, also not the
// `data` of an empty text; texts may hold any byte, are not ended by a 0 (but for the options'
// JSON, which is) and are read at most up to their size; callbacks are called back on the calling
// thread, never fail and never throw. In return no function of the table may throw, exit, or jump
// out of a callback.
//
// Growth: each struct starts with its own size and only ever gets new members at its end. Whoever
// reads a struct looks at a member beyond version 1 only when the size says that it is there.
// understudy_text, understudy_header and understudy_option never change, as they stand in arrays.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UNDERSTUDY_ABI_VERSION 1u

#if defined(__GNUC__)
#define UNDERSTUDY_EXPORT __attribute__((visibility("default")))
#else
#define UNDERSTUDY_EXPORT
#endif

// Bytes and how many there are.
typedef struct understudy_text {
  const char* data;
  size_t size;
} understudy_text;

// A text of a string literal.
#ifdef __cplusplus
#define UNDERSTUDY_TEXT(literal) \
  understudy_text { "" literal, sizeof(literal) - 1 }
#else
#define UNDERSTUDY_TEXT(literal) \
  (understudy_text) { "" literal, sizeof(literal) - 1 }
#endif

// A header field as it was received: the name in any case, the value without blanks around it.
typedef struct understudy_header {
  understudy_text name;
  understudy_text value;
} understudy_header;

// One arm's answer.
typedef struct understudy_answer {
  size_t struct_size;
  int32_t status;  // of HTTP, 100..599
  size_t header_count;
  const understudy_header* headers;  // in wire order; may be null when there are none
  understudy_text body;              // transfer coding and content-encoding removed, at most 64 MiB
} understudy_answer;

// What is compared: two answers to one request. Parts of the bodies that a route ignores are still
// in them.
typedef struct understudy_pair {
  size_t struct_size;
  understudy_text request_body;
  const understudy_answer* incumbent;  // the reference
  const understudy_answer* candidate;
} understudy_pair;

// Where two answers part. An unknown number is taken as UNDERSTUDY_VALUE.
enum understudy_difference_kind {
  UNDERSTUDY_VALUE = 0,
  UNDERSTUDY_TYPE = 1,
  UNDERSTUDY_MISSING = 2,  // the candidate does not have it
  UNDERSTUDY_EXTRA = 3,    // the incumbent does not have it
  UNDERSTUDY_SHAPE = 4,
  UNDERSTUDY_DTYPE = 5,
  UNDERSTUDY_LENGTH = 6,
  UNDERSTUDY_STATUS = 7,
  UNDERSTUDY_LABEL = 8,
  UNDERSTUDY_BYTES = 9
};

// Why a pair cannot be judged. An unknown number is taken as UNDERSTUDY_FAILED.
enum understudy_why {
  UNDERSTUDY_FAILED = 0,       // the comparator itself went wrong
  UNDERSTUDY_UNSUPPORTED = 1,  // there is nothing in the answers that it can compare
  UNDERSTUDY_UNREADABLE = 2,   // the incumbent's body is not of its format
  UNDERSTUDY_NOT_JSON = 3,     // the incumbent's body is no JSON, where JSON is compared
  UNDERSTUDY_TOO_LARGE = 4     // the answers are beyond the comparator's own bounds
};

// How compare() says what it found: set_divergence once, or cannot_tell once. A compare() that
// returns without either leaves the pair unjudged, as does one that called cannot_tell.
typedef struct understudy_result {
  size_t struct_size;
  void* context;  // the first argument of each callback
  // 0: the same, 1: nothing in common. Anything outside 0..1 (NaN, too) leaves the pair unjudged.
  void (*set_divergence)(void* context, double divergence);
  // Adds to the sentence that says why the divergence is above 0. 256 bytes of it are kept.
  void (*append_reason)(void* context, understudy_text text);
  // A place where the answers part, as a JSON pointer or an empty text for the whole body, with
  // what stands there on either side. 32 are kept, and 256 bytes of each text.
  void (*add_difference)(void* context, uint32_t kind, understudy_text path,
                         understudy_text incumbent, understudy_text candidate);
  // `why` is an understudy_why; 256 bytes of the text are kept.
  void (*cannot_tell)(void* context, uint32_t why, understudy_text text);
} understudy_result;

// What open() may ask. The get functions return 1 when the option is given, 0 when it is not (the
// value is left alone), -1 when it is of another type; that refuses the options in the host's own
// words, and open() only has to return something other than 0. A number is never NaN or infinite,
// a boolean is 0 or 1, a text is what a JSON string says, without quotes and escapes.
typedef struct understudy_host {
  size_t struct_size;
  void* context;  // the first argument of each callback
  int32_t (*get_number)(void* context, const char* option, double* value);
  int32_t (*get_boolean)(void* context, const char* option, int32_t* value);
  int32_t (*get_text)(void* context, const char* option, understudy_text* value);
  // Refuses the options: the fault reads "option NAME TEXT; it is VALUE", so the text goes on after
  // the name, as in "must be a power of two". A null or empty name refuses the options as a whole:
  // "the options TEXT".
  // May be called several times; 16 faults are kept, and 256 bytes of each text.
  void (*refuse)(void* context, const char* option, understudy_text text);
} understudy_host;

// An option as documents and `describe` show it. All texts end in a 0.
typedef struct understudy_option {
  const char* name;           // as the comparator's name
  const char* type;           // for people: "number >= 0", "list | set"
  const char* default_value;  // as JSON, or a word
  const char* meaning;
} understudy_option;

// Flags of a comparator.
enum understudy_flags {
  // Answers of the same status, encoding and bytes are always at divergence 0, so that compare()
  // need not be called for them. Leave it out when compare() looks at headers or at the request.
  UNDERSTUDY_SAME_BYTES_ARE_EQUAL = 1
};

// What understudy_comparator_v1() returns.
typedef struct understudy_comparator {
  size_t struct_size;    // sizeof(understudy_comparator)
  uint32_t abi_version;  // UNDERSTUDY_ABI_VERSION
  uint32_t flags;        // of understudy_flags; all other bits 0
  // What `use` says: 1 to 64 letters, digits, '-', '_' or '.', beginning with a letter or digit,
  // and not a built-in comparator's. Ends in a 0.
  const char* name;
  const char* summary;  // one line; ends in a 0
  // Raise it when the same pair and options give another score. It is part of the fingerprint of
  // what is compared, so that evidence starts anew and two measures are never added up.
  uint32_t version;
  uint32_t option_count;             // at most 64
  const understudy_option* options;  // may be null when there are none
  // Makes a handle for these options and returns 0; anything else refuses them (host->refuse says
  // why). `options_json` is one JSON object, "{}" when none are given, with a 0 behind it; it names
  // only options of the table. The handle may be null: it is handed back as it is.
  int32_t (*open)(understudy_text options_json, const understudy_host* host, void** handle);
  void (*compare)(void* handle, const understudy_pair* pair, const understudy_result* result);
  void (*close)(void* handle);
} understudy_comparator;

// The one symbol a library exports.
UNDERSTUDY_EXPORT const understudy_comparator* understudy_comparator_v1(void);

#ifdef __cplusplus
}
#endif
