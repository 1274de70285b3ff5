// Which files may be loaded.
#include "comparators/library_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "test/support/temporary_directory.h"
#include "test/support/test_plugins.h"

namespace understudy {
namespace {

std::string Fault(const std::string& path) {
  const auto file = FindLibraryFile(path);
  const absl::Status status = file.ok() ? CheckLibraryFile(*file) : file.status();
  return std::string(status.message());
}

TEST_CASE("library file: a whole library of one's own may be loaded, also through a link") {
  CHECK(Fault(PluginPath("byte_share")).empty());
  const TemporaryDirectory folder;
  std::filesystem::create_symlink(PluginPath("byte_share"), folder.File("link.so"));
  CHECK(Fault(folder.File("link.so")).empty());
  CHECK(FindLibraryFile(folder.File("link.so"))->path == PluginPath("byte_share"));
}

TEST_CASE("library file: what everybody may write is refused, and so is a folder of that kind") {
  const TemporaryDirectory folder;
  const std::string path = folder.File("a.so");
  CopyPlugin("byte_share", path);
  REQUIRE(chmod(path.c_str(), 0666) == 0);
  CHECK(Fault(path) == "the library \"" + path +
                           "\" may be written by everybody (mode 0666); take that right away "
                           "(chmod o-w)");
  REQUIRE(chmod(path.c_str(), 0644) == 0);
  CHECK(Fault(path).empty());
  REQUIRE(chmod(folder.Path().c_str(), 0777) == 0);
  CHECK(Fault(path) ==
        "the library \"" + path + "\" could be replaced by everybody, who may write the folder \"" +
            folder.Path() + "\"; take that right away (chmod o-w) or move the library");
  // In a sticky folder, such as that of temporary files, only owners replace theirs.
  REQUIRE(chmod(folder.Path().c_str(), 01777) == 0);
  CHECK(Fault(path).empty());
}

TEST_CASE("library file: it belongs to root or to the user of the process") {
  CHECK(CheckOwner("/l.so", 0, 0755, 1000).ok());
  CHECK(CheckOwner("/l.so", 1000, 0700, 1000).ok());
  CHECK(CheckOwner("/l.so", 1001, 0755, 1000).message() ==
        "the library \"/l.so\" belongs to user 1001, who could change what runs here; it must "
        "belong to root or to user 1000, which this process runs as (chown)");
  CHECK(CheckOwner("/l.so", 1000, 0755, 0).message() ==
        "the library \"/l.so\" belongs to user 1000, who could change what runs here; it must "
        "belong to root or to user 0, which this process runs as (chown)");
  CHECK_FALSE(CheckOwner("/l.so", 0, 0757, 1000).ok());
}

TEST_CASE("library file: what is missing, no regular file, no ELF file or cut short is refused") {
  const TemporaryDirectory folder;
  CHECK(Fault(folder.File("none.so")) ==
        "the library \"" + folder.File("none.so") + "\" cannot be read: No such file or directory");
  CHECK(FindLibraryFile(folder.File("none.so")).status().code() == absl::StatusCode::kNotFound);
  CHECK(Fault(folder.Path()) == "\"" + folder.Path() + "\" is no shared library (no regular file)");
  const std::string pipe = folder.File("pipe.so");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(Fault(pipe) == "\"" + pipe + "\" is no shared library (no regular file)");
  const std::string path = folder.File("a.so");
  for (const std::string text : {"", "not a library",
                                 "\x7F"
                                 "ELF and no more"}) {
    WriteWholeFile(path, text);
    INFO(text);
    CHECK(Fault(path) == "\"" + path + "\" is no shared library (no ELF file)");
  }
  // A copy that is under way: every length gives a fault or what the loader itself can judge.
  const std::string whole = ReadWholeFile(PluginPath("byte_share"));
  for (const std::size_t size : {std::size_t{64}, std::size_t{100}, std::size_t{4096}}) {
    REQUIRE(whole.size() > size);
    WriteWholeFile(path, whole.substr(0, size));
    CHECK(Fault(path) == "the library \"" + path + "\" is cut short at " + std::to_string(size) +
                             " bytes; copy it again");
  }
}

}  // namespace
}  // namespace understudy
