// Pooled chunks and the lists of slices made of them.
#include "proxy/base/chunk.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>
#include <thread>

namespace understudy {
namespace {

ChunkRef Filled(const std::string& text) {
  ChunkRef chunk = ChunkRef::Allocate(text.size());
  std::memcpy(chunk->Data(), text.data(), text.size());
  return chunk;
}

void Append(SliceList& list, const std::string& text) {
  const ChunkRef chunk = Filled(text);
  list.Append(chunk, {chunk->Data(), text.size()});
}

std::string Text(const SliceList& list) {
  std::string scratch;
  return std::string(list.Join(scratch));
}

TEST_CASE("a chunk has room for what was asked, in a few sizes") {
  CHECK(ChunkRef::Allocate(0)->Capacity() == 1024);
  CHECK(ChunkRef::Allocate(1024)->Capacity() == 1024);
  CHECK(ChunkRef::Allocate(1025)->Capacity() == 4096);
  CHECK(ChunkRef::Allocate(4097)->Capacity() == 16384);
  CHECK(ChunkRef::Allocate(65537)->Capacity() == 262144);
  CHECK(ChunkRef::Allocate(1u << 20)->Capacity() == 1u << 20);
  CHECK(ChunkRef::Allocate((1u << 20) + 1)->Capacity() == (1u << 20) + 1);
  CHECK(ChunkRef::Allocate(10u << 20)->Capacity() == 10u << 20);
  CHECK_FALSE(ChunkRef());
}

TEST_CASE("a chunk knows whether somebody else holds it") {
  ChunkRef chunk = ChunkRef::Allocate(10);
  CHECK_FALSE(chunk->Shared());
  {
    const ChunkRef other = chunk;
    CHECK(chunk->Shared());
    CHECK(other.Get() == chunk.Get());
  }
  CHECK_FALSE(chunk->Shared());
  ChunkRef moved = std::move(chunk);
  CHECK_FALSE(moved->Shared());
  ChunkRef& same = moved;
  moved = same;
  REQUIRE(moved);
  CHECK_FALSE(moved->Shared());
}

TEST_CASE("a chunk that was given back is given out again") {
  ChunkRef first = ChunkRef::Allocate(5000);
  const Chunk* const address = first.Get();
  first = ChunkRef();
  CHECK(ChunkRef::Allocate(6000).Get() == address);
}

TEST_CASE("chunks may be given back on other threads and by threads that end") {
  std::vector<ChunkRef> made;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 600; ++i) made.push_back(Filled(std::string(2000, 'a')));
    std::thread other([&made] {
      made.clear();
      const ChunkRef mine = Filled("mine");
      CHECK(mine->Capacity() == 1024);
    });
    other.join();
  }
  std::thread maker([&made] {
    for (int i = 0; i < 600; ++i) made.push_back(Filled(std::to_string(i)));
  });
  maker.join();
  for (std::size_t i = 0; i < made.size(); ++i) {
    REQUIRE(std::string_view(made[i]->Data(), std::to_string(i).size()) == std::to_string(i));
  }
}

TEST_CASE("an empty list has no bytes and no memory") {
  SliceList list;
  Append(list, "");
  CHECK(list.Bytes() == 0);
  CHECK(list.Footprint() == 0);
  CHECK(list.Slices().empty());
  CHECK(Text(list).empty());
}

TEST_CASE("small pieces are copied together and pin nothing") {
  SliceList list;
  const ChunkRef large = ChunkRef::Allocate(256u << 10);
  std::memcpy(large->Data(), "abcdef", 6);
  list.Append(large, {large->Data(), 3});
  list.Append(large, {large->Data() + 3, 3});
  CHECK_FALSE(large->Shared());
  CHECK(Text(list) == "abcdef");
  CHECK(list.Slices().size() == 1);
  CHECK(list.Footprint() == 1024);
}

TEST_CASE("large pieces are shared and neighbours become one") {
  SliceList list;
  const ChunkRef large = ChunkRef::Allocate(64u << 10);
  std::memset(large->Data(), 'x', 64u << 10);
  list.Append(large, {large->Data(), 20'000});
  CHECK(large->Shared());
  list.Append(large, {large->Data() + 20'000, 5000});
  CHECK(list.Slices().size() == 1);
  CHECK(list.Slices()[0].bytes.data() == large->Data());
  CHECK(list.Footprint() == 64u << 10);
  // Not a neighbour, but the same memory.
  list.Append(large, {large->Data() + 40'000, 20'000});
  CHECK(list.Slices().size() == 2);
  CHECK(list.Footprint() == 64u << 10);
  CHECK(list.Bytes() == 45'000);
  std::string scratch;
  CHECK(list.Join(scratch).size() == 45'000);
}

TEST_CASE("a piece far smaller than its chunk is copied, and pins nothing") {
  SliceList list;
  const ChunkRef large = ChunkRef::Allocate(1u << 20);
  std::memset(large->Data(), 'x', 10'000);
  list.Append(large, {large->Data(), 10'000});
  CHECK_FALSE(large->Shared());
  CHECK(list.Footprint() == 16u << 10);
  CHECK(Text(list) == std::string(10'000, 'x'));
}

TEST_CASE("one slice is joined without a copy") {
  SliceList list;
  const ChunkRef chunk = Filled(std::string(5000, 'x'));
  list.Append(chunk, {chunk->Data(), 5000});
  std::string scratch;
  CHECK(list.Join(scratch).data() == chunk->Data());
  CHECK(scratch.empty());
}

TEST_CASE("a stream of small events takes little more memory than its bytes") {
  SliceList list;
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string event = "data: {\"n\": " + std::to_string(i) + "}\n\n";
    expected += event;
    Append(list, event);
  }
  CHECK(Text(list) == expected);
  CHECK(list.Bytes() == expected.size());
  CHECK(list.Footprint() < 2 * expected.size());
  CHECK(list.Slices().size() < 40);
}

TEST_CASE("pieces of every size come out in their order") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    SliceList list;
    std::string expected;
    for (int i = 0; i < 40; ++i) {
      const std::size_t size = random() % (random() % 3 == 0 ? 20'000 : 300);
      const std::string piece(size, static_cast<char>('a' + i % 26));
      expected += piece;
      Append(list, piece);
      if (random() % 100 == 0) {
        list.Clear();
        expected.clear();
      }
    }
    REQUIRE(Text(list) == expected);
    REQUIRE(list.Bytes() == expected.size());
    REQUIRE(list.Footprint() >= list.Bytes());
  }
}

TEST_CASE("a list that was moved from is empty and can be used again") {
  SliceList list;
  Append(list, "first");
  SliceList taken = std::move(list);
  CHECK(Text(taken) == "first");
  CHECK(list.Bytes() == 0);
  CHECK(list.Footprint() == 0);
  Append(list, "second");
  CHECK(Text(list) == "second");
  CHECK(list.Bytes() == 6);
  CHECK(Text(taken) == "first");
  list = std::move(taken);
  CHECK(Text(list) == "first");
  CHECK(taken.Bytes() == 0);
}

TEST_CASE("a cleared list lets its chunks go") {
  SliceList list;
  const ChunkRef chunk = Filled(std::string(5000, 'x'));
  list.Append(chunk, {chunk->Data(), 5000});
  Append(list, "tail");
  list.Clear();
  CHECK_FALSE(chunk->Shared());
  CHECK(list.Bytes() == 0);
  CHECK(list.Footprint() == 0);
  Append(list, "again");
  CHECK(Text(list) == "again");
}

}  // namespace
}  // namespace understudy
