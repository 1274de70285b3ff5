// Content-types of streams.
#include "comparators/streams/framing.h"

#include <array>

#include "absl/strings/match.h"

namespace understudy {
namespace {

struct MediaType {
  std::string_view name;
  StreamFraming framing;
};

constexpr std::array<MediaType, 7> kMediaTypes{{
    {"text/event-stream", StreamFraming::kSse},
    {"application/x-ndjson", StreamFraming::kJsonLines},
    {"application/ndjson", StreamFraming::kJsonLines},
    {"application/jsonl", StreamFraming::kJsonLines},
    {"application/jsonlines", StreamFraming::kJsonLines},
    {"application/x-jsonlines", StreamFraming::kJsonLines},
    {"application/stream+json", StreamFraming::kJsonLines},
}};

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return absl::EqualsIgnoreCase({a.data(), a.size()}, {b.data(), b.size()});
}

}  // namespace

StreamFraming FramingOf(std::string_view content_type) {
  std::string_view name = content_type.substr(0, content_type.find(';'));
  while (name.starts_with(' ') || name.starts_with('\t')) name.remove_prefix(1);
  while (name.ends_with(' ') || name.ends_with('\t')) name.remove_suffix(1);
  for (const MediaType& type : kMediaTypes) {
    if (EqualsIgnoringCase(type.name, name)) return type.framing;
  }
  return StreamFraming::kAuto;
}

}  // namespace understudy
