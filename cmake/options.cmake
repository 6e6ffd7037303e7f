# SPDX-License-Identifier: Apache-2.0
#
# What the builder chooses. As a subdirectory of another project weft builds its libraries and nothing else.
option(WEFT_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(WEFT_SOURCE_TESTS "Of the tests, also those that depend on the sources only: tidy and the model checks" ON)
option(WEFT_PROGRAM_TESTS "Of the tests, also the whole programs: crash, corpus, stress" ON)
option(WEFT_TOOL "Build the command weft, which looks into running processes" ${PROJECT_IS_TOP_LEVEL})
option(WEFT_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(WEFT_BENCH "Build the benchmarks" OFF)
option(WEFT_MEASURED "Count and record; OFF only to measure what that costs (./dev bench diagnosis)" ON)
option(WEFT_FORCE_MIGRATION "Resume every goroutine on another worker than the one it left (a test mode)" OFF)
set(WEFT_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize: address,undefined or thread")

if(PROJECT_IS_TOP_LEVEL)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  find_program(WEFT_CCACHE ccache)
  mark_as_advanced(WEFT_CCACHE)
  if(WEFT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${WEFT_CCACHE})
  endif()
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

# Warnings are for weft's own files, never for those who link it.
function(weft_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow)
  if(WEFT_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)  # false with instrumentation, g++ says so itself
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    target_compile_options(${target} PRIVATE -Wno-unknown-attributes)  # gnu::noipa: noinline stands beside it
  endif()
endfunction()
