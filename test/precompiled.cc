// Nothing but a reason for CMake to build the precompiled header that every test program uses.
