# SPDX-License-Identifier: Apache-2.0
#
# Directories with a main.cpp are one program; in the others every source is one, checked like the crash tests.

file(GLOB directories CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/examples/*)
foreach(directory IN LISTS directories)
  cmake_path(GET directory FILENAME name)
  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  if(NOT EXISTS ${directory}/main.cpp AND sources)
    weft_programs(${name} ${directory} sched)
  elseif(sources AND TARGET weft)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE weft)
    weft_warnings(${name})
  endif()
endforeach()
