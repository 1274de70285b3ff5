// A file descriptor kept for the moment when there is none: giving it up lets one connection be
// accepted and told so, instead of leaving it in the kernel's queue without an answer.
//
// Threads: one owner.
#pragma once

namespace understudy {

class SpareDescriptor {
 public:
  SpareDescriptor() { Take(); }
  ~SpareDescriptor() { Give(); }
  SpareDescriptor(const SpareDescriptor&) = delete;
  SpareDescriptor& operator=(const SpareDescriptor&) = delete;

  // Takes one if there is one to take; says whether it is held.
  bool Take();
  void Give();

 private:
  int descriptor_ = -1;
};

}  // namespace understudy
