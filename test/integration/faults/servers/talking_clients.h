// Clients that write down every byte of their answers and how long they waited for the slowest.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace understudy {

// What one keep-alive connection said and heard.
struct Conversation {
  std::vector<std::string> answers;  // heads but for Date, and bodies; a torn one says so
  std::chrono::steady_clock::duration slowest{};
};

// Small, large and chunked requests, one after the other on one connection, decided by the seed
// alone; `gap` milliseconds between them.
Conversation Converse(std::uint16_t port, unsigned seed, int requests, int gap);
// So many of these at the same time; seeds from 1.
std::vector<Conversation> ConverseAtOnce(std::uint16_t port, int connections, int requests,
                                         int gap = 3);

// Where the answers of the one part from those of the other; empty when they are the same.
std::string FirstDifference(const std::vector<Conversation>& one,
                            const std::vector<Conversation>& other);
std::chrono::steady_clock::duration Slowest(const std::vector<Conversation>& conversations);

}  // namespace understudy
