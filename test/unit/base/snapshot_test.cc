// One writer's value as readers see it.
#include "proxy/base/snapshot.h"

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

namespace understudy {
namespace {

TEST_CASE("nothing is read before the first value") {
  Snapshot<int> snapshot;
  SnapshotReader<int> reader(snapshot);
  CHECK(snapshot.Read() == nullptr);
  CHECK(reader.Read() == nullptr);
  CHECK(snapshot.Version() == 0);
}

TEST_CASE("a reader sees the newest value and the version moves with each") {
  Snapshot<int> snapshot;
  SnapshotReader<int> reader(snapshot);
  for (int i = 1; i <= 5; ++i) {
    snapshot.Publish(std::make_shared<const int>(i));
    CHECK(snapshot.Version() == static_cast<std::uint64_t>(i));
    CHECK(*snapshot.Read() == i);
    CHECK(*reader.Read() == i);
    CHECK(*reader.Read() == i);
  }
}

TEST_CASE("who keeps a value keeps it through the next and nobody else does") {
  Snapshot<int> snapshot;
  SnapshotReader<int> reader(snapshot);
  auto first = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watch = first;
  snapshot.Publish(std::move(first));
  std::shared_ptr<const int> kept = reader.Read();
  snapshot.Publish(std::make_shared<const int>(2));
  CHECK(*kept == 1);
  CHECK(*reader.Read() == 2);
  kept.reset();
  CHECK(watch.expired());
}

TEST_CASE("a value may look at the snapshot as it goes") {
  // It would wait for ever if it were destroyed under the lock.
  struct Curious {
    Snapshot<Curious>* snapshot;
    int* seen;
    ~Curious() {
      if (snapshot->Read() == nullptr) ++*seen;
    }
  };
  int seen = 0;
  Snapshot<Curious> snapshot;
  snapshot.Publish(std::shared_ptr<const Curious>(new Curious{&snapshot, &seen}));
  snapshot.Publish(nullptr);
  CHECK(seen == 1);
}

TEST_CASE("readers on other threads see whole values that never go back") {
  struct Pair {
    int a, b;
  };
  Snapshot<Pair> snapshot;
  snapshot.Publish(std::make_shared<const Pair>(Pair{0, 0}));
  constexpr int kLast = 20'000;
  std::vector<std::thread> readers;
  std::vector<int> faults(3);
  for (int& fault : faults) {
    readers.emplace_back([&snapshot, &fault] {
      SnapshotReader<Pair> reader(snapshot);
      int last = 0;
      while (last < kLast) {
        const Pair now = *reader.Read();
        fault += now.a != now.b || now.a < last ? 1 : 0;
        last = now.a;
      }
    });
  }
  for (int i = 1; i <= kLast; ++i) snapshot.Publish(std::make_shared<const Pair>(Pair{i, i}));
  for (std::thread& reader : readers) reader.join();
  CHECK(faults == std::vector<int>(3, 0));
}

}  // namespace
}  // namespace understudy
