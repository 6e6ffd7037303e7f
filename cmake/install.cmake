# SPDX-License-Identifier: Apache-2.0
#
# cmake --install, and find_package(weft) for those who use what was installed.
include(CMakePackageConfigHelpers)

set(installed "")
foreach(target weft weft_sim)
  if(TARGET ${target})
    list(APPEND installed ${target})
  endif()
endforeach()
if(NOT installed)
  return()
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
install(TARGETS ${installed} EXPORT weft-targets)
install(FILES tools/gdb/weft-gdb.py tools/gdb/weft_printers.py DESTINATION ${CMAKE_INSTALL_DATADIR}/weft/gdb)
install(EXPORT weft-targets NAMESPACE weft:: DESTINATION ${package_dir})
install(DIRECTORY include/weft DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")
# What a program links beside the engine: objects, since an archive's member would come too late (cmake/library.cmake).
if(TARGET weft_native_locks)
  install(TARGETS weft_native_locks EXPORT weft-native_locks-targets OBJECTS DESTINATION ${CMAKE_INSTALL_LIBDIR}/weft)
  weft_component_package(native_locks "" "")
endif()
configure_package_config_file(cmake/weft-config.cmake.in ${PROJECT_BINARY_DIR}/weft-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weft-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weft-config.cmake ${PROJECT_BINARY_DIR}/weft-config-version.cmake
  DESTINATION ${package_dir})
