#include "device_compiler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "nvrtc/exit_codes.h"
#include "process/memory_file.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/process.h"
#include "vegttt_embedded/vegttt_evaluate.h"

namespace vegttt::evaluate {
namespace {

constexpr std::string_view kShims = "kernels/prelude/cuda/shims/";
constexpr std::string_view kPrelude = "kernels/prelude/cuda/vegttt_candidate.h";

// Where this build found CUDA; the wheels of LibTorch hold NVRTC and most headers too.
std::string nvrtc_library() {
  for (const char* path : {VEGTTT_NVRTC_LIBRARY, "/usr/local/cuda/lib64/libnvrtc.so.13"})
    if (core::fs::exists(path)) return path;
  throw core::MachineError("no NVRTC: set up LibTorch's CUDA libraries with scripts/setup",
                           VEGTTT_NVRTC_LIBRARY);
}

std::vector<std::string> include_folders() {
  std::vector<std::string> folders;
  for (const std::string root : {VEGTTT_CUDA_INCLUDE, VEGTTT_CUDA_WHEEL_INCLUDE})
    for (const std::string folder : {root, root + "/cccl"})
      if (core::fs::is_directory(folder)) folders.push_back(folder);
  return folders;
}

const std::string& program_path() {
  static const std::string path = [] {
    const int fd = make_memory_file("vegttt-nvrtc", MemoryFile::kProgram);
    if (fd < 0) throw core::MachineError(std::strerror(errno), "memfd_create");
    fill_memory_file(fd, carried_cuda::find_embedded("vegttt_nvrtc").value());
    return fmt::format("/proc/{}/fd/{}", ::getpid(), fd);
  }();
  return path;
}

void append(std::string& input, std::string_view name, std::string_view bytes) {
  input += fmt::format("{} {}\n", name, bytes.size());
  input += bytes;
}

std::string input_for(const records::Candidate& candidate) {
  std::string input;
  append(input, "source", candidate.assembled);
  for (const carried_cuda::EmbeddedFile& file : carried_cuda::embedded_files()) {
    if (file.path == kPrelude) append(input, "vegttt_candidate.h", file.bytes);
    if (file.path.substr(0, kShims.size()) == kShims &&
        file.path.find("README") == std::string_view::npos)
      append(input, file.path.substr(kShims.size()), file.bytes);
  }
  return input;
}

}  // namespace

DeviceCompileResult compile_for_device(const records::Candidate& candidate,
                                       const DeviceCompilerOptions& options) {
  DeviceCompileResult result;
  result.log = forbidden_include(candidate.code);
  if (!result.log.empty()) return result;
  core::ProcessOptions process;
  process.argv = {program_path(), nvrtc_library(), options.architecture};
  for (const std::string& folder : include_folders()) process.argv.push_back(folder);
  process.stdin_text = input_for(candidate);
  process.timeout_s = options.timeout_s;
  process.max_output_bytes = std::size_t{64} << 20;
  process.environment = {"PATH=/usr/bin"};
  core::ProcessResult finished = core::run_process(process);
  result.ok = finished.exit_code == nvrtc::kCompiled;
  result.timed_out = finished.timed_out;
  result.machine_failed = !result.ok && !result.timed_out && finished.exit_code != nvrtc::kRejected;
  result.log = std::move(finished.err);
  result.ptx = std::move(finished.out);
  result.elapsed_s = finished.elapsed_s;
  return result;
}

}  // namespace vegttt::evaluate
