// A comparator in plain C: the share of bytes that differ, of the longer body. Two errors of the
// same status are the same. Option `block`: bytes are compared in blocks of so many; option
// `heads`: whether the status and the number of headers count, too; option `label`: what reasons
// begin with.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparators/abi.h"

typedef struct settings {
  size_t block;
  int32_t heads;
  char label[32];
} settings;

static const understudy_option kOptions[] = {
    {"block", "whole number >= 1", "1", "how many bytes are compared as one"},
    {"heads", "true | false", "false", "whether another status is wholly different"},
    {"label", "text of at most 31 bytes", "\"\"", "what a reason begins with"},
};

static int32_t open_comparator(understudy_text options_json, const understudy_host* host,
                               void** handle) {
  settings* made = calloc(1, sizeof(settings));
  double block = 1;
  understudy_text label = UNDERSTUDY_TEXT("");
  int32_t fine = 1;
  if (made == NULL) return 1;
  if (options_json.size < 2 || options_json.data[0] != '{') fine = 0;
  if (host->get_number(host->context, "block", &block) < 0) fine = 0;
  if (fine && (block < 1 || block > 1e6 || block != (double)(size_t)block)) {
    host->refuse(host->context, "block", UNDERSTUDY_TEXT("must be a whole number from 1 to 1e6"));
    fine = 0;
  }
  if (host->get_boolean(host->context, "heads", &made->heads) < 0) fine = 0;
  if (host->get_text(host->context, "label", &label) < 0) fine = 0;
  if (label.size >= sizeof(made->label)) {
    host->refuse(host->context, "label", UNDERSTUDY_TEXT("must have at most 31 bytes"));
    fine = 0;
  }
  if (!fine) {
    free(made);
    return 1;
  }
  made->block = (size_t)block;
  memcpy(made->label, label.data, label.size);
  *handle = made;
  return 0;
}

static void say(const understudy_result* result, double divergence, const char* reason) {
  understudy_text text = {reason, strlen(reason)};
  result->set_divergence(result->context, divergence);
  result->append_reason(result->context, text);
}

static void compare_statuses(const settings* with, const understudy_pair* pair,
                             const understudy_result* result) {
  char reason[96];
  if (pair->incumbent->status == pair->candidate->status) {
    result->set_divergence(result->context, 0);
    return;
  }
  snprintf(reason, sizeof(reason), "%sstatus %d became %d", with->label,
           (int)pair->incumbent->status, (int)pair->candidate->status);
  say(result, 1, reason);
}

static void compare(void* handle, const understudy_pair* pair, const understudy_result* result) {
  const settings* with = handle;
  const understudy_text a = pair->incumbent->body;
  const understudy_text b = pair->candidate->body;
  const size_t shorter = a.size < b.size ? a.size : b.size;
  const size_t longer = a.size < b.size ? b.size : a.size;
  size_t at, different = 0, first = longer;
  char reason[160];
  if (pair->incumbent->status >= 400 && pair->candidate->status >= 400) {
    compare_statuses(with, pair, result);
    return;
  }
  if (with->heads && pair->incumbent->status != pair->candidate->status) {
    compare_statuses(with, pair, result);
    return;
  }
  for (at = 0; at < shorter; at += with->block) {
    const size_t left = shorter - at;
    const size_t size = left < with->block ? left : with->block;
    if (memcmp(a.data + at, b.data + at, size) == 0) continue;
    if (first == longer) first = at;
    different += size;
  }
  if (longer > shorter && first == longer) first = shorter;
  different += longer - shorter;
  if (different == 0) {
    result->set_divergence(result->context, 0);
    return;
  }
  snprintf(reason, sizeof(reason), "%s%lu of %lu bytes differ, the first at byte %lu", with->label,
           (unsigned long)different, (unsigned long)longer, (unsigned long)first);
  say(result, (double)different / (double)longer, reason);
  {
    const understudy_text left = {a.data + (first < a.size ? first : a.size),
                                  first < a.size ? a.size - first : 0};
    const understudy_text right = {b.data + (first < b.size ? first : b.size),
                                   first < b.size ? b.size - first : 0};
    result->add_difference(result->context, UNDERSTUDY_BYTES, UNDERSTUDY_TEXT(""), left, right);
  }
}

static void close_comparator(void* handle) { free(handle); }

static const understudy_comparator kComparator = {
    sizeof(understudy_comparator),
    UNDERSTUDY_ABI_VERSION,
    UNDERSTUDY_SAME_BYTES_ARE_EQUAL,
    "byte_share",
    "the share of bytes that differ, of the longer body",
    1,
    sizeof(kOptions) / sizeof(kOptions[0]),
    kOptions,
    open_comparator,
    compare,
    close_comparator,
};

UNDERSTUDY_EXPORT const understudy_comparator* understudy_comparator_v1(void) {
  return &kComparator;
}
