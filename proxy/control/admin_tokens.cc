// Line by line; no message repeats a field, because a token may have been put in any of them.
#include "proxy/control/admin_tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/base/status.h"

namespace understudy {
namespace {

struct Field {
  std::string_view text;
  int column = 1;
};

// What stands between blanks, up to a '#' that begins a field.
std::vector<Field> FieldsOf(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  std::vector<Field> fields;
  for (std::size_t at = line.find_first_not_of(kBlank);
       at != std::string_view::npos && line[at] != '#'; at = line.find_first_not_of(kBlank, at)) {
    const std::size_t end = std::min(line.find_first_of(kBlank, at), line.size());
    fields.push_back({line.substr(at, end - at), static_cast<int>(at) + 1});
    at = end;
  }
  return fields;
}

class Parser {
 public:
  TokenList Parse(std::string_view text) {
    while (!text.empty() && !full_) {
      ++line_;
      const std::size_t end = std::min(text.find('\n'), text.size());
      ReadLine(FieldsOf(text.substr(0, end)));
      text.remove_prefix(std::min(text.size(), end + 1));
    }
    if (list_.tokens.empty() && list_.faults.empty()) {
      line_ = 1;
      Fault(1,
            "the file has no token, so nobody could be answered; `understudyctl token create` "
            "makes one");
    }
    return std::move(list_);
  }

 private:
  void ReadLine(const std::vector<Field>& fields) {
    if (fields.empty()) return;
    if (list_.tokens.size() == kMostTokens) {
      full_ = true;
      return Fault(1, fmt::format("a file has at most {} tokens", kMostTokens));
    }
    if (fields.size() != 3) {
      return Fault(fields.size() > 3 ? fields[3].column : fields[0].column,
                   "a line has three words: a name, a role and the SHA-256 of a token");
    }
    if (!IsTokenName(fields[0].text)) {
      return Fault(
          fields[0].column,
          fmt::format("a name has 1 to {} letters, digits and . _ - @ / + :", kTokenNameBytes));
    }
    const std::optional<AdminRole> role = ParseAdminRole(fields[1].text);
    if (!role) {
      return Fault(fields[1].column, "a role is one of viewer, operator, approver, admin");
    }
    const std::optional<TokenDigest> digest = ParseTokenDigest(fields[2].text);
    if (!digest) {
      return Fault(fields[2].column,
                   fmt::format("the SHA-256 of a token has 64 hex digits; this has {} characters, "
                               "or others",
                               fields[2].text.size()));
    }
    Add({std::string(fields[0].text), *role, *digest}, fields);
  }

  void Add(AdminToken token, const std::vector<Field>& fields) {
    const auto [digest_line, new_digest] = digests_.emplace(token.digest, line_);
    if (!new_digest) {
      return Fault(fields[2].column,
                   fmt::format("the same token stands in line {}", digest_line->second));
    }
    const auto [same_name, new_name] = roles_.emplace(token.name, token.role);
    if (!new_name && same_name->second != token.role) {
      return Fault(fields[1].column, fmt::format("'{}' is {} in a line before; a name has one role",
                                                 token.name, ToString(same_name->second)));
    }
    list_.tokens.push_back(std::move(token));
  }

  void Fault(int column, std::string message) {
    if (list_.faults.size() + 1 == kMostTokenFaults) {
      message += "; there may be more faults behind this one";
      full_ = true;
    }
    list_.faults.push_back({line_, column, std::move(message)});
  }

  TokenList list_;
  int line_ = 0;
  bool full_ = false;
  std::map<TokenDigest, int> digests_;
  std::map<std::string, AdminRole> roles_;
};

absl::StatusOr<std::string> TextOf(const std::string& path) {
  return ReadSmallFile(path, kMostTokenFileBytes, Secrecy::kSecret);
}

}  // namespace

bool IsTokenName(std::string_view name) {
  static constexpr std::string_view kMarks = "._-@/+:";
  return !name.empty() && name.size() <= kTokenNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kMarks.find(c) != std::string_view::npos;
         });
}

TokenList ParseTokens(std::string_view text) { return Parser().Parse(text); }

absl::StatusOr<TokenList> ReadTokens(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, TextOf(path));
  return ParseTokens(text);
}

const AdminToken* FindToken(const std::vector<AdminToken>& tokens, std::string_view presented) {
  const TokenDigest digest = DigestOfToken(presented);
  const AdminToken* found = nullptr;
  for (const AdminToken& token : tokens) {
    if (SameDigest(token.digest, digest)) found = &token;
  }
  return found;
}

absl::StatusOr<std::unique_ptr<TokenFile>> TokenFile::Open(const std::string& path) {
  std::unique_ptr<TokenFile> file(new TokenFile(path));
  file->watch_.MayHaveChanged();
  std::string lines;
  for (const std::string& fault : file->Read()) lines += (lines.empty() ? "" : "\n") + fault;
  if (!lines.empty()) return InvalidArgument(lines);
  return file;
}

TokenFile::Tokens TokenFile::Present() {
  std::lock_guard lock(mutex_);
  if (!watch_.MayHaveChanged()) return tokens_;
  const Tokens before = tokens_;
  for (const std::string& fault : Read()) {
    spdlog::error("{}; the tokens of before stay in force", fault);
  }
  if (tokens_ != before) spdlog::info("{}: {} tokens are in force", path_, tokens_->size());
  return tokens_;
}

std::vector<std::string> TokenFile::Read() {
  const absl::StatusOr<std::string> text = TextOf(path_);
  const std::string unreadable =
      text.ok() ? "" : fmt::format("the file of tokens {} {}", path_, Message(text.status()));
  const TokenDigest digest = DigestOfToken(text.ok() ? *text : unreadable);
  if (digest == read_) return {};
  read_ = digest;
  if (!text.ok()) return {unreadable};
  TokenList list = ParseTokens(*text);
  std::vector<std::string> lines;
  for (const TokenFault& fault : list.faults) {
    lines.push_back(fmt::format("{}:{}:{}: {}", path_, fault.line, fault.column, fault.message));
  }
  if (lines.empty()) {
    tokens_ = std::make_shared<const std::vector<AdminToken>>(std::move(list.tokens));
  }
  return lines;
}

}  // namespace understudy
