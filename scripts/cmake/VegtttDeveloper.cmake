# Targets for those who change the code; include it last. They are the commands of scripts/check:
#   check-format, format, tidy, check (format, then all tests of this build folder, built before)
include_guard(GLOBAL)
set(checker "${PROJECT_SOURCE_DIR}/scripts/check")
add_custom_target(check-format COMMAND "${checker}" --format USES_TERMINAL VERBATIM)
add_custom_target(format COMMAND "${checker}" --fix USES_TERMINAL VERBATIM)
add_custom_target(tidy COMMAND "${checker}" --tidy "${PROJECT_BINARY_DIR}" USES_TERMINAL VERBATIM)
add_custom_target(check
  COMMAND "${checker}" --format
  COMMAND ${CMAKE_CTEST_COMMAND} --output-on-failure --no-tests=error
  WORKING_DIRECTORY "${PROJECT_BINARY_DIR}" USES_TERMINAL VERBATIM)

function(vegttt_depend_on_executables target folder)
  get_property(subfolders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    vegttt_depend_on_executables(${target} "${subfolder}")
  endforeach()
  get_property(candidates DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  foreach(candidate IN LISTS candidates)
    get_target_property(type ${candidate} TYPE)
    if(type STREQUAL EXECUTABLE)
      add_dependencies(${target} ${candidate})
    endif()
  endforeach()
endfunction()
vegttt_depend_on_executables(check "${PROJECT_SOURCE_DIR}")
