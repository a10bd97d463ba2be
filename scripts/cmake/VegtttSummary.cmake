message(STATUS "vegttt ${PROJECT_VERSION}: ${CMAKE_BUILD_TYPE}, sanitizer '${VEGTTT_SANITIZE}', tests ${VEGTTT_TESTS}")
message(STATUS "  LibTorch ${VEGTTT_TORCH_ROOT}")
message(STATUS "  CUDA     ${VEGTTT_CUDA_ROOT}")
