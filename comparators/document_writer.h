// Makes a document of values that stand in no JSON text, node by node in document order.
//
// Threads: used by one. Ownership: the text that strings may be borrowed from outlives the
// document. Beyond the limits nothing more is kept, and Finish() says so; callers of long lists may
// look at ok() to stop early. Keys of one object are the caller's to keep apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "comparators/document.h"

namespace understudy {

class DocumentWriter {
 public:
  explicit DocumentWriter(std::string_view text, const DocumentLimits& limits = {});

  void BeginObject() { Open(JsonKind::kObject); }
  void BeginArray() { Open(JsonKind::kArray); }
  void End();

  // The name of the member whose value comes next.
  void Key(std::string_view name);
  // The same of a name that will stand many times.
  struct Name {
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
  };
  Name Keep(std::string_view name);
  void Key(Name name);

  void Null() { Scalar(JsonKind::kNull, {}); }
  void Bool(bool value) { Scalar(value ? JsonKind::kTrue : JsonKind::kFalse, {}); }
  void Integer(std::int64_t value);
  void Unsigned(std::uint64_t value);
  void Decimal(double value);
  // Well-formed UTF-8, or bytes that comparators take as they are. Borrowed: a part of the text.
  void String(std::string_view value);
  void BorrowedString(std::string_view value);
  void String(Name kept);
  // A scalar as it stands; no string.
  void Node(const JsonNode& scalar);

  // The scalar that was written last, so many times more.
  void Repeat(std::size_t times);

  // So many scalars at once, which the caller sets; they are null and empty, and fewer than asked
  // for only where there is no room. Valid until anything else is written.
  std::span<JsonNode> Room(std::size_t count);

  // Gives up: more was to come than anybody may read.
  void Refuse();

  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  // Values and keys so far.
  std::size_t nodes() const { return document_->nodes_.size(); }

  // Once every container is closed.
  absl::StatusOr<std::unique_ptr<Document>> Finish();

 private:
  struct Frame {
    std::uint32_t index;
    std::uint32_t count;
  };
  void Open(JsonKind kind);
  void Scalar(JsonKind kind, decltype(JsonNode::payload) payload);
  bool Push(const JsonNode& node) {
    if (document_->nodes_.size() < limits_.max_nodes && status_.ok()) {
      document_->nodes_.push_back(node);
      return true;
    }
    Refuse();
    return false;
  }
  void CountValue() {
    if (!frames_.empty()) ++frames_.back().count;
  }
  Name Copy(std::string_view bytes);

  DocumentLimits limits_;
  std::unique_ptr<Document> document_;
  std::vector<Frame> frames_;
  absl::Status status_;
};

}  // namespace understudy
