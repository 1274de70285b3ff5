// SHA-256 of tokens: a file of digests can be read by others without giving a token away.
//
// Threads: pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace understudy {

using TokenDigest = std::array<unsigned char, 32>;

TokenDigest DigestOfToken(std::string_view token);

// 64 hex digits, in lower case as written; either case as read.
std::string DigestText(const TokenDigest& digest);
std::optional<TokenDigest> ParseTokenDigest(std::string_view hex);

// Takes as long whatever the two are.
bool SameDigest(const TokenDigest& a, const TokenDigest& b);

}  // namespace understudy
