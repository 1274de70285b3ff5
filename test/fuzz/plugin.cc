// Plug-ins: whatever stands in a library's table it is refused in words or read within its size,
// and whatever the library says of options and pairs is held to the contract. The input is a form's
// letter, then a table's bytes and texts, or what the library is to call back.
#include "comparators/plugin.h"

#include <cstring>
#include <memory>

#include "comparators/plugin_comparator.h"
#include "comparators/plugin_options.h"
#include "test/fuzz/sound_score.h"

namespace understudy {
namespace {

Choices* said = nullptr;  // what compare() and open() call back with

understudy_text Text(std::string_view text) { return {text.data(), text.size()}; }

void CallBack(void* /*handle*/, const understudy_pair* pair, const understudy_result* result) {
  Choices words = *said;  // the same for the same pair
  const std::string_view body(pair->candidate->body.data, pair->candidate->body.size);
  while (!words.Empty()) {
    switch (words.Below(5)) {
      case 0: {
        const std::uint64_t bits = words.Word();
        double divergence = 0;
        std::memcpy(&divergence, &bits, sizeof divergence);
        result->set_divergence(result->context, divergence);
        break;
      }
      case 1:
        result->set_divergence(result->context, words.Byte() / 200.0);
        break;
      case 2:
        result->append_reason(result->context, Text(words.Text()));
        break;
      case 3: {
        const std::uint32_t kind = words.Byte();
        const std::string_view path = words.Text();
        result->add_difference(result->context, kind, Text(path), Text(words.Text()), Text(body));
        break;
      }
      default: {
        const std::uint32_t why = words.Byte();
        result->cannot_tell(result->context, why, Text(words.Text()));
      }
    }
  }
}

std::int32_t Refuse(understudy_text, const understudy_host*, void**) { return 1; }
void Close(void*) {}

// Bytes of a table and texts of their own, so that whatever is read beyond them is seen.
void LookAtTable(Choices input) {
  std::vector<std::unique_ptr<char[]>> texts;
  const auto text = [&]() -> const char* {
    if (!input.Flag()) return nullptr;
    const std::string_view word = input.Text();
    auto& kept = texts.emplace_back(std::make_unique<char[]>(word.size() + 1));
    std::memcpy(kept.get(), word.data(), word.size());
    return kept.get();
  };
  understudy_comparator whole{};
  whole.struct_size = input.Flag() ? sizeof whole : input.Below(sizeof whole + 8);
  whole.abi_version = input.Flag() ? UNDERSTUDY_ABI_VERSION : input.Byte();
  whole.flags = input.Below(4);
  whole.name = text();
  whole.summary = text();
  whole.option_count = static_cast<std::uint32_t>(input.Below(80));
  const std::size_t documented = std::min<std::size_t>(whole.option_count, 64);
  const auto options = std::make_unique<understudy_option[]>(documented);
  for (std::size_t i = 0; i < documented; ++i) options[i] = {text(), text(), text(), text()};
  whole.options = input.Flag() ? options.get() : nullptr;
  whole.open = input.Flag() ? &Refuse : nullptr;
  whole.compare = input.Flag() ? &CallBack : nullptr;
  whole.close = input.Flag() ? &Close : nullptr;
  // No more memory than it says, but for the size itself.
  const std::size_t there =
      std::max(std::min(whole.struct_size, sizeof whole), sizeof(std::size_t));
  void* const table = std::malloc(there);
  std::memcpy(table, &whole, there);
  const absl::Status fit = CheckPluginTable(static_cast<const understudy_comparator*>(table));
  Require(fit.ok() || !fit.message().empty(), "a table that cannot be used is refused in words");
  Require(!fit.ok() || (whole.open != nullptr && whole.struct_size >= sizeof whole),
          "what is taken is whole");
  std::free(table);
}

// open()'s callbacks on an object of options.
void AskForOptions(Choices input) {
  static constexpr OptionDoc kKnown[] = {{"a", "", "", ""}, {"b", "", "", ""}};
  const std::string json(input.Until('\x1E'));
  const auto reader = OptionReader::Open("it", json, kKnown);
  if (!reader.ok()) return;
  PluginOptions options("it", **reader);
  const understudy_host& host = options.host();
  while (!input.Empty()) {
    const std::string name(input.Text());
    double number = 0;
    std::int32_t boolean = 0;
    understudy_text text{};
    switch (input.Below(4)) {
      case 0:
        if (host.get_number(host.context, name.c_str(), &number) == 1) {
          Require(number - number == 0, "a number is finite");
        }
        break;
      case 1:
        host.get_boolean(host.context, name.c_str(), &boolean);
        Require(boolean == 0 || boolean == 1, "a boolean is 0 or 1");
        break;
      case 2:
        if (host.get_text(host.context, name.c_str(), &text) == 1) {
          Require(text.data != nullptr && text.size <= json.size(), "a text is one of the options");
        }
        break;
      default:
        host.refuse(host.context, input.Flag() ? name.c_str() : nullptr, Text(input.Text()));
    }
  }
  Require(options.faults().size() <= 16, "faults are bounded");
  for (const OptionFault& fault : options.faults()) {
    Require(!fault.message.empty() && fault.message.find('\n') == std::string::npos,
            "a fault is a line");
  }
}

void Compare(Choices input) {
  static const understudy_comparator table = [] {
    understudy_comparator one{};
    one.struct_size = sizeof one;
    one.abi_version = UNDERSTUDY_ABI_VERSION;
    one.name = "it";
    one.open = &Refuse;
    one.compare = &CallBack;
    one.close = &Close;
    return one;
  }();
  SuiteParts parts;
  BuiltComparator built;
  built.comparator = std::make_unique<PluginComparator>(table, nullptr);
  built.needs = ComparatorNeeds::kBody;
  parts.members.push_back({"it", std::move(built)});
  const auto suite = MakeSuite(std::move(parts));
  const std::string_view baseline = input.Until('\x1E');
  const std::string_view candidate = input.Until('\x1E');
  said = &input;
  RequireSoundScore(*suite, {{}, {200, {}, baseline}, {200, {}, candidate}}, true);
  said = nullptr;
}

}  // namespace
}  // namespace understudy

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace understudy;
  Choices input(TextOf(data, size));
  switch (input.Below(3)) {
    case 0:
      LookAtTable(input);
      break;
    case 1:
      AskForOptions(input);
      break;
    default:
      Compare(input);
  }
  return 0;
}
