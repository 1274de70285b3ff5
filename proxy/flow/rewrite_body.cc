// Applies the edits one after the other.
#include "proxy/flow/rewrite_body.h"

#include <cstring>
#include <string>

#include "proxy/routing/json_text.h"
#include "proxy/wire/body_scanner.h"

namespace understudy {

bool RewriteBody(std::string_view wire, Framing framing, const std::vector<BodyEdit>& edits,
                 SliceList& out) {
  std::string scratch;
  const auto payload = PayloadOf(wire, framing, scratch);
  if (!payload) return false;
  std::string text(*payload);
  for (const BodyEdit& edit : edits) {
    auto changed = SetJsonValue(text, edit.pointer, edit.json_value);
    if (!changed) return false;
    text = std::move(*changed);
  }
  const ChunkRef chunk = ChunkRef::Allocate(text.size());
  std::memcpy(chunk->Data(), text.data(), text.size());
  out.Clear();
  out.Append(chunk, {chunk->Data(), text.size()});
  return true;
}

}  // namespace understudy
