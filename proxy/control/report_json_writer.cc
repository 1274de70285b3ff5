// Indented JSON, one value a line.
#include "proxy/control/report_json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "proxy/base/log.h"
#include "proxy/control/report_text.h"

namespace understudy {

void JsonWriter::Text(std::string_view key, std::string_view value) { Raw(key, JsonQuote(value)); }

void JsonWriter::Number(std::string_view key, double value) {
  Raw(key, std::isfinite(value) ? fmt::format("{}", value) : "null");
}

void JsonWriter::Boolean(std::string_view key, bool value) { Raw(key, value ? "true" : "false"); }

void JsonWriter::Null(std::string_view key) { Raw(key, "null"); }

void JsonWriter::Time(std::string_view key, WallTime value) {
  value == WallTime{} ? Null(key) : Text(key, TimeText(value));
}

void JsonWriter::MaybeCount(std::string_view key, const std::optional<std::uint64_t>& value) {
  value.has_value() ? Count(key, *value) : Null(key);
}

void JsonWriter::MaybeSeconds(std::string_view key, const std::optional<Duration>& value) {
  value.has_value() ? Number(key, Seconds(*value)) : Null(key);
}

std::string JsonWriter::Take() {
  text_ += '\n';
  return std::move(text_);
}

void JsonWriter::Open(std::string_view key, char bracket) {
  Lead(key);
  text_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::Close(char bracket) {
  --depth_;
  if (!first_) {
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
  }
  text_ += bracket;
  first_ = false;
}

void JsonWriter::Raw(std::string_view key, std::string_view value) {
  Lead(key);
  text_ += value;
}

void JsonWriter::Lead(std::string_view key) {
  if (!first_) text_ += ',';
  if (depth_ > 0) {
    text_ += '\n';
    text_.append(depth_ * 2, ' ');
  }
  if (!key.empty()) text_ += JsonQuote(key) + ": ";
  first_ = false;
}

}  // namespace understudy
