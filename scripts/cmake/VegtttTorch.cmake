# LibTorch and the CUDA libraries that come with it, as scripts/setup left them in the user cache.
#
#   vegttt_torch                INTERFACE target: headers, libraries, run path. Loads without a GPU.
#   vegttt_cuda                 INTERFACE target: CUDA headers, cudart and NVRTC of the same cache. It does not link the
#                               driver (libcuda.so.1), which a machine without a GPU lacks: ask cudaGetDriverEntryPoint.
#   vegttt_torch_pch(TARGET)    gives TARGET the shared precompiled header over <ATen/ATen.h>.
#   VEGTTT_TORCH_ROOT           folder with torch/ and nvidia/; found through the user cache when not given.
#   VEGTTT_CUDA_ROOT            CUDA toolkit (headers); found in the usual places when not given.
#
# find_package(Torch) is not used: it enables the CUDA language (10 s, needs nvcc), looks for GPUs, rewrites
# CMAKE_CUDA_FLAGS, links the driver into every program, and puts torch's include folder, which holds fmt 12, in
# front of the system's, whose fmt 9 is the one that spdlog was built with. -idirafter puts it behind.
include_guard(GLOBAL)
include(VegtttCcache)

set(VEGTTT_TORCH_REQUIREMENTS ${CMAKE_CURRENT_LIST_DIR}/../requirements-torch.txt)
set(VEGTTT_TORCH_ROOT "$ENV{VEGTTT_TORCH_ROOT}" CACHE PATH "Folder with the torch/ and nvidia/ of the torch wheels; scripts/setup makes it.")
set(VEGTTT_CUDA_ROOT "$ENV{VEGTTT_CUDA_ROOT}" CACHE PATH "CUDA 13 toolkit, for its headers and nvcc.")

# The same rule as in scripts/setup: <cache>/torch-<version>-<first 12 digits of the file's sha256>.
function(vegttt_default_torch_root result)
  file(SHA256 ${VEGTTT_TORCH_REQUIREMENTS} hash)
  string(SUBSTRING ${hash} 0 12 hash)
  file(STRINGS ${VEGTTT_TORCH_REQUIREMENTS} line REGEX "^torch==")
  string(REGEX MATCH "torch==([^ ]+)" _ "${line}")
  if(DEFINED ENV{VEGTTT_CACHE})
    set(cache "$ENV{VEGTTT_CACHE}")
  elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(cache "$ENV{XDG_CACHE_HOME}/vegttt")
  else()
    set(cache "$ENV{HOME}/.cache/vegttt")
  endif()
  set(${result} "${cache}/torch-${CMAKE_MATCH_1}-${hash}" PARENT_SCOPE)
endfunction()

if(NOT VEGTTT_TORCH_ROOT)
  vegttt_default_torch_root(VEGTTT_TORCH_ROOT)
endif()
if(NOT EXISTS "${VEGTTT_TORCH_ROOT}/torch/lib/libtorch.so")
  message(FATAL_ERROR "No LibTorch in '${VEGTTT_TORCH_ROOT}'. Run scripts/setup, or set VEGTTT_TORCH_ROOT.")
endif()
if(NOT VEGTTT_CUDA_ROOT)
  find_path(VEGTTT_CUDA_RUNTIME_INCLUDE crt/host_defines.h
    PATHS "$ENV{CUDA_HOME}/include" /usr/local/cuda/include NO_DEFAULT_PATH)
  if(VEGTTT_CUDA_RUNTIME_INCLUDE)
    cmake_path(GET VEGTTT_CUDA_RUNTIME_INCLUDE PARENT_PATH VEGTTT_CUDA_ROOT)
  endif()
endif()

set(torch_lib "${VEGTTT_TORCH_ROOT}/torch/lib")
set(cuda_lib "${VEGTTT_TORCH_ROOT}/nvidia/cu13/lib")
file(GLOB nvidia_libs "${VEGTTT_TORCH_ROOT}/nvidia/*/lib")

add_library(vegttt_cuda INTERFACE)
target_compile_options(vegttt_cuda INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-idirafter${VEGTTT_CUDA_ROOT}/include>"
  "$<$<COMPILE_LANGUAGE:CXX>:-idirafter${VEGTTT_TORCH_ROOT}/nvidia/cu13/include>")
target_link_libraries(vegttt_cuda INTERFACE "${cuda_lib}/libnvrtc.so.13" "${cuda_lib}/libcudart.so.13")
target_link_options(vegttt_cuda INTERFACE "LINKER:-rpath,${cuda_lib}")

add_library(vegttt_torch INTERFACE)
target_compile_options(vegttt_torch INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:-idirafter${VEGTTT_TORCH_ROOT}/torch/include>"
  "$<$<COMPILE_LANGUAGE:CXX>:-idirafter${VEGTTT_TORCH_ROOT}/torch/include/torch/csrc/api/include>")
# Nothing of ours names a symbol of libtorch_cuda, yet its operators register themselves when it is loaded:
# --no-as-needed keeps it (Ubuntu's linker drops what is not named).
target_link_options(vegttt_torch INTERFACE LINKER:--no-as-needed "LINKER:-rpath,${torch_lib}")
foreach(folder IN LISTS nvidia_libs)
  target_link_options(vegttt_torch INTERFACE "LINKER:-rpath-link,${folder}")
endforeach()
# libtorch.so exports parts of its own, older std::filesystem: whoever comes first in the program's list of libraries
# wins, and with libtorch before libstdc++ remove_all() jumps to address 0.
target_link_libraries(vegttt_torch INTERFACE stdc++
  "${torch_lib}/libtorch.so" "${torch_lib}/libtorch_cpu.so" "${torch_lib}/libtorch_cuda.so"
  "${torch_lib}/libc10.so" "${torch_lib}/libc10_cuda.so" vegttt_cuda)

# <ATen/ATen.h> takes 7 s to read, 1.5 s once precompiled (17 s, 390 MB): worth it from four files on. Files need no
# change. A precompiled header fits only code of the same -fPIC or -fPIE, so programs that share it are compiled -fPIC.
function(vegttt_torch_pch target)
  if(NOT TARGET vegttt_torch_pch)
    set(source "${PROJECT_BINARY_DIR}/vegttt_torch_pch.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "int vegttt_torch_pch;\n")
    add_library(vegttt_torch_pch OBJECT "${source}")
    set_target_properties(vegttt_torch_pch PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(vegttt_torch_pch PRIVATE -fpch-preprocess)
    target_link_libraries(vegttt_torch_pch PRIVATE vegttt_torch)
    target_precompile_headers(vegttt_torch_pch PRIVATE <ATen/ATen.h>)
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_compile_options(${target} PRIVATE -fpch-preprocess) # ccache needs it to see through the header
  target_precompile_headers(${target} REUSE_FROM vegttt_torch_pch)
endfunction()
