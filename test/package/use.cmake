# SPDX-License-Identifier: Apache-2.0
#
# Builds and runs the project in user/ against the weft of BUILD (WAY=installed) or of WEFT (WAY=subdirectory), or the
# one in components/ against BUILD with COMPONENTS, a list with commas (WAY=components).
file(REMOVE_RECURSE ${DIRECTORY})

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}: ended with ${status}\n${output}")
  endif()
endfunction()

set(settings -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
   -DBUILD_SHARED_LIBS=${SHARED} -DCMAKE_EXE_LINKER_FLAGS=${LINKER})
set(project user)
set(programs hello hello_sim)
if(WAY STREQUAL "components")
  string(REGEX MATCHALL "[a-z_]+" programs "${COMPONENTS}")
  set(project components)
  list(APPEND settings -DCOMPONENTS=${COMPONENTS})
endif()
if(NOT WAY STREQUAL "subdirectory")
  step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${DIRECTORY}/prefix)
  list(APPEND settings -DCMAKE_PREFIX_PATH=${DIRECTORY}/prefix)
else()
  list(APPEND settings -DWEFT_SOURCE=${WEFT})
endif()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/${project} -B ${DIRECTORY}/build -G ${GENERATOR} ${settings})
step(${CMAKE_COMMAND} --build ${DIRECTORY}/build)
foreach(program IN LISTS programs)
  step(${DIRECTORY}/build/${program})
endforeach()
