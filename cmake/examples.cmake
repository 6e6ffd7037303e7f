# SPDX-License-Identifier: Apache-2.0
#
# examples/tour: a program per source, checked like the crash tests. Every other directory: one program.
weft_programs(tour ${PROJECT_SOURCE_DIR}/examples/tour sched)

if(TARGET weft)
  file(GLOB directories CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/examples/*)
  foreach(directory IN LISTS directories)
    cmake_path(GET directory FILENAME name)
    file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cpp)
    if(IS_DIRECTORY ${directory} AND sources AND NOT name STREQUAL "tour")
      add_executable(${name} ${sources})
      target_link_libraries(${name} PRIVATE weft)
      weft_warnings(${name})
    endif()
  endforeach()
endif()
