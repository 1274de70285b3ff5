// Chance for generated traffic: a seed decides everything that is drawn from it.
//
// Threads: one owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace understudy {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  // Decided by a text, such as a request's id.
  explicit Chance(std::string_view text) : engine_(Hash(text)) {}

  std::size_t Below(std::size_t limit) { return static_cast<std::size_t>(engine_() % limit); }
  bool OneIn(std::size_t n) { return Below(n) == 0; }
  std::string_view Of(std::initializer_list<std::string_view> choices) {
    return *(choices.begin() + Below(choices.size()));
  }
  // Mostly short; bytes that look like HTTP turn up often.
  std::string Payload(std::size_t longest) {
    std::string payload;
    const std::size_t size = OneIn(4) ? Below(longest) : Below(200);
    while (payload.size() < size) {
      if (OneIn(3)) {
        payload += Of({"\r\n\r\n", "0\r\n\r\n", "GET /a/smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
                       "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "\n", "\r"});
      } else {
        payload.append(1 + Below(300), static_cast<char>(Below(256)));
      }
    }
    return payload;
  }
  // The payload as chunks, cut at random and with extensions, without the last one.
  std::string Chunks(std::string_view payload) {
    std::string wire;
    while (!payload.empty()) {
      const std::string_view chunk = payload.substr(0, 1 + Below(OneIn(3) ? payload.size() : 40));
      wire.append(SizeLine(chunk.size())).append(chunk).append("\r\n");
      payload.remove_prefix(chunk.size());
    }
    return wire;
  }
  // The same, whole; `trailers` as on the wire.
  std::string Chunked(std::string_view payload, std::string_view trailers) {
    std::string wire = Chunks(payload);
    return wire.append(SizeLine(0)).append(trailers).append("\r\n");
  }

 private:
  std::string SizeLine(std::size_t size) {
    const std::string_view table = Of({"0123456789abcdef", "0123456789ABCDEF"});
    std::string line;
    for (; size > 0 || line.empty(); size /= 16) line.insert(0, 1, table[size % 16]);
    if (OneIn(10)) line.insert(0, Below(3), '0');
    if (OneIn(6)) line += Of({";a=b", ";x", ";q=\"a b\"", ";"});
    return line + "\r\n";
  }
  static std::uint64_t Hash(std::string_view text) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
    return hash;
  }

  std::mt19937_64 engine_;
};

}  // namespace understudy
