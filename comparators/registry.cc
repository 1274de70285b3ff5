// Comparators by name.
#include "comparators/registry.h"

#include <algorithm>

#include "comparators/document.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxOptionBytes = 1u << 20;  // as text again, escapes and all

std::string JsonText(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

class BuiltinKind final : public ComparatorKind {
 public:
  explicit BuiltinKind(const Builtin& builtin)
      : builtin_(builtin),
        description_{.name = builtin.name,
                     .summary = builtin.summary,
                     .origin = "built in",
                     .version = builtin.version,
                     .options = builtin.options} {}

  const ComparatorDescription& Describe() const override { return description_; }
  absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const override {
    absl::StatusOr<BuiltComparator> built = builtin_.build(options_json);
    if (built.ok()) built->reads_request = false;
    return built;
  }
  std::vector<OptionFault> OptionFaults(std::string_view options_json) const override {
    return CheckEachOption(options_json, builtin_.options,
                           [this](std::string_view one) { return builtin_.build(one).status(); });
  }

 private:
  const Builtin& builtin_;
  const ComparatorDescription description_;
};

}  // namespace

std::vector<OptionFault> CheckEachOption(
    std::string_view options_json, std::span<const OptionDoc> known,
    const std::function<absl::Status(std::string_view one_option_json)>& check) {
  std::vector<OptionFault> faults;
  const auto document = Document::Parse(options_json);
  if (!document.ok() || !(*document)->root().is_object()) return faults;
  (*document)->root().ForEachMember([&](std::string_view key, JsonValue value) {
    const absl::Status status =
        check(fmt::format("{{{}:{}}}", JsonText(key), RenderJson(value, kMaxOptionBytes)));
    if (status.ok()) return;
    const bool is_known = std::any_of(known.begin(), known.end(),
                                      [&](const OptionDoc& option) { return option.name == key; });
    faults.push_back({std::string(key), std::string(status.message()), !is_known});
  });
  return faults;
}

bool IsComparatorName(std::string_view name) {
  const auto is_word = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= kMaxNameBytes && is_word(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; });
}

ComparatorRegistry::ComparatorRegistry() {
  for (const Builtin& builtin : Builtins()) {
    kinds_.push_back(std::make_shared<BuiltinKind>(builtin));
  }
}

absl::Status ComparatorRegistry::Add(std::shared_ptr<const ComparatorKind> kind) {
  const std::string_view name = kind->Describe().name;
  if (!IsComparatorName(name)) {
    return absl::InvalidArgumentError(
        fmt::format("a comparator is named \"{}\"; a name has 1 to {} letters, digits, '-', '_' or "
                    "'.', and begins with a letter or digit",
                    ShownText(name, kMaxNameBytes), kMaxNameBytes));
  }
  for (const auto& other : kinds_) {
    if (other->Describe().name != name) continue;
    return absl::AlreadyExistsError(fmt::format(
        "a second comparator is named \"{}\"; the first is {}", name, other->Describe().origin));
  }
  kinds_.push_back(std::move(kind));
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const ComparatorKind>> ComparatorRegistry::Find(
    std::string_view name) const {
  std::vector<std::string_view> names;
  for (const auto& kind : kinds_) {
    if (kind->Describe().name == name) return kind;
    names.push_back(kind->Describe().name);
  }
  return absl::NotFoundError(fmt::format("there is no comparator \"{}\".{}", ShownText(name, 64),
                                         Suggestion(name, names)));
}

const ComparatorRegistry& BuiltinRegistry() {
  static const ComparatorRegistry kBuiltins;
  return kBuiltins;
}

}  // namespace understudy
