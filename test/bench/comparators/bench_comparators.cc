// How fast the comparators are: a pair of answers through a scorer, one JSON line per case.
//   bench_comparators [--bodies FOLDER]
// FOLDER gets the bodies of every case, for the tools that are measured beside.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/suite.h"
#include "fmt/format.h"
#include "test/bench/comparators/bodies.h"

namespace understudy::bench {
namespace {

constexpr std::size_t kSmall = 1000, kMiddle = 64'000, kLarge = 4'000'000;
constexpr std::size_t kMillionNumbers = 11'000'000;  // bytes, of a JSON tensor
constexpr int kBatches = 5;
constexpr double kBatchSeconds = 0.03;

struct Case {
  std::string_view name;
  std::string_view use;
  std::string_view options;
  std::string_view bodies;
  MakeBodies make;
  std::vector<std::size_t> sizes;
};

// Sizes are left out where a comparator's bounds or its purpose do.
std::vector<Case> Cases() {
  const std::vector<std::size_t> all = {kSmall, kMiddle, kLarge};
  const std::vector<std::size_t> few = {kSmall, kMiddle};
  return {
      {"exact", "exact", "", "text", &Prose, all},
      {"json", "json", "", "records", &Records, all},
      {"json_schema", "json_schema",
       R"({"schema":{"properties":{"items":{"items":{"required":["id"],)"
       R"("properties":{"id":{"type":"integer"},"score":{"minimum":0}}}}}}})",
       "records", &Records, all},
      {"tensors", "tensors", "", "JSON", &JsonTensor, {kSmall, kMiddle, kLarge, kMillionNumbers}},
      {"tensors, binary", "tensors", "", "binary", &BinaryTensor, all},
      {"top1", "top1", "", "JSON", &JsonTensor, all},
      {"top1, binary", "top1", "", "binary", &BinaryTensor, all},
      {"topk", "topk", "", "JSON", &JsonTensor, all},
      {"probabilities", "probabilities", R"({"logits":true})", "JSON", &JsonTensor, all},
      {"vectors", "vectors", "", "JSON", &JsonTensor, all},
      {"numeric", "numeric", "", "JSON", &JsonTensor, all},
      {"text, edit", "text", "", "text", &Prose, {kSmall, 4'000, kMiddle}},
      {"text, token_f1", "text", R"({"score":"token_f1"})", "text", &Prose, few},
      {"text, chrf", "text", R"({"score":"chrf"})", "text", &Prose, few},
      {"text, rouge_l", "text", R"({"score":"rouge_l"})", "text", &Prose, few},
      {"toolcalls", "toolcalls", "", "calls", &ToolCalls, few},
      {"ranking", "ranking", "", "results", &Ranking, few},
      {"boxes", "boxes", "", "boxes", &Boxes, few},
  };
}

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Seconds of processor time of one call: of the batches the fastest, as the machine may do other
// things as well.
template <typename Call>
double SecondsOf(Call call) {
  double best = 1e9;
  std::uint64_t calls = 1;
  for (int batch = 0; batch < kBatches;) {
    const double began = ProcessorSeconds();
    for (std::uint64_t i = 0; i < calls; ++i) call();
    const double seconds = ProcessorSeconds() - began;
    if (seconds < kBatchSeconds) {
      calls *= 2;
      continue;
    }
    best = std::min(best, seconds / static_cast<double>(calls));
    ++batch;
  }
  return best;
}

void Print(std::string_view name, std::string_view bodies, std::size_t size,
           std::string_view variant, std::size_t bytes, double seconds, double divergence) {
  fmt::print(R"({{"case":"{}","bodies":"{}","size":{},"variant":"{}","bytes":{},"us":{:.3f},)"
             R"("mb_per_s":{:.1f},"divergence":{:.6f}}})"
             "\n",
             name, bodies, size, variant, bytes, seconds * 1e6,
             static_cast<double>(bytes) / seconds / 1e6, divergence);
  std::fflush(stdout);
}

RawAnswer AnswerOf(const std::string& body, const AnswerHeader& length) {
  RawAnswer answer{200, {}, body};
  if (!length.value.empty()) answer.headers = {&length, 1};
  return answer;
}

bool Measure(const Case& one, std::size_t size, const std::string& folder) {
  auto suite = BuildSuite(
      {.comparators = {{"it", std::string(one.use), std::string(one.options), "", false}}});
  if (!suite.ok()) return false;
  for (const Variant variant : kVariants) {
    const BodyPair bodies = one.make(size, variant);
    const AnswerHeader left{"inference-header-content-length", bodies.baseline_json_length};
    const AnswerHeader right{"inference-header-content-length", bodies.candidate_json_length};
    const RawPair pair{{}, AnswerOf(bodies.baseline, left), AnswerOf(bodies.candidate, right)};
    const ComparatorScore score = (*suite)->Score(pair).scores.at(0);
    if (!score.compared) {
      std::fprintf(stderr, "%s: %s\n", std::string(one.name).c_str(), score.detail.c_str());
      return false;
    }
    const double seconds = SecondsOf([&] { (*suite)->Score(pair); });
    Print(one.name, one.bodies, size, NameOf(variant),
          bodies.baseline.size() + bodies.candidate.size(), seconds, score.comparison.divergence);
    if (folder.empty()) continue;
    const std::string place = fmt::format("{}/{}-{}-{}", folder, one.bodies, size, NameOf(variant));
    std::ofstream(place + ".a", std::ios::binary) << bodies.baseline;
    std::ofstream(place + ".b", std::ios::binary) << bodies.candidate;
  }
  return true;
}

// What no comparison of bytes can be faster than.
void MeasureMemory(std::size_t size) {
  const BodyPair bodies = Prose(size, Variant::kEqualBytes);
  volatile int same = 0;
  const double seconds = SecondsOf([&] {
    same = std::memcmp(bodies.baseline.data(), bodies.candidate.data(), bodies.baseline.size());
  });
  Print("memcmp", "text", size, NameOf(Variant::kEqualBytes), 2 * bodies.baseline.size(), seconds,
        0);
}

int Run(int count, char** words) {
  std::string folder;
  if (count == 3 && std::string_view(words[1]) == "--bodies") {
    folder = words[2];
  } else if (count != 1) {
    std::fputs("usage: bench_comparators [--bodies FOLDER]\n", stderr);
    return 2;
  }
  for (const std::size_t size : {kSmall, kMiddle, kLarge}) MeasureMemory(size);
  for (const Case& one : Cases()) {
    for (const std::size_t size : one.sizes) {
      if (!Measure(one, size, folder)) return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace understudy::bench

int main(int count, char** words) { return understudy::bench::Run(count, words); }
