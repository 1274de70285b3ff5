// Colour for terminals. A Paint that is off returns texts unchanged, so renderers stay pure.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

class Paint {
 public:
  explicit Paint(bool on) : on_(on) {}

  std::string Bold(std::string_view text) const { return Wrap("1", text); }
  std::string Dim(std::string_view text) const { return Wrap("2", text); }
  std::string Red(std::string_view text) const { return Wrap("31", text); }
  std::string Green(std::string_view text) const { return Wrap("32", text); }
  std::string Yellow(std::string_view text) const { return Wrap("33", text); }

 private:
  std::string Wrap(std::string_view code, std::string_view text) const {
    if (!on_ || text.empty()) return std::string(text);
    std::string painted = "\x1b[";
    painted.append(code).append("m").append(text).append("\x1b[0m");
    return painted;
  }

  bool on_;
};

}  // namespace understudy
