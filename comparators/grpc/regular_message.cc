// Field by field, in the order in which they came.
#include "comparators/grpc/regular_message.h"

#include <cstdint>

#include "comparators/grpc/wire_fields.h"
#include "comparators/text.h"

namespace understudy {
namespace {

constexpr int kMaxDepth = 40;  // well within what MessageWriter takes, which counts otherwise

// Members of a small set.
class Seen {
 public:
  // False: it was seen, or cannot be told.
  bool First(std::ptrdiff_t member) {
    if (member >= 64 || (members_ >> member & 1) != 0) return false;
    members_ |= std::uint64_t{1} << member;
    return true;
  }

 private:
  std::uint64_t members_ = 0;
};

bool IsWholeList(WireType type, std::string_view bytes) {
  if (type == WireType::kFixed64) return bytes.size() % 8 == 0;
  if (type == WireType::kFixed32) return bytes.size() % 4 == 0;
  while (!bytes.empty()) {
    if (!TakeVarint(bytes)) return false;
  }
  return true;
}

bool IsRegular(const MessagePlan& plan, std::string_view message, int depth);

bool IsRegularValue(const FieldPlan& field, const WireField& value, std::string_view message,
                    int depth) {
  if (value.type == WireType::kGroup) return false;
  if (value.type != WireType::kBytes) return true;
  const std::string_view bytes = value.Bytes(message);
  if (field.message != nullptr) return IsRegular(*field.message, bytes, depth + 1);
  if (field.wire_type != WireType::kBytes) return IsWholeList(field.wire_type, bytes);
  return !field.text || IsUtf8Text(bytes);
}

bool IsRegular(const MessagePlan& plan, std::string_view message, int depth) {
  if (depth > kMaxDepth) return false;
  Seen fields;
  Seen oneofs;
  for (std::string_view rest = message; !rest.empty();) {
    const auto value = TakeField(message, rest);
    const FieldPlan* const field = value ? plan.Find(value->number) : nullptr;
    if (field == nullptr || !field->Fits(value->type)) return false;
    if (!field->repeated && !fields.First(field - plan.fields.data())) return false;
    if (plan.has_oneofs) {
      const auto* const oneof = field->field->real_containing_oneof();
      if (oneof != nullptr && !oneofs.First(oneof->index())) return false;
    }
    if (!IsRegularValue(*field, *value, message, depth)) return false;
  }
  return true;
}

}  // namespace

bool IsRegularMessage(const MessagePlan& plan, std::string_view message) {
  return IsRegular(plan, message, 1);
}

}  // namespace understudy
