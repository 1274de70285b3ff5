// Parameters of inference requests over gRPC.
#include "proxy/routing/infer_parameter.h"

#include <catch2/catch.hpp>
#include <string>

namespace understudy {
namespace {

std::string Field(char tag, const std::string& bytes) {
  return std::string(1, tag) + static_cast<char>(bytes.size()) + bytes;
}
std::string Entry(const std::string& key, const std::string& value) {
  return Field('\x22', Field('\x0A', key) + Field('\x12', value));
}
std::string Framed(const std::string& message, char flag = '\0') {
  return std::string{flag, '\0', '\0', '\0', static_cast<char>(message.size())} + message;
}

// model_name "m", then the entries, then inputs.
std::string Request(const std::string& entries) {
  return Field('\x0A', "m") + entries + Field('\x2A', Field('\x0A', "input"));
}

bool Found(const std::string& payload, std::size_t piece) {
  InferParameterSearch search("sequence_id");
  for (std::size_t at = 0; at < payload.size(); at += piece) search.Add(payload.substr(at, piece));
  return search.Found();
}

const std::string kNumber("\x10\x07", 2);                  // int64_param: 7
const std::string kUnsigned("\x28\x07", 2);                // uint64_param: 7
const std::string kText("\x1A\x01z", 3);                   // string_param: "z"
const std::string kDouble("\x21\0\0\0\0\0\0\xF0\x3F", 9);  // double_param: 1

TEST_CASE("a parameter that is set is found, of whatever kind it is") {
  for (const std::string& value : {kNumber, kUnsigned, kText, kDouble}) {
    CHECK(HasInferParameter(Request(Entry("sequence_id", value)), "sequence_id"));
    CHECK(HasInferParameter(Request(Entry("other", kText) + Entry("sequence_id", value)),
                            "sequence_id"));
    CHECK_FALSE(HasInferParameter(Request(Entry("sequence_ids", value)), "sequence_id"));
  }
  CHECK_FALSE(HasInferParameter(Request(""), "sequence_id"));
}

TEST_CASE("false, 0 and the empty text are as if the parameter were not there") {
  for (const std::string& value :
       {std::string("\x10\x00", 2), std::string("\x1A\x00", 2), std::string("\x08\x00", 2),
        std::string(), "\x21" + std::string(8, '\0')}) {
    CHECK_FALSE(HasInferParameter(Request(Entry("sequence_id", value)), "sequence_id"));
  }
}

TEST_CASE("the beginning of a message is enough, and no cut of it is read wrong") {
  const std::string whole = Request(Entry("sequence_id", kNumber));
  const std::size_t end = whole.find(kNumber) + kNumber.size();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    INFO(size);
    CHECK(HasInferParameter(whole.substr(0, size), "sequence_id") == (size >= end));
  }
  CHECK_FALSE(HasInferParameter(std::string(100, '\xFF'), "sequence_id"));
}

TEST_CASE("any message of a stream may have it, in whatever pieces it comes") {
  const std::string with = Framed(Request(Entry("sequence_id", kNumber)));
  const std::string without = Framed(Request(""));
  for (const std::size_t piece : {1, 2, 3, 7, 1000}) {
    INFO(piece);
    CHECK(Found(with, piece));
    CHECK(Found(without + Framed("") + without + with + without, piece));
    CHECK_FALSE(Found(without + Framed("") + without, piece));
    CHECK_FALSE(Found("", piece));
    CHECK(Found(with.substr(0, with.size() - 1), piece));
    CHECK_FALSE(Found(with.substr(0, 20), piece));
  }
}

TEST_CASE("what stands behind the first 16 KiB of a message is not looked for") {
  const std::string entry = Entry("sequence_id", kNumber);
  for (const std::size_t before : {std::size_t{16000}, std::size_t{17000}}) {
    // An unknown field of that many bytes.
    const std::string filler = std::string("\x7A") + static_cast<char>(before % 128 + 128) +
                               static_cast<char>(before / 128 % 128 + 128) +
                               static_cast<char>(before / 16384) + std::string(before, 'x');
    const std::string message = filler + entry;
    const std::string size = {static_cast<char>(message.size() >> 8),
                              static_cast<char>(message.size() & 0xFF)};
    const std::string large = std::string("\0\0\0", 3) + size + message;
    CHECK(Found(large, 500) == (before == 16000));
    CHECK(Found(large + Framed(Request(entry)), 500));
  }
}

TEST_CASE("compressed messages are not looked into") {
  const std::string message = Request(Entry("sequence_id", kNumber));
  CHECK_FALSE(Found(Framed(message, '\1'), 1000));
  CHECK(Found(Framed(message, '\1') + Framed(message), 1000));
}

}  // namespace
}  // namespace understudy
