// The texts a configuration may hold - durations, sizes, shares, addresses - read strictly. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/model/topology.h"

namespace understudy {

// Nanoseconds of "250ms", "1.5s", "10m", "2h", "7d" or "0".
std::optional<Duration> ParseDuration(std::string_view text);
// Bytes of "512", "64KiB", "8MiB", "2GiB", "1TiB".
std::optional<std::uint64_t> ParseSize(std::string_view text);
// 0.05 of "0.05" or "5%". Not bounded above.
std::optional<double> ParseShare(std::string_view text);
// 1.25 of "1.25".
std::optional<double> ParseRatio(std::string_view text);
// An IPv4 address, or an IPv6 address in brackets, and a port from 0.
std::optional<SocketAddress> ParseListenAddress(std::string_view text);
// A host name or address and a port from 1.
std::optional<SocketAddress> ParseEndpoint(std::string_view text);

// True for 127.0.0.0/8 and ::1.
bool IsLoopback(const SocketAddress& address);
// True for 0.0.0.0 and ::.
bool IsWildcard(const SocketAddress& address);

// A host name or address, with or without a port.
bool IsAuthority(std::string_view text);

}  // namespace understudy
