// The default file system of SQLite, copied, with another xOpen and another xSync.
#include "test/support/slow_disk.h"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include "test/support/socket.h"

namespace understudy {
namespace {

// A table of SQLite's with our xSync in it. First the table: a file points to it.
struct SlowMethods {
  sqlite3_io_methods methods;
  const sqlite3_io_methods* original = nullptr;
};

std::atomic<int> delay_ms{0};
std::atomic<int> syncs{0};
std::atomic<int> under_way{0};
sqlite3_vfs* default_vfs = nullptr;
sqlite3_vfs slow_vfs;
std::mutex tables_mutex;
std::array<SlowMethods, 8> tables;  // SQLite has one for each way of locking

int SlowSync(sqlite3_file* file, int flags) {
  ++syncs;
  ++under_way;
  LetPass(delay_ms);
  const int result =
      reinterpret_cast<const SlowMethods*>(file->pMethods)->original->xSync(file, flags);
  --under_way;
  return result;
}

const sqlite3_io_methods* Slowed(const sqlite3_io_methods* original) {
  std::lock_guard lock(tables_mutex);
  for (SlowMethods& table : tables) {
    if (table.original == nullptr) {
      table = {*original, original};
      table.methods.xSync = SlowSync;
    }
    if (table.original == original) return &table.methods;
  }
  throw std::logic_error("SQLite has more tables than expected");
}

int SlowOpen(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  const int result = default_vfs->xOpen(default_vfs, name, file, flags, out_flags);
  if (file->pMethods != nullptr) file->pMethods = Slowed(file->pMethods);
  return result;
}

}  // namespace

SlowDisk::SlowDisk() {
  sqlite3_initialize();
  default_vfs = sqlite3_vfs_find(nullptr);
  slow_vfs = *default_vfs;
  slow_vfs.zName = "slow";
  slow_vfs.pNext = nullptr;
  slow_vfs.xOpen = SlowOpen;
  delay_ms = syncs = under_way = 0;
  if (sqlite3_vfs_register(&slow_vfs, 1) != SQLITE_OK) {
    throw std::runtime_error("SQLite takes no other file system");
  }
}

SlowDisk::~SlowDisk() {
  delay_ms = 0;
  sqlite3_vfs_unregister(&slow_vfs);
  sqlite3_vfs_register(default_vfs, 1);
}

void SlowDisk::SetDelay(int milliseconds) { delay_ms = milliseconds; }
int SlowDisk::Syncs() const { return syncs; }
int SlowDisk::UnderWay() const { return under_way; }

}  // namespace understudy
