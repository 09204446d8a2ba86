# How our own programs (tests, examples, benchmarks) are compiled. Nothing in this file reaches those who use tinyhtr.
set(CMAKE_CXX_EXTENSIONS OFF)  # -std=c++20, not -std=gnu++20
add_library(tinyhtr_program_options INTERFACE)

target_compile_options(tinyhtr_program_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wno-sign-conversion>
  $<$<BOOL:${TINYHTR_WERROR}>:-Werror>)
# Up to g++ 13, its optimiser sees overlapping copies in `"text" + std::string` (GCC bug 105329), reads beyond the end
# when vectors of bytes are compared, and an empty std::optional's value being read (GCC bug 80635), where there are none.
set(tinyhtr_old_gcc $<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,14>>)
target_compile_options(tinyhtr_program_options INTERFACE
  $<${tinyhtr_old_gcc}:-Wno-restrict> $<${tinyhtr_old_gcc}:-Wno-stringop-overread>
  $<${tinyhtr_old_gcc}:-Wno-stringop-overflow> $<${tinyhtr_old_gcc}:-Wno-array-bounds>
  $<${tinyhtr_old_gcc}:-Wno-maybe-uninitialized>)

# Two promises about floating point that the compiler may use, and no others: errno is not read after <cmath> calls, and
# no floating-point exception is trapped. Never -ffast-math: CTC computes with minus infinity.
target_compile_options(tinyhtr_program_options INTERFACE
  $<$<CONFIG:Release,RelWithDebInfo>:-fno-math-errno>
  $<$<CONFIG:Release,RelWithDebInfo>:-fno-trapping-math>)

if(TINYHTR_NATIVE)
  target_compile_options(tinyhtr_program_options INTERFACE $<$<CONFIG:Release,RelWithDebInfo>:-march=native>)
endif()

# tinyhtr_find_program_header(<variable> <header> <Debian package> <option>): finds a header that only our programs
# need, or stops and names the package and the option that does without it. Puts the folder into
# `include_directories` of the caller, unless the compiler searches it anyway.
function(tinyhtr_find_program_header variable header package option)
  find_path(${variable} ${header} DOC "Folder that holds ${header}")
  mark_as_advanced(${variable})
  if(NOT ${variable})
    message(FATAL_ERROR "tinyhtr: <${header}> was not found. Install the Debian package ${package}, "
                        "or configure with -D${option}=OFF.")
  endif()
  if(NOT ${variable} IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
    set_property(DIRECTORY APPEND PROPERTY INCLUDE_DIRECTORIES "${${variable}}")
  endif()
endfunction()

# yaml-cpp, which the programs, their tests and the one optional header train/run_config_yaml.hpp read configs.yaml with.
if(TINYHTR_BUILD_TESTS OR TINYHTR_BUILD_EXAMPLES)
  tinyhtr_find_program_header(TINYHTR_YAML_INCLUDE_DIR yaml-cpp/yaml.h libyaml-cpp-dev TINYHTR_BUILD_EXAMPLES)
  find_library(TINYHTR_YAML_LIBRARY yaml-cpp DOC "The yaml-cpp library")
  mark_as_advanced(TINYHTR_YAML_LIBRARY)
  if(NOT TINYHTR_YAML_LIBRARY)
    message(FATAL_ERROR "tinyhtr: the library yaml-cpp was not found. Install the Debian package libyaml-cpp-dev.")
  endif()
  add_library(tinyhtr_yaml INTERFACE)
  target_link_libraries(tinyhtr_yaml INTERFACE ${TINYHTR_YAML_LIBRARY})
endif()

# tinyhtr_folder_name(<variable> <file>): the name of the folder that holds the file, which is the room.
function(tinyhtr_folder_name variable file)
  get_filename_component(folder "${file}" DIRECTORY)
  get_filename_component(name "${folder}" NAME)
  set(${variable} "${name}" PARENT_SCOPE)
endfunction()
