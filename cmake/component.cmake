# SPDX-License-Identifier: Apache-2.0
#
# Components: what stands on weft and needs somebody else's library. Each is a folder of components/ with
#     CMakeLists.txt         finds the library, then calls weft_component(); without the library it says so and returns
#     include/weft/...       its public headers: weft/NAME.hpp, or a folder weft/NAME/
#     src/*.cpp              what it is made of
#     test/*.cpp             its tests, on the harness: one set of sources, for both engines
#     README.md              how it is used; its code is compiled and run by a test
# weft_component(NAME x LIBRARIES ... LINK ...) makes the targets weft::x, which brings weft::weft, and weft::x_sim,
# which brings weft::sim. USES names other components; without them this one is left out. LINK is what a program's
# command line needs for LIBRARIES, such as -lssl. FINDS is what find_package() needs for LIBRARIES in somebody else's
# project ("OpenSSL 3"); without it they are found by the linker, by LINK. A component sees of weft what its users see: include/weft/*.hpp.
option(WEFT_COMPONENTS "Build the components whose libraries are there" ${PROJECT_IS_TOP_LEVEL})
set(WEFT_COMPONENTS_BUILT "" CACHE INTERNAL "")

function(weft_component)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;FINDS" "LIBRARIES;LINK;USES")
  foreach(other IN LISTS arg_USES)
    if(NOT TARGET weft_${other}_objects)
      message(STATUS "weft: no component ${arg_NAME}, because there is no component ${other}")
      return()
    endif()
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS src/*.cpp)
  set(objects weft_${arg_NAME}_objects)
  add_library(${objects} OBJECT ${sources})
  weft_usage(${objects})
  target_include_directories(${objects} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
  target_link_libraries(${objects} PUBLIC ${arg_LIBRARIES})
  foreach(other IN LISTS arg_USES)
    target_include_directories(${objects} PUBLIC
      $<BUILD_INTERFACE:$<TARGET_PROPERTY:weft_${other}_objects,INTERFACE_INCLUDE_DIRECTORIES>>)
    target_link_libraries(${objects} PUBLIC $<TARGET_PROPERTY:weft_${other}_objects,INTERFACE_LINK_LIBRARIES>)
  endforeach()
  foreach(engine weft weft_sim)
    if(NOT TARGET ${engine})
      continue()
    endif()
    string(REPLACE weft "" suffix ${engine})
    set(target weft_${arg_NAME}${suffix})
    add_library(${target} $<TARGET_OBJECTS:${objects}>)
    target_include_directories(${target} PUBLIC $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX EXPORT_NAME ${arg_NAME}${suffix}
      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
    list(TRANSFORM arg_USES REPLACE "(.+)" "weft_\\1${suffix}" OUTPUT_VARIABLE used)
    target_link_libraries(${target} PUBLIC ${used} ${engine})
    if(arg_FINDS)
      target_link_libraries(${target} PUBLIC ${arg_LIBRARIES})
    elseif(arg_LIBRARIES)
      target_link_libraries(${target} PUBLIC $<BUILD_INTERFACE:${arg_LIBRARIES}> $<INSTALL_INTERFACE:${arg_LINK}>)
    endif()
    add_library(weft::${arg_NAME}${suffix} ALIAS ${target})
    install(TARGETS ${target} EXPORT weft-${arg_NAME}-targets)
  endforeach()
  weft_component_package(${arg_NAME} "${arg_USES}" "${arg_FINDS}")
  set(WEFT_COMPONENTS_BUILT ${WEFT_COMPONENTS_BUILT} ${arg_NAME} CACHE INTERNAL "")
  if(WEFT_TESTS)
    weft_component_tests(${arg_NAME})
    weft_component_readme(${arg_NAME} "${arg_USES}" "${arg_LINK}")
  endif()
endfunction()

# What find_package(weft COMPONENTS name) reads: first what the component stands on, then its targets.
function(weft_component_package name uses finds)
  set(text "# SPDX-License-Identifier: Apache-2.0\n")
  foreach(other IN LISTS uses)
    string(APPEND text "include(\${CMAKE_CURRENT_LIST_DIR}/weft-${other}.cmake)\n")
  endforeach()
  if(finds)
    string(APPEND text "find_dependency(${finds})\n")
  endif()
  string(APPEND text "include(\${CMAKE_CURRENT_LIST_DIR}/weft-${name}-targets.cmake)\n")
  file(CONFIGURE OUTPUT weft-${name}.cmake CONTENT "${text}" @ONLY)
  set(directory ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/weft-${name}.cmake DESTINATION ${directory})
  install(EXPORT weft-${name}-targets NAMESPACE weft:: DESTINATION ${directory})
  install(DIRECTORY include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
endfunction()

# The code in a component's README.md (test/docs says what is done with it).
function(weft_component_readme name uses link)
  set(document ${CMAKE_CURRENT_SOURCE_DIR}/README.md)
  if(NOT COMMAND weft_document OR NOT EXISTS ${document})
    return()
  endif()
  set(flags "")
  foreach(part IN LISTS name uses)
    list(APPEND flags -I${PROJECT_SOURCE_DIR}/components/${part}/include $<TARGET_FILE:weft_${part}>)
  endforeach()
  weft_document(${document} BEFORE ${flags} AFTER ${link})
endfunction()

# The tests of a component, which ctest shows as "NAME sim: ..." and "NAME sched: ...".
function(weft_component_tests name)
  file(GLOB sources CONFIGURE_DEPENDS test/*.cpp)
  if(NOT sources)
    return()
  endif()
  find_package(GTest REQUIRED)
  add_library(weft_${name}_tests OBJECT ${sources})
  target_link_libraries(weft_${name}_tests PRIVATE weft_${name} GTest::gtest)
  target_compile_options(weft_${name}_tests PRIVATE -g1)
  target_include_directories(weft_${name}_tests PRIVATE ${PROJECT_SOURCE_DIR}/test ${CMAKE_CURRENT_SOURCE_DIR}/test)
  target_compile_definitions(weft_${name}_tests PRIVATE  # for test/server.hpp
    WEFT_TEST_SOURCES="${PROJECT_SOURCE_DIR}/test" WEFT_TEST_BINARIES="${PROJECT_BINARY_DIR}")
  weft_warnings(weft_${name}_tests)
  foreach(engine weft weft_sim)
    if(TARGET ${engine})
      string(REPLACE weft "" suffix ${engine})
      string(REPLACE "_" "" label "${suffix}")
      if(NOT label)
        set(label sched)
      endif()
      weft_test_program(${name}_${label} "${name} ${label}" ${engine} $<TARGET_OBJECTS:weft_${name}_tests>)
      target_link_libraries(${name}_${label} PRIVATE weft_${name}${suffix})
    endif()
  endforeach()
endfunction()
