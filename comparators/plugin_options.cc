// Callbacks of open().
#include "comparators/plugin_options.h"

#include <cmath>
#include <cstring>

#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxFaults = 16;
constexpr std::size_t kMaxOptionName = 64;

constexpr std::int32_t kAbsent = 0;
constexpr std::int32_t kGiven = 1;
constexpr std::int32_t kOfAnotherType = -1;

PluginOptions& Of(void* context) { return *static_cast<PluginOptions*>(context); }

}  // namespace

PluginOptions::PluginOptions(std::string_view comparator, const OptionReader& options)
    : comparator_(comparator), options_(options), host_{} {
  host_.struct_size = sizeof(host_);
  host_.context = this;
  host_.get_number = [](void* context, const char* option, double* value) noexcept {
    const auto given = Of(context).Find(option);
    if (!given) return kAbsent;
    const double number = given->AsDouble();  // NaN when it is no number
    if (!std::isfinite(number)) {
      Of(context).Refuse(option, "must be a number");
      return kOfAnotherType;
    }
    *value = number;
    return kGiven;
  };
  host_.get_boolean = [](void* context, const char* option, std::int32_t* value) noexcept {
    const auto given = Of(context).Find(option);
    if (!given) return kAbsent;
    if (!given->is_bool()) {
      Of(context).Refuse(option, "must be true or false");
      return kOfAnotherType;
    }
    *value = given->kind() == JsonKind::kTrue ? 1 : 0;
    return kGiven;
  };
  host_.get_text = [](void* context, const char* option, understudy_text* value) noexcept {
    const auto given = Of(context).Find(option);
    if (!given) return kAbsent;
    if (!given->is_string()) {
      Of(context).Refuse(option, "must be a text");
      return kOfAnotherType;
    }
    const std::string_view text = given->AsString();
    *value = {text.empty() ? "" : text.data(), text.size()};
    return kGiven;
  };
  host_.refuse = [](void* context, const char* option, understudy_text text) noexcept {
    Of(context).Refuse(BoundedText(option, kMaxOptionName), {text.data, text.size});
  };
}

std::optional<JsonValue> PluginOptions::Find(const char* option) const {
  return options_.Find(BoundedText(option, kMaxOptionName));
}

void PluginOptions::Refuse(std::string_view option, std::string_view text) {
  if (faults_.size() >= kMaxFaults) return;
  const std::string what = OneLineText(text);
  if (option.empty()) {
    faults_.push_back({"", fmt::format("comparator {}: the options {}", comparator_, what)});
    return;
  }
  const std::string name = OneLineText(option, kMaxOptionName);
  faults_.push_back({name, std::string(options_.Fault(name, what).message())});
}

std::string_view BoundedText(const char* text, std::size_t max_bytes) {
  return text == nullptr ? std::string_view() : std::string_view(text, strnlen(text, max_bytes));
}

std::string OneLineText(std::string_view text, std::size_t max_bytes) {
  std::string shown = ShownText(text, max_bytes);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return shown;
}

}  // namespace understudy
