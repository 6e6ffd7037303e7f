# SPDX-License-Identifier: Apache-2.0
#
# Directories with a main.cpp are one program; in the others every source is one, checked like the crash tests. A line
#     // needs: http        in the leading comment of a main.cpp
# names a component (cmake/component.cmake); without it the program is left out.

file(GLOB directories CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/examples/*)
foreach(directory IN LISTS directories)
  cmake_path(GET directory FILENAME name)
  file(GLOB sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  if(NOT EXISTS ${directory}/main.cpp AND sources)
    weft_programs(${name} ${directory} sched)
  elseif(sources AND TARGET weft)
    weft_header(needs ${directory}/main.cpp needs "")
    if(needs AND NOT TARGET weft_${needs})
      message(STATUS "weft: no example ${name}, because there is no component ${needs}")
      continue()
    endif()
    list(TRANSFORM needs PREPEND weft_)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE weft ${needs})
    weft_warnings(${name})
  endif()
endforeach()
