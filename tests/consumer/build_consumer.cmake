# Configures, builds and runs the project in the folder WAY, from nothing, below SCRATCH.
file(REMOVE_RECURSE ${SCRATCH})
set(arguments -D CMAKE_BUILD_TYPE=Release -D CMAKE_CXX_COMPILER=${COMPILER})

if(WAY STREQUAL "installed")
  # Installed in one place and used from another: no path of the build may be left in what is installed.
  execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}/install_place
                  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
  file(RENAME ${SCRATCH}/install_place ${SCRATCH}/install_tree)
  file(GLOB_RECURSE installed ${SCRATCH}/install_tree/*)
  foreach(file IN LISTS installed)
    file(READ ${file} text)
    foreach(path IN ITEMS ${SOURCE} ${BUILD} ${SCRATCH}/install_place)
      string(FIND "${text}" "${path}" place)
      if(NOT place EQUAL -1)
        message(FATAL_ERROR "${file} holds the path ${path}")
      endif()
    endforeach()
  endforeach()
  list(APPEND arguments -D CMAKE_PREFIX_PATH=${SCRATCH}/install_tree)
elseif(WAY STREQUAL "fetched")
  list(APPEND arguments -D FETCHCONTENT_SOURCE_DIR_TINYHTR=${SOURCE})
else()
  list(APPEND arguments -D TINYHTR_FOLDER=${SOURCE})
endif()

execute_process(COMMAND ${CMAKE_COMMAND} -G ${GENERATOR} -S ${CMAKE_CURRENT_LIST_DIR}/${WAY} -B ${SCRATCH}/build
                        ${arguments}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${SCRATCH}/build --config Release COMMAND_ERROR_IS_FATAL ANY)
find_program(consumer consumer PATHS ${SCRATCH}/build ${SCRATCH}/build/Release NO_DEFAULT_PATH REQUIRED)
execute_process(COMMAND ${consumer} OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output STREQUAL "(2,2): 58 64 139 154\n")
  message(FATAL_ERROR "the consumer printed '${output}', expected '(2,2): 58 64 139 154'")
endif()
message(STATUS "${WAY}: ${output}")
