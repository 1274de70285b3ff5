// The look-up.
#include "proxy/async/tls_names.h"

#include <algorithm>

namespace understudy {

void TlsNames::Add(const std::vector<std::string>& names, std::size_t certificate) {
  for (const std::string& name : names) {
    const bool wildcard = name.starts_with("*.") && name.find('*', 1) == std::string::npos;
    if (!wildcard && name.find('*') != std::string::npos) continue;  // a part of a label
    (wildcard ? wildcards_ : exact_).emplace(wildcard ? name.substr(1) : name, certificate);
  }
}

std::size_t TlsNames::Find(std::string_view host) const {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string name(host);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  const auto found = [](const auto& map, const std::string& key) {
    const auto at = map.find(key);
    return at == map.end() ? 0 : at->second;
  };
  const std::size_t exact = found(exact_, name);
  const std::size_t dot = name.find('.');
  const std::size_t wildcard =
      dot == std::string::npos || dot == 0 ? 0 : found(wildcards_, name.substr(dot));
  if (exact == 0 || wildcard == 0) return std::max(exact, wildcard);
  return std::min(exact, wildcard);
}

}  // namespace understudy
