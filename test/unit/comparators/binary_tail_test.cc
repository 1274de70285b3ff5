// Answers with binary tensors through whole suites.
#include "comparators/binary_tail.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "comparators/suite.h"
#include "test/support/encoders.h"
#include "test/unit/comparators/binary_answer.h"
#include "test/unit/comparators/parsed_pair.h"

namespace understudy {
namespace {

ComparatorScore Score(const TextAnswer& baseline, const TextAnswer& candidate,
                      const std::string& use = "tensors", const std::string& options = "",
                      std::vector<IgnoreSpec> ignore = {}) {
  const auto suite =
      BuildSuite({.ignore = std::move(ignore), .comparators = {{"it", use, options}}});
  INFO(suite.status().ToString());
  REQUIRE(suite.ok());
  return ScoreTexts(**suite, baseline, candidate).scores.at(0);
}

// -1 when there is none.
double Divergence(const TextAnswer& baseline, const TextAnswer& candidate,
                  const std::string& use = "tensors", const std::string& options = "",
                  std::vector<IgnoreSpec> ignore = {}) {
  const ComparatorScore score = Score(baseline, candidate, use, options, std::move(ignore));
  INFO(score.detail);
  return score.compared ? score.comparison.divergence : -1;
}

TextAnswer Json(const std::string& dtype, const std::string& shape, const std::string& data) {
  return {.body = Answer1(dtype, shape, data)};
}

const std::string kExact = R"({"rtol":0,"atol":0})";

TEST_CASE("binary tail: the values of every datatype equal the same values in JSON") {
  struct Case {
    std::string dtype;
    std::string shape;
    std::string bytes;
    std::string json;
    std::string other;  // the first element differs
  };
  const float tenth = 0.1f;
  const std::vector<Case> cases = {
      {"FP16", "[4]", BytesOf<std::uint16_t>({0x2E66, 0x0001, 0x7BFF, 0x7E00}),
       "[0.1,5.9604645e-08,65504,NaN]", "[0.1002,5.9604645e-08,65504,NaN]"},
      {"BF16", "[3]", BytesOf<std::uint16_t>({0x3DCD, 0x0001, 0xFF80}), "[0.1,1e-40,-Infinity]",
       "[0.102,1e-40,-Infinity]"},
      {"FP32", "[2,2]",
       BytesOf<float>({tenth, std::numeric_limits<float>::max(),
                       std::numeric_limits<float>::denorm_min(), NAN}),
       "[[0.1,3.4028235e+38],[1e-45,null]]", "[0.10000002,3.4028235e+38,1e-45,null]"},
      {"FP64", "[2]", BytesOf<double>({0.1, 1e308}), "[0.1,1e308]", "[0.10000000000000002,1e308]"},
      {"INT8", "[2]", BytesOf<std::int8_t>({-128, 7}), "[-128,7]", "[-127,7]"},
      {"INT16", "[2]", BytesOf<std::int16_t>({-300, 7}), "[-300,7.0]", "[-301,7]"},
      {"INT32", "[1]", BytesOf<std::int32_t>({-70000}), "[-70000]", "[70000]"},
      {"INT64", "[1]", BytesOf<std::int64_t>({9007199254740993}), "[9007199254740993]",
       "[9007199254740992]"},
      {"UINT8", "[1]", BytesOf<std::uint8_t>({255}), "[255]", "[-1]"},
      {"UINT16", "[1]", BytesOf<std::uint16_t>({65535}), "[65535]", "[65534]"},
      {"UINT32", "[1]", BytesOf<std::uint32_t>({4294967295}), "[4294967295]", "[-1]"},
      {"UINT64", "[1]", BytesOf<std::uint64_t>({18446744073709551615u}), "[18446744073709551615]",
       "[18446744073709551614]"},
      {"BOOL", "[2]", BytesOf<std::uint8_t>({1, 0}), "[true,false]", "[false,false]"},
      {"BYTES", "[2]", TextElement("caf\xC3\xA9") + TextElement(""), R"(["caf\u00e9",""])",
       R"(["cafe",""])"},
  };
  for (const Case& one : cases) {
    INFO(one.dtype);
    const TextAnswer binary = Binary1(one.dtype, one.shape, one.bytes);
    const TextAnswer json = Json(one.dtype, one.shape, one.json);
    const TextAnswer other = Json(one.dtype, one.shape, one.other);
    CHECK(Divergence(binary, json, "tensors", kExact) == 0);
    CHECK(Divergence(json, binary, "tensors", kExact) == 0);
    CHECK(Divergence(binary, other, "tensors", kExact) > 0);
    CHECK(Divergence(other, binary, "tensors", kExact) > 0);
    TextAnswer spaced = binary;  // other bytes, so that it is looked at
    spaced.body.insert(0, " ");
    spaced.headers[0].second = std::to_string(std::stoi(binary.headers[0].second) + 1);
    CHECK(Divergence(binary, spaced, "tensors", kExact) == 0);
    TextAnswer changed = binary;
    changed.body[binary.body.size() - one.bytes.size() + (one.dtype == "BYTES" ? 4 : 0)] ^= 1;
    CHECK(Divergence(binary, changed, "tensors", kExact) > 0);
  }
}

TEST_CASE("binary tail: differences name the element and show values of its precision") {
  const ComparatorScore score = Score(Binary1("FP32", "[2,2]", BytesOf<float>({1, 2, 3, 0.1f})),
                                      Binary1("FP32", "[2,2]", BytesOf<float>({1, 2, 3, 0.2f})));
  REQUIRE(score.comparison.differences.size() == 1);
  CHECK(score.comparison.differences[0].path == "/outputs/0/data/3");
  CHECK(score.comparison.differences[0].baseline == "0.1");
  CHECK(score.comparison.differences[0].candidate == "0.2");
  CHECK(score.comparison.divergence == 0.25);
  const ComparatorScore text =
      Score(Binary1("BYTES", "[1]", TextElement("a\xFF")), Json("BYTES", "[1]", R"(["b"])"));
  CHECK(text.comparison.differences.at(0).baseline == "\"a\xEF\xBF\xBD\"");
}

TEST_CASE("binary tail: outputs in JSON and in the tail mix, in declared order") {
  const std::string json_output = R"({"name":"j","datatype":"INT32","shape":[2],"data":[1,2]})";
  const std::string tail = BytesOf<std::int32_t>({5}) + BytesOf<float>({0.5f, 0.25f});
  const auto answer = [&](const std::string& bytes) {
    return BinaryAnswer(BinaryOutput("a", "INT32", "[1]", 4) + "," + json_output + "," +
                            BinaryOutput("b", "FP32", "[2]", 8),
                        bytes);
  };
  const TextAnswer plain{
      .body = R"({"outputs":[{"name":"b","datatype":"FP32","shape":[2],"data":[0.5,0.25]},)" +
              json_output + R"(,{"name":"a","datatype":"INT32","shape":[1],"data":[5]}]})"};
  CHECK(Divergence(answer(tail), plain) == 0);
  CHECK(Divergence(plain, answer(tail)) == 0);
  CHECK(Divergence(plain, answer(BytesOf<std::int32_t>({6}) + tail.substr(4))) == 1);
}

TEST_CASE("binary tail: all comparators of outputs read it") {
  const TextAnswer binary = Binary1("FP32", "[2,2]", BytesOf<float>({0.25f, 0.75f, 1, 0}));
  const TextAnswer json = Json("FP32", "[2,2]", "[0.25,0.75,1,0]");
  const TextAnswer flipped = Binary1("FP32", "[2,2]", BytesOf<float>({0.75f, 0.25f, 1, 0}));
  for (const auto& [use, options, expected] :
       {std::tuple{"top1", "", 1.0}, std::tuple{"topk", R"({"k":1})", 1.0},
        std::tuple{"probabilities", "", 0.5}, std::tuple{"vectors", R"({"score":"norm"})", 0.0},
        std::tuple{"numeric", R"({"scale":1})", 0.5}}) {
    INFO(use);
    CHECK(Divergence(binary, json, use, options) == 0);
    CHECK(Divergence(json, binary, use, options) == 0);
    CHECK(Divergence(json, flipped, use, options) == expected);
    CHECK(Divergence(flipped, binary, use, options) == expected);
  }
  const ComparatorScore numeric = Score(binary, flipped, "numeric", R"({"scale":1})");
  REQUIRE(numeric.comparison.differences.size() == 2);
  CHECK(numeric.comparison.differences[1].path == "/outputs/0/data/1");
  CHECK(numeric.comparison.differences[1].baseline == "0.75");
  CHECK(numeric.comparison.differences[1].candidate == "0.25");
}

TEST_CASE("binary tail: classification strings are labels") {
  const TextAnswer cat =
      Binary1("BYTES", "[1,2]", TextElement("0.9:1:cat") + TextElement("0.1:0:dog"));
  const TextAnswer dog =
      Binary1("BYTES", "[1,2]", TextElement("0.8:0:dog") + TextElement("0.2:1:cat"));
  CHECK(Divergence(cat, Json("BYTES", "[1,2]", R"(["0.7:1:cat","0.3:0:dog"])"), "top1") == 0);
  CHECK(Divergence(cat, dog, "top1") == 1);
  CHECK(Divergence(cat, dog, "topk", R"({"k":1})") == 1);
  CHECK(Divergence(cat, dog, "topk", R"({"k":2})") == 0);
}

TEST_CASE("binary tail: JSON that is held against it has the precision of its datatype") {
  // Two decimals that are one float: the first of equals is the label.
  const TextAnswer json = Json("FP32", "[1,2]", "[0.1,0.1000000001]");
  CHECK(Divergence(Binary1("FP32", "[1,2]", BytesOf<float>({0.1f, 0.1f})), json, "top1") == 0);
  CHECK(Divergence(Json("FP32", "[1,2]", "[0.1,0.1]"), json, "top1") == 1);
}

TEST_CASE("binary tail: rules cover outputs, their data and single elements") {
  const TextAnswer one = Binary1("FP32", "[3]", BytesOf<float>({1, 2, 3}));
  const TextAnswer other = Binary1("FP32", "[3]", BytesOf<float>({1, 5, 3}));
  CHECK(Divergence(one, other) == 1.0 / 3);
  const TextAnswer two =
      BinaryAnswer(BinaryOutput("p", "FP32", "[3]", 12) + "," + BinaryOutput("q", "INT8", "[1]", 1),
                   BytesOf<float>({1, 2, 3}) + "a");
  const TextAnswer another =
      BinaryAnswer(BinaryOutput("p", "FP32", "[3]", 12) + "," + BinaryOutput("q", "INT8", "[1]", 1),
                   BytesOf<float>({9, 9, 9}) + "a");
  for (const char* rule : {"/outputs/0", "/outputs/0/data", "/outputs/*/data", "/outputs/0/**"}) {
    INFO(rule);
    CHECK(Divergence(two, another, "tensors", "", {{rule, ""}}) ==
          (std::string(rule) == "/outputs/*/data" ? -1 : 0));
  }
  CHECK(Divergence(one, other, "tensors", "", {{"/outputs/0/data/1", ""}}) == 0);
  CHECK(Divergence(one, other, "tensors", "", {{"/outputs/0/data/2", ""}}) == 0.5);
  CHECK(Divergence(one, other, "tensors", "", {{"/outputs/1/data", ""}}) == 1.0 / 3);
  CHECK(Divergence(one, other, "tensors", "", {{"/outputs/0/data/*", ""}}) == 0);
  CHECK(Divergence(one, Json("FP32", "[3]", "[1,5,3]"), "tensors", "",
                   {{"/outputs/0/data/1", ""}}) == 0);
  CHECK(Divergence(one, other, "numeric", "", {{"/outputs/0/data/1", ""}}) == 0);
}

TEST_CASE("binary tail: ignored elements are counted as they are in JSON") {
  const auto suite = BuildSuite({.ignore = {{"/outputs/0/data", ""}, {"/outputs/*/data/1", ""}},
                                 .comparators = {{"it", "tensors", ""}}});
  REQUIRE(suite.ok());
  const auto hits = [&](const TextAnswer& a, const TextAnswer& b) {
    return ScoreTexts(**suite, a, b).ignore_hits;
  };
  CHECK(hits(Binary1("FP32", "[3]", BytesOf<float>({1, 2, 3})),
             Binary1("FP32", "[3]", BytesOf<float>({1, 2, 4}))) ==
        hits(Json("FP32", "[3]", "[1,2,3]"), Json("FP32", "[3]", "[1,2,4]")));
}

TEST_CASE("binary tail: a broken one is the incumbent's fault or a difference of the candidate") {
  const TextAnswer good = Binary1("FP32", "[2]", BytesOf<float>({1, 2}));
  const auto with_length = [&](const std::string& length) {
    TextAnswer answer = good;
    answer.headers[0].second = length;
    return answer;
  };
  TextAnswer twice = good;
  twice.headers.push_back(twice.headers[0]);
  TextAnswer cut = good;
  cut.body.pop_back();
  TextAnswer longer = good;
  longer.body += "x";
  const std::string eight(8, 'x');
  const std::vector<std::pair<std::string, TextAnswer>> broken = {
      {"no number", with_length("x")},
      {"empty", with_length("")},
      {"negative", with_length("-1")},
      {"signed", with_length("+5")},
      {"beyond the body", with_length(std::to_string(good.body.size() + 1))},
      {"overflow", with_length("99999999999999999999999")},
      {"a list", with_length("5, 5")},
      {"twice", twice},
      {"cut", cut},
      {"longer", longer},
      {"shape", Binary1("FP32", "[3]", eight)},
      {"huge shape", Binary1("FP32", "[4611686018427387904,2]", eight)},
      {"shape that overflows to what fits", Binary1("FP32", "[9223372036854775807,2,2]", eight)},
      {"datatype", Binary1("INT64", "[2]", eight)},
      {"odd bytes", Binary1("FP64", "[1]", "seven b")},
      {"size of texts", BinaryAnswer(R"({"name":"p","datatype":"FP32","shape":[2],)"
                                     R"("parameters":{"binary_data_size":"8"}})",
                                     eight)},
      {"negative size", BinaryAnswer(R"({"name":"p","datatype":"FP32","shape":[2],)"
                                     R"("parameters":{"binary_data_size":-8}})",
                                     eight)},
      {"huge size", BinaryAnswer(BinaryOutput("p", "FP32", "[2]", ~std::size_t{0}), eight)},
      {"sizes that overflow", BinaryAnswer(BinaryOutput("p", "FP32", "[2]", 8) + "," +
                                               BinaryOutput("q", "FP32", "[2]", ~std::size_t{7}),
                                           eight)},
      {"both", BinaryAnswer(R"({"name":"p","datatype":"FP32","shape":[2],"data":[1,2],)"
                            R"("parameters":{"binary_data_size":8}})",
                            eight)},
      {"text without a length", Binary1("BYTES", "[1]", "abc")},
      {"text that is cut", Binary1("BYTES", "[1]", TextElement("abcd").substr(0, 7))},
      {"text of 4 GB", Binary1("BYTES", "[1]", std::string("\xFF\xFF\xFF\xFF", 4))},
      {"too many texts", Binary1("BYTES", "[1]", TextElement("a") + TextElement("b"))},
  };
  for (const char* use : {"tensors", "top1", "numeric"}) {
    for (const auto& [label, answer] : broken) {
      INFO(use << ": " << label);
      const ComparatorScore incumbent = Score(answer, good, use);
      CHECK_FALSE(incumbent.compared);
      CHECK(incumbent.uncomparable == "decode_error");
      CHECK(Divergence(good, answer, use) == 1);
    }
  }
}

TEST_CASE("binary tail: an empty one is nothing special") {
  const std::string body = R"({"a":1})";
  const TextAnswer empty{.body = body, .headers = {{"inference-header-content-length", "7"}}};
  CHECK(Divergence({.body = body}, empty, "json") == 0);
  CHECK(Divergence(empty, {.body = R"({"a":2})"}, "json") == 1);
  CHECK(Divergence(Binary1("FP32", "[0,2]", ""), Json("FP32", "[0,2]", "[]")) == 0);
}

TEST_CASE("binary tail: what reads JSON alone does not call answers the same that have one") {
  const TextAnswer one = Binary1("FP32", "[1]", BytesOf<float>({1}));
  const TextAnswer other = Binary1("FP32", "[1]", BytesOf<float>({2}));
  for (const char* use : {"json", "text", "toolcalls", "ranking", "boxes"}) {
    INFO(use);
    CHECK(Score(one, other, use).uncomparable == "unsupported");
  }
  CHECK(Score(one, other, "numeric", R"({"paths":"/model_version"})").uncomparable ==
        "unsupported");
  CHECK(Divergence(one, other, "exact") == 1);
  CHECK(Divergence(one, one, "json") == 0);  // equal bytes
}

TEST_CASE("binary tail: the length is of the body without its content-encoding") {
  const TextAnswer plain = Binary1("FP32", "[2]", BytesOf<float>({1, 2}));
  TextAnswer zipped = plain;
  zipped.body = Gzipped(plain.body);
  zipped.headers.push_back({"Content-Encoding", "gzip"});
  CHECK(Divergence(plain, zipped) == 0);
  CHECK(Divergence(zipped, plain) == 0);
}

TEST_CASE("binary tail: equal bytes with another length of the JSON are looked at") {
  const TextAnswer one = Binary1("FP32", "[2]", BytesOf<float>({1, 2}));
  TextAnswer other = one;
  other.headers[0].second = std::to_string(one.body.size());
  CHECK(Divergence(one, other) == 1);
}

TEST_CASE("binary tail: NaN is itself unless told otherwise, infinities are close to themselves") {
  const float infinity = std::numeric_limits<float>::infinity();
  const TextAnswer one = Binary1("FP32", "[3]", BytesOf<float>({NAN, infinity, 1}));
  const TextAnswer other = Binary1("FP32", "[3]", BytesOf<float>({NAN, 1, infinity}));
  CHECK(Divergence(one, one, "tensors", R"({"equal_nan":false})") == 1.0 / 3);
  CHECK(Divergence(one, other, "tensors", R"({"rtol":1})") == 2.0 / 3);
}

TEST_CASE("binary tail: blocks and what is left of the last one are measured alike") {
  for (const std::size_t count : {1, 511, 512, 513, 2000}) {
    std::string bytes(count * 4, '\0');
    std::string changed = bytes;
    for (std::size_t i = 0; i < count; ++i) {
      const auto value = static_cast<float>(i + 1);
      std::memcpy(bytes.data() + 4 * i, &value, 4);
      const float moved = i % 7 == 0 ? value * 1.5f : value * 1.00001f;
      std::memcpy(changed.data() + 4 * i, &moved, 4);
    }
    const std::string shape = "[" + std::to_string(count) + "]";
    const ComparatorScore score =
        Score(Binary1("FP32", shape, bytes), Binary1("FP32", shape, changed));
    CHECK(score.comparison.divergence ==
          static_cast<double>((count + 6) / 7) / static_cast<double>(count));
    CHECK(score.comparison.differences.size() == std::min<std::size_t>((count + 6) / 7, 32));
    CHECK(score.comparison.reason.find("max rel 0.5") != std::string::npos);
  }
}

TEST_CASE("binary tail: more than 16 Mi elements are too large") {
  const std::size_t count = (16u << 20) + 1;
  const TextAnswer large =
      Binary1("INT8", "[" + std::to_string(count) + "]", std::string(count, 'a'));
  TextAnswer other = large;
  other.body.back() = 'b';
  CHECK(Score(large, other).uncomparable == "too_large");
  const TextAnswer small = Binary1("INT8", "[1]", "a");
  CHECK(Score(small, large).uncomparable == "too_large");
}

}  // namespace
}  // namespace understudy
