// What `top -H` and debuggers call a thread.
#pragma once

#include <pthread.h>

#include <string>

namespace understudy {

// Names the calling thread; the kernel keeps 15 bytes of it.
inline void NameThread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace understudy
