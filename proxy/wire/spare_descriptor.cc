// Nothing is behind it: /dev/null.
#include "proxy/wire/spare_descriptor.h"

#include <fcntl.h>
#include <unistd.h>

namespace understudy {

bool SpareDescriptor::Take() {
  if (descriptor_ < 0) descriptor_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  return descriptor_ >= 0;
}

void SpareDescriptor::Give() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

}  // namespace understudy
