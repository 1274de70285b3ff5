// Rows of numbers at a place of an answer, whichever way they are written there: what comparators
// of rankings, distributions, vectors and single numbers read.
//
// Threads: values and pure functions, safe on any thread. Ownership: labels refer to the document.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "comparators/document.h"
#include "comparators/tensor_pair.h"

namespace understudy {

// What is read besides arrays of numbers (nested arrays are rows along their last axis, null is
// NaN).
struct NumberForms {
  enum class Texts {
    kNone,
    kFloats,   // a base64 text is a row of floats (base64_floats.h)
    kNumbers,  // a text that is a JSON number stands for it
    kClasses,  // "value:index[:label]" is a labelled number (classification.h)
  };
  Texts texts = Texts::kNone;
  bool scalars = false;   // a number by itself is a row of one
  bool labels = false;    // {"cat": 0.9} and [{"label": "cat", "score": 0.9}] are labelled rows
  bool integers = false;  // integer outputs are numbers, too
};

// A view of one row.
struct NumberRow {
  std::span<const double> values;
  // Where each value stands: its node in the document, of binary data its position.
  std::span<const std::uint32_t> nodes;
  std::span<const std::string_view> labels;  // of each value; empty when they go by position
};

class NumberRows {
 public:
  std::size_t size() const { return rows_.size(); }
  NumberRow operator[](std::size_t row) const;
  // The node a row stands at: its container, its text, or the first value of a flat tensor's row.
  std::uint32_t node(std::size_t row) const { return rows_[row].node; }
  bool labelled() const { return !labels_.empty(); }
  // Whether the numbers are floats of 32 bits, read from base64.
  bool single() const { return single_; }
  // Whether they are of a binary tensor: then nodes are positions of elements.
  bool binary() const { return binary_; }
  // Rounds every number to a float of 32 bits, so that numbers written in decimal equal the same
  // numbers in base64.
  void RoundToSingle();

 private:
  friend class RowReader;
  friend class TensorRowReader;
  struct Row {
    std::size_t begin;
    std::uint32_t node;
  };
  std::vector<double> values_;
  std::vector<std::uint32_t> nodes_;      // as many
  std::vector<std::string_view> labels_;  // as many, or none
  std::vector<Row> rows_;
  bool single_ = false;
  bool binary_ = false;
};

// The rows at `value`; what a rule ignores is left out. Nothing when anything else stands there, or
// when some numbers have labels and some do not.
std::optional<NumberRows> ReadNumberRows(JsonValue value, const NumberForms& forms);

// The rows of an output of both answers: along the last axis, for classification strings one per
// entry of the first axis (as labels.h has it). Elements that a rule ignores in either answer are
// left out of both when the shapes agree. `candidate` is empty when it alone cannot be read.
struct TensorRows {
  NumberRows baseline;
  std::optional<NumberRows> candidate;
};
// Nothing when the incumbent's output has no numbers in these forms.
std::optional<TensorRows> ReadTensorRows(const TensorPair& pair, const NumberForms& forms);

// A place where rows of numbers stand.
struct RowsPlace {
  std::string path;     // JSON pointer
  JsonValue from;       // what is there; of a binary tensor its output
  bool binary = false;  // nodes are positions of elements

  static constexpr std::uint32_t kWhole = 0xFFFFFFFF;  // the place itself, in place of a node
  // The pointer of a value by its node.
  std::string PathOf(std::uint32_t node) const;
};

// The JSON pointer of `node`, which stands somewhere in `from`, whose pointer is `path`. Looks at
// every element before it on its level unless all of them are scalars.
std::string PathTo(std::string path, JsonValue from, std::uint32_t node);

}  // namespace understudy
