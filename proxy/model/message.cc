// Comparing names and moving heads.
#include "proxy/model/message.h"

namespace understudy {
namespace {

void Move(std::string_view& view, std::ptrdiff_t distance) {
  if (view.data() != nullptr) view = {view.data() + distance, view.size()};
}

void MoveFields(std::vector<HeaderField>& fields, std::ptrdiff_t distance) {
  for (HeaderField& field : fields) {
    Move(field.name, distance);
    Move(field.value, distance);
  }
}

}  // namespace

bool NameIs(std::string_view name, std::string_view lower) {
  if (name.size() != lower.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != lower[i]) return false;
  }
  return true;
}

const HeaderField* FindField(const std::vector<HeaderField>& fields, std::string_view lower) {
  for (const HeaderField& field : fields) {
    if (NameIs(field.name, lower)) return &field;
  }
  return nullptr;
}

void RequestHead::Rebase(const char* from, const char* to) {
  const std::ptrdiff_t distance = to - from;
  for (std::string_view* view : {&method, &target, &path, &host}) Move(*view, distance);
  MoveFields(fields, distance);
}

void AnswerHead::Rebase(const char* from, const char* to) {
  Move(reason, to - from);
  MoveFields(fields, to - from);
}

bool IsIdempotentMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

}  // namespace understudy
