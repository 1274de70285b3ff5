// Calls of gRPC: what their messages say is compared, by the descriptors that come with the
// product.
#include <catch2/catch.hpp>
#include <string>

#include "test/support/fake_http2_upstream.h"
#include "test/support/http2_client.h"
#include "test/support/running_proxy.h"

using namespace understudy;

namespace {

using Answer = FakeHttp2Upstream::Answer;
using Request = FakeHttp2Upstream::Request;

// A ModelInferResponse of model "m" whose INT64 tensor "y" has this one number.
std::string Inferred(char number) {
  const std::string tensor =
      std::string("\x0a\x01y\x12\x05INT64\x1a\x01\x01\x2a\x03\x1a\x01", 17) + number;
  const std::string message = "\x0a\x01m\x2a\x12" + tensor;
  return std::string("\0\0\0\0", 4) + static_cast<char>(message.size()) + message;
}

FakeHttp2Upstream::Script Answering(char number) {
  return [number](const Request&) -> Answer {
    return {200, {{"content-type", "application/grpc"}}, Inferred(number), {{"grpc-status", "0"}}};
  };
}

}  // namespace

TEST_CASE("answers to gRPC calls are compared by what their messages say") {
  const char other = GENERATE('\5', '\6');
  FakeHttp2Upstream incumbent(Answering('\5')), candidate(Answering(other));
  RunningProxy proxy(TwoModels(incumbent.Address(), candidate.Address(),
                               "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n"
                               "    compare: {preset: oip-v2}\n",
                               ", protocol: http2"));
  Http2Client client(proxy.Port());
  client.Ask("POST", "/inference.GRPCInferenceService/ModelInfer",
             {{"content-type", "application/grpc"}, {"te", "trailers"}},
             std::string("\0\0\0\0\3\x0a\x01m", 8));
  const std::string result = other == '\5' ? "same" : "different";
  CHECK(RunningProxy::Eventually([&] { return Comparisons(proxy, "values", result) == 1; }));
  CHECK(Comparisons(proxy, "values", "uncomparable") == 0);
}
