# Build rules shared by every folder: the language, warnings, sanitizers, and two functions,
# understudy_library() and understudy_test(). A folder is one static library; its links are its layer.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
# Nothing replaces our functions at load time, so calls within a file may be inlined despite -fPIC.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -g1 -fno-semantic-interposition")

set(UNDERSTUDY_SANITIZE "" CACHE STRING "Sanitizers to build with, as -fsanitize= takes them")
option(UNDERSTUDY_PCH "Use precompiled headers" ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  add_compile_options(-fpch-preprocess)
endif()

add_library(understudy_options INTERFACE)
target_compile_options(understudy_options INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers
  -Wno-restrict              # GCC 12 reports it inside std::string operator+ (its bug 105651)
  -Wno-mismatched-new-delete)  # and this one at frames of coroutines with an operator new
target_include_directories(understudy_options INTERFACE ${CMAKE_SOURCE_DIR})
if(UNDERSTUDY_SANITIZE)
  # GCC's flow warnings misfire under instrumentation; the uninstrumented builds keep them as errors.
  target_compile_options(understudy_options INTERFACE
    -fsanitize=${UNDERSTUDY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-tsan)
  target_link_options(understudy_options INTERFACE -fsanitize=${UNDERSTUDY_SANITIZE})
  if(UNDERSTUDY_SANITIZE STREQUAL "thread")
    # With it protobuf's headers lay messages out otherwise than Debian's library was built.
    target_compile_options(understudy_options INTERFACE -U__SANITIZE_THREAD__)
  endif()
endif()

find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf 3.21 REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(BROTLI REQUIRED IMPORTED_TARGET libbrotlidec)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TCMALLOC REQUIRED libtcmalloc_minimal)

# understudy_library(NAME [PUBLIC links...] [PRIVATE links...] [PCH headers...] [EXCLUDE sources...])
# Builds every .cc of the current folder (not of folders below) into one static library, but for
# those named after EXCLUDE. Headers named after PCH are precompiled for it.
function(understudy_library name)
  cmake_parse_arguments(ARG "" "" "PUBLIC;PRIVATE;PCH;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(TRANSFORM ARG_EXCLUDE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  list(REMOVE_ITEM sources ${ARG_EXCLUDE})
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC understudy_options ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE})
    if(UNDERSTUDY_PCH AND ARG_PCH)
      target_precompile_headers(${name} PRIVATE ${ARG_PCH})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE understudy_options ${ARG_PUBLIC} ${ARG_PRIVATE})
  endif()
endfunction()

# understudy_test(NAME LINKS links... [LABELS labels...])
# Builds every .cc of the current folder into one Catch2 program and registers each of its test
# cases with ctest.
function(understudy_test name)
  cmake_parse_arguments(ARG "" "" "LINKS;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_link_libraries(${name} PRIVATE understudy_options test_main ${ARG_LINKS})
  if(UNDERSTUDY_PCH)
    target_precompile_headers(${name} REUSE_FROM test_main)
  endif()
  catch_discover_tests(${name} TEST_PREFIX "${name}: "
    PROPERTIES TIMEOUT 120 LABELS "${ARG_LABELS}")
endfunction()

# understudy_python_tests(PREFIX SCRIPT CLASS LABEL TIMEOUT [ARGUMENTS words...])
# Registers each method test_some_words of the script's class as the ctest test "PREFIX: some words";
# the script gets the arguments first. Debian's python3, since another one may come first on PATH.
function(understudy_python_tests prefix script class label timeout)
  cmake_parse_arguments(ARG "" "" "ARGUMENTS" ${ARGN})
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/${script})
  file(STRINGS ${script} methods REGEX "def test_")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${script})
  foreach(method ${methods})
    string(REGEX REPLACE ".*def (test_[a-z0-9_]+).*" "\\1" method "${method}")
    string(REGEX REPLACE "^test_" "" sentence ${method})
    string(REPLACE "_" " " sentence ${sentence})
    add_test(NAME "${prefix}: ${sentence}"
      COMMAND /usr/bin/python3 -B ${script} ${ARG_ARGUMENTS} ${class}.${method})
    set_tests_properties("${prefix}: ${sentence}" PROPERTIES LABELS ${label} TIMEOUT ${timeout})
  endforeach()
endfunction()
