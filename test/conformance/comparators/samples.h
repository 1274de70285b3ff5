// Answers that comparators meet: such as servers give, and such as are made to hurt.
#pragma once

#include <string>
#include <vector>

namespace understudy {

struct Sample {
  std::string label;
  int status = 200;
  std::string body;
  std::string encoding;
  std::string json_length = {};  // of an answer with binary tensors
};

// Answers a server may well give.
std::vector<Sample> Honest();
// Answers made to hurt.
std::vector<Sample> Hostile();

}  // namespace understudy
