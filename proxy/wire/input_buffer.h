// The bytes read from a socket and not yet used, in a pooled chunk. Bytes that others share are
// never overwritten: reading then goes on behind them or in a new chunk.
#pragma once

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <cstring>
#include <string_view>

#include "proxy/base/chunk.h"

namespace understudy {

class InputBuffer {
 public:
  static constexpr std::size_t kFirstRead = 16u << 10;
  static constexpr std::size_t kLargestRead = 1u << 20;

  std::string_view Bytes() const {
    return chunk_ ? std::string_view(chunk_->Data() + begin_, end_ - begin_) : std::string_view();
  }
  const ChunkRef& Holder() const { return chunk_; }
  bool Empty() const { return begin_ == end_; }

  void Consume(std::size_t bytes) { begin_ += bytes; }

  // Reads ask for that many bytes at most: a power of four times kFirstRead.
  void LimitReads(std::size_t bytes) { largest_read_ = bytes; }

  // Room to read into. Views of Bytes() taken before are only valid if their chunk is held.
  boost::asio::mutable_buffer Prepare() {
    if (!chunk_) {
      chunk_ = ChunkRef::Allocate(read_size_);
      begin_ = end_ = 0;
    } else if (begin_ == end_ && !chunk_->Shared()) {
      begin_ = end_ = 0;
    }
    // A new message had better begin where it has room for more than a rest.
    const std::size_t least = begin_ == end_ ? read_size_ / 2 : kLeastRoom;
    const bool too_large = begin_ == end_ && chunk_->Capacity() > 4 * read_size_;
    if (chunk_->Capacity() - end_ < least || chunk_->Capacity() < read_size_ || too_large) {
      Replace();
    }
    prepared_ = chunk_->Capacity() - end_;
    return {chunk_->Data() + end_, prepared_};
  }

  void Commit(std::size_t bytes) {
    end_ += bytes;
    // A read that filled its room asks for larger ones: large bodies then take few calls. Some that
    // found little ask for smaller ones: a chunk that a shadow keeps is kept whole.
    if (bytes == prepared_) {
      if (prepared_ >= read_size_ && read_size_ < largest_read_) read_size_ *= 4;
      little_ = 0;
    } else if (bytes >= read_size_ / 4 || read_size_ == kFirstRead) {
      little_ = 0;
    } else if (++little_ == kLittleInARow) {
      read_size_ /= 4;
      little_ = 0;
    }
  }

  // Nothing comes for a while: gives the memory back while there is nothing to keep. What somebody
  // holds would not come back; reading then goes on behind it.
  void Rest() {
    if (Empty() && chunk_ && !chunk_->Shared()) Drop();
  }
  // Between two messages: what is held of the last one is its holders' alone.
  void Part() {
    if (Empty()) Drop();
  }
  // The next message is another's: forgets how large the last ones were, too.
  void ReleaseIfEmpty() {
    if (!Empty()) return;
    Drop();
    read_size_ = kFirstRead;
  }

 private:
  static constexpr std::size_t kLeastRoom = 4u << 10;
  static constexpr int kLittleInARow = 8;

  void Drop() {
    chunk_ = ChunkRef();
    begin_ = end_ = 0;
  }

  void Replace() {
    const std::string_view left = Bytes();
    // Doubling: what is kept of a body pins the chunks it came in, so their sizes must not add up
    // to more than a few times the body's.
    ChunkRef larger =
        ChunkRef::Allocate(std::max(read_size_, left.size() + std::max(left.size(), kFirstRead)));
    if (!left.empty()) std::memcpy(larger->Data(), left.data(), left.size());
    begin_ = 0;
    end_ = left.size();
    chunk_ = std::move(larger);
  }

  ChunkRef chunk_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t prepared_ = 0;
  std::size_t read_size_ = kFirstRead;
  std::size_t largest_read_ = kLargestRead;
  int little_ = 0;  // reads in a row that found less than a quarter of that
};

}  // namespace understudy
