// Members of a stream's last object.
#include "comparators/streams/last_object.h"

namespace understudy {

JsonObjectText LastObject::Members(std::initializer_list<std::string_view> without,
                                   AssemblyGuard& guard) const {
  JsonObjectText members;
  const auto document = Document::Parse(text_);
  if (document.ok()) KeepMembers((*document)->root(), Kept::kFirst, without, members, guard);
  return members;
}

}  // namespace understudy
