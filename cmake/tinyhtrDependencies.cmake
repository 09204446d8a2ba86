# What tinyhtr stands on, as imported targets: used by our own build, installed for those who find_package(tinyhtr).
#
# Headers are looked up by name, not through the packages' own CMake files: Debian's xtensor-blas file demands BLAS
# and LAPACK through FindBLAS, which tinyhtr does not use, and a directory such as /usr/include handed on as
# `-isystem` breaks g++ (`#include_next <stdlib.h>`). A directory that the compiler searches anyway is left out.
#
# Sets tinyhtr_MISSING to a list of sentences, empty when everything was found; the includer decides what follows.
set(tinyhtr_MISSING "")

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads QUIET)
if(NOT TARGET Threads::Threads)
  list(APPEND tinyhtr_MISSING "threads: the C++ compiler cannot link a program with threads.")
endif()

# tinyhtr_find_headers(<target> <header> <Debian package>): the imported target tinyhtr::<target> for one header tree.
function(tinyhtr_find_headers target header package)
  string(TOUPPER "TINYHTR_${target}_INCLUDE_DIR" variable)
  find_path(${variable} ${header} DOC "Folder that holds ${header}")
  mark_as_advanced(${variable})
  if(NOT ${variable})
    list(APPEND tinyhtr_MISSING
         "<${header}>: install the Debian package ${package}, or set ${variable} to the folder that holds it.")
    set(tinyhtr_MISSING "${tinyhtr_MISSING}" PARENT_SCOPE)
    return()
  endif()
  if(NOT TARGET tinyhtr::${target})
    add_library(tinyhtr::${target} INTERFACE IMPORTED)
    if(NOT ${variable} IN_LIST CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES)
      set_target_properties(tinyhtr::${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${${variable}}")
    endif()
  endif()
endfunction()

tinyhtr_find_headers(xtl xtl/xtl_config.hpp xtl-dev)
tinyhtr_find_headers(xtensor xtensor/xarray.hpp libxtensor-dev)
tinyhtr_find_headers(xtensor_blas xtensor-blas/xblas.hpp libxtensor-blas-dev)
tinyhtr_find_headers(stb stb/stb_image.h libstb-dev)
tinyhtr_find_headers(json nlohmann/json.hpp nlohmann-json3-dev)

# OpenBLAS under its plain name (Debian, where the alternatives system chooses the flavour) or a flavour's own folder.
find_library(TINYHTR_OPENBLAS_LIBRARY openblas
             PATH_SUFFIXES openblas-pthread openblas-serial openblas
             DOC "The OpenBLAS library")
mark_as_advanced(TINYHTR_OPENBLAS_LIBRARY)
if(NOT TINYHTR_OPENBLAS_LIBRARY)
  list(APPEND tinyhtr_MISSING
       "OpenBLAS: install the Debian package libopenblas-dev, or set TINYHTR_OPENBLAS_LIBRARY to the library's file.")
elseif(NOT TARGET tinyhtr::openblas)
  add_library(tinyhtr::openblas INTERFACE IMPORTED)
  set_target_properties(tinyhtr::openblas PROPERTIES INTERFACE_LINK_LIBRARIES "${TINYHTR_OPENBLAS_LIBRARY}")
endif()
