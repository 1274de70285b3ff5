// Writes Protobuf messages into a document, straight from their bytes: no message object is built,
// so that memory is that of the document.
//
// Members have the fields' names, in the order of their numbers. As in Protobuf's JSON with default
// values printed, but: 64-bit integers are numbers, and names are those of the .proto file.
//   numbers, booleans, texts   as such; NaN and the infinities are numbers; the default where a
//                              field without presence is absent
//   enumerations               the value's name, or its number where it has none
//   bytes                      base64
//   messages                   objects, absent where they are absent; lists and maps are [] and {}
//   wrappers, Struct, Value, ListValue, InferParameter   what they stand for
//   unknown fields             "#12": a list of {"varint": 7}, {"fixed32": ..}, {"fixed64": ..},
//                              {"bytes": base64}, {"group": base64}
// A field that is there twice is read as Protobuf reads it: the last value counts, messages are
// merged, lists joined, of a oneof the last member stays.
//
// Tensors of the Open Inference Protocol and of TensorFlow become what the former is over REST:
// lists of {"name", "datatype", "shape", "data"}; see tensors.h.
//
// Threads: used by one, for one document.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "comparators/binary_element.h"
#include "comparators/document_writer.h"
#include "comparators/grpc/message_plan.h"
#include "comparators/grpc/wire_fields.h"
#include "google/protobuf/descriptor.h"

namespace understudy {

// How well a descriptor fits: fields by number, each counted once for a message it is in.
struct FieldTally {
  std::size_t known = 0;
  std::size_t unknown = 0;
};

enum class RawTensors {
  kWritten,  // as numbers and texts
  kShown,    // likewise, and texts that are no UTF-8 in base64, for whoever writes JSON
  kBeside,   // left out, to be had as bytes
};

class MessageWriter {
 public:
  // All bytes are parts of `text`.
  MessageWriter(std::string_view text, DocumentWriter& out, RawTensors raw_tensors)
      : text_(text), out_(out), raw_tensors_(raw_tensors), names_(out) {}

  // One message as a value.
  void Write(const MessagePlan& plan, std::string_view message);

  // InvalidArgument: bytes that are no such message. What the document has no room for is its own
  // fault.
  const absl::Status& status() const { return status_; }
  // DataLoss: raw tensors that are not what the message says of them.
  const absl::Status& tensor_status() const { return tensor_status_; }
  // Of the last message alone, and of all it holds.
  const FieldTally& root() const { return root_; }
  const FieldTally& all() const { return all_; }
  // With RawTensors::kBeside, of the last message: the bytes of its tensors by their position.
  const std::vector<std::optional<std::string_view>>& raw() const { return raw_; }

 private:
  // The fields of a message, by number and in wire order among those of a number.
  using Fields = std::vector<WireField>;
  using Run = std::span<const WireField>;

  // Borrows the memory of one nesting level.
  class Level {
   public:
    Level(MessageWriter& writer, const MessagePlan& plan, Run messages);
    ~Level() { --writer_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    const Fields& fields() const { return *fields_; }

   private:
    MessageWriter& writer_;
    Fields* fields_;
  };
  friend class Level;

  bool Failed() const { return !status_.ok() || !out_.ok(); }
  void Fail(std::string_view what);
  void FailTensor(std::string_view what);

  void Scan(const MessagePlan& plan, Run messages, Fields& out);
  static Run RunOf(const Fields& fields, std::uint32_t number);
  static void KeepLastOfOneofs(const MessagePlan& plan, Fields& fields);

  // `messages` are one message, in as many pieces as it came in.
  void Message(const MessagePlan& plan, Run messages);
  void Members(const MessagePlan& plan, const Fields& fields,
               std::span<const std::uint32_t> but = {});
  void Member(const FieldPlan& field, Run run);
  void Value(const FieldPlan& field, Run run);  // of a field that is there
  void Default(const FieldPlan& field);
  void List(const FieldPlan& field, Run run);
  void Elements(const FieldPlan& field, Run run);
  void Packed(const FieldPlan& field, std::string_view bytes);
  void Map(const FieldPlan& field, Run run);
  void Scalar(const FieldPlan& field, const WireField& value);
  void Number(const FieldPlan& field, std::uint64_t bits);
  void Text(const FieldPlan& field, std::string_view bytes);
  void EnumValue(const FieldPlan& field, std::int32_t number);
  void OneValue(const MessagePlan& plan, const Fields& fields);
  void Wrapper(const MessagePlan& plan, const Fields& fields);
  void Unknown(std::uint32_t number, Run run);
  void Count(const MessagePlan& plan, const Fields& fields);
  // Whether every field is known, and whether every known one is of its wire type.
  static bool KnowsAll(const MessagePlan& plan, const Fields& fields);
  static bool IsAsKnown(const MessagePlan& plan, const Fields& fields);
  static bool AllFit(const FieldPlan& field, Run run);
  static Fields Fitting(const FieldPlan& field, Run run);

  // The entries of a map by their keys, the last of each.
  struct Entry {
    std::string key;
    WireField message;
  };
  std::vector<Entry> Entries(const FieldPlan& field, Run run);

  // In infer_tensors.cc.
  void InferMessage(const MessagePlan& plan, const Fields& fields, std::uint32_t list_number,
                    std::uint32_t raw_number);
  void InferTensor(const MessagePlan& plan, const Fields& fields, std::size_t position,
                   std::optional<std::string_view> raw);
  bool Contents(const MessagePlan& contents, Run run);
  void RawData(std::string_view datatype, std::string_view bytes);
  void TensorText(std::string_view bytes);
  void Key(std::string_view name) { out_.Key(name); }

  // In predict_tensors.cc.
  void PredictMessage(const MessagePlan& plan, const Fields& fields, std::uint32_t map_number);
  std::optional<std::vector<std::int64_t>> PredictShape(const MessagePlan& plan, Run run);
  void PredictData(std::string_view datatype, const FieldPlan& list, Run run,
                   std::string_view content, std::uint64_t elements);
  void Halves(ElementFormat format, Run run);
  void TensorProto(const MessagePlan& plan, Run messages, std::optional<std::string_view> name,
                   std::optional<std::size_t> position);

  std::string_view text_;
  DocumentWriter& out_;
  RawTensors raw_tensors_;
  FieldNames names_;
  absl::flat_hash_map<const google::protobuf::EnumValueDescriptor*, DocumentWriter::Name> words_;
  std::deque<Fields> levels_;  // places stay where they are
  std::size_t depth_ = 0;
  absl::Status status_;
  absl::Status tensor_status_;
  FieldTally root_;
  FieldTally all_;
  std::vector<std::optional<std::string_view>> raw_;
};

}  // namespace understudy
