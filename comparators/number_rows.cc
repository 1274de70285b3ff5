// Reading rows of numbers.
#include "comparators/number_rows.h"

#include "comparators/base64_floats.h"
#include "comparators/classification.h"
#include "comparators/json_number.h"
#include "comparators/tensor_element.h"
#include "fmt/format.h"

namespace understudy {
namespace {

// The number a whole text is, by JSON's grammar.
std::optional<double> NumberInText(std::string_view text) {
  NumberToken token;
  const std::size_t length = ReadNumber(text, token);
  if (length == 0 || length != text.size()) return std::nullopt;
  switch (token.kind) {
    case JsonKind::kInt:
      return static_cast<double>(token.signed_integer);
    case JsonKind::kUint:
      return static_cast<double>(token.unsigned_integer);
    case JsonKind::kDouble:
      return token.decimal;
    default:
      return BigToDouble(text);
  }
}

bool IsNumber(JsonValue value) { return value.is_number() || value.kind() == JsonKind::kNull; }

// The label of {"label": "cat", "score": 0.9}, and its number.
struct Entry {
  JsonValue label;
  JsonValue score;
};
std::optional<Entry> AsEntry(JsonValue value) {
  const std::optional<JsonValue> label = value.Find("label");
  const std::optional<JsonValue> score = value.Find("score");
  if (!label || !score || !label->is_string() || !IsNumber(*score)) return std::nullopt;
  return Entry{*label, *score};
}

}  // namespace

NumberRow NumberRows::operator[](std::size_t row) const {
  const std::size_t begin = rows_[row].begin;
  const std::size_t end = row + 1 < rows_.size() ? rows_[row + 1].begin : values_.size();
  NumberRow view{{values_.data() + begin, end - begin}, {nodes_.data() + begin, end - begin}, {}};
  if (labelled()) view.labels = {labels_.data() + begin, end - begin};
  return view;
}

void NumberRows::RoundToSingle() {
  for (double& value : values_) value = RoundToFormat(value, ElementFormat::kFp32);
}

class RowReader {
 public:
  explicit RowReader(const NumberForms& forms) : forms_(forms) {}

  // Recursion is as deep as the document, which has a bound.
  bool Read(JsonValue value, bool scalars) {
    if (value.is_array()) return ReadArray(value);
    if (value.is_object()) return forms_.labels && ReadMembers(value);
    if (value.is_string() && forms_.texts == NumberForms::Texts::kFloats) return ReadFloats(value);
    if (!scalars) return false;
    StartRow(value.index());
    return AddLeaf(value);
  }

  std::optional<NumberRows> Take() {
    const bool all = out_.labels_.size() == out_.values_.size();
    if (!all && !out_.labels_.empty()) return std::nullopt;
    if (out_.single_ && singles_ != out_.values_.size()) return std::nullopt;
    return std::move(out_);
  }

 private:
  void StartRow(std::uint32_t node) { out_.rows_.push_back({out_.values_.size(), node}); }

  void Add(double number, std::uint32_t node) {
    out_.values_.push_back(number);
    out_.nodes_.push_back(node);
  }

  bool AddLeaf(JsonValue value) {
    if (IsNumber(value)) {
      Add(value.AsDouble(), value.index());
      return true;
    }
    if (!value.is_string()) return false;
    if (forms_.texts == NumberForms::Texts::kNumbers) {
      const std::optional<double> number = NumberInText(value.AsString());
      if (number) Add(*number, value.index());
      return number.has_value();
    }
    if (forms_.texts == NumberForms::Texts::kClasses) {
      const std::optional<Classification> read = ReadClassification(value.AsString());
      if (!read) return false;
      Add(read->value, value.index());
      out_.labels_.push_back(read->name);
      return true;
    }
    return false;
  }

  bool ReadArray(JsonValue array) {
    const Document& document = array.document();
    const std::uint32_t end = document.Next(array.index());
    std::uint32_t first = array.index() + 1;
    while (first < end && document.node(first).mark == JsonMark::kIgnored) {
      first = document.Next(first);
    }
    if (first == end) {  // a row without numbers
      StartRow(array.index());
      return true;
    }
    const JsonValue element(document, first);
    const bool floats = element.is_string() && forms_.texts == NumberForms::Texts::kFloats;
    if (element.is_scalar() && !floats) return ReadElements(array, &RowReader::AddLeaf);
    if (forms_.labels && AsEntry(element)) return ReadElements(array, &RowReader::AddEntry);
    for (std::uint32_t i = first; i < end; i = document.Next(i)) {
      const JsonValue row(document, i);
      if (!row.ignored() && !Read(row, false)) return false;
    }
    return true;
  }

  bool ReadElements(JsonValue array, bool (RowReader::*add)(JsonValue)) {
    StartRow(array.index());
    const Document& document = array.document();
    const std::uint32_t end = document.Next(array.index());
    if (out_.values_.empty()) {  // once: memory kept for each row alone would be copied each time
      out_.values_.reserve(array.size());
      out_.nodes_.reserve(array.size());
    }
    for (std::uint32_t i = array.index() + 1; i < end; i = document.Next(i)) {
      const JsonValue element(document, i);
      if (!element.ignored() && !(this->*add)(element)) return false;
    }
    return true;
  }

  bool AddEntry(JsonValue value) {
    const std::optional<Entry> entry = AsEntry(value);
    if (!entry) return false;
    Add(entry->score.AsDouble(), entry->score.index());
    out_.labels_.push_back(entry->label.AsString());
    return true;
  }

  bool ReadMembers(JsonValue object) {
    StartRow(object.index());
    bool good = true;
    object.ForEachMember([&](std::string_view label, JsonValue value) {
      if (!good || value.ignored()) return;
      good = IsNumber(value);
      if (!good) return;
      Add(value.AsDouble(), value.index());
      out_.labels_.push_back(label);
    });
    return good;
  }

  bool ReadFloats(JsonValue text) {
    StartRow(text.index());
    const std::size_t before = out_.values_.size();
    if (!DecodeBase64Floats(text.AsString(), out_.values_)) return false;
    out_.nodes_.resize(out_.values_.size(), text.index());
    out_.single_ = true;
    singles_ += out_.values_.size() - before;
    return true;
  }

  const NumberForms& forms_;
  NumberRows out_;
  std::size_t singles_ = 0;
};

std::optional<NumberRows> ReadNumberRows(JsonValue value, const NumberForms& forms) {
  RowReader reader(forms);
  if (!reader.Read(value, forms.scalars)) return std::nullopt;
  return reader.Take();
}

// Takes one side's elements as rows.
class TensorRowReader {
 public:
  // `row_length` is at least 1.
  TensorRowReader(const Tensor& tensor, std::uint64_t row_length, const NumberForms& forms)
      : cursor_(tensor), row_length_(row_length), classes_(false) {
    classes_ = tensor.type == TensorType::kBytes && forms.texts == NumberForms::Texts::kClasses;
    rows_.binary_ = tensor.binary;
    rows_.values_.reserve(tensor.elements);
    rows_.nodes_.reserve(tensor.elements);
  }

  Element Next() {
    const Element element = cursor_.Next();
    if (seen_++ % row_length_ == 0) {
      rows_.rows_.push_back({rows_.values_.size(), element.place});
    }
    return element;
  }
  bool ignored() const { return cursor_.ignored(); }

  void Add(const Element& element) {
    if (!element.is_string()) {
      rows_.values_.push_back(element.AsDouble());
    } else if (classes_) {
      const std::optional<Classification> read = ReadClassification(element.text);
      good_ = good_ && read.has_value();
      rows_.values_.push_back(read ? read->value : 0);
      rows_.labels_.push_back(read ? read->name : std::string_view());
    } else {
      const std::optional<double> number = NumberInText(element.text);
      good_ = good_ && number.has_value();
      rows_.values_.push_back(number.value_or(0));
    }
    rows_.nodes_.push_back(element.place);
  }

  std::optional<NumberRows> Take() {
    if (!good_) return std::nullopt;
    return std::move(rows_);
  }

 private:
  ElementCursor cursor_;
  std::uint64_t row_length_;
  bool classes_;
  std::uint64_t seen_ = 0;
  bool good_ = true;
  NumberRows rows_;
};

namespace {

bool Readable(const Tensor& tensor, const NumberForms& forms) {
  switch (tensor.type) {
    case TensorType::kFloat:
      return true;
    case TensorType::kInteger:
      return forms.integers;
    case TensorType::kBool:
      return false;
    case TensorType::kBytes:
      return forms.texts == NumberForms::Texts::kNumbers ||
             forms.texts == NumberForms::Texts::kClasses;
  }
  return false;
}

std::uint64_t RowLength(const Tensor& tensor) {
  if (tensor.elements == 0) return 1;
  return tensor.type == TensorType::kBytes ? tensor.elements / tensor.batch() : tensor.row_length();
}

}  // namespace

std::optional<TensorRows> ReadTensorRows(const TensorPair& pair, const NumberForms& forms) {
  if (!Readable(pair.baseline, forms)) return std::nullopt;
  TensorRows rows;
  TensorRowReader baseline(pair.baseline, RowLength(pair.baseline), forms);
  TensorRowReader candidate(pair.candidate, RowLength(pair.candidate), forms);
  const bool readable = Readable(pair.candidate, forms);
  const bool same = readable && pair.baseline.shape == pair.candidate.shape;
  for (std::uint64_t i = 0; i < pair.baseline.elements; ++i) {
    const Element left = baseline.Next();
    if (!same) {
      if (!baseline.ignored()) baseline.Add(left);
      continue;
    }
    const Element right = candidate.Next();
    if (baseline.ignored() || candidate.ignored()) continue;
    baseline.Add(left);
    candidate.Add(right);
  }
  for (std::uint64_t i = 0; readable && !same && i < pair.candidate.elements; ++i) {
    const Element element = candidate.Next();
    if (!candidate.ignored()) candidate.Add(element);
  }
  std::optional<NumberRows> taken = baseline.Take();
  if (!taken) return std::nullopt;
  rows.baseline = *std::move(taken);
  if (readable) rows.candidate = candidate.Take();
  return rows;
}

std::string RowsPlace::PathOf(std::uint32_t node) const {
  if (node == kWhole) return path;
  return binary ? fmt::format("{}/{}", path, node) : PathTo(path, from, node);
}

std::string PathTo(std::string path, JsonValue from, std::uint32_t node) {
  const Document& document = from.document();
  std::uint32_t at = from.index();
  while (at != node) {
    const std::uint32_t end = document.Next(at);
    if (node <= at || node >= end) return path;
    const bool object = document.node(at).kind == JsonKind::kObject;
    std::uint32_t child = at + 1;
    std::uint64_t position = 0;
    if (!object && end == at + 1 + document.node(at).size) {  // scalars alone
      position = node - child;
      child = node;
    }
    std::string_view key;
    while (true) {
      if (object) key = document.Text(document.node(child++));
      const std::uint32_t next = document.Next(child);
      if (node < next) break;
      child = next;
      ++position;
    }
    AppendPointerSegment(object ? key : std::to_string(position), path);
    at = child;
  }
  return path;
}

}  // namespace understudy
