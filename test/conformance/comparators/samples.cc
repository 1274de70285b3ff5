// Building the samples.
#include "test/conformance/comparators/samples.h"

#include <zlib.h>

#include <catch2/catch.hpp>

namespace understudy {
namespace {

std::string Tensor(const std::string& dtype, const std::string& shape, const std::string& data) {
  return R"({"outputs":[{"name":"p","datatype":")" + dtype + R"(","shape":)" + shape +
         R"(,"data":)" + data + "}]}";
}

// Outputs whose elements follow the JSON.
Sample Binary(std::string label, const std::string& outputs, const std::string& tail) {
  const std::string json = R"({"outputs":[)" + outputs + "]}";
  return {std::move(label), 200, json + tail, "", std::to_string(json.size())};
}

std::string BinaryOutput(const std::string& dtype, const std::string& shape,
                         const std::string& bytes) {
  return R"({"name":"p","datatype":")" + dtype + R"(","shape":)" + shape +
         R"(,"parameters":{"binary_data_size":)" + bytes + "}}";
}

std::string Gzipped(const std::string& text) {
  z_stream z{};
  REQUIRE(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace

std::vector<Sample> Honest() {
  return {
      {"labels", 200, Tensor("INT64", "[2]", "[3,8]"), ""},
      {"other labels", 200, Tensor("INT64", "[2]", "[3,3]"), ""},
      {"scores", 200, Tensor("FP32", "[2,2]", "[0.1,0.9,NaN,null]"), ""},
      {"other scores", 200, Tensor("FP32", "[2,2]", "[[0.9,0.1],[1,2]]"), ""},
      {"texts", 200, Tensor("BYTES", "[1]", R"(["0.9:1:cat"])"), ""},
      {"tokens", 200, R"({"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5}})", ""},
      {"zipped", 200, Gzipped(Tensor("INT64", "[2]", "[3,8]")), "gzip"},
      {"distributions", 200, Tensor("FP64", "[2,2]", "[0.25,0.75,1,0]"), ""},
      {"vectors", 200,
       R"({"data":[{"index":1,"embedding":[0.6,0.8]},)"
       R"({"index":0,"embedding":"AACAPwAAAAA="}]})",
       ""},
      {"other vectors", 200,
       R"({"data":[{"index":0,"embedding":[1,0]},)"
       R"({"index":1,"embedding":[-1,NaN,3]}]})",
       ""},
      {"ranking", 200,
       R"({"results":[{"index":2,"relevance_score":0.9},)"
       R"({"index":0,"relevance_score":0.5}]})",
       ""},
      {"other ranking", 200,
       R"({"results":[{"index":0,"relevance_score":0.7},)"
       R"({"index":1,"relevance_score":-0.5}]})",
       ""},
      {"boxes", 200, R"({"predictions":[{"label":"cat","score":0.9,"box":[0,0,10,10]}]})", ""},
      {"other boxes", 200,
       R"({"predictions":[{"label":"cat","score":0.8,"box":[1,0,9,10]},)"
       R"({"label":"dog","score":0.3,"box":[5,5,5,5]}]})",
       ""},
      {"other json", 200, R"({"a":[1,2.5,{"b":null}],"c":"d"})", ""},
      {"scalar", 200, "7", ""},
      {"empty", 204, "", ""},
      {"error", 500, R"({"error":"no"})", ""},
      {"calls", 200, R"([{"name":"a","arguments":"{\"x\":[1,2]}"},{"name":"a","input":{"x":1}}])",
       ""},
      {"other calls", 200, R"([{"name":"a","arguments":"{\"x\":"},{"name":"b","input":{}}])", ""},
      // 0.1, 0.9, NaN, NaN and 0.9, 0.1, 1, 2 in halves; three classes.
      Binary("binary scores", BinaryOutput("FP16", "[2,2]", "8"),
             "\x66\x2E\x33\x3B\x01\x7E\x01\x7E"),
      Binary("other binary scores", BinaryOutput("FP16", "[2,2]", "8"),
             std::string("\x33\x3B\x66\x2E\x00\x3C\x00\x40", 8)),
      Binary("binary labels", BinaryOutput("INT16", "[2]", "4"), std::string("\3\0\x8\0", 4)),
      Binary("binary texts", BinaryOutput("BYTES", "[1]", "13"),
             std::string("\x9\0\0\0", 4) + "0.9:1:cat"),
      {"plain error", 503, "upstream is away", ""},
      {"html", 200, "<html></html>", ""},
  };
}

std::vector<Sample> Hostile() {
  std::string wide = "{";
  for (int i = 0; i < 100'000; ++i) wide += "\"k" + std::to_string(i) + "\":0,";
  std::string nested(10'000, '[');
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  const std::string whole = Tensor("FP32", "[2,2]", "[0.1,0.9,1e5,\"\\u00e9\"]");
  std::vector<Sample> samples{
      {"deep arrays", 200, nested + std::string(10'000, ']'), ""},
      {"deep arrays, cut", 200, nested, ""},
      {"deep objects", 200, objects + "1" + std::string(10'000, '}'), ""},
      {"a number of 5 MB", 200, std::string(5'000'000, '9'), ""},
      {"a decimal of 5 MB", 200, "0." + std::string(5'000'000, '7'), ""},
      {"an exponent of 5 MB", 200, "1e" + std::string(5'000'000, '9'), ""},
      {"a string of 5 MB", 200, "\"" + std::string(5'000'000, 'x'), ""},
      {"wide object with a repeated key", 200, wide + "\"k7\":1}", ""},
      {"repeated key", 200, R"({"outputs":[],"outputs":[]})", ""},
      {"invalid UTF-8", 200, "{\"a\":\"\xC3\x28\"}", ""},
      {"base64 of no floats", 200, R"({"data":[{"index":0,"embedding":"AAA="}]})", ""},
      {"base64 of 5 MB, cut", 200,
       R"({"data":[{"embedding":")" + std::string(5'000'001, 'A') + "\"}]}", ""},
      {"vectors of huge numbers", 200,
       R"({"data":[{"index":0,"embedding":[1e308,-1e308]},)"
       R"({"index":0,"embedding":[1e-320,1e999]}]})",
       ""},
      {"ranking of one key", 200, R"({"results":[{"index":1},{"index":1},{"index":[]}]})", ""},
      {"ranking of huge scores", 200,
       R"({"results":[{"index":1,"relevance_score":1e308},)"
       R"({"index":2,"relevance_score":-1e999}]})",
       ""},
      {"boxes turned inside out", 200, R"({"predictions":[{"box":[1e308,0,-1e308,NaN]},7]})", ""},
      {"zeros", 200, std::string(1000, '\0'), ""},
      {"lone surrogates", 200, R"(["\ud800","\udfff\ud800"])", ""},
      {"huge shape", 200, Tensor("FP32", "[9223372036854775807,9223372036854775807]", "[1]"), ""},
      {"negative shape", 200, Tensor("FP32", "[-1]", "[1]"), ""},
      {"shape of shapes", 200, Tensor("FP32", "[[1]]", "[1]"), ""},
      {"ragged data", 200, Tensor("FP32", "[2,2]", "[[1,2,3],[4]]"), ""},
      {"empty rows", 200, Tensor("FP32", "[2,0]", "[[],[]]"), ""},
      {"data of objects", 200, Tensor("FP32", "[1]", R"([{"a":1}])"), ""},
      {"outputs of numbers", 200, R"({"outputs":[1,2]})", ""},
      {"no gzip", 200, "{}", "gzip"},
      {"cut gzip", 200, Gzipped(std::string(10'000, 'x')).substr(0, 20), "gzip"},
      {"zip bomb", 200, Gzipped(std::string(80u << 20, ' ')), "gzip"},
      {"unknown encoding", 200, "{}", "rot13"},
      Binary("binary of no shape", BinaryOutput("FP32", "[9223372036854775807,4]", "8"),
             "12345678"),
      Binary("binary of another size", BinaryOutput("FP32", "[2]", "9"), "123456789"),
      Binary("binary that is cut", BinaryOutput("FP32", "[2]", "8"), "1234567"),
      Binary("binary that is too long", BinaryOutput("FP32", "[2]", "8"), "123456789"),
      Binary("binary of huge sizes",
             BinaryOutput("FP32", "[2]", "18446744073709551608") + "," +
                 BinaryOutput("FP32", "[4]", "16"),
             "12345678"),
      Binary("binary texts of 4 GB", BinaryOutput("BYTES", "[1]", "4"), "\xFF\xFF\xFF\xFF"),
      Binary("binary of nothing", "", "1234"),
      {"JSON beyond the body", 200, Tensor("FP32", "[1]", "[1]"), "", "1000000"},
      {"JSON of no length", 200, Tensor("FP32", "[1]", "[1]"), "", "-1"},
      {"JSON of two lengths", 200, Tensor("FP32", "[1]", "[1]"), "", "5, 5"},
      {"many encodings", 200, "{}", "gzip,gzip,gzip,gzip,gzip,gzip"},
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    samples.push_back({"cut at " + std::to_string(size), 200, whole.substr(0, size), ""});
  }
  return samples;
}

}  // namespace understudy
