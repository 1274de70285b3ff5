// Writes JSON in the order of the calls, indented, with finite numbers only.
//
// Threads: one owner. Begin and End must pair up; inside an object each value has its key.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/base/time.h"

namespace understudy {

class JsonWriter {
 public:
  void BeginObject(std::string_view key = {}) { Open(key, '{'); }
  void EndObject() { Close('}'); }
  void BeginArray(std::string_view key = {}) { Open(key, '['); }
  void EndArray() { Close(']'); }

  // With an empty key: an element of an array.
  void Text(std::string_view key, std::string_view value);
  // With all digits that tell it from other numbers; null when not finite.
  void Number(std::string_view key, double value);
  void Boolean(std::string_view key, bool value);
  void Null(std::string_view key);
  void Time(std::string_view key, WallTime value);  // null for the epoch
  template <std::integral Integer>
  void Count(std::string_view key, Integer value) {
    Raw(key, std::to_string(value));
  }
  void MaybeCount(std::string_view key, const std::optional<std::uint64_t>& value);
  void MaybeSeconds(std::string_view key, const std::optional<Duration>& value);

  std::string Take();  // the document, with a newline at its end

 private:
  void Open(std::string_view key, char bracket);
  void Close(char bracket);
  void Raw(std::string_view key, std::string_view value);
  void Lead(std::string_view key);

  std::string text_;
  std::size_t depth_ = 0;
  bool first_ = true;
};

}  // namespace understudy
