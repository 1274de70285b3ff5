// Rounds of clients, and the comparison of what was sent with what was seen.
#include "test/property/serving/traffic.h"

#include <fmt/format.h>

#include <algorithm>

namespace understudy {
namespace {

constexpr std::size_t kClients = 6;
constexpr std::size_t kMostRequests = 12;

// What the proxy writes itself.
bool IsWritten(std::string_view name) {
  static constexpr std::string_view kWritten[] = {"Host",
                                                  "Content-Length",
                                                  "Transfer-Encoding",
                                                  "X-Forwarded-For",
                                                  "X-Forwarded-Proto",
                                                  "X-Forwarded-Host",
                                                  "x-understudy-role",
                                                  "x-understudy-route",
                                                  "x-understudy-candidate",
                                                  "x-understudy-pair"};
  return std::find(std::begin(kWritten), std::end(kWritten), name) != std::end(kWritten);
}

std::vector<PlannedRequest> Sequence(const std::string& name, Chance& chance) {
  std::vector<PlannedRequest> requests;
  const std::size_t count = 1 + chance.Below(kMostRequests);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id = fmt::format("{}.{}", name, i);
    requests.push_back(chance.OneIn(25) ? MalformedRequest(id, chance) : ProperRequest(id, chance));
  }
  return requests;
}

}  // namespace

Traffic::Traffic()
    : proxy_(std::make_unique<RunningProxy>(fmt::format(
          "workers: 2\nclusters:\n  - {{name: a, endpoints: [\"{}\"]}}\n"
          "  - {{name: b, endpoints: [\"{}\"]}}\n  - {{name: c, endpoints: [\"{}\"]}}\n"
          "  - {{name: d, endpoints: [\"{}\"]}}\nroutes:\n"
          "  - {{name: a, match: {{path_prefix: /a}}, effects: pure, incumbent: a}}\n"
          "  - {{name: b, match: {{path_prefix: /b}}, effects: pure, incumbent: b, "
          "candidates: [{{cluster: c, mirror: {{rate: 1.0}}}}]}}\n"
          "  - {{name: d, match: {{path_prefix: /d}}, effects: mutating, incumbent: d}}\n",
          kept_.Address(), mirrored_.Address(), shadows_.Address(), mutating_.Address()))) {}

std::vector<std::string> Traffic::Round(std::uint64_t seed) {
  Chance chance(seed);
  std::vector<std::unique_ptr<Client>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<Client>(
        proxy_->Connect(), Sequence(fmt::format("{}.{}", seed, i), chance), chance));
  }
  std::vector<Client*> sending;
  for (const auto& client : clients) sending.push_back(client.get());
  while (!sending.empty()) {
    const std::size_t next = chance.Below(sending.size());
    if (!sending[next]->Step(chance)) {
      sending.erase(sending.begin() + static_cast<std::ptrdiff_t>(next));
    }
  }
  std::vector<std::string> faults;
  for (const auto& client : clients) {
    client->Finish();
    faults.insert(faults.end(), client->Faults().begin(), client->Faults().end());
    for (std::size_t i = 0; i < client->Requests().size(); ++i) {
      const PlannedRequest& request = client->Requests()[i];
      sent_[request.id] = {request, client->Outcomes()[i]};
    }
  }
  return faults;
}

std::vector<std::string> Traffic::Settle() {
  CheckMirroredCount();
  proxy_.reset();
  for (const RecordingModel* model : {&kept_, &mirrored_, &shadows_, &mutating_}) {
    RunningProxy::Eventually([model] { return model->AllEnded(); });
    for (const std::string& fault : model->Faults()) Fault(fault);
  }
  CheckSeen(kept_, 'a');
  CheckSeen(mirrored_, 'b');
  CheckSeen(mutating_, 'd');
  CheckShadows();
  for (const auto& [id, account] : sent_) {
    const int most = account.known == Known::kNever                                      ? 0
                     : account.known != Known::kAnswered && account.request.Repeatable() ? 2
                                                                                         : 1;
    const int least = account.known == Known::kAnswered ? 1 : 0;
    const bool allowed = account.seen >= least && account.seen <= most;
    if (!allowed) Fault(fmt::format("{}: seen {} times", id, account.seen));
    if (account.shadowed > account.seen) {
      Fault(fmt::format("{}: shadowed {} times, served {} times", id, account.shadowed,
                        account.seen));
    }
  }
  return std::exchange(faults_, {});
}

std::size_t Traffic::Answered() const {
  return static_cast<std::size_t>(std::count_if(sent_.begin(), sent_.end(), [](const auto& one) {
    return one.second.known == Known::kAnswered;
  }));
}

void Traffic::CheckSeen(const RecordingModel& model, char route) {
  for (const Delivered& seen : model.Seen()) {
    Account* account = Find(seen);
    if (account == nullptr) {
      Fault(fmt::format("route {} saw what nobody sent: {}", route, seen.start_line));
      continue;
    }
    if (account->request.route != route || account->request.fate == Fate::kNoRoute) {
      Fault(fmt::format("{}: seen by route {}", account->request.id, route));
    }
    if (!seen.whole) continue;
    ++account->seen;
    CheckSame(seen, account->request, false);
  }
}

void Traffic::CheckShadows() {
  for (const Delivered& seen : shadows_.Seen()) {
    Account* account = Find(seen);
    if (account == nullptr || account->request.route != 'b') {
      Fault("a shadow of what nobody sent: " + seen.start_line);
      continue;
    }
    if (seen.Field("x-understudy-role") != "shadow") Fault("a shadow without its mark");
    if (!seen.whole) continue;
    ++account->shadowed;
    CheckSame(seen, account->request, true);
  }
}

// Every request counted as mirrored was seen, once, and no other one.
void Traffic::CheckMirroredCount() {
  const auto mirrored = [this] {
    return static_cast<std::size_t>(
        proxy_->Metric("understudy_mirror_requests_total", "outcome=\"mirrored\""));
  };
  if (!RunningProxy::Eventually([&] { return mirrored() == shadows_.SeenWhole(); })) {
    Fault(fmt::format("{} mirrored, {} seen", mirrored(), shadows_.SeenWhole()));
  }
}

Traffic::Account* Traffic::Find(const Delivered& seen) {
  const auto at = sent_.find(seen.Field("x-case"));
  return at == sent_.end() ? nullptr : &at->second;
}

void Traffic::CheckSame(const Delivered& seen, const PlannedRequest& request, bool shadow) {
  const auto require = [&](bool same, std::string_view what) {
    if (!same) Fault(fmt::format("{}: another {}: {}", request.id, what, seen.start_line));
  };
  const auto require_field = [&](std::string_view name, std::string_view value) {
    const std::string there = seen.Field(name);
    if (there != value) {
      Fault(fmt::format("{}: {} is \"{}\", not \"{}\"", request.id, name, there, value));
    }
  };
  NamedValues fields = request.fields;
  if (shadow)
    std::erase_if(fields, [](const auto& field) { return field.first == "Authorization"; });
  NamedValues through = seen.fields;
  std::erase_if(through, [](const auto& field) { return IsWritten(field.first); });
  require(seen.start_line == request.start_line, "start line");
  require_field("Host", request.host);
  require_field("X-Forwarded-For", request.forwarded_for);
  require_field("X-Forwarded-Host", request.host);
  require_field("X-Forwarded-Proto", "http");
  require_field("Content-Length",
                request.says_length ? std::to_string(request.payload.size()) : std::string());
  require(through == fields, "list of fields");
  require(seen.payload == request.payload, "payload");
  require(seen.chunked == request.chunked, "coding");
  require(seen.trailers == request.trailers, "trailer section");
}

}  // namespace understudy
