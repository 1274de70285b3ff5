// What is wrong with a configuration file, and where.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace understudy {

// A place in the file. Lines and columns count from 1; columns are bytes.
struct ConfigPlace {
  int line = 1;
  int column = 1;
};

struct ConfigFault {
  std::string filename;
  ConfigPlace place;
  std::string message;  // one sentence: what is wrong and what to write; never an expanded secret

  // "file:line:col: message"
  std::string ToString() const;
};

// Collects the faults of one file and of those it names. Keeps at most kMost of them: a hostile
// file must not make a report larger than itself.
class ConfigFaults {
 public:
  static constexpr std::size_t kMost = 100;

  explicit ConfigFaults(std::string filename) : filename_(std::move(filename)) {}

  void Add(ConfigPlace place, std::string message);
  // A fault in another file, which this one names.
  void AddElsewhere(std::string filename, ConfigPlace place, std::string message);
  // `value` came from outside the file, where `written` stands: no later message shows it. A value
  // of less than four bytes hides nothing, and is left alone outside quotes.
  void Conceal(const std::string& value, const std::string& written);
  bool empty() const { return faults_.empty(); }

  // In the order of the file, then those of others, with a last line that counts what was left out.
  std::vector<ConfigFault> Sorted() const;

 private:
  std::string filename_;
  std::vector<std::pair<std::string, std::string>> concealed_;  // what a message may hold; instead
  std::vector<ConfigFault> faults_;
  std::size_t left_out_ = 0;
};

// A text from outside as a message shows it: in quotes, cut to 60 bytes, control characters as '?'.
std::string Quoted(const std::string& text);

}  // namespace understudy
