// The configuration's schema for machines and for people, made from config.proto by reflection, so
// that neither can differ from what the reader accepts.
#pragma once

#include <string>
#include <vector>

#include "understudy/v1/config.pb.h"

namespace understudy {

// A JSON Schema (draft 2020-12), indented, with a line end at its end. Texts with a ${...} are
// accepted wherever a scalar is.
std::string ConfigSchemaJson();

// docs/configuration.md.
std::string ConfigMarkdown();

// The messages a file is made of, each once, the file itself first, in the order of reading.
std::vector<const google::protobuf::Descriptor*> ConfigMessages();

}  // namespace understudy
