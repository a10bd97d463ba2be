cmake_minimum_required(VERSION 3.25)
# Run at every build: writes the commit and whether anything tracked differs from it to OUT, and touches OUT only when
# that has changed. Without git or a repository the commit is empty.
find_program(GIT git)
set(commit "")
set(dirty false)
if(GIT)
  # No lock on the index: a commit may be under way beside the build.
  set(git ${GIT} --no-optional-locks -C ${SOURCE})
  execute_process(COMMAND ${git} rev-parse --short=12 HEAD OUTPUT_VARIABLE commit RESULT_VARIABLE failed
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(failed)
    set(commit "")
  else()
    execute_process(COMMAND ${git} status --porcelain --untracked-files=no OUTPUT_VARIABLE changes ERROR_QUIET)
    if(NOT changes STREQUAL "")
      set(dirty true)
    endif()
  endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#pragma once

#define VEGTTT_COMMIT \"@commit@\"
#define VEGTTT_DIRTY @dirty@
" @ONLY)
