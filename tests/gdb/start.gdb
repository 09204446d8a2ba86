# Runs the program up to its first stop_here, quietly. `next_stop` goes to the next, into the frame that called it.
set confirm off
set print thread-events off
set debuginfod enabled off
set startup-with-shell off
set disable-randomization off
set width 0
break stop_here
commands
  silent
end
run

define next_stop
  continue
  up-silently
end
up-silently
