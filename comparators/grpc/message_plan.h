// What a descriptor says about a message, in the order and form in which a message is written into
// a document.
//
// Threads: made for one document. Ownership: descriptors belong to their pool, which outlives it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/document_writer.h"
#include "comparators/grpc/wire_fields.h"
#include "google/protobuf/descriptor.h"

namespace understudy {

// Messages that are not written field by field.
enum class MessageForm : std::uint8_t {
  kPlain,
  kOneValue,      // at most one member of a oneof is set, which it stands for; null without
  kWrapper,       // stands for its field 1
  kInferRequest,  // tensors and raw contents of the Open Inference Protocol
  kInferResponse,
  kPredictRequest,  // maps of TensorFlow's tensors
  kPredictResponse,
  kTensorProto,
};

struct MessagePlan;

struct FieldPlan {
  const google::protobuf::FieldDescriptor* field = nullptr;
  std::uint32_t number = 0;
  DocumentWriter::Name name;
  WireType wire_type = WireType::kVarint;  // of one value
  bool packable = false;
  bool repeated = false;  // maps, too
  bool map = false;
  bool has_presence = false;
  bool checked_utf8 = false;  // a string that must be well-formed

  bool Fits(WireType type) const {
    return type == wire_type || (packable && repeated && type == WireType::kBytes);
  }
};

struct MessagePlan {
  const google::protobuf::Descriptor* type = nullptr;
  MessageForm form = MessageForm::kPlain;
  bool has_oneofs = false;        // of more than one member
  std::vector<FieldPlan> fields;  // by number

  // Null when there is none.
  const FieldPlan* Find(std::uint32_t number) const;
};

class MessagePlans {
 public:
  // `out` outlives the plans and keeps their names.
  explicit MessagePlans(DocumentWriter& out) : out_(out) {}

  // Valid as long as this.
  const MessagePlan& Of(const google::protobuf::Descriptor& type);
  const MessagePlan& OfValue(const FieldPlan& field) { return Of(*field.field->message_type()); }

 private:
  DocumentWriter& out_;
  absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans_;
};

}  // namespace understudy
