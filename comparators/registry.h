// What a suite can be built from: comparators by name, whichever way they come in (built in, from a
// shared library, from a service).
//
// Threads: a registry is filled by one thread and then only read, on any. The kinds it holds are
// immutable.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "comparators/builtin.h"
#include "comparators/options.h"

namespace understudy {

// The way a comparator comes in. Part of a suite's fingerprint: two comparators of one name that
// came in different ways are different measures.
enum class ComparatorWay : std::uint8_t { kBuiltin = 0, kLibrary = 1, kService = 2 };

// What a comparator is, before it has options. Everything is valid as long as the kind.
struct ComparatorDescription {
  std::string_view name;     // what `use` says
  std::string_view summary;  // one line
  ComparatorWay way = ComparatorWay::kBuiltin;
  std::string_view origin;  // for people: "built in", "of the library \"...\""
  // Moves when the same pair and options give another score.
  std::uint32_t version = 0;
  std::span<const OptionDoc> options;
};

// One thing that is wrong with options.
struct OptionFault {
  std::string option;  // empty: the options as a whole
  std::string message;
  bool unknown = false;  // there is no option of that name
};

class ComparatorKind {
 public:
  virtual ~ComparatorKind() = default;
  virtual const ComparatorDescription& Describe() const = 0;
  // `options_json` is an object or empty. An error says what is wrong and what is allowed. What is
  // built does not need this object to live on.
  virtual absl::StatusOr<BuiltComparator> Build(std::string_view options_json) const = 0;
  // After Build() refused the options: each fault by its option; may be empty.
  virtual std::vector<OptionFault> OptionFaults(std::string_view options_json) const = 0;
};

class ComparatorRegistry {
 public:
  // With the built-in comparators.
  ComparatorRegistry();

  // InvalidArgument for a name that is none, AlreadyExists for one that is taken.
  absl::Status Add(std::shared_ptr<const ComparatorKind> kind);
  // NotFound names the nearest one.
  absl::StatusOr<std::shared_ptr<const ComparatorKind>> Find(std::string_view name) const;
  // In the order they were added, the built-in ones first.
  std::span<const std::shared_ptr<const ComparatorKind>> Kinds() const { return kinds_; }

 private:
  std::vector<std::shared_ptr<const ComparatorKind>> kinds_;
};

// The built-in comparators alone.
const ComparatorRegistry& BuiltinRegistry();

// For ComparatorKind::OptionFaults(): each option of `options_json` is given to `check` by itself,
// as an object of one member, so that one fault does not hide the next. `known` are the options
// there are.
std::vector<OptionFault> CheckEachOption(
    std::string_view options_json, std::span<const OptionDoc> known,
    const std::function<absl::Status(std::string_view one_option_json)>& check);

// 1 to 64 letters, digits, '-', '_' or '.', beginning with a letter or digit.
bool IsComparatorName(std::string_view name);

}  // namespace understudy
