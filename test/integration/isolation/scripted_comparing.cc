// The composition root in small.
#include "test/integration/isolation/scripted_comparing.h"

#include <stdexcept>

#include "comparators/suite.h"
#include "proxy/async/clock.h"

namespace understudy {
namespace {

class Scripted : public Comparator {
 public:
  explicit Scripted(ScriptedComparing::Compare compare) : compare_(std::move(compare)) {}
  absl::StatusOr<Comparison> Compare(const Pair& pair) const override { return compare_(pair); }

 private:
  const ScriptedComparing::Compare compare_;
};

Cluster ClusterAt(const std::string& name, std::uint16_t port) {
  Cluster cluster;
  cluster.name = cluster.version = name;
  cluster.endpoints = {{"127.0.0.1", port, "127.0.0.1:" + std::to_string(port)}};
  return cluster;
}

std::shared_ptr<const Topology> MirroredTo(std::uint16_t incumbent, std::uint16_t candidate) {
  auto topology = std::make_shared<Topology>();
  topology->listeners = {{"inference", {"127.0.0.1", 0, "127.0.0.1:0"}, {}}};
  topology->clusters = {ClusterAt("v1", incumbent), ClusterAt("v2", candidate)};
  Route route;
  route.name = route.salt = "all";
  route.match.path_prefix = "/";
  route.effects = Effects::kPure;
  route.incumbent = "v1";
  CandidateArm arm;
  arm.cluster = "v2";
  arm.mirror.rate = 1;
  route.candidates = {arm};
  route.segments = {{.name = "language", .key = "X-Lang", .values = {"en"}}};
  topology->routes = {route};
  return topology;
}

}  // namespace

class ScriptedComparing::NoLog : public AccessLog {
  bool Wants(int, std::uint64_t) const override { return false; }
  void Write(const AccessEntry&) override {}
};

class ScriptedComparing::NoRecords : public RecordSink {
  bool Offer(DivergenceRecord, const PairBodies&, const CaptureRules&) override { return true; }
};

ScriptedComparing::ScriptedComparing(std::uint16_t incumbent, std::uint16_t candidate,
                                     Compare compare)
    : log_(std::make_unique<NoLog>()), records_(std::make_unique<NoRecords>()) {
  SuiteParts parts;
  parts.members.push_back(
      {"scripted", {std::make_unique<Scripted>(std::move(compare)), ComparatorNeeds::kBody}});
  scorer_ = MakeSuite(std::move(parts));
  const auto topology = MirroredTo(incumbent, candidate);
  driver_ = std::make_unique<RolloutDriver>(
      topology, RolloutSurroundings{book_, traffic_, store_,
                                    [](const Route&) {
                                      return RouteComparators{{"scripted"}, {}};
                                    },
                                    WallNow, [](std::function<void()> run) { run(); }});
  if (!driver_->Load().ok()) throw std::runtime_error("the driver does not load");
  auto worker =
      WorkerThread::Make(0, 1, topology->limits, topology->listeners,
                         {traffic_, book_, health_, budgets_, *log_, credentials_, {&ring_}, 1});
  if (!worker.ok()) throw std::runtime_error("the worker cannot listen");
  worker_ = *std::move(worker);
  scoring_ = std::make_unique<ScoringLoop>(
      ScoringSurroundings{{&ring_}, *this, samples_, *records_, book_, 1});
  compare_thread_ = std::thread([this] { scoring_->Run(); });
  worker_->Begin();
}

ScriptedComparing::~ScriptedComparing() {
  worker_->StopAccepting();
  worker_->Cut();
  worker_->Join();
  scoring_->Stop();
  compare_thread_.join();
}

std::shared_ptr<const PairScorer> ScriptedComparing::Of(const std::shared_ptr<const Topology>&,
                                                        const Route&) {
  return scorer_;
}

}  // namespace understudy
