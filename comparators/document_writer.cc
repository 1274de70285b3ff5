// Nodes, one after the other.
#include "comparators/document_writer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "fmt/format.h"

namespace understudy {

DocumentWriter::DocumentWriter(std::string_view text, const DocumentLimits& limits)
    : limits_(limits), document_(new Document(text)) {}

void DocumentWriter::Refuse() {
  if (!status_.ok()) return;
  status_ =
      absl::ResourceExhaustedError(fmt::format("more than {} values and names", limits_.max_nodes));
}

void DocumentWriter::Open(JsonKind kind) {
  CountValue();
  if (frames_.size() >= limits_.max_depth && status_.ok()) {
    status_ = absl::ResourceExhaustedError(
        fmt::format("more than {} containers inside each other", limits_.max_depth));
  }
  frames_.push_back({document_->node_count(), 0});
  JsonNode node{};
  node.kind = kind;
  Push(node);
}

void DocumentWriter::End() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  if (!status_.ok()) return;
  JsonNode& node = document_->nodes_[frame.index];
  node.size = frame.count;
  node.payload.next = document_->node_count();
}

DocumentWriter::Name DocumentWriter::Copy(std::string_view bytes) {
  std::string& kept = document_->unescaped_;
  if (bytes.size() > limits_.max_bytes - std::min(kept.size(), limits_.max_bytes)) {
    if (status_.ok()) {
      status_ = absl::ResourceExhaustedError(
          fmt::format("names and texts have more than {} bytes", limits_.max_bytes));
    }
    return {};
  }
  const Name name{kept.size(), static_cast<std::uint32_t>(bytes.size())};
  kept += bytes;
  return name;
}

DocumentWriter::Name DocumentWriter::Keep(std::string_view name) { return Copy(name); }

void DocumentWriter::Key(std::string_view name) { Key(Copy(name)); }

void DocumentWriter::Key(Name name) {
  JsonNode node{};
  node.kind = JsonKind::kString;
  node.is_key = true;
  node.unescaped = true;
  node.size = name.size;
  node.payload.offset = name.offset;
  Push(node);
}

void DocumentWriter::Scalar(JsonKind kind, decltype(JsonNode::payload) payload) {
  CountValue();
  JsonNode node{};
  node.kind = kind;
  node.payload = payload;
  Push(node);
}

void DocumentWriter::Integer(std::int64_t value) {
  Scalar(JsonKind::kInt, {.signed_integer = value});
}

void DocumentWriter::Unsigned(std::uint64_t value) {
  const bool fits = value <= std::numeric_limits<std::int64_t>::max();
  Scalar(fits ? JsonKind::kInt : JsonKind::kUint, {.unsigned_integer = value});
}

void DocumentWriter::Decimal(double value) { Scalar(JsonKind::kDouble, {.decimal = value}); }

void DocumentWriter::Node(const JsonNode& scalar) {
  CountValue();
  Push(scalar);
}

void DocumentWriter::String(std::string_view value) { String(Copy(value)); }

void DocumentWriter::String(Name kept) {
  JsonNode node{};
  node.kind = JsonKind::kString;
  node.unescaped = true;
  node.size = kept.size;
  node.payload.offset = kept.offset;
  Node(node);
}

void DocumentWriter::BorrowedString(std::string_view value) {
  JsonNode node{};
  node.kind = JsonKind::kString;
  node.size = static_cast<std::uint32_t>(value.size());
  node.payload.offset =
      value.empty() ? 0 : static_cast<std::uint64_t>(value.data() - document_->text_.data());
  Node(node);
}

std::span<JsonNode> DocumentWriter::Room(std::size_t count) {
  std::vector<JsonNode>& nodes = document_->nodes_;
  if (!status_.ok() || count > limits_.max_nodes - nodes.size()) {
    Refuse();
    return {};
  }
  if (!frames_.empty()) frames_.back().count += static_cast<std::uint32_t>(count);
  const std::size_t before = nodes.size();
  nodes.resize(before + count);
  return std::span(nodes).subspan(before);
}

void DocumentWriter::Repeat(std::size_t times) {
  if (!status_.ok()) return;
  const JsonNode last = document_->nodes_.back();
  for (JsonNode& node : Room(times)) node = last;
}

absl::StatusOr<std::unique_ptr<Document>> DocumentWriter::Finish() {
  if (!status_.ok()) return status_;
  return std::move(document_);
}

}  // namespace understudy
