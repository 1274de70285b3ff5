// Which certificate is for a host: the first one that has its name, or a wildcard for it.
//
// Threads: Find() from any, once everything was added.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace understudy {

class TlsNames {
 public:
  // Names in lower case. Certificates come in the order of their numbers, from 1.
  void Add(const std::vector<std::string>& names, std::size_t certificate);
  // 0: none. "*.example.com" fits a.example.com, and neither example.com nor a.b.example.com.
  std::size_t Find(std::string_view host) const;

 private:
  std::unordered_map<std::string, std::size_t> exact_;
  std::unordered_map<std::string, std::size_t>
      wildcards_;  // by what follows the star: ".example.com"
};

}  // namespace understudy
