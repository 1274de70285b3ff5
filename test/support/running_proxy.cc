// Starting, asking and reading back.
#include "test/support/running_proxy.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace understudy {

RunningProxy::RunningProxy(std::string_view rest, std::string_view listener_timeouts,
                           std::string_view listener, std::string_view admin)
    : listener_timeouts_(listener_timeouts), listener_(listener), admin_(admin) {
  Write(rest);
  Start();
}

void RunningProxy::Write(std::string_view rest) const {
  WriteWholeFile(
      directory_.File("understudy.yaml"),
      fmt::format("listeners:\n  - {{name: inference, address: \"127.0.0.1:0\"{}{}}}\n"
                  "admin: {{grpc: \"127.0.0.1:0\", http: \"127.0.0.1:0\"{}}}\n"
                  "data_dir: {}\nlog: {{format: text, level: error, access: \"off\"}}\n"
                  "drain: {{grace: 0s, timeout: 2s}}\n{}",
                  listener_timeouts_.empty() ? "" : ", timeouts: {" + listener_timeouts_ + "}",
                  listener_.empty() ? "" : ", " + listener_, admin_.empty() ? "" : ", " + admin_,
                  directory_.File("data"), rest));
}

void RunningProxy::Start() {
  auto started = Process::Start({directory_.File("understudy.yaml")});
  if (!started.ok()) throw std::runtime_error(std::string(started.status().message()));
  process_ = *std::move(started);
}

void RunningProxy::Restart() {
  process_.reset();
  Start();
}

bool RunningProxy::Reload(std::string_view rest) {
  Write(rest);
  return process_->Reload("test");
}

HttpText RunningProxy::Ask(std::string_view bytes, bool bodiless) const {
  const TestSocket client = Connect();
  client.Send(bytes);
  HttpReader reader(client);
  return reader.Read(bodiless);
}

HttpText RunningProxy::Post(std::string_view path, std::string_view body,
                            std::string_view fields) const {
  return Ask(
      fmt::format("POST {} HTTP/1.1\r\nHost: models.example\r\n"
                  "Content-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
                  path, fields, body.size(), body));
}

HttpText RunningProxy::Status(std::string_view path) const {
  const TestSocket client = TestSocket::Connect(process_->HttpPort());
  client.Send(fmt::format("GET {} HTTP/1.1\r\nHost: admin\r\n\r\n", path));
  HttpReader reader(client);
  return reader.Read();
}

double RunningProxy::Metric(std::string_view name, std::string_view labels,
                            std::string_view more_labels) const {
  const std::string page = Status("/metrics").body;
  double sum = 0;
  std::string_view rest = page;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    if (!line.starts_with(name)) continue;
    const char after = line.size() > name.size() ? line[name.size()] : '\0';
    if (after != '{' && after != ' ') continue;
    if (line.find(labels) == line.npos || line.find(more_labels) == line.npos) continue;
    sum += std::strtod(std::string(line.substr(line.rfind(' ') + 1)).c_str(), nullptr);
  }
  return sum;
}

bool RunningProxy::Eventually(const std::function<bool()>& condition, int milliseconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    LetPass(2);
  }
  return true;
}

std::string TwoModels(std::string_view incumbent, std::string_view candidate,
                      std::string_view route, std::string_view cluster) {
  return fmt::format(
      "workers: 1\nclusters:\n  - {{name: v1, endpoints: [\"{}\"]{}}}\n"
      "  - {{name: v2, endpoints: [\"{}\"]{}}}\nroutes:\n  - name: all\n"
      "    match: {{path_prefix: /}}\n    effects: pure\n    incumbent: v1\n{}",
      incumbent, cluster, candidate, cluster,
      route.empty() ? "    candidates: [{cluster: v2, mirror: {rate: 1.0}}]\n" : route);
}

std::string OneModel(std::string_view address, std::string_view cluster, std::string_view route) {
  return fmt::format(
      "workers: 1\nclusters:\n  - {{name: v1, endpoints: [\"{}\"]{}}}\nroutes:\n  - name: all\n"
      "    match: {{path_prefix: /}}\n    effects: pure\n    incumbent: v1\n{}",
      address, cluster, route);
}

}  // namespace understudy
