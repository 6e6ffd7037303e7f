# SPDX-License-Identifier: Apache-2.0
#
# The targets weft::weft and weft::sim. A directory that is missing or empty contributes nothing; an engine without
# sources has no target.
find_package(Threads REQUIRED)
include(GNUInstallDirs)

# The sources of directories under src/, without the white-box tests that stand beside them.
function(weft_glob out)
  set(patterns ${ARGN})
  list(TRANSFORM patterns PREPEND ${PROJECT_SOURCE_DIR}/src/)
  set(assembly ${patterns})
  list(TRANSFORM patterns APPEND /*.cpp)
  list(TRANSFORM assembly APPEND /*.S)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns} ${assembly})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  set(${out} ${sources} PARENT_SCOPE)
endfunction()

# What compiling against weft takes; used by the core and by both engines.
function(weft_usage target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_options(${target} PUBLIC -fno-omit-frame-pointer)  # reports walk frame pointers
  # A large frame must touch its pages in order, or it could step over a stack's guard (src/os/guard.hpp).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU OR CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    target_compile_options(${target} PUBLIC $<$<COMPILE_LANGUAGE:CXX>:-fstack-clash-protection>)
  endif()
  target_link_libraries(${target} PUBLIC Threads::Threads)
  if(WEFT_SANITIZE)
    target_compile_options(${target} PUBLIC -fsanitize=${WEFT_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(${target} PUBLIC -fsanitize=${WEFT_SANITIZE})
  endif()
  if(NOT WEFT_MEASURED)
    target_compile_definitions(${target} PRIVATE WEFT_UNMEASURED=1)
  endif()
  if(WEFT_FORCE_MIGRATION)
    target_compile_definitions(${target} PUBLIC WEFT_FORCE_MIGRATION=1)
  endif()
  # A project's own shared library may contain the static one; nobody replaces weft's functions one by one.
  set_target_properties(${target} PROPERTIES
    CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET default VISIBILITY_INLINES_HIDDEN OFF)
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-semantic-interposition>)
  weft_warnings(${target})
endfunction()

weft_glob(WEFT_CORE_SOURCES base os trace park chan sync time context io net signal)
if(WEFT_CORE_SOURCES)
  add_library(weft_core OBJECT ${WEFT_CORE_SOURCES})
  weft_usage(weft_core)
endif()

function(weft_engine target name directory)
  weft_glob(sources ${directory})
  if(NOT sources)
    message(STATUS "weft: src/${directory} is empty, so there is no weft::${name}")
    return()
  endif()
  add_library(${target} ${sources})
  if(TARGET weft_core)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:weft_core>)
  endif()
  weft_usage(${target})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
  add_library(weft::${name} ALIAS ${target})
endfunction()

weft_engine(weft weft sched)
weft_engine(weft_sim sim sim)

# weft::native_locks: what a program links beside the engine so that WEFT_DIAG=native can watch its system locks. Its
# objects go into the program itself: a shared object would not stand before the C library.
if(TARGET weft_core AND NOT WEFT_SANITIZE)
  weft_glob(sources native)
  add_library(weft_native_locks OBJECT ${sources})
  weft_usage(weft_native_locks)
  target_link_libraries(weft_native_locks PUBLIC ${CMAKE_DL_LIBS})
  set_target_properties(weft_native_locks PROPERTIES EXPORT_NAME native_locks)
  add_library(weft::native_locks ALIAS weft_native_locks)
endif()
