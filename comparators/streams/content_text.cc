// Deltas or cumulative pieces.
#include "comparators/streams/content_text.h"

namespace understudy {
namespace {

constexpr std::uint64_t kEnoughGrowths = 2;

}  // namespace

void ContentReading::See(std::string_view piece, std::string_view before) {
  if (mode_ != ContentMode::kAuto) return;
  if (!piece.starts_with(before)) {
    refuted_ = true;
  } else if (piece.size() > before.size()) {
    ++growths_;
  }
}

bool ContentReading::IsCumulative() const {
  if (mode_ != ContentMode::kAuto) return mode_ == ContentMode::kCumulative;
  return !refuted_ && growths_ >= kEnoughGrowths;
}

void ContentText::Add(std::string_view piece, ContentReading& reading, AssemblyGuard& guard) {
  if (piece.empty()) return;
  guard.Use(AssemblyBound::kText, piece.size());
  if (!guard.ok()) return;
  if (!last_.empty() && reading.may_be_cumulative()) reading.See(piece, last_);
  if (reading.may_be_cumulative()) last_ = piece;
  if (reading.may_be_delta()) joined_ += piece;
}

}  // namespace understudy
