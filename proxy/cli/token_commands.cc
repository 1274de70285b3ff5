// A token is shown once: to standard output, or into a file that its owner alone can read.
#include "proxy/cli/token_commands.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "proxy/cli/text.h"
#include "proxy/cli/yaml.h"
#include "proxy/offline/fresh_token.h"

namespace understudy {
namespace {

struct Flags {
  std::string name;
  std::string role;
  std::string output;
};

// A new file of mode 0600. Why not, or an empty text.
std::string WriteNew(const std::string& path, const std::string& text) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return std::generic_category().message(errno);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (close(file) == 0 && written) return "";
  unlink(path.c_str());
  return std::generic_category().message(error);
}

// Nothing in it needs escaping: names, roles and tokens are of plain characters.
std::string JsonOf(const Flags& flags, const FreshToken& fresh) {
  std::string json =
      fmt::format("{{\n  \"name\": \"{}\",\n  \"role\": \"{}\",\n", flags.name, flags.role);
  if (flags.output.empty()) json += fmt::format("  \"token\": \"{}\",\n", fresh.token);
  return json + fmt::format("  \"line\": \"{}\"\n}}\n", fresh.line);
}

ExitCode Create(Session& session, const Flags& flags) {
  const absl::StatusOr<FreshToken> fresh = MakeToken(flags.name, flags.role);
  if (!fresh.ok()) return session.Usage(std::string(fresh.status().message()));
  if (!flags.output.empty()) {
    if (const std::string why = WriteNew(flags.output, fresh->token + "\n"); !why.empty()) {
      return session.Usage(
          fmt::format("cannot make the file '{}': {}", OneLine(flags.output), why));
    }
  }
  const std::string json = JsonOf(flags, *fresh);
  switch (session.output) {
    case OutputFormat::kTable:
      if (flags.output.empty()) session.console.out << fresh->token << "\n";
      session.console.out << fresh->line << "\n";
      break;
    case OutputFormat::kJson:
      session.console.out << json;
      break;
    case OutputFormat::kYaml:
      session.console.out << YamlFromJson(json);
      break;
  }
  session.console.err << (flags.output.empty()
                              ? "understudyctl: the first is the token, which is not shown again; "
                                "the last goes into the server's file of tokens (admin.tokens)\n"
                              : fmt::format("understudyctl: the token is in '{}'; the line goes "
                                            "into the server's file of tokens (admin.tokens)\n",
                                            OneLine(flags.output)));
  return ExitCode::kYes;
}

}  // namespace

void AddTokenCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("token", "Tokens for the admin API, without a server");
  const auto flags = std::make_shared<Flags>();
  CLI::App& create = tree.AddCommand(group, "create",
                                     "Make a token, and the line by which the server will know it");
  create.add_option("--name", flags->name, "Whose it is; the journal will name them")->required();
  create.add_option("--role", flags->role, "viewer, operator, approver or admin")
      ->required()
      ->check(CLI::IsMember(TokenRoles()));
  create.add_option("--output", flags->output,
                    "A new file (mode 0600) for the token, in place of standard output");
  tree.Bind(create, [flags](Session& session) { return Create(session, *flags); });
}

}  // namespace understudy
