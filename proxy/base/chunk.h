// Reference-counted, pooled byte buffers: what bodies are read into, forwarded from and shared with
// shadows without copying. Filled once, then only read.
//
// Threads: a chunk may be released on any thread; each thread keeps a bounded free list per size,
// and passes what is over through a shared one.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace understudy {

class Chunk {
 public:
  char* Data() { return reinterpret_cast<char*>(this) + kHeader; }
  const char* Data() const { return reinterpret_cast<const char*>(this) + kHeader; }
  std::size_t Capacity() const { return capacity_; }
  bool Shared() const { return references_.load(std::memory_order_acquire) > 1; }

 private:
  friend class ChunkRef;
  static constexpr std::size_t kHeader = 64;  // keeps the bytes on a cache line of their own
  std::atomic<std::uint32_t> references_{1};
  std::uint32_t size_class_ = 0;
  std::size_t capacity_ = 0;
};

// An owner of a Chunk; null when default-made.
class ChunkRef {
 public:
  ChunkRef() = default;
  // At least `bytes` of room: 1 KiB, 4 KiB, 16 KiB, 64 KiB, 256 KiB, 1 MiB from the pool, larger
  // ones from the allocator.
  static ChunkRef Allocate(std::size_t bytes);

  ChunkRef(const ChunkRef& other) : chunk_(other.chunk_) {
    if (chunk_ != nullptr) chunk_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  ChunkRef(ChunkRef&& other) noexcept : chunk_(std::exchange(other.chunk_, nullptr)) {}
  ChunkRef& operator=(ChunkRef other) noexcept {
    std::swap(chunk_, other.chunk_);
    return *this;
  }
  ~ChunkRef() {
    if (chunk_ != nullptr) Release(chunk_);
  }

  explicit operator bool() const { return chunk_ != nullptr; }
  Chunk* operator->() const { return chunk_; }
  const Chunk* Get() const { return chunk_; }

 private:
  static void Release(Chunk* chunk);
  Chunk* chunk_ = nullptr;
};

// Bytes inside a chunk, kept alive by it.
struct Slice {
  ChunkRef chunk;
  std::string_view bytes;
};

// A body, or part of one, as slices in order. Moved, never copied: two lists would write into one
// chunk. One that was moved from is empty.
class SliceList {
 public:
  SliceList() = default;
  SliceList(SliceList&& other) noexcept { *this = std::move(other); }
  SliceList& operator=(SliceList&& other) noexcept;

  // Appends bytes that lie in `chunk`; small ones are copied together so that they do not pin it.
  void Append(const ChunkRef& chunk, std::string_view bytes);
  void Clear();

  std::span<const Slice> Slices() const { return slices_; }
  std::size_t Bytes() const { return bytes_; }
  // Memory kept alive: the capacity of every chunk referred to.
  std::size_t Footprint() const { return footprint_; }
  // The whole as one text: the slice itself when there is one, else joined into `scratch`.
  std::string_view Join(std::string& scratch) const;
  // Whether both hold the same bytes, however they are cut.
  bool SameBytes(const SliceList& other) const;

 private:
  absl::InlinedVector<Slice, 2> slices_;  // few messages lie in more
  std::size_t bytes_ = 0;
  std::size_t footprint_ = 0;
  std::size_t tail_used_ = 0;  // of the last chunk, when it is our own copy
  bool tail_owned_ = false;
};

}  // namespace understudy
