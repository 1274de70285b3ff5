// yaml-cpp's events made into a tree. The events, not its own nodes, because those resolve aliases
// and keep duplicate keys silently.
#include "proxy/control/config_yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>

namespace understudy {
namespace {

ConfigPlace PlaceOf(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {mark.line + 1, mark.column + 1};
}

// The library counts past the end of the text, and in characters; its sentences quote single bytes.
ConfigPlace PlaceWithin(const YAML::Mark& mark, std::string_view text) {
  ConfigPlace last;
  std::size_t line_start = 0;
  const ConfigPlace place = PlaceOf(mark);
  for (std::size_t end = text.find('\n'); end != text.npos && last.line < place.line;
       end = text.find('\n', line_start)) {
    ++last.line;
    line_start = end + 1;
  }
  if (last.line < place.line) return {last.line, static_cast<int>(text.size() - line_start) + 1};
  const std::size_t length = std::min(text.find('\n', line_start), text.size()) - line_start;
  return {place.line, std::min(place.column, static_cast<int>(length) + 1)};
}

std::string Printable(std::string text) {
  for (char& c : text) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return text;
}

// Ends the parse from inside a callback; caught in ParseYaml and nowhere else.
struct OverBound {
  ConfigPlace place;
  std::string message;
};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view text, ConfigFaults& faults) : text_(text), faults_(faults) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') line_starts_.push_back(i + 1);
    }
  }

  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    Place(Make(YamlNode::Kind::kNull, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    faults_.Add(PlaceOf(mark), "aliases are not allowed here; write the value out");
    YamlNode node = Make(YamlNode::Kind::kNull, mark);
    node.faulty = true;
    Place(std::move(node));
  }

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    faults_.Add(PlaceOf(mark), fmt::format("anchors are not allowed here; remove '&{}'", name));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    RefuseTag(mark, tag);
    RefuseOpenQuote(PlaceOf(mark));
    YamlNode node = Make(YamlNode::Kind::kScalar, mark);
    node.text = value;
    node.written = value;
    node.quoted = tag == "!";
    Place(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    Open(Make(YamlNode::Kind::kSequence, mark));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    Open(Make(YamlNode::Kind::kMap, mark));
  }

  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    YamlNode node;
    bool has_key = false;  // in a mapping: the next value belongs to `key`
    bool keep = true;      // the value of a duplicate or broken key is read and forgotten
    YamlEntry entry;
    std::unordered_map<std::string, int> lines;  // key → line
  };

  YamlNode Make(YamlNode::Kind kind, const YAML::Mark& mark) {
    if (++values_ > kMostConfigValues) {
      throw OverBound{PlaceOf(mark),
                      fmt::format("the file has more than {} values", kMostConfigValues)};
    }
    YamlNode node;
    node.kind = kind;
    node.place = PlaceOf(mark);
    return node;
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    faults_.Add(PlaceOf(mark), fmt::format("tags are not allowed here; remove {}", Quoted(tag)));
  }

  // yaml-cpp takes the end of the file for a quote that was never closed.
  void RefuseOpenQuote(ConfigPlace place) {
    const auto line = static_cast<std::size_t>(place.line - 1);
    if (line >= line_starts_.size()) return;
    const std::size_t begin = line_starts_[line] + static_cast<std::size_t>(place.column - 1);
    if (begin >= text_.size() || (text_[begin] != '"' && text_[begin] != '\'')) return;
    const char quote = text_[begin];
    for (std::size_t i = begin + 1; i < text_.size(); ++i) {
      if (quote == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        const bool doubled = quote == '\'' && i + 1 < text_.size() && text_[i + 1] == quote;
        if (!doubled) return;
        ++i;
      }
    }
    faults_.Add(
        place, fmt::format("not valid YAML: the quote {} that begins here is never closed", quote));
  }

  void Open(YamlNode node) {
    if (frames_.size() >= static_cast<std::size_t>(kMostConfigDepth)) {
      throw OverBound{node.place,
                      fmt::format("values are nested deeper than {} levels", kMostConfigDepth)};
    }
    frames_.emplace_back();
    frames_.back().node = std::move(node);
  }

  void Close() {
    YamlNode node = std::move(frames_.back().node);
    frames_.pop_back();
    Place(std::move(node));
  }

  void Place(YamlNode node) {
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == YamlNode::Kind::kSequence) {
      frame.node.items.push_back(std::move(node));
    } else if (!frame.has_key) {
      TakeKey(frame, node);
    } else {
      frame.has_key = false;
      // An empty value stands nowhere; its key is where to look.
      if (node.kind == YamlNode::Kind::kNull) node.place = frame.entry.place;
      frame.entry.value = std::move(node);
      if (frame.keep) frame.node.entries.push_back(std::move(frame.entry));
      frame.entry = {};
    }
  }

  void TakeKey(Frame& frame, const YamlNode& node) {
    frame.has_key = true;
    frame.entry.place = node.place;
    frame.keep = node.kind == YamlNode::Kind::kScalar;
    if (!frame.keep) {
      faults_.Add(node.place, fmt::format("expected text as a key, got {}", node.Shown()));
      return;
    }
    frame.entry.key = node.text;
    const auto [at, first] = frame.lines.emplace(node.text, node.place.line);
    if (!first) {
      frame.keep = false;
      faults_.Add(node.place, fmt::format("duplicate key {}; it is already written in line {}",
                                          Quoted(node.text), at->second));
    }
  }

  const std::string_view text_;
  ConfigFaults& faults_;
  std::vector<std::size_t> line_starts_{0};
  std::vector<Frame> frames_;
  YamlNode root_;
  std::size_t values_ = 0;
};

bool RefuseDirtyText(std::string_view text, ConfigFaults& faults) {
  const DirtyByte dirty = FindDirtyByte(text);
  if (dirty.offset == std::string_view::npos) return false;
  ConfigPlace place;
  for (const char c : text.substr(0, dirty.offset)) {
    ++place.column;
    if (c == '\n') place = {place.line + 1, 1};
  }
  faults.Add(place, dirty.what + "; the file must be UTF-8 text");
  return true;
}

}  // namespace

std::string YamlNode::Shown() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return Quoted(written);
    case Kind::kSequence:
      return "a list";
    case Kind::kMap:
      return "a mapping";
  }
  return {};
}

DirtyByte FindDirtyByte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x80) {
      if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
        return {i, fmt::format("control character 0x{:02X}", c)};
      }
      ++i;
      continue;
    }
    // Well-formed sequences by their first byte (Unicode 15, table 3-7).
    const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
    unsigned char low = 0x80, high = 0xBF;  // of the second byte
    if (c == 0xE0) low = 0xA0;
    if (c == 0xED) high = 0x9F;
    if (c == 0xF0) low = 0x90;
    if (c == 0xF4) high = 0x8F;
    bool good = c >= 0xC2 && c <= 0xF4 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      const unsigned char next = static_cast<unsigned char>(text[i + k]);
      good = next >= low && next <= high;
      low = 0x80;
      high = 0xBF;
    }
    if (!good) return {i, fmt::format("byte 0x{:02X} is not UTF-8", c)};
    i += length;
  }
  return {};
}

YamlNode ParseYaml(std::string_view text, ConfigFaults& faults) {
  if (text.size() > kMostConfigBytes) {
    faults.Add({}, fmt::format("the file has {} bytes; at most {} are read", text.size(),
                               kMostConfigBytes));
    return {};
  }
  if (RefuseDirtyText(text, faults)) return {};
  TreeBuilder builder(text, faults);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return {};
    YamlNode root = builder.TakeRoot();
    ConfigFaults ignored("");
    TreeBuilder further(text, ignored);
    if (parser.HandleNextDocument(further)) {
      faults.Add(further.TakeRoot().place, "a second YAML document begins; only one is allowed");
    }
    return root;
  } catch (const YAML::Exception& error) {
    faults.Add(PlaceWithin(error.mark, text),
               fmt::format("not valid YAML: {}", Printable(error.msg)));
  } catch (const OverBound& over) {
    faults.Add(over.place, over.message);
  } catch (const std::exception& error) {
    faults.Add({}, fmt::format("not valid YAML: {}", Printable(error.what())));
  }
  return {};
}

}  // namespace understudy
