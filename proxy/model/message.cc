// Comparing names; moving a head to a copy of its bytes.
#include "proxy/model/message.h"

#include <functional>

namespace understudy {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

}  // namespace

bool SameLetters(std::string_view name, std::string_view lower) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (Lower(name[i]) != lower[i]) return false;
  }
  return true;
}

bool SameName(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

const HeaderField* FindField(const std::vector<HeaderField>& fields, std::string_view lower) {
  for (const HeaderField& field : fields) {
    if (NameIs(field.name, lower)) return &field;
  }
  return nullptr;
}

RequestHead HeadOfCopy(const RequestHead& head, std::string_view bytes, const char* copy) {
  RequestHead moved = head;
  const auto move = [&](std::string_view& view) {
    const std::less<const char*> before;
    if (before(view.data(), bytes.data()) || !before(view.data(), bytes.data() + bytes.size())) {
      return;
    }
    view = {copy + (view.data() - bytes.data()), view.size()};
  };
  for (std::string_view* view : {&moved.method, &moved.target, &moved.path, &moved.host}) {
    move(*view);
  }
  for (HeaderField& field : moved.fields) {
    move(field.name);
    move(field.value);
  }
  return moved;
}

bool IsIdempotentMethod(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" ||
         method == "PUT" || method == "DELETE";
}

}  // namespace understudy
