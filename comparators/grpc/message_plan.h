// What a descriptor says about a message, in the order and form in which a message is written into
// a document.
//
// Threads: plans are made when they are first asked for, by any thread, and stay as they are.
// Ownership: descriptors belong to their pool, which outlives the plans.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "comparators/document_writer.h"
#include "comparators/grpc/wire_fields.h"
#include "comparators/guarded.h"
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
  std::string_view name;
  std::uint32_t index = 0;                 // among all fields of the plans
  WireType wire_type = WireType::kVarint;  // of one value
  bool packable = false;
  bool repeated = false;  // maps, too
  bool map = false;
  bool has_presence = false;
  bool text = false;                     // a string
  bool checked_utf8 = false;             // a string that must be well-formed
  const MessagePlan* message = nullptr;  // of its values; null: they are no messages

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
  // Of a descriptor of one pool. Valid as long as this.
  const MessagePlan& Of(const google::protobuf::Descriptor& type) const;

 private:
  struct Known {
    absl::flat_hash_map<const google::protobuf::Descriptor*, std::unique_ptr<MessagePlan>> plans;
    std::uint32_t fields = 0;
  };
  // With all that it leads to.
  static const MessagePlan* Make(Known& known, const google::protobuf::Descriptor& type);

  mutable Guarded<Known> known_;
};

// The names of fields as one document keeps them.
class FieldNames {
 public:
  explicit FieldNames(DocumentWriter& out) : out_(out) {}

  DocumentWriter::Name Of(const FieldPlan& field) {
    if (field.index >= names_.size()) names_.resize(field.index + 1);
    DocumentWriter::Name& name = names_[field.index];
    if (name.size == 0) name = out_.Keep(field.name);
    return name;
  }

 private:
  DocumentWriter& out_;
  std::vector<DocumentWriter::Name> names_;  // by index; none is empty
};

}  // namespace understudy
