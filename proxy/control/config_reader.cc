// The reflection walk.
#include "proxy/control/config_reader.h"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <set>
#include <utility>

#include "proxy/control/config_format.h"
#include "proxy/control/config_suggest.h"
#include "proxy/control/config_value.h"

namespace understudy {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::OneofDescriptor;
using Rule = v1::ConfigRule;

const Rule& RuleOf(const FieldDescriptor& field) { return field.options().GetExtension(v1::rule); }
const v1::ConfigKind& KindOf(const Descriptor& type) {
  return type.options().GetExtension(v1::kind);
}
const OneofDescriptor* ChoiceOf(const Descriptor& type) {
  return type.real_oneof_decl_count() > 0 ? type.oneof_decl(0) : nullptr;
}

class Reader {
 public:
  Reader(ConfigSource& source, ConfigFaults& faults)
      : source_(source), faults_(faults), values_(source, faults) {}

  void ReadMessage(const YamlNode& node, Message& into, const std::string& path);

 private:
  void Fault(const std::string& path, ConfigPlace place, std::string message) {
    source_.MarkFaulty(path);
    faults_.Add(place, std::move(message));
  }
  void ReadBareWord(const YamlNode& node, Message& into, const std::string& path);
  void ReadUnknown(const YamlEntry& entry, const Descriptor& type,
                   const std::set<std::string>& seen, const std::string& path);
  void ReadField(const YamlNode& node, Message& into, const FieldDescriptor& field,
                 const std::string& path);
  void ReadList(const YamlNode& node, Message& into, const FieldDescriptor& field,
                const std::string& path);
  void ReadMap(const YamlNode& node, Message& into, const FieldDescriptor& field,
               const std::string& path);
  void RequireAll(const Descriptor& type, const std::set<std::string>& seen, ConfigPlace place,
                  const std::string& path);
  void FillDefaults(Message& into, const std::set<std::string>& seen);

  ConfigSource& source_;
  ConfigFaults& faults_;
  ConfigValues values_;
};

std::string Below(const std::string& path, const std::string& key) {
  return path.empty() ? key : path + "." + key;
}

std::vector<std::string> KeysOf(const Descriptor& type) {
  std::vector<std::string> keys;
  for (int i = 0; i < type.field_count(); ++i) keys.push_back(type.field(i)->name());
  return keys;
}

void Reader::ReadMessage(const YamlNode& node, Message& into, const std::string& path) {
  const Descriptor& type = *into.GetDescriptor();
  if (node.faulty) return source_.MarkFaulty(path);
  if (node.kind == YamlNode::Kind::kScalar && ChoiceOf(type) != nullptr) {
    return ReadBareWord(node, into, path);
  }
  if (node.kind != YamlNode::Kind::kMap) {
    return Fault(path, node.place,
                 fmt::format("expected a mapping for {}, got {}; its keys are {}",
                             KindOf(type).noun(), node.Shown(), fmt::join(KeysOf(type), ", ")));
  }
  std::set<std::string> seen;
  for (const YamlEntry& entry : node.entries) {
    if (type.FindFieldByName(entry.key) != nullptr) seen.insert(entry.key);
  }
  for (const YamlEntry& entry : node.entries) {
    const FieldDescriptor* field = type.FindFieldByName(entry.key);
    if (field == nullptr) {
      ReadUnknown(entry, type, seen, path);
      continue;
    }
    const std::string below = Below(path, entry.key);
    source_.SetPlace(below, entry.value.place);
    ReadField(entry.value, into, *field, below);
  }
  if (ChoiceOf(type) != nullptr && seen.size() != 1) {
    Fault(path, node.place,
          fmt::format("{} has exactly one of the keys {}", KindOf(type).noun(),
                      fmt::join(KeysOf(type), ", ")));
  }
  RequireAll(type, seen, node.place, path);
  FillDefaults(into, seen);
}

void Reader::ReadBareWord(const YamlNode& node, Message& into, const std::string& path) {
  const Descriptor& type = *into.GetDescriptor();
  const FieldDescriptor* field = type.FindFieldByName(node.text);
  if (field != nullptr && field->type() == FieldDescriptor::TYPE_BOOL) {
    into.GetReflection()->SetBool(&into, field, true);
    return;
  }
  if (field != nullptr) {
    return Fault(path, node.place,
                 fmt::format("{} needs a value: write {{{}: …}}", node.Shown(), field->name()));
  }
  Fault(path, node.place,
        fmt::format("{} is no {}{}", node.Shown(), KindOf(type).noun().substr(3),
                    SuggestKey(node.text, KeysOf(type), "it may be")));
}

void Reader::ReadUnknown(const YamlEntry& entry, const Descriptor& type,
                         const std::set<std::string>& seen, const std::string& path) {
  std::vector<std::string> free;
  for (const std::string& key : KeysOf(type)) {
    if (seen.count(key) == 0) free.push_back(key);
  }
  std::string advice;
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool nested = field.message_type() != nullptr && !field.is_repeated();
    if (nested && field.message_type()->FindFieldByName(entry.key) != nullptr) {
      advice = fmt::format("; it belongs under '{}'", field.name());
    }
  }
  if (const std::string nearest = NearestKey(entry.key, free); !nearest.empty()) {
    advice = fmt::format("; did you mean '{}'?", nearest);
    // That it is missing has been said by this.
    source_.MarkFaulty(Below(path, nearest));
  } else if (advice.empty()) {
    advice = fmt::format("; its keys are {}", fmt::join(KeysOf(type), ", "));
  }
  faults_.Add(entry.place, fmt::format("unknown key {} in {}{}", Quoted(entry.key),
                                       KindOf(type).noun(), advice));
}

void Reader::ReadField(const YamlNode& node, Message& into, const FieldDescriptor& field,
                       const std::string& path) {
  if (node.faulty) return source_.MarkFaulty(path);
  if (node.kind == YamlNode::Kind::kNull) {
    return Fault(path, node.place,
                 fmt::format("'{}' has no value; write one or remove the key", field.name()));
  }
  if (field.is_map()) return ReadMap(node, into, field, path);
  if (field.is_repeated()) return ReadList(node, into, field, path);
  if (field.message_type() != nullptr) {
    return ReadMessage(node, *into.GetReflection()->MutableMessage(&into, &field), path);
  }
  // Options are read by their comparator, which then says what is wrong with which.
  for (const YamlEntry& entry : node.entries) {
    source_.SetKeyPlace(Below(path, entry.key), entry.place);
    source_.SetPlace(Below(path, entry.key), entry.value.place);
    if (entry.value.faulty) source_.MarkFaulty(Below(path, entry.key));
  }
  values_.Set(node, into, field, path);
}

void Reader::ReadList(const YamlNode& node, Message& into, const FieldDescriptor& field,
                      const std::string& path) {
  if (node.kind != YamlNode::Kind::kSequence) {
    const char* advice = node.kind == YamlNode::Kind::kScalar ? "; put it in brackets" : "";
    return Fault(
        path, node.place,
        fmt::format("expected a list for '{}', got {}{}", field.name(), node.Shown(), advice));
  }
  if (node.items.empty() && RuleOf(field).required()) {
    return Fault(path, node.place, fmt::format("'{}' needs at least one item", field.name()));
  }
  if (node.items.size() > static_cast<std::size_t>(kMostConfigItems)) {
    return Fault(path, node.place,
                 fmt::format("'{}' has {} items; at most {} are allowed", field.name(),
                             node.items.size(), kMostConfigItems));
  }
  std::set<std::string> texts;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const YamlNode& item = node.items[i];
    const std::string below = fmt::format("{}[{}]", path, i);
    source_.SetPlace(below, item.place);
    if (field.message_type() != nullptr) {
      ReadMessage(item, *into.GetReflection()->AddMessage(&into, &field), below);
      continue;
    }
    const std::optional<std::string> text = values_.Text(item, field, below);
    if (text && !texts.insert(*text).second) {
      Fault(below, item.place, fmt::format("{} is twice in '{}'", item.Shown(), field.name()));
    }
    // A faulty item keeps its index, so that paths into the list stay right.
    into.GetReflection()->AddString(&into, &field, text.value_or(""));
  }
}

void Reader::ReadMap(const YamlNode& node, Message& into, const FieldDescriptor& field,
                     const std::string& path) {
  if (node.kind != YamlNode::Kind::kMap) {
    return Fault(path, node.place,
                 fmt::format("expected a mapping for '{}', got {}", field.name(), node.Shown()));
  }
  if (node.entries.size() > static_cast<std::size_t>(kMostConfigItems)) {
    return Fault(path, node.place,
                 fmt::format("'{}' has {} keys; at most {} are allowed", field.name(),
                             node.entries.size(), kMostConfigItems));
  }
  const Descriptor& entry_type = *field.message_type();
  for (const YamlEntry& entry : node.entries) {
    const std::string below = fmt::format("{}.{}", path, entry.key);
    source_.SetPlace(below, entry.place);
    if (!IsWrittenAs(RuleOf(field).key_format(), entry.key)) {
      Fault(below, entry.place,
            fmt::format("expected {} as a key of '{}', got {}",
                        Expected(RuleOf(field).key_format()), field.name(), Quoted(entry.key)));
      continue;
    }
    const std::optional<std::string> text = values_.Text(entry.value, field, below);
    if (!text) continue;
    Message* added = into.GetReflection()->AddMessage(&into, &field);
    added->GetReflection()->SetString(added, entry_type.map_key(), entry.key);
    added->GetReflection()->SetString(added, entry_type.map_value(), *text);
  }
}

void Reader::RequireAll(const Descriptor& type, const std::set<std::string>& seen,
                        ConfigPlace place, const std::string& path) {
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const std::string below = Below(path, field.name());
    if (!RuleOf(field).required() || seen.count(field.name()) > 0 || source_.IsFaulty(below)) {
      continue;
    }
    Fault(below, place, fmt::format("{} needs the key '{}'", KindOf(type).noun(), field.name()));
  }
}

void Reader::FillDefaults(Message& into, const std::set<std::string>& seen) {
  const Descriptor& type = *into.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const Rule& rule = RuleOf(field);
    if (field.is_repeated() || seen.count(field.name()) > 0) continue;
    if (field.message_type() != nullptr) {
      if (!rule.may_be_absent()) {
        FillDefaults(*into.GetReflection()->MutableMessage(&into, &field), {});
      }
    } else if (!rule.default_text().empty()) {
      YamlNode node;
      node.kind = YamlNode::Kind::kScalar;
      node.text = node.written = rule.default_text();
      values_.Set(node, into, field, "");
    }
  }
}

}  // namespace

ConfigSource ReadConfig(const YamlNode& root, ConfigFaults& faults) {
  ConfigSource source;
  source.SetPlace("", root.place);
  if (root.kind == YamlNode::Kind::kNull) {
    // A tree that could not be read has its fault already.
    if (faults.empty())
      faults.Add(root.place, "the file is empty; it needs listeners, clusters and routes");
    return source;
  }
  Reader(source, faults).ReadMessage(root, source.file, "");
  return source;
}

}  // namespace understudy
