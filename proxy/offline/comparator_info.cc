// Descriptions of a registry's comparators, copied out.
#include "proxy/offline/comparator_info.h"

#include "comparators/registry.h"
#include "proxy/base/status.h"
#include "proxy/control/report_json_writer.h"
#include "proxy/offline/registry_with.h"

namespace understudy {
namespace {

std::string WordOf(ComparatorWay way) {
  switch (way) {
    case ComparatorWay::kBuiltin:
      return "builtin";
    case ComparatorWay::kLibrary:
      return "library";
    case ComparatorWay::kService:
      break;
  }
  return "service";
}

ComparatorInfo InfoOf(const ComparatorDescription& described) {
  ComparatorInfo info{std::string(described.name), std::string(described.summary),
                      WordOf(described.way),       std::string(described.origin),
                      described.version,           {}};
  for (const OptionDoc& option : described.options) {
    info.options.push_back({std::string(option.name), std::string(option.type),
                            std::string(option.default_value), std::string(option.meaning)});
  }
  return info;
}

void WriteHead(JsonWriter& json, const ComparatorInfo& comparator) {
  json.Text("name", comparator.name);
  json.Text("summary", comparator.summary);
  json.Text("way", comparator.way);
  json.Text("origin", comparator.origin);
  json.Count("version", comparator.version);
}

}  // namespace

absl::StatusOr<std::vector<ComparatorInfo>> ListComparators(
    const std::vector<std::string>& libraries) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const ComparatorRegistry> registry,
                   RegistryWith(libraries));
  std::vector<ComparatorInfo> infos;
  for (const auto& kind : registry->Kinds()) infos.push_back(InfoOf(kind->Describe()));
  return infos;
}

absl::StatusOr<ComparatorInfo> DescribeComparator(const std::string& name,
                                                  const std::vector<std::string>& libraries) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const ComparatorRegistry> registry,
                   RegistryWith(libraries));
  ASSIGN_OR_RETURN(const std::shared_ptr<const ComparatorKind> kind, registry->Find(name));
  return InfoOf(kind->Describe());
}

std::string ComparatorsJson(const std::vector<ComparatorInfo>& comparators) {
  JsonWriter json;
  json.BeginObject();
  json.BeginArray("comparators");
  for (const ComparatorInfo& comparator : comparators) {
    json.BeginObject();
    WriteHead(json, comparator);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

std::string ComparatorJson(const ComparatorInfo& comparator) {
  JsonWriter json;
  json.BeginObject();
  WriteHead(json, comparator);
  json.BeginArray("options");
  for (const OptionInfo& option : comparator.options) {
    json.BeginObject();
    json.Text("name", option.name);
    json.Text("type", option.type);
    json.Text("default", option.default_value);
    json.Text("meaning", option.meaning);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  return json.Take();
}

}  // namespace understudy
