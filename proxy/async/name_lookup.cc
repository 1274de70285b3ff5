// getaddrinfo on detached threads that share nothing with the loop but a mailbox.
#include "proxy/async/name_lookup.h"

#include <netdb.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace understudy {
namespace {

constexpr int kMostAtOnce = 64;  // of the process
std::atomic<int> under_way{0};

NameLookup::Addresses AskSystem(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  NameLookup::Addresses addresses;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return {};
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    asio::ip::tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    addresses.push_back(endpoint);
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

// Whoever holds the lock may use the loop, while it is there.
struct NameLookup::Mailbox {
  explicit Mailbox(asio::io_context& loop) : context(&loop) {}
  std::mutex mutex;
  asio::io_context* context;
};

NameLookup::NameLookup(asio::io_context& context) : mailbox_(std::make_shared<Mailbox>(context)) {}

NameLookup::~NameLookup() {
  std::lock_guard lock(mailbox_->mutex);
  mailbox_->context = nullptr;
}

void NameLookup::Lookup(const std::string& host, std::uint16_t port, Done done) {
  // The answer goes back as one object, so that what `done` holds is let go on the loop's thread.
  auto back = std::make_shared<Done>(std::move(done));
  if (under_way.fetch_add(1) < kMostAtOnce) {
    try {
      std::thread([mailbox = mailbox_, host, port, back]() mutable {
        Addresses found = AskSystem(host, port);
        under_way.fetch_sub(1);
        std::lock_guard lock(mailbox->mutex);
        if (mailbox->context == nullptr) return;
        asio::post(*mailbox->context, [back = std::move(back), found = std::move(found)]() mutable {
          (*back)(std::move(found));
        });
      }).detach();
      return;
    } catch (const std::system_error&) {  // no thread to be had
    }
  }
  under_way.fetch_sub(1);
  asio::post(*mailbox_->context, [back = std::move(back)] { (*back)({}); });
}

}  // namespace understudy
