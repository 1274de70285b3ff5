// Order of making: configuration, store, driver, compare threads, workers, control thread, admin.
// Order of ending: readiness, listeners, workers, compare threads, evidence, admin.
#include "proxy/server/process.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <random>
#include <thread>

#include "proxy/async/clock.h"
#include "proxy/base/log.h"
#include "proxy/base/status.h"
#include "proxy/base/thread_name.h"
#include "proxy/control/access_log.h"
#include "proxy/control/admin_server.h"
#include "proxy/control/metrics.h"
#include "proxy/control/records_key.h"
#include "proxy/control/records_reader.h"
#include "proxy/control/records_writer.h"
#include "proxy/control/sqlite_store.h"
#include "proxy/flow/drive_rollouts.h"
#include "proxy/flow/score_exchange.h"
#include "proxy/server/admin_doors.h"
#include "proxy/server/comparing.h"
#include "proxy/server/control_thread.h"
#include "proxy/server/health_thread.h"
#include "proxy/server/needs_restart.h"
#include "proxy/server/version.h"
#include "proxy/server/worker_thread.h"
#include "proxy/wire/status_server.h"
#include "proxy/wire/tls_credentials.h"

namespace understudy {
namespace {

constexpr std::size_t kRingCapacity = 2048;
// Threads that wait for comparator services and judges, and the pairs that may wait for such a
// thread.
constexpr std::size_t kWaitingThreads = 8;
constexpr std::size_t kWaitingPairs = 1024;
constexpr Duration kShadowPatience = std::chrono::seconds(1);
constexpr Duration kControlPeriod = std::chrono::milliseconds(100);
// More often than that, so that few samples wait at a time, in memory that is still warm.
constexpr Duration kSamplesPeriod = std::chrono::milliseconds(20);

void Pause(Duration duration) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, duration);
}

std::size_t WorkerCount(const Topology& topology) {
  if (topology.workers > 0) return static_cast<std::size_t>(topology.workers);
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace

struct Process::Parts {
  absl::Status Make(const ProcessOptions& options);
  absl::Status MakeDriver();
  absl::Status MakeWorkers();
  absl::Status MakeAdmin();
  absl::Status TakeOver(const std::shared_ptr<const Topology>& next);
  StatusPage Answer(std::string_view path) const;
  void TakeSamples();
  void Tick();
  bool AnyWaits(const std::shared_ptr<const Topology>& in_force);
  void BeginWaiting(const std::shared_ptr<const Topology>& in_force);
  void EndScoring();
  std::uint64_t OpenConnections() const;

  std::shared_ptr<const Topology> Newest() const {
    std::lock_guard lock(newest_mutex);
    return newest != nullptr ? newest : topology;
  }

  std::shared_ptr<const Topology> topology;  // as at the start: addresses, threads, limits
  mutable std::mutex newest_mutex;
  std::shared_ptr<const Topology> newest;  // after a reload
  bool level_is_fixed = false;             // by the command line
  ComparatorCatalog comparators;
  std::unique_ptr<ConfigFile> config;
  std::unique_ptr<SqliteControlStore> store;
  std::unique_ptr<TrafficBook> book;
  Snapshot<TrafficView> traffic;
  HealthBoards health;
  TlsCredentials credentials;
  HealthThread health_checks{health, credentials};
  ShadowBudgets budgets;
  SuiteCache suites{comparators};
  SampleQueue samples;
  std::unique_ptr<RecordWriter> records;
  std::unique_ptr<RecordReader> stored_records;
  std::unique_ptr<QueuedAccessLog> access_log;
  std::vector<std::unique_ptr<Ring<PairJob>>> rings;  // worker-major
  std::vector<std::unique_ptr<ScoringLoop>> scoring;
  std::vector<std::thread> scoring_threads;
  WaitingPairs waiting_pairs{kWaitingPairs};
  std::mutex waiting_mutex;  // guards the two below
  std::vector<std::unique_ptr<ScoringLoop>> waiting;
  std::vector<std::thread> waiting_threads;
  std::unique_ptr<RolloutDriver> driver;
  std::vector<std::unique_ptr<WorkerThread>> workers;
  ControlThread control;  // ends before the driver goes
  AdminDenials admin_denials;
  std::unique_ptr<MetricsCollector> metrics;
  std::unique_ptr<StatusServer> status_server;
  std::unique_ptr<AdminServer> admin;
  std::atomic<bool> ready{false};
  bool drained = false;
};

absl::Status Process::Parts::Make(const ProcessOptions& options) {
  using Loading = ComparatorCatalog::Loading;
  config = std::make_unique<ConfigFile>(
      options.config_path, comparators.KnownToConfig(Loading::kAllowed),
      comparators.KnownToConfig(Loading::kForbidden),
      [this](const std::shared_ptr<const Topology>& next) { return TakeOver(next); });
  const ConfigResult loaded = config->Load();
  if (loaded.topology == nullptr) {
    std::string lines;
    for (const ConfigFault& fault : loaded.faults) lines += fault.ToString() + "\n";
    if (!lines.empty()) lines.pop_back();
    return InvalidArgument(lines);
  }
  topology = loaded.topology;
  level_is_fixed = !options.log_level.empty();
  ConfigureLog(topology->log.json ? LogFormat::kJson : LogFormat::kText,
               options.log_level.empty() ? topology->log.level : options.log_level);
  ASSIGN_OR_RETURN(store, SqliteControlStore::Open(topology->data_dir, WallNow));
  const std::size_t count = WorkerCount(*topology);
  const auto compare = static_cast<std::size_t>(std::max(1, topology->compare_threads));
  book = std::make_unique<TrafficBook>(count, compare + kWaitingThreads);
  const std::string directory = topology->data_dir + "/records";
  RecordOptions record_options{.limits = topology->records};
  record_options.digest_key = DigestKeyOf(topology->data_dir);
  ASSIGN_OR_RETURN(records, RecordWriter::Open(directory, record_options, WallNow));
  stored_records = std::make_unique<RecordReader>(directory);
  access_log = std::make_unique<QueuedAccessLog>(topology->log, STDOUT_FILENO);
  RETURN_IF_ERROR(MakeDriver());
  for (std::size_t i = 0; i < count * compare; ++i) {
    rings.push_back(std::make_unique<Ring<PairJob>>(kRingCapacity));
  }
  RETURN_IF_ERROR(credentials.Prepare(*topology));
  RETURN_IF_ERROR(MakeWorkers());
  for (std::size_t thread = 0; thread < compare; ++thread) {
    std::vector<Ring<PairJob>*> mine;
    for (std::size_t worker = 0; worker < count; ++worker) {
      mine.push_back(rings[worker * compare + thread].get());
    }
    scoring.push_back(std::make_unique<ScoringLoop>(ScoringSurroundings{
        std::move(mine), suites, samples, *records, *book, count + thread, &waiting_pairs}));
    scoring_threads.emplace_back([loop = scoring.back().get(), thread] {
      NameThread("compare " + std::to_string(thread));
      loop->Run();
    });
  }
  BeginWaiting(topology);
  control.Begin(kSamplesPeriod, [this, due = SteadyTime()]() mutable {
    const SteadyTime now = SteadyNow();
    if (now < due) return TakeSamples();
    Tick();
    due = now + kControlPeriod - kSamplesPeriod / 2;  // calls come a little early or late
  });
  RETURN_IF_ERROR(MakeAdmin());
  for (auto& worker : workers) worker->Begin();
  health_checks.Update(topology);
  ready = true;
  return absl::OkStatus();
}

absl::Status Process::Parts::MakeDriver() {
  driver = std::make_unique<RolloutDriver>(
      topology,
      RolloutSurroundings{*book, traffic, *store,
                          [this](const Route& route) {
                            const auto present = Newest();
                            return ComparatorsOf(route, comparators.RegistryOf(*present),
                                                 comparators.MethodsOf(*present));
                          },
                          WallNow,
                          [this](std::function<void()> work) { control.Post(std::move(work)); }});
  return driver->Load();
}

absl::Status Process::Parts::MakeWorkers() {
  const std::size_t count = book->Workers();
  const std::size_t compare = rings.size() / count;
  std::random_device device;
  const std::uint64_t seed = (std::uint64_t{device()} << 32) | device();
  std::vector<ListenerConfig> listeners = topology->listeners;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Ring<PairJob>*> mine;
    for (std::size_t thread = 0; thread < compare; ++thread) {
      mine.push_back(rings[i * compare + thread].get());
    }
    ASSIGN_OR_RETURN(auto worker, WorkerThread::Make(i, count, topology->limits, listeners,
                                                     {traffic, *book, health, budgets, *access_log,
                                                      credentials, std::move(mine), seed}));
    // The first worker's ports are the others' too, also where the file says port 0.
    for (std::size_t l = 0; l < listeners.size(); ++l) {
      listeners[l].address.port = worker->Listeners()[l]->Port();
    }
    workers.push_back(std::move(worker));
  }
  return absl::OkStatus();
}

absl::Status Process::Parts::MakeAdmin() {
  if (topology->admin.grpc) {
    const AdminPorts ports{*driver,
                           *stored_records,
                           *config,
                           [this](const RequestDescription& request) {
                             return ExplainRequest(*traffic.Read(), request);
                           },
                           {WallNow, SteadyNow},
                           admin_denials};
    ASSIGN_OR_RETURN(admin, AdminServer::Start({topology->admin, {}}, ports));
  }
  metrics = std::make_unique<MetricsCollector>(MetricsSources{
      *book, [this] { return driver->Read(); },
      [this] {
        return ConfigMetrics{config->Present().hash, config->Reloads(), config->FailedReloads()};
      },
      [this] { return access_log->Dropped(); }, &records->Counters(), &store->Transitions(),
      kVersion, &admin_denials});
  if (topology->admin.http) {
    ASSIGN_OR_RETURN(status_server,
                     StatusServer::Start(*topology->admin.http,
                                         [this](std::string_view path) { return Answer(path); }));
  }
  return absl::OkStatus();
}

StatusPage Process::Parts::Answer(std::string_view path) const {
  if (path == "/livez") return {200, "text/plain", "live\n"};
  if (path == "/readyz") {
    return ready ? StatusPage{200, "text/plain", "ready\n"}
                 : StatusPage{503, "text/plain", "not ready: draining or starting\n"};
  }
  if (path == "/metrics") return {200, kMetricsContentType, RenderMetrics(*metrics)};
  return {404, "text/plain", "/metrics, /livez and /readyz are here\n"};
}

void Process::Parts::TakeSamples() {
  SampleQueue::Batch batch = samples.Take();
  for (const SampleQueue::Block& block : batch.samples) driver->Ingest(block);
  samples.GiveBack(std::move(batch.samples));
  for (auto& example : batch.examples) {
    driver->IngestExample(example.route, example.candidate, std::move(example.example));
  }
}

void Process::Parts::Tick() {
  TakeSamples();
  driver->Tick(WallNow());
  credentials.LookAtFiles(SteadyNow());
}

// A new configuration, from any thread. What cannot change while running is refused.
absl::Status Process::Parts::TakeOver(const std::shared_ptr<const Topology>& next) {
  if (const std::string keys = NeedsRestart(*Newest(), *next); !keys.empty()) {
    return FailedPrecondition(
        fmt::format("a reload cannot change {}: restart to have it in force", keys));
  }
  RETURN_IF_ERROR(credentials.Prepare(*next));
  BeginWaiting(next);
  if (!level_is_fixed) SetLogLevel(next->log.level);
  access_log->SetRules(next->log);
  {
    std::lock_guard lock(newest_mutex);
    newest = next;
  }
  records->SetLimits(next->records);
  health_checks.Update(next);
  comparators.LeaveOthers(*next);
  control.Post([this, next] { driver->Reload(next); });
  return absl::OkStatus();
}

std::uint64_t Process::Parts::OpenConnections() const {
  std::uint64_t open = 0;
  for (const auto& worker : workers) open += worker->OpenConnections();
  return open;
}

bool Process::Parts::AnyWaits(const std::shared_ptr<const Topology>& in_force) {
  return std::any_of(in_force->routes.begin(), in_force->routes.end(), [&](const Route& route) {
    const std::shared_ptr<const PairScorer> scorer = suites.Of(in_force, route);
    return scorer != nullptr && scorer->Traits().waits;
  });
}

// Threads that wait begin with the first configuration that has comparators outside, and stay.
void Process::Parts::BeginWaiting(const std::shared_ptr<const Topology>& in_force) {
  std::lock_guard lock(waiting_mutex);
  if (!waiting.empty() || !AnyWaits(in_force)) return;
  const std::size_t first = book->Workers() + scoring.size();
  for (std::size_t i = 0; i < kWaitingThreads; ++i) {
    waiting.push_back(std::make_unique<ScoringLoop>(
        ScoringSurroundings{{}, suites, samples, *records, *book, first + i}));
    waiting_threads.emplace_back([this, loop = waiting.back().get(), i] {
      NameThread("waiting " + std::to_string(i));
      loop->RunOn(waiting_pairs);
    });
  }
}

void Process::Parts::EndScoring() {
  for (auto& loop : scoring) loop->Stop();
  for (std::thread& thread : scoring_threads) thread.join();
  scoring_threads.clear();
  std::lock_guard lock(waiting_mutex);
  for (auto& loop : waiting) loop->Stop();
  waiting_pairs.Stop();
  comparators.EndWaiting();
  for (std::thread& thread : waiting_threads) thread.join();
  waiting_threads.clear();
}

Process::Process(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Process::~Process() { Drain(); }

absl::StatusOr<std::unique_ptr<Process>> Process::Start(const ProcessOptions& options) {
  std::unique_ptr<Process> process(new Process(std::make_unique<Parts>()));
  if (const absl::Status made = process->parts_->Make(options); !made.ok()) {
    process->parts_->topology = nullptr;  // nothing runs that would have to finish
    return made;
  }
  return process;
}

bool Process::Reload(std::string_view actor) {
  return parts_->config->Reload(actor).faults.empty();
}

void Process::Drain() {
  Parts& p = *parts_;
  if (p.drained) return;
  p.drained = true;
  const bool running = p.ready.exchange(false);
  if (running) {
    const auto now_in_force = p.Newest();
    Pause(now_in_force->drain_grace);
    for (auto& worker : p.workers) worker->StopAccepting();
    const SteadyTime deadline = SteadyNow() + now_in_force->drain_timeout;
    while (p.OpenConnections() > 0 && SteadyNow() < deadline) Pause(std::chrono::milliseconds(10));
    for (auto& worker : p.workers) worker->Cut();
    // Shadows of the last requests still tell something; clients do not wait for them.
    const SteadyTime patience = std::min(deadline, SteadyNow() + kShadowPatience);
    while (p.budgets.InFlight() > 0 && SteadyNow() < patience) {
      Pause(std::chrono::milliseconds(10));
    }
  }
  for (auto& worker : p.workers) worker->Join();
  p.health_checks.End();
  p.EndScoring();
  if (p.admin != nullptr) p.admin->Shutdown(std::chrono::seconds(1));
  if (p.status_server != nullptr) p.status_server->Stop();
  p.control.End();
  if (running) {
    p.Tick();
    p.driver->Drain();
  }
}

std::uint16_t Process::ListenerPort(std::size_t listener) const {
  return parts_->workers.front()->Listeners()[listener]->Port();
}
std::uint16_t Process::GrpcPort() const { return parts_->admin ? parts_->admin->port() : 0; }
std::uint16_t Process::HttpPort() const {
  return parts_->status_server ? parts_->status_server->Port() : 0;
}

}  // namespace understudy
