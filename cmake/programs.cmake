# SPDX-License-Identifier: Apache-2.0
#
# Programs of tests. Most are whole programs that carry their own expectations: test/crash, test/stress, the examples.
# What the lines of a leading comment mean is said in test/expect.cpp; read here are
#     // engines: both | sched | sim      which engines to build it for (sched)
#     // guarantee: D1                    the ids of docs/semantics.md it shows
#     // sentence: two goroutines that wait for each other are reported as a deadlock
#     // links: native_locks             what it is linked with besides: weft_native_locks
#     // not-under: address (why)         instrumentation it cannot run with: address, thread, undefined, migrate,
#                                        emulator

set(WEFT_TEST_SLOWNESS 1)
if(WEFT_SANITIZE OR CMAKE_CROSSCOMPILING)
  set(WEFT_TEST_SLOWNESS 4)
endif()

# Sets ${out} to the value of a key in the leading comment of a source, or to the default.
function(weft_header out source key default)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(STRINGS ${source} lines LIMIT_COUNT 1 REGEX "^// ${key}: ")
  if(lines)
    string(REGEX REPLACE "^// ${key}: *" "" lines "${lines}")
    string(REPLACE "\\;" ";" lines "${lines}")
    set(${out} "${lines}" PARENT_SCOPE)
  else()
    set(${out} "${default}" PARENT_SCOPE)
  endif()
endfunction()

# Whether a source cannot run with the instrumentation of this build, or perhaps not even be linked.
function(weft_left_out out source)
  set(${out} FALSE PARENT_SCOPE)
  weft_header(not_under ${source} not-under "")
  set(instrumentation ${WEFT_SANITIZE})
  if(WEFT_FORCE_MIGRATION)
    list(APPEND instrumentation migrate)
  endif()
  if(CMAKE_CROSSCOMPILING)
    list(APPEND instrumentation emulator)
  endif()
  string(REPLACE "," ";" instrumentation "${instrumentation}")
  foreach(word IN LISTS instrumentation)
    if(not_under MATCHES "(^| )${word}( |,|$)")
      set(${out} TRUE PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# Adds the test that runs a command and compares what it does with the expectations in the source.
function(weft_expect label source)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "CONFIGURATION" "COMMAND")
  cmake_path(GET source STEM stem)
  weft_header(ids ${source} guarantee "")
  weft_header(sentence ${source} sentence "${stem} does what its comment says")
  string(STRIP "${ids} ${sentence}" name)
  if(arg_CONFIGURATION)
    set(arg_CONFIGURATION CONFIGURATIONS ${arg_CONFIGURATION})
  endif()
  add_test(NAME "${label}: ${name}" COMMAND weft_expect ${source} ${arg_COMMAND} ${arg_CONFIGURATION})
  set_tests_properties("${label}: ${name}" PROPERTIES TIMEOUT 900 LABELS ${label})
endfunction()

# An executable from one source for every engine it asks for; sets ${out} to the targets, named <label>_<stem>_<engine>.
function(weft_program out label source default_engines)
  cmake_path(GET source STEM stem)
  weft_header(engines ${source} engines ${default_engines})
  string(REGEX MATCH "^(both|sched|sim)" engines "${engines}")
  if(engines STREQUAL "both")
    set(engines sched sim)
  endif()
  set(targets "")
  foreach(engine IN LISTS engines)
    set(library weft)
    if(engine STREQUAL "sim")
      set(library weft_sim)
    endif()
    if(NOT TARGET ${library})
      continue()
    endif()
    set(target ${label}_${stem}_${engine})
    if(NOT TARGET ${label}_${stem})
      add_library(${label}_${stem} OBJECT ${source})
      target_link_libraries(${label}_${stem} PRIVATE ${library})
      weft_warnings(${label}_${stem})
    endif()
    add_executable(${target} $<TARGET_OBJECTS:${label}_${stem}>)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
    target_link_libraries(${target} PRIVATE ${library})
    weft_header(links ${source} links "")
    if(links)
      target_link_libraries(${target} PRIVATE weft_${links})
    endif()
    list(APPEND targets ${target})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

# Every source of a directory as a program of its own, each with its test.
function(weft_programs label directory default_engines)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "CONFIGURATION" "")
  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  foreach(source IN LISTS sources)
    weft_left_out(left_out ${source})
    if(left_out)
      continue()
    endif()
    weft_program(targets ${label} ${source} ${default_engines})
    foreach(target IN LISTS targets)
      if(WEFT_TESTS)
        string(REGEX MATCH "[a-z]+$" engine ${target})
        weft_expect("${label} ${engine}" ${source}
          COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${target}> CONFIGURATION ${arg_CONFIGURATION})
      endif()
    endforeach()
  endforeach()
endfunction()

# A program of tests on the harness. ctest learns the names from the program itself, after every build of it.
# ENVIRONMENT: what ctest sets for it, as NAME=value.
function(weft_test_program target prefix library)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "ENVIRONMENT" "")
  add_executable(${target} ${PROJECT_SOURCE_DIR}/test/harness.cpp $<TARGET_OBJECTS:weft_supervisor>
    ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${target} PRIVATE ${library} GTest::gtest)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/test ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(${target} PRIVATE
    WEFT_TEST_PREFIX="${prefix}" WEFT_TEST_SIM=$<STREQUAL:${library},weft_sim>
    WEFT_TEST_SLOWNESS=${WEFT_TEST_SLOWNESS})
  weft_warnings(${target})
  set(list ${CMAKE_CURRENT_BINARY_DIR}/${target}_tests.cmake)
  set(command ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${target}>)
  if(arg_ENVIRONMENT)
    list(PREPEND command ${CMAKE_COMMAND} -E env ${arg_ENVIRONMENT})
  endif()
  add_custom_command(TARGET ${target} POST_BUILD BYPRODUCTS ${list} VERBATIM
    COMMAND ${command} --ctest ${list} ${command})
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake
    "if(EXISTS [==[${list}]==])\n  include([==[${list}]==])\nelse()\n  add_test([==[${target} is built]==] false)\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}_include.cmake)
endfunction()
