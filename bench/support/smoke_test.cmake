# Runs the rows of a benchmark program that match FILTER once each, and prints their tables:
# cmake -D PROGRAM=bench_kernels -D FILTER=float -D TABLES=bench/tables.py -D OUTPUT=rows.json -P smoke_test.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${output}${error}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${PROGRAM} --benchmark_list_tests)
if(NOT output MATCHES "/float/|/uint8/")
  message(FATAL_ERROR "${PROGRAM}: expected a list of rows, found:\n${output}")
endif()

file(REMOVE ${OUTPUT})
run(${PROGRAM} --benchmark_filter=${FILTER} --benchmark_min_time=0.000001 --benchmark_out=${OUTPUT}
    --benchmark_out_format=json)
if(NOT EXISTS ${OUTPUT})
  message(FATAL_ERROR "${PROGRAM}: no row matches ${FILTER}")
endif()

find_program(PYTHON python3)
if(PYTHON)
  run(${PYTHON} ${TABLES} ${OUTPUT})
  if(NOT output MATCHES "\\| shape \\|")
    message(FATAL_ERROR "${TABLES}: expected a table, found:\n${output}")
  endif()
endif()
message(STATUS "${output}")
