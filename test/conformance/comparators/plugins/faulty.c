// Libraries with one fault each, which FAULT names when it is compiled: of their table, of their
// open(), or of what they say of a pair. Without a fault everything is at divergence 0.
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "comparators/abi.h"

#define NONE 0
#define NO_SYMBOL 1
#define NO_TABLE 2
#define ABI_VERSION 3
#define SMALL_TABLE 4
#define NO_COMPARE 5
#define BAD_NAME 6
#define BUILTIN_NAME 7
#define UNKNOWN_FLAGS 8
#define OPTIONS_LOST 9
#define OPEN_FAILS 10
#define OPEN_MUTE 11
#define NAN_DIVERGENCE 12
#define SAYS_NOTHING 13
#define HUGE_TEXTS 14
#define CANNOT_TELL 15
#define UNRESOLVED 16

#if FAULT == UNRESOLVED
void understudy_nowhere(void);
#endif

#if FAULT != OPTIONS_LOST
static const understudy_option kOptions[] = {{"level", "number", "0", "how wrong it is"}};
#endif

static int32_t open_comparator(understudy_text options_json, const understudy_host* host,
                               void** handle) {
  double level = 0;
  (void)options_json;
  *handle = NULL;
#if FAULT == UNRESOLVED
  understudy_nowhere();
#endif
#if FAULT == OPEN_FAILS
  host->refuse(host->context, "level", UNDERSTUDY_TEXT("needs a licence\nfor level 2"));
  host->refuse(host->context, NULL, UNDERSTUDY_TEXT("go together badly"));
  return 7;
#elif FAULT == OPEN_MUTE
  (void)host;
  return 1;
#endif
  return host->get_number(host->context, "level", &level) < 0 ? 1 : 0;
}

#if FAULT == HUGE_TEXTS
static void talk(const understudy_result* result) {
  const size_t size = 4u << 20;
  char* const bytes = malloc(size);
  const understudy_text text = {bytes, size};
  int i;
  if (bytes == NULL) return;
  memset(bytes, 0xE9, size);  // no UTF-8 either
  for (i = 0; i < 100; ++i) {
    result->append_reason(result->context, text);
    result->add_difference(result->context, 4000000000u, text, text, text);
  }
  result->set_divergence(result->context, 0.25);
  free(bytes);
}
#endif

static void compare(void* handle, const understudy_pair* pair, const understudy_result* result) {
  (void)handle;
  (void)pair;
#if FAULT == NAN_DIVERGENCE
  result->set_divergence(result->context, (double)NAN);
#elif FAULT == SAYS_NOTHING
  (void)result;
#elif FAULT == HUGE_TEXTS
  talk(result);
#elif FAULT == CANNOT_TELL
  result->set_divergence(result->context, 1);
  // The request's body says why.
  result->cannot_tell(result->context, (uint32_t)(pair->request_body.data[0] - '0'),
                      UNDERSTUDY_TEXT("no idea"));
#else
  result->set_divergence(result->context, 0);
#endif
}

static void close_comparator(void* handle) { (void)handle; }

static const understudy_comparator kComparator = {
#if FAULT == SMALL_TABLE
    offsetof(understudy_comparator, compare),
#else
    sizeof(understudy_comparator),
#endif
#if FAULT == ABI_VERSION
    99,
#else
    UNDERSTUDY_ABI_VERSION,
#endif
#if FAULT == UNKNOWN_FLAGS
    0x10,
#else
    0,
#endif
#if FAULT == BAD_NAME
    "byte share",
#elif FAULT == BUILTIN_NAME
    "json",
#elif FAULT == NONE
    "nothing",
#else
    "faulty",
#endif
    "is wrong in one way",
    1,
    1,
#if FAULT == OPTIONS_LOST
    NULL,
#else
    kOptions,
#endif
    open_comparator,
#if FAULT == NO_COMPARE
    NULL,
#else
    compare,
#endif
    close_comparator,
};

#if FAULT == NO_SYMBOL
UNDERSTUDY_EXPORT const understudy_comparator* understudy_comparator_v0(void);
UNDERSTUDY_EXPORT const understudy_comparator* understudy_comparator_v0(void) {
#else
UNDERSTUDY_EXPORT const understudy_comparator* understudy_comparator_v1(void) {
#endif
#if FAULT == NO_TABLE
  return kComparator.open == NULL ? &kComparator : NULL;
#else
  (void)compare;
  return &kComparator;
#endif
}
