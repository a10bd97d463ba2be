# Compiles through ccache where there is one. The settings are part of the command line, so that they hold however the
# build is started: precompiled headers are cached too, and a second checkout finds what the first one compiled.
include_guard(GLOBAL)
find_program(VEGTTT_CCACHE ccache)
if(VEGTTT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${VEGTTT_CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
