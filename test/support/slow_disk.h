// A disk whose sync takes long: SQLite's default file system for as long as it lives, with a delay
// in front of each xSync.
//
// Threads: any; one at a time. Make it before the databases it is to slow down are opened, and keep
// it until they are closed.
#pragma once

namespace understudy {

class SlowDisk {
 public:
  SlowDisk();
  ~SlowDisk();
  SlowDisk(const SlowDisk&) = delete;

  // From now on each sync takes so many milliseconds longer.
  void SetDelay(int milliseconds);
  // How many began, and how many are under way.
  int Syncs() const;
  int UnderWay() const;
};

}  // namespace understudy
