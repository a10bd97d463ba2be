# INTERFACE target vegttt_warnings: for our own code only, never for what we use.
add_library(vegttt_warnings INTERFACE)
target_compile_options(vegttt_warnings INTERFACE -Wall -Wextra -Wno-missing-field-initializers "$<$<BOOL:${VEGTTT_WERROR}>:-Werror;-Wno-restrict>")
if(VEGTTT_SANITIZE)
  add_compile_options(-fsanitize=${VEGTTT_SANITIZE} -fno-omit-frame-pointer -g)
  add_link_options(-fsanitize=${VEGTTT_SANITIZE})
endif()
