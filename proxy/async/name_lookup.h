// Looks host names up without ever holding up a loop: the system's resolver blocks for as long as
// its servers are silent, so each lookup has a thread of its own, a bounded number of them at once.
//
// Threads: Lookup() and destruction on the loop's thread; `done` is called there. Ownership: what a
// lookup finds after this has gone is dropped; its thread ends by itself.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/async/task.h"

namespace understudy {

class NameLookup {
 public:
  using Addresses = std::vector<asio::ip::tcp::endpoint>;
  using Done = std::function<void(Addresses)>;

  explicit NameLookup(asio::io_context& context);
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  // `done` gets no address when the name is unknown, or when too many lookups hang already.
  void Lookup(const std::string& host, std::uint16_t port, Done done);

 private:
  struct Mailbox;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace understudy
