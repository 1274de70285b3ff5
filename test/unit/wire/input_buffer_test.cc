// The buffer between a socket and its reader: what is held is never overwritten, and memory stays
// in proportion.
#include "proxy/wire/input_buffer.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <vector>

namespace understudy {
namespace {

// Stands for one read that brings `bytes`, as many as there is room for. Returns what is left.
std::string_view Read(InputBuffer& input, std::string_view bytes) {
  const auto room = input.Prepare();
  const std::size_t take = std::min(room.size(), bytes.size());
  std::memcpy(room.data(), bytes.data(), take);
  input.Commit(take);
  return bytes.substr(take);
}

TEST_CASE("bytes come out as they were read") {
  InputBuffer input;
  CHECK(input.Empty());
  CHECK(input.Bytes().empty());
  Read(input, "hello, ");
  Read(input, "world");
  CHECK(input.Bytes() == "hello, world");
  input.Consume(7);
  CHECK(input.Bytes() == "world");
  input.Consume(5);
  CHECK(input.Empty());
  Read(input, "again");
  CHECK(input.Bytes() == "again");
}

TEST_CASE("bytes that somebody holds are never overwritten") {
  InputBuffer input;
  Read(input, "GET / HTTP/1.1\r\n\r\n");
  const ChunkRef holder = input.Holder();
  const std::string_view head = input.Bytes();
  input.Consume(head.size());
  for (int i = 0; i < 100; ++i) {
    Read(input, std::string(3000, 'x'));
    input.Consume(input.Bytes().size());
  }
  CHECK(head == "GET / HTTP/1.1\r\n\r\n");
}

TEST_CASE("an empty buffer that nobody holds is read into from its beginning") {
  InputBuffer input;
  Read(input, std::string(1000, 'x'));
  const char* const first = input.Bytes().data();
  input.Consume(1000);
  Read(input, "y");
  CHECK(input.Bytes().data() == first);
}

TEST_CASE("reads grow up to their limit") {
  InputBuffer limited, unlimited;
  limited.LimitReads(64 << 10);
  const std::string body(8 << 20, 'x');
  std::size_t largest = 0, largest_unlimited = 0;
  for (std::string_view left = body; !left.empty(); limited.Consume(limited.Bytes().size())) {
    left = Read(limited, left);
    largest = std::max(largest, limited.Bytes().size());
  }
  for (std::string_view left = body; !left.empty(); unlimited.Consume(unlimited.Bytes().size())) {
    left = Read(unlimited, left);
    largest_unlimited = std::max(largest_unlimited, unlimited.Bytes().size());
  }
  CHECK(largest == 64 << 10);
  CHECK(largest_unlimited == InputBuffer::kLargestRead);
}

TEST_CASE("reads that fill their room ask for larger ones and idle buffers give theirs back") {
  InputBuffer input;
  CHECK(input.Prepare().size() >= InputBuffer::kFirstRead);
  const std::string much(1u << 20, 'x');
  for (int i = 0; i < 4; ++i) {
    Read(input, much);
    input.Consume(input.Bytes().size());
  }
  CHECK(input.Prepare().size() == InputBuffer::kLargestRead);
  input.ReleaseIfEmpty();
  CHECK_FALSE(input.Holder());
  CHECK(input.Prepare().size() == InputBuffer::kFirstRead);
  Read(input, "z");
  input.ReleaseIfEmpty();
  CHECK(input.Bytes() == "z");
}

TEST_CASE("reads that find little ask for smaller ones again") {
  InputBuffer input;
  const std::string much(1u << 20, 'x');
  for (int i = 0; i < 4; ++i) {
    Read(input, much);
    input.Consume(input.Bytes().size());
  }
  CHECK(input.Holder()->Capacity() == InputBuffer::kLargestRead);
  for (int i = 0; i < 40; ++i) {
    Read(input, "little");
    input.Consume(input.Bytes().size());
  }
  CHECK(input.Holder()->Capacity() <= 4 * InputBuffer::kFirstRead);
}

TEST_CASE("messages of one size come to lie in one read each, also while shadows keep them") {
  InputBuffer input;
  const std::string message((16u << 10) + 400, 'x');
  std::vector<ChunkRef> kept;
  for (int i = 0; i < 40; ++i) {
    std::string_view left = message;
    int reads = 0;
    for (; !left.empty(); ++reads) left = Read(input, left);
    if (i > 2) CHECK(reads == 1);
    kept.push_back(input.Holder());
    input.Consume(input.Bytes().size());
  }
  CHECK(kept.back()->Capacity() <= 64u << 10);
}

TEST_CASE(
    "a buffer that rests gives back what nobody holds, and goes on behind what somebody does") {
  InputBuffer input;
  Read(input, std::string(6000, 'x'));
  const ChunkRef held = input.Holder();
  input.Consume(6000);
  input.Rest();
  CHECK(input.Holder().Get() == held.Get());
  input.Part();
  CHECK_FALSE(input.Holder());
  Read(input, "y");
  input.Rest();
  CHECK(input.Bytes() == "y");  // not while there is something to keep
  input.Consume(1);
  input.Rest();
  CHECK_FALSE(input.Holder());
}

TEST_CASE("every preparation leaves room to read") {
  InputBuffer input;
  for (int i = 0; i < 3000; ++i) {
    CHECK(input.Prepare().size() >= 4096);
    Read(input, std::string(static_cast<std::size_t>(i % 700) + 1, 'x'));
  }
}

TEST_CASE("a large body that is kept while it arrives takes a few times its size") {
  // Each read is kept by a reference to its chunk, as a copy for shadows keeps it, and nothing is
  // consumed: the case of a route that rewrites bodies.
  const std::string body(8u << 20, 'b');
  InputBuffer input;
  std::vector<ChunkRef> kept;
  std::set<const Chunk*> chunks;
  std::size_t memory = 0;
  for (std::string_view rest = body; !rest.empty();) {
    // The network brings 16 KiB at a time.
    const std::string_view packet = rest.substr(0, 16u << 10);
    rest.remove_prefix(packet.size() - Read(input, packet).size());
    if (chunks.insert(input.Holder().Get()).second) {
      kept.push_back(input.Holder());
      memory += input.Holder()->Capacity();
    }
  }
  CHECK(input.Bytes() == body);
  CHECK(memory < 6 * body.size());
}

}  // namespace
}  // namespace understudy
