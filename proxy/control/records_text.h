// Texts of divergence records: digests, cuts, bytes that are no UTF-8, times.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proxy/base/time.h"

namespace understudy {

// "xxh64:" and 16 hex digits: XXH64 with the key as its seed. Without the key nobody can look up
// which short value a digest stands for.
std::string Digest(std::string_view bytes, std::uint64_t key);

bool IsUtf8(std::string_view text);

// The first `max_bytes` of a text, fewer where that would split a UTF-8 character.
std::string_view CutText(std::string_view text, std::size_t max_bytes);

std::string EncodeBase64(std::string_view bytes);
std::optional<std::string> DecodeBase64(std::string_view text);  // nothing: it is no base64

// "2026-05-01T12:00:00.000000000Z"; years 1970 to 9999.
std::string FormatTime(WallTime time);

}  // namespace understudy
