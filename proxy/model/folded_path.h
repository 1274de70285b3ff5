// A place in an answer without what tells the elements of an array apart. Pure.
#pragma once

#include <string>
#include <string_view>

namespace understudy {

// "/b/12/x" as "/b/*/x": tokens of digits alone. Keys of objects that look like an index, too.
std::string FoldPath(std::string_view path);

}  // namespace understudy
