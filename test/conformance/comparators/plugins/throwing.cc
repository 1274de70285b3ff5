// A comparator in C++ that breaks the one rule C++ invites to break: its functions throw.
#include <stdexcept>

#include "comparators/abi.h"

namespace {

const understudy_option kOptions[] = {{"when", "open | compare", "\"compare\"", "who throws"}};

int32_t Open(understudy_text, const understudy_host* host, void** handle) {
  understudy_text when = UNDERSTUDY_TEXT("compare");
  if (host->get_text(host->context, "when", &when) < 0) return 1;
  if (when.size == 4) throw std::runtime_error("thrown by open");
  *handle = nullptr;
  return 0;
}

void Compare(void*, const understudy_pair*, const understudy_result*) {
  throw std::runtime_error("thrown by compare");
}

const understudy_comparator kComparator = {
    .struct_size = sizeof(understudy_comparator),
    .abi_version = UNDERSTUDY_ABI_VERSION,
    .flags = 0,
    .name = "throwing",
    .summary = "throws",
    .version = 1,
    .option_count = 1,
    .options = kOptions,
    .open = &Open,
    .compare = &Compare,
    .close = [](void*) {},
};

}  // namespace

extern "C" const understudy_comparator* understudy_comparator_v1(void) { return &kComparator; }
