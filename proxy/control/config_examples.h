// The two example files of docs/configuration.md; both load without a fault.
#pragma once

#include <string_view>

namespace understudy {

std::string_view SmallestConfigExample();
std::string_view FullConfigExample();

}  // namespace understudy
