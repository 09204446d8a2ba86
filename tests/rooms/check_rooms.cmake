# Checks the includes below FOLDER (include/tinyhtr): cmake -D FOLDER=include/tinyhtr -P check_rooms.cmake
#
# A header may include its own room and the rooms above it, in this order; four libraries stay in one place each.
set(rooms core blas kernels autograd nn loss optim image data language decode metrics models io train report debug)
set(places
  "^xtensor/=^core/tensor\\.hpp$"
  "^(xtensor-blas|xflens)/|^cblas\\.h$=^blas/gemm\\.hpp$"
  "^(stb/|stb_)=^image/"
  "^yaml-cpp/=^train/run_config_yaml\\.hpp$")

get_filename_component(FOLDER "${FOLDER}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
list(JOIN rooms " " rooms_text)
set(faults "")
function(fault text)
  list(APPEND faults "${text}")
  set(faults "${faults}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE headers RELATIVE ${FOLDER} ${FOLDER}/*)
if(NOT headers)
  message(FATAL_ERROR "no header below ${FOLDER}")
endif()
foreach(header IN LISTS headers)
  string(REGEX MATCH "^[^/]+" room ${header})
  list(FIND rooms "${room}" place)
  if(header STREQUAL "tinyhtr.hpp")
    list(LENGTH rooms place)  # the umbrella stands below all rooms
  elseif(place EQUAL -1)
    fault("${header}: ${room} is not a room, expected one of: ${rooms_text}")
    continue()
  endif()

  file(STRINGS ${FOLDER}/${header} lines REGEX "^[ \t]*#[ \t]*include")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "include[ \t]*[\"<]([^\">]+)[\">]")
      fault("${header}: cannot read ${line}")
      continue()
    endif()
    set(included ${CMAKE_MATCH_1})

    foreach(entry IN LISTS places)
      string(REGEX MATCH "^(.*)=(.*)$" entry "${entry}")
      set(library ${CMAKE_MATCH_1})
      set(home ${CMAKE_MATCH_2})
      if(included MATCHES "${library}" AND NOT header MATCHES "${home}")
        fault("${header}: includes ${included}, which only ${home} may")
      endif()
    endforeach()

    if(included MATCHES "^\\.\\.?/" OR (EXISTS ${FOLDER}/${included} AND NOT IS_DIRECTORY ${FOLDER}/${included}))
      fault("${header}: includes ${included}, expected a path that starts with tinyhtr/")
    elseif(included MATCHES "^tinyhtr/([^/]+)/")
      list(FIND rooms "${CMAKE_MATCH_1}" included_place)
      if(included_place EQUAL -1)
        fault("${header}: includes ${included}, but ${CMAKE_MATCH_1} is not a room")
      elseif(included_place GREATER place)
        fault("${header}: includes ${included}, but ${room} stands above ${CMAKE_MATCH_1}")
      endif()
    elseif(included MATCHES "^tinyhtr/")
      fault("${header}: includes ${included}, which is for users")
    elseif(line MATCHES "\"")
      fault("${header}: includes \"${included}\", expected a path that starts with tinyhtr/")
    endif()
  endforeach()
endforeach()

list(LENGTH headers count)
if(faults)
  list(JOIN faults "\n  " text)
  message(FATAL_ERROR "the order of the rooms is broken; in order they are: ${rooms_text}\n  ${text}")
endif()
message(STATUS "${count} headers keep the order of the rooms")
