// Reading floating-point elements in blocks.
#include "comparators/float_blocks.h"

#include <algorithm>

#include "comparators/text.h"

namespace understudy {

std::size_t FloatBlocks::Next() {
  const std::size_t count = std::min<std::uint64_t>(kSize, tensor_.elements - done_);
  any_ignored_ = false;
  if (tensor_.binary) {
    NextBinary(count);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      values_[i] = cursor_.NextNumber();
      places_[i] = cursor_.place();
      ignored_[i] = cursor_.ignored();
      any_ignored_ = any_ignored_ || ignored_[i];
    }
  }
  std::fill(values_.begin() + count, values_.end(), 0.0);
  done_ += count;
  return count;
}

std::string FloatBlocks::Shown(std::size_t i) const {
  if (tensor_.binary) return ShownNumber(values_[i]);
  return RenderJson(JsonValue(tensor_.data.document(), places_[i]), kMaxShownText);
}

void FloatBlocks::NextBinary(std::size_t count) {
  const std::size_t offset = done_ * ElementWidth(tensor_.format);
  ReadFloats(tensor_.format, tensor_.bytes.data() + offset, {values_.data(), count});
  if (tensor_.cover == nullptr) return;
  ignored_.fill(tensor_.cover->every);
  any_ignored_ = tensor_.cover->every;
  for (const std::uint64_t element : tensor_.cover->elements) {
    if (element < done_ || element - done_ >= count) continue;
    ignored_[element - done_] = true;
    any_ignored_ = true;
  }
}

}  // namespace understudy
