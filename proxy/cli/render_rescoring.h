// A rescoring as people read it. Pure.
#pragma once

#include <string>

#include "proxy/cli/paint.h"
#include "proxy/offline/rescore.h"

namespace understudy {

std::string RenderRescoring(const Rescoring& rescoring, const Paint& paint);

}  // namespace understudy
