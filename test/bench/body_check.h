// Compares a body, piece by piece, with the one that is expected.
//
// Threads: one. Ownership: borrows the expected body.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace understudy::bench {

class BodyCheck {
 public:
  explicit BodyCheck(const std::string& expected) : expected_(expected) {}
  void Begin() {
    at_ = 0;
    differs_ = false;
  }
  void Take(std::string_view piece) {
    if (piece.size() > expected_.size() - at_) {
      differs_ = true;
      return;
    }
    if (std::memcmp(expected_.data() + at_, piece.data(), piece.size()) != 0) differs_ = true;
    at_ += piece.size();
  }
  std::size_t Bytes() const { return at_; }
  bool Complete() const { return at_ == expected_.size(); }
  bool Differs() const { return differs_; }

 private:
  const std::string& expected_;
  std::size_t at_ = 0;
  bool differs_ = false;
};

}  // namespace understudy::bench
