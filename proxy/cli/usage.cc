// What to tell somebody who mistyped a command line.
#include "proxy/cli/usage.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "proxy/cli/nearest.h"
#include "proxy/cli/text.h"

namespace understudy {
namespace {

// The subcommand that the words reached, and how it is called from the shell.
struct Reached {
  const CLI::App* app;
  std::string path;
};

Reached Deepest(const CLI::App& root) {
  Reached reached{&root, root.get_name()};
  while (!reached.app->get_subcommands().empty()) {
    reached.app = reached.app->get_subcommands().front();
    reached.path += " " + reached.app->get_name();
  }
  return reached;
}

// The long names of every flag that may stand here, the global ones too.
std::vector<std::string> FlagsOf(const CLI::App* app) {
  std::vector<std::string> flags;
  for (; app != nullptr; app = app->get_parent()) {
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    }
  }
  return flags;
}

std::vector<std::string> SubcommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_name().empty()) names.push_back(command->get_name());
  }
  return names;
}

std::string Listed(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// Whether a subcommand of `app`, at any depth, takes the flag.
bool TakenBelow(const CLI::App& app, const std::string& flag) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
    return command->get_option_no_throw(flag) != nullptr || TakenBelow(*command, flag);
  });
}

std::string UnknownWord(std::string word, const Reached& reached) {
  const bool flag = word.starts_with("-");
  std::string nearest;
  std::string_view kind = "argument";
  if (flag) {
    word = word.substr(0, word.find('='));
    kind = "flag";
    nearest = Nearest(word, FlagsOf(reached.app));
    if (nearest == word) return fmt::format("'{}' stands behind '{}'", word, reached.path);
    if (TakenBelow(*reached.app, word)) {
      return fmt::format("'{}' needs a subcommand before '{}': {}", reached.path, word,
                         Listed(SubcommandsOf(*reached.app)));
    }
  } else if (const auto commands = SubcommandsOf(*reached.app); !commands.empty()) {
    kind = "subcommand";
    nearest = Nearest(word, commands);
  }
  std::string message = fmt::format("unknown {} '{}' for '{}'", kind, OneLine(word), reached.path);
  if (!nearest.empty()) message += fmt::format("; did you mean {}?", nearest);
  return message;
}

}  // namespace

std::string UsageMessage(const CLI::App& app, const CLI::ParseError& error) {
  const Reached reached = Deepest(app);
  std::string message;
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  if (!unknown.empty()) {
    message = UnknownWord(unknown.front(), reached);
  } else if (const auto commands = SubcommandsOf(*reached.app);
             !commands.empty() && error.get_name() == "RequiredError") {
    message = fmt::format("'{}' needs a subcommand: {}", reached.path, Listed(commands));
  } else {
    message = OneLine(error.what());
    // CLI11's own words: "--config: 1 required FILE missing".
    const std::size_t colon = message.find(": 1 required ");
    if (colon != std::string::npos && message.ends_with(" missing")) {
      message = message.substr(0, colon) + " needs a value";
    }
  }
  return fmt::format("{}\nSee '{} --help'.", message, reached.path);
}

}  // namespace understudy
