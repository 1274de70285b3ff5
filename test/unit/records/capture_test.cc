// What of a pair is kept: capture and redaction rules applied before anything is queued.
#include <catch2/catch.hpp>

#include "proxy/control/records_capture.h"
#include "proxy/control/records_text.h"
#include "test/support/record_samples.h"

namespace understudy {
namespace {

constexpr std::uint64_t kKey = 0x1234567890ABCDEF;

const PairBodies kBodies{R"({"user":"ada","x":1})", R"({"label":7,"user":"ada"})",
                         R"({"label":9,"user":"ada"})"};

CaptureRules Rules(CaptureMode mode, std::vector<std::string> redact = {}) {
  CaptureRules rules;
  rules.mode = mode;
  rules.redact = std::move(redact);
  return rules;
}

// All a record keeps, as the line it becomes.
std::string Kept(const DivergenceRecord& record) { return FormatRecord(record); }

bool Holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("by default a record keeps digests, sizes and places, no body and no value") {
  DivergenceRecord record = samples::FullRecord();
  CHECK(ApplyCapture(record, kBodies, CaptureRules(), kKey) == 0);
  CHECK(record.request.digest == Digest(kBodies.request, kKey));
  CHECK(record.request.bytes == kBodies.request.size());
  CHECK(record.baseline.digest == Digest(kBodies.baseline, kKey));
  CHECK(record.candidate_answer.digest == Digest(kBodies.candidate, kKey));
  CHECK(record.scores[0].differences[0].path == "/outputs/0/data/3");
  CHECK(record.scores[0].differences[0].baseline == Digest("7", kKey));
  CHECK(record.scores[0].differences[0].candidate == Digest("9", kKey));
  CHECK(record.scores[0].differences[1].candidate.empty());  // there was none
  const std::string kept = Kept(record);
  CHECK_FALSE(Holds(kept, "ada"));
  CHECK_FALSE(Holds(kept, "probs"));
  CHECK_FALSE(Holds(kept, "\"text\""));
}

TEST_CASE("a digest is XXH64 with seed 0") {
  CHECK(Digest("", 0) == "xxh64:ef46db3751d8e999");
  CHECK(Digest("a", 0) == "xxh64:d24ec4f1a98c6e5b");
  CHECK(Digest("a", 1) != Digest("a", 0));
}

TEST_CASE("with capture diff a divergent pair keeps values and bodies, an equal one neither") {
  DivergenceRecord diverged = samples::FullRecord();
  ApplyCapture(diverged, kBodies, Rules(CaptureMode::kDiff), kKey);
  CHECK(diverged.request.text == kBodies.request);
  CHECK(diverged.candidate_answer.text == kBodies.candidate);
  CHECK(diverged.scores[0].differences[0].baseline == "7");
  DivergenceRecord equal = samples::SmallRecord(1, 0);
  ApplyCapture(equal, kBodies, Rules(CaptureMode::kDiff), kKey);
  CHECK_FALSE(equal.request.text.has_value());
  CHECK_FALSE(equal.request.digest.empty());
}

TEST_CASE("with capture all an equal pair keeps its bodies, too") {
  DivergenceRecord record = samples::SmallRecord(1, 0);
  ApplyCapture(record, kBodies, Rules(CaptureMode::kAll), kKey);
  CHECK(record.baseline.text == kBodies.baseline);
}

TEST_CASE("sampling depends on the id alone, and keeps about the configured share") {
  CaptureRules rules = Rules(CaptureMode::kSampled);
  rules.sample_rate = 0.1;
  int kept = 0;
  for (int i = 0; i < 5000; ++i) {
    DivergenceRecord record = samples::SmallRecord(i, i % 2);
    ApplyCapture(record, kBodies, rules, kKey);
    DivergenceRecord again = samples::SmallRecord(i, 1 - i % 2);
    again.route = "other";
    ApplyCapture(again, kBodies, rules, kKey);
    REQUIRE(record.request.text.has_value() == again.request.text.has_value());
    kept += record.request.text ? 1 : 0;
  }
  CHECK(kept > 400);
  CHECK(kept < 600);
  rules.sample_rate = 0;
  DivergenceRecord none = samples::SmallRecord(1);
  ApplyCapture(none, kBodies, rules, kKey);
  CHECK_FALSE(none.request.text.has_value());
  rules.sample_rate = 1;
  DivergenceRecord all = samples::SmallRecord(1);
  ApplyCapture(all, kBodies, rules, kKey);
  CHECK(all.request.text.has_value());
}

TEST_CASE("a redacted value is in no body, no difference and no sentence") {
  DivergenceRecord record = samples::FullRecord();
  record.scores[0].differences = {{"/user", "value", "ada", "bob"}, {"/label", "value", "7", "9"}};
  record.scores[0].reason = "user ada became bob";
  record.scores[2].reason = "labels differ";
  ApplyCapture(record, kBodies, Rules(CaptureMode::kAll, {"/user"}), kKey);
  CHECK(record.request.text == R"({"user":"[redacted]","x":1})");
  CHECK(record.scores[0].differences[0].baseline == "[redacted]");
  CHECK(record.scores[0].differences[1].baseline == "7");
  CHECK(record.scores[0].reason == "withheld: a redacted value takes part");
  CHECK(record.scores[2].reason == "labels differ");
  const std::string kept = Kept(record);
  CHECK_FALSE(Holds(kept, "ada"));
  CHECK_FALSE(Holds(kept, "bob"));
}

TEST_CASE("a redacted value has no digest either, which could be guessed from") {
  DivergenceRecord record = samples::FullRecord();
  record.scores[0].differences = {{"/user", "value", "ada", "bob"}};
  ApplyCapture(record, kBodies, Rules(CaptureMode::kNone, {"/user"}), kKey);
  CHECK(record.scores[0].differences[0].baseline == "[redacted]");
  CHECK(record.scores[0].differences[0].candidate == "[redacted]");
}

TEST_CASE("a difference around a redacted value, or at a place that is cut, is redacted") {
  DivergenceRecord record = samples::FullRecord();
  const std::string cut = "/meta/" + std::string(200, 'k') + "\u2026";
  record.scores[0].differences = {{"/meta", "missing", R"({"user":"ada"})", ""},
                                  {"", "type", R"({"meta":{"user":"ada"}})", "[]"},
                                  {cut, "value", "ada", "bob"},
                                  {"/label/\u2026", "value", "7", "9"}};
  ApplyCapture(record, kBodies, Rules(CaptureMode::kAll, {"/meta/*/user"}), kKey);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(record.scores[0].differences[i].baseline == "[redacted]");
  }
  CHECK(record.scores[0].differences[3].baseline == "7");
}

TEST_CASE("a body that cannot be redacted is withheld whole and counted") {
  DivergenceRecord record = samples::FullRecord();
  const PairBodies bodies{"user=ada", R"({"user":"ada"})", R"({"user":"ad)"};
  CHECK(ApplyCapture(record, bodies, Rules(CaptureMode::kAll, {"/user"}), kKey) == 2);
  CHECK(record.request.withheld);
  CHECK_FALSE(record.request.text.has_value());
  CHECK(record.request.digest == Digest("user=ada", kKey));
  CHECK_FALSE(record.baseline.withheld);
  CHECK(record.candidate_answer.withheld);
  CHECK_FALSE(Holds(Kept(record), "ada"));
}

TEST_CASE("a long body is redacted whole and then cut, between characters") {
  CaptureRules rules = Rules(CaptureMode::kAll, {"/user"});
  rules.max_bytes = 27;
  DivergenceRecord record = samples::FullRecord();
  const std::string body = "{\"user\":\"" + std::string(100, 's') + "\",\"t\":\"\u00e9\u00e9\"}";
  ApplyCapture(record, {body, "", body.substr(0, 4)}, rules, kKey);
  CHECK(record.request.text ==
        "{\"user\":\"[redacted]\",\"t\":\"");  // half a character more is none
  CHECK(record.request.cut);
  CHECK(record.request.bytes == body.size());
  CHECK(record.baseline.bytes == 0);
  CHECK(record.baseline.digest.empty());
  CHECK_FALSE(record.baseline.text.has_value());
}

TEST_CASE("the query and fragment are cut off the path") {
  for (const char* path : {"/infer?key=secret", "/infer#secret", "/infer?a#b?c", "/infer"}) {
    DivergenceRecord record = samples::SmallRecord(1);
    record.request_path = path;
    ApplyCapture(record, kBodies, CaptureRules(), kKey);
    CHECK(record.request_path == "/infer");
  }
}

}  // namespace
}  // namespace understudy
