// Methods that servers tell of themselves.
#include "comparators/remote/reflected_methods.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "test/support/fake_grpc_server.h"
#include "understudy/v1/comparator.grpc.pb.h"

namespace understudy {
namespace {

// A server that tells, on a port of its own.
class TestServer {
 public:
  TestServer() {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }
  ReflectionTarget Target() const { return {{"127.0.0.1:" + std::to_string(port_)}}; }

 private:
  v1::ComparatorService::Service service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

struct Heard {
  std::mutex mutex;
  std::vector<std::string> news;
  ReflectedMethods::News Listener() {
    return [this](const std::string& one) {
      std::lock_guard lock(mutex);
      news.push_back(one);
    };
  }
};

constexpr GrpcMethodName kCompare{"understudy.v1.ComparatorService", "Compare"};
constexpr GrpcMethodName kScore{"shop.Scores", "Score"};
constexpr const char* kV1 = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
constexpr const char* kV1Alpha = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

std::string FileOf(const std::string& text) {
  google::protobuf::FileDescriptorProto file;
  google::protobuf::TextFormat::ParseFromString(text, &file);
  return file.SerializeAsString();
}
const std::string kItem = FileOf(R"(name: "item.proto" package: "shop" message_type { name: "Item"
    field { name: "label" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL } })");
const std::string kShop = FileOf(R"(name: "shop.proto" package: "shop" dependency: "item.proto"
    service { name: "Scores"
      method { name: "Score" input_type: ".shop.Item" output_type: ".shop.Item" } })");

std::string Sized(char tag, const std::string& bytes) {
  std::string field(1, tag);
  for (std::size_t size = bytes.size(); true; size >>= 7) {
    field += static_cast<char>((size & 0x7F) | (size > 0x7F ? 0x80 : 0));
    if (size <= 0x7F) break;
  }
  return field + bytes;
}
// A ServerReflectionResponse with this file, and one with an error.
std::string Told(const std::string& file) { return Sized('\x22', Sized('\x0A', file)); }
const std::string kRefused = Sized('\x3A', Sized('\x12', "not found"));
// A file of that many bytes that can be read.
std::string Large(std::size_t size) {
  google::protobuf::FileDescriptorProto file;
  file.set_name("large.proto");
  file.set_package(std::string(size, 'a'));
  return Told(file.SerializeAsString());
}

TEST_CASE("a server that is not there leaves methods unknown, and is not asked again so soon") {
  Heard heard;
  const ReflectedMethods methods({{"127.0.0.1:1"}}, heard.Listener());
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(methods.Find(kCompare));
    methods.WaitUntilAsked();
  }
  CHECK(heard.news.size() == 1);
}

TEST_CASE("a method is known once its server has told of it, with all its messages need") {
  const TestServer server;
  Heard heard;
  const ReflectedMethods methods(server.Target(), heard.Listener());
  CHECK_FALSE(methods.Find(kCompare));
  methods.WaitUntilAsked();
  const auto method = methods.Find(kCompare);
  REQUIRE(method);
  CHECK(method->request->full_name() == "understudy.v1.CompareRequest");
  CHECK(method->client_streams);
  CHECK(method->server_streams);
  CHECK_FALSE(methods.Find({kCompare.service, "Nothing"}));
  CHECK(methods.Fingerprint() == 0);
  CHECK(heard.news.size() == 1);
}

TEST_CASE("a service that a server does not have stays unknown") {
  const TestServer server;
  const ReflectedMethods methods(server.Target());
  CHECK_FALSE(methods.Find({"no.Such", "Method"}));
  methods.WaitUntilAsked();
  CHECK_FALSE(methods.Find({"no.Such", "Method"}));
  CHECK_FALSE(methods.Find({"", ""}));
}

TEST_CASE("who ends while a server is asked does not wait for it") {
  const TestServer server;
  for (int i = 0; i < 5; ++i) {
    const ReflectedMethods methods(server.Target());
    CHECK_FALSE(methods.Find(kCompare));
  }
}

TEST_CASE("no more services are asked for than a few, however many a client invents") {
  std::atomic<int> asked = 0;
  FakeGrpcServer server([&](const std::string&, const std::string&) {
    ++asked;
    return FakeGrpcServer::Answer{.message = kRefused};
  });
  const ReflectedMethods methods({{server.Address()}});
  for (int i = 0; i < 200; ++i) {
    CHECK_FALSE(methods.Find({"no.Service" + std::to_string(i), "M"}));
  }
  methods.WaitUntilAsked();
  for (int i = 0; i < 200; ++i) {
    CHECK_FALSE(methods.Find({"no.Service" + std::to_string(i), "M"}));
  }
  methods.WaitUntilAsked();
  CHECK(asked == 2 * 64);  // by either version of reflection
}

TEST_CASE("an import that does not come with the service is asked for by its name") {
  FakeGrpcServer server([](const std::string&, const std::string& question) {
    const bool of_import = question == std::string("\x1A\x0Aitem.proto");
    return FakeGrpcServer::Answer{.message = Told(of_import ? kItem : kShop)};
  });
  Heard heard;
  const ReflectedMethods methods({{server.Address()}}, heard.Listener());
  CHECK_FALSE(methods.Find(kScore));
  methods.WaitUntilAsked();
  const auto method = methods.Find(kScore);
  REQUIRE(method);
  CHECK(method->response->FindFieldByName("label") != nullptr);
  CHECK(server.Asked(kV1) == 2);
  CHECK(server.Asked(kV1Alpha) == 0);
  CHECK(heard.news == std::vector<std::string>{"its server told of gRPC service shop.Scores"});
}

TEST_CASE("an older server is asked in the older version") {
  FakeGrpcServer server([](const std::string& path, const std::string& question) {
    if (path == kV1) return FakeGrpcServer::Answer{.failure = {grpc::UNIMPLEMENTED, "no"}};
    const bool of_import = question.find("item") != std::string::npos;
    return FakeGrpcServer::Answer{.message = Told(of_import ? kItem : kShop)};
  });
  const ReflectedMethods methods({{server.Address()}});
  CHECK_FALSE(methods.Find(kScore));
  methods.WaitUntilAsked();
  CHECK(methods.Find(kScore));
}

TEST_CASE("answers that make no service leave it unknown, and the news says why") {
  const auto [answer, news] =
      GENERATE(table<std::string, std::string>({{"\xFF", "no answer of reflection"},
                                                {"", "knows no file"},
                                                {kRefused, "does not know the service"},
                                                {Told("\xFF"), "no answer of reflection"},
                                                {Told(kItem), "files do not have it"},
                                                {Told(kShop), "too many files"},
                                                {Large(17 << 20), "beyond the bounds"},
                                                {Large(21 << 20), "larger than max"}}));
  FakeGrpcServer server([&answer = answer](const std::string&, const std::string&) {
    return FakeGrpcServer::Answer{.message = answer};
  });
  Heard heard;
  const ReflectedMethods methods({{server.Address()}}, heard.Listener());
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(methods.Find(kScore));
    methods.WaitUntilAsked();
  }
  REQUIRE(heard.news.size() == 1);
  CHECK_THAT(heard.news[0],
             Catch::Contains("gRPC service shop.Scores is not known") && Catch::Contains(news));
}

TEST_CASE("a server that is asked and says nothing holds nobody up, and is asked once") {
  FakeGrpcServer server(
      [](const std::string&, const std::string&) { return FakeGrpcServer::Answer{.mute = true}; });
  const auto begin = std::chrono::steady_clock::now();
  {
    const ReflectedMethods methods({{server.Address()}});
    while (server.Asked(kV1) == 0) CHECK_FALSE(methods.Find(kScore));
    for (int i = 0; i < 1000; ++i) CHECK_FALSE(methods.Find(kScore));
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(4));
  CHECK(server.Asked(kV1) + server.Asked(kV1Alpha) == 1);
}

TEST_CASE("the next address is asked where one does not answer") {
  const TestServer server;
  ReflectionTarget target = server.Target();
  target.addresses.insert(target.addresses.begin(), "127.0.0.1:1");
  const ReflectedMethods methods(target);
  CHECK_FALSE(methods.Find(kCompare));
  methods.WaitUntilAsked();
  CHECK(methods.Find(kCompare));
}

}  // namespace
}  // namespace understudy
