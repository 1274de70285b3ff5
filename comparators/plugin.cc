// Loading a library, checking its table, opening its handles.
#include "comparators/plugin.h"

#include <dlfcn.h>

#include <cstddef>
#include <exception>

#include "comparators/plugin_comparator.h"
#include "comparators/plugin_options.h"
#include "comparators/text.h"
#include "fmt/format.h"

namespace understudy {
namespace {

constexpr const char* kSymbol = "understudy_comparator_v1";
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxTextBytes = 256;  // of a summary, and of an option's texts
constexpr std::uint32_t kMaxOptions = 64;
constexpr std::uint32_t kKnownFlags = UNDERSTUDY_SAME_BYTES_ARE_EQUAL;

std::string OneLine(const char* text) { return OneLineText(BoundedText(text, kMaxTextBytes + 1)); }

// One byte more than a name has, so that a longer one is not cut into a good one.
std::string_view NameOf(const char* text) { return BoundedText(text, kMaxNameBytes + 1); }

absl::Status CheckOptions(const understudy_comparator& table) {
  if (table.option_count > kMaxOptions) {
    return absl::InvalidArgumentError(fmt::format("documents {} options; at most {} are allowed",
                                                  table.option_count, kMaxOptions));
  }
  if (table.option_count > 0 && table.options == nullptr) {
    return absl::InvalidArgumentError(
        fmt::format("says it has {} options and documents none", table.option_count));
  }
  for (std::uint32_t i = 0; i < table.option_count; ++i) {
    if (IsComparatorName(NameOf(table.options[i].name))) continue;
    return absl::InvalidArgumentError(
        fmt::format("names its option {} \"{}\"; a name has 1 to {} letters, digits, '-', '_' or "
                    "'.', and begins with a letter or digit",
                    i + 1, OneLine(table.options[i].name), kMaxNameBytes));
  }
  return absl::OkStatus();
}

// The library's table, checked.
absl::StatusOr<const understudy_comparator*> TableOf(void* library, const std::string& path) {
  void* const symbol = dlsym(library, kSymbol);
  if (symbol == nullptr) {
    return absl::FailedPreconditionError(
        fmt::format("the library \"{}\" is no comparator: it does not export {} (see "
                    "comparators/abi.h)",
                    path, kSymbol));
  }
  const auto give = reinterpret_cast<decltype(&understudy_comparator_v1)>(symbol);
  const understudy_comparator* const table = give();
  const absl::Status fit = CheckPluginTable(table);
  if (fit.ok()) return table;
  return absl::FailedPreconditionError(
      fmt::format("the comparator of the library \"{}\" {}", path, std::string(fit.message())));
}

}  // namespace

absl::Status CheckPluginTable(const understudy_comparator* table) {
  const auto fault = [](const std::string& what) { return absl::InvalidArgumentError(what); };
  if (table == nullptr) return fault(fmt::format("has no table: {}() returned null", kSymbol));
  // What stands beyond the size it gives is not there to be read.
  constexpr std::size_t kHead = offsetof(understudy_comparator, flags);
  if (table->struct_size >= kHead && table->abi_version != UNDERSTUDY_ABI_VERSION) {
    return fault(
        fmt::format("was built for version {} of comparators/abi.h, and this program has version "
                    "{}; build it with the header of this release",
                    table->abi_version, UNDERSTUDY_ABI_VERSION));
  }
  if (table->struct_size < sizeof(understudy_comparator)) {
    return fault(
        fmt::format("has a table of {} bytes, and version {} has {}; set struct_size to "
                    "sizeof(understudy_comparator)",
                    table->struct_size, UNDERSTUDY_ABI_VERSION, sizeof(understudy_comparator)));
  }
  if ((table->flags & ~kKnownFlags) != 0) {
    return fault(fmt::format("has flags that are not known: {:#x}", table->flags & ~kKnownFlags));
  }
  if (!IsComparatorName(NameOf(table->name))) {
    return fault(
        fmt::format("is named \"{}\"; a name has 1 to {} letters, digits, '-', '_' or '.', and "
                    "begins with a letter or digit",
                    OneLine(table->name), kMaxNameBytes));
  }
  if (table->open == nullptr) return fault("has no function open");
  if (table->compare == nullptr) return fault("has no function compare");
  if (table->close == nullptr) return fault("has no function close");
  return CheckOptions(*table);
}

absl::StatusOr<std::shared_ptr<const Plugin>> Plugin::Load(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    return absl::InvalidArgumentError(
        fmt::format("the library \"{}\" must be named by its absolute path, so that it is the same "
                    "one wherever the process is started",
                    path));
  }
  const auto file = FindLibraryFile(path);
  if (!file.ok()) return file.status();
  if (const absl::Status safe = CheckLibraryFile(*file); !safe.ok()) return safe;
  void* const library = dlopen(file->path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return absl::FailedPreconditionError(
        fmt::format("the library \"{}\" cannot be loaded: {}", path, OneLine(dlerror())));
  }
  const auto table = TableOf(library, path);
  if (table.ok()) return std::shared_ptr<const Plugin>(new Plugin(path, file->identity, **table));
  dlclose(library);
  return table.status();
}

Plugin::Plugin(const std::string& path, const FileIdentity& identity,
               const understudy_comparator& table)
    : table_(table),
      identity_(identity),
      name_(NameOf(table.name)),
      summary_(OneLine(table.summary)),
      origin_(fmt::format("of the library \"{}\"", path)) {
  texts_.reserve(4 * std::size_t{table.option_count});  // views into it stay valid
  const auto keep = [this](const char* text) -> std::string_view {
    return texts_.emplace_back(OneLine(text));
  };
  for (std::uint32_t i = 0; i < table.option_count; ++i) {
    const understudy_option& option = table.options[i];
    options_.push_back(
        {keep(option.name), keep(option.type), keep(option.default_value), keep(option.meaning)});
  }
  description_ = {name_, summary_, ComparatorWay::kLibrary, origin_, table.version, options_};
}

absl::StatusOr<BuiltComparator> Plugin::Build(std::string_view options_json) const {
  std::vector<OptionFault> faults;
  return Open(options_json, faults);
}

std::vector<OptionFault> Plugin::OptionFaults(std::string_view options_json) const {
  // Names that are not documented are found without asking the library.
  std::vector<OptionFault> faults = CheckEachOption(
      options_json, options_,
      [this](std::string_view one) { return OptionReader::Open(name_, one, options_).status(); });
  if (faults.empty()) (void)Open(options_json, faults);
  return faults;
}

absl::StatusOr<BuiltComparator> Plugin::Open(std::string_view options_json,
                                             std::vector<OptionFault>& faults) const {
  const auto reader = OptionReader::Open(name_, options_json, options_);
  if (!reader.ok()) return reader.status();
  PluginOptions options(name_, **reader);
  const std::string json(options_json.empty() ? "{}" : options_json);
  void* handle = nullptr;
  std::int32_t refused = 0;
  try {
    refused = table_.open({json.data(), json.size()}, &options.host(), &handle);
  } catch (const std::exception& error) {
    return absl::InternalError(
        fmt::format("comparator {}: its open() threw: {}", name_, OneLineText(error.what())));
  } catch (...) {
    return absl::InternalError(fmt::format("comparator {}: its open() threw", name_));
  }
  BuiltComparator built;
  if (refused == 0) {
    built.comparator = std::make_unique<PluginComparator>(table_, handle);
    built.needs = ComparatorNeeds::kBody;
    built.same_bytes_are_equal = (table_.flags & UNDERSTUDY_SAME_BYTES_ARE_EQUAL) != 0;
    if (options.faults().empty()) return built;
  }
  faults = options.faults();
  std::string message;
  for (const OptionFault& fault : faults) {
    message += (message.empty() ? "" : "; ") + fault.message;
  }
  if (message.empty()) {
    message = fmt::format("comparator {}: it refuses its options and does not say why", name_);
  }
  return absl::InvalidArgumentError(message);
}

}  // namespace understudy
