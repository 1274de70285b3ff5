// The chunk pool: per-thread free lists per size class, a shared overflow list behind a lock.
#include "proxy/base/chunk.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <new>
#include <string>

namespace understudy {
namespace {

constexpr std::array<std::size_t, 6> kSizes = {1u << 10,  4u << 10,   16u << 10,
                                               64u << 10, 256u << 10, 1u << 20};
// How many of each size a thread keeps: about 2 MiB of small ones, 24 MiB of large ones.
constexpr std::array<std::size_t, 6> kKeep = {256, 128, 64, 64, 16, 16};
constexpr std::size_t kSharedKeep = 4;  // times kKeep, for all threads together
constexpr std::uint32_t kUnpooled = kSizes.size();
constexpr std::size_t kCopyBelow = 4u << 10;
constexpr std::size_t kMostCopied = 64u << 10;

// Copying these bytes costs less than keeping their whole chunk.
bool BetterCopied(std::size_t bytes, std::size_t capacity) {
  return bytes < kCopyBelow || (bytes <= kMostCopied && bytes < capacity / 4);
}

using FreeList = std::vector<Chunk*>;

struct SharedPool {
  std::mutex mutex;
  std::array<FreeList, kSizes.size()> free;
};

// Never destroyed: threads that end late still give their chunks back.
SharedPool& Shared() {
  static SharedPool* const pool = new SharedPool;
  return *pool;
}

void FreeAll(FreeList& list) {
  for (Chunk* chunk : list) ::operator delete(static_cast<void*>(chunk));
  list.clear();
}

struct ThreadPool {
  std::array<FreeList, kSizes.size()> free;
  ~ThreadPool();
};

thread_local bool thread_pool_gone = false;
ThreadPool& Local() {
  thread_local ThreadPool pool;
  return pool;
}

ThreadPool::~ThreadPool() {
  thread_pool_gone = true;
  for (FreeList& list : free) FreeAll(list);
}

// Moves about half of a full list to the shared one; what does not fit there is freed.
void Overflow(FreeList& list, std::uint32_t size_class) {
  const std::size_t move = list.size() / 2;
  FreeList surplus(list.end() - static_cast<std::ptrdiff_t>(move), list.end());
  list.resize(list.size() - move);
  {
    std::lock_guard lock(Shared().mutex);
    FreeList& shared = Shared().free[size_class];
    while (!surplus.empty() && shared.size() < kSharedKeep * kKeep[size_class]) {
      shared.push_back(surplus.back());
      surplus.pop_back();
    }
  }
  FreeAll(surplus);
}

void Refill(FreeList& list, std::uint32_t size_class) {
  std::lock_guard lock(Shared().mutex);
  FreeList& shared = Shared().free[size_class];
  for (std::size_t i = 0; i < kKeep[size_class] / 2 && !shared.empty(); ++i) {
    list.push_back(shared.back());
    shared.pop_back();
  }
}

}  // namespace

ChunkRef ChunkRef::Allocate(std::size_t bytes) {
  std::uint32_t size_class = 0;
  while (size_class < kSizes.size() && kSizes[size_class] < bytes) ++size_class;
  ChunkRef ref;
  if (size_class < kUnpooled && !thread_pool_gone) {
    FreeList& list = Local().free[size_class];
    if (list.empty()) Refill(list, size_class);
    if (!list.empty()) {
      ref.chunk_ = list.back();
      list.pop_back();
      ref.chunk_->references_.store(1, std::memory_order_relaxed);
      return ref;
    }
  }
  const std::size_t capacity = size_class < kUnpooled ? kSizes[size_class] : bytes;
  ref.chunk_ = new (::operator new(Chunk::kHeader + capacity)) Chunk;
  ref.chunk_->size_class_ = size_class;
  ref.chunk_->capacity_ = capacity;
  return ref;
}

void ChunkRef::Release(Chunk* chunk) {
  if (chunk->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (chunk->size_class_ == kUnpooled || thread_pool_gone) {
    ::operator delete(static_cast<void*>(chunk));
    return;
  }
  FreeList& list = Local().free[chunk->size_class_];
  list.push_back(chunk);
  if (list.size() > kKeep[chunk->size_class_]) Overflow(list, chunk->size_class_);
}

SliceList& SliceList::operator=(SliceList&& other) noexcept {
  slices_ = std::exchange(other.slices_, {});
  bytes_ = std::exchange(other.bytes_, 0);
  footprint_ = std::exchange(other.footprint_, 0);
  tail_used_ = std::exchange(other.tail_used_, 0);
  tail_owned_ = std::exchange(other.tail_owned_, false);
  return *this;
}

void SliceList::Append(const ChunkRef& chunk, std::string_view bytes) {
  if (bytes.empty()) return;
  bytes_ += bytes.size();
  if (!slices_.empty() && slices_.back().chunk.Get() == chunk.Get() &&
      slices_.back().bytes.data() + slices_.back().bytes.size() == bytes.data()) {
    slices_.back().bytes = {slices_.back().bytes.data(),
                            slices_.back().bytes.size() + bytes.size()};
    return;
  }
  if (!BetterCopied(bytes.size(), chunk->Capacity())) {
    if (slices_.empty() || slices_.back().chunk.Get() != chunk.Get()) {
      footprint_ += chunk->Capacity();
    }
    slices_.push_back({chunk, bytes});
    tail_owned_ = false;
    return;
  }
  while (!bytes.empty()) {
    if (!tail_owned_ || tail_used_ == slices_.back().chunk->Capacity()) {
      // Many small pieces (a stream) go into ever larger chunks.
      const std::size_t want =
          slices_.empty() ? bytes.size() : std::min<std::size_t>(bytes_, 64u << 10);
      ChunkRef own = ChunkRef::Allocate(std::max(want, bytes.size()));
      footprint_ += own->Capacity();
      slices_.push_back({own, {own->Data(), 0}});
      tail_owned_ = true;
      tail_used_ = 0;
    }
    Slice& tail = slices_.back();
    const std::size_t take = std::min(bytes.size(), tail.chunk->Capacity() - tail_used_);
    std::memcpy(tail.chunk->Data() + tail_used_, bytes.data(), take);
    tail_used_ += take;
    tail.bytes = {tail.chunk->Data(), tail_used_};
    bytes.remove_prefix(take);
  }
}

void SliceList::Clear() {
  slices_.clear();
  bytes_ = footprint_ = tail_used_ = 0;
  tail_owned_ = false;
}

bool SliceList::SameBytes(const SliceList& other) const {
  if (bytes_ != other.bytes_) return false;
  auto right = other.slices_.begin();
  std::size_t used = 0;  // of the right slice
  for (const Slice& slice : slices_) {
    for (std::string_view left = slice.bytes; !left.empty();) {
      const std::string_view rest = right->bytes.substr(used);
      const std::size_t common = std::min(left.size(), rest.size());
      if (std::memcmp(left.data(), rest.data(), common) != 0) return false;
      left.remove_prefix(common);
      used += common;
      if (used == right->bytes.size()) {
        ++right;
        used = 0;
      }
    }
  }
  return true;
}

std::string_view SliceList::Join(std::string& scratch) const {
  if (slices_.empty()) return {};
  if (slices_.size() == 1) return slices_.front().bytes;
  scratch.clear();
  scratch.reserve(bytes_);
  for (const Slice& slice : slices_) scratch.append(slice.bytes);
  return scratch;
}

}  // namespace understudy
