#include "device_compiler.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
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
constexpr std::string_view kPrelude = "kernels/prelude/cuda/";

// Where the loader finds a library that this program is linked with, or would find it.
std::string folder_of_loaded(const char* name, const char* symbol) {
  void* library = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL);
  void* function = library != nullptr ? ::dlsym(library, symbol) : nullptr;
  Dl_info info{};
  if (function == nullptr || ::dladdr(function, &info) == 0) return "";
  return core::fs::path(info.dli_fname).parent_path();
}

// The wheels of LibTorch hold NVRTC, nvJitLink and most headers: those that are loaded, else where
// this build found CUDA.
const std::vector<std::string>& library_folders() {
  static const std::vector<std::string> folders = {
      folder_of_loaded("libnvrtc.so.13", "nvrtcVersion"),
      folder_of_loaded("libnvJitLink.so.13", "nvJitLinkVersion"),
      VEGTTT_CUDA_LIBRARIES,
      "/usr/local/cuda/lib64"};
  return folders;
}

std::string cuda_library(const std::string& name) {
  for (const std::string& folder : library_folders())
    if (!folder.empty() && core::fs::exists(folder + "/" + name)) return folder + "/" + name;
  throw core::MachineError("no " + name + ": set up LibTorch's CUDA libraries with scripts/setup",
                           VEGTTT_CUDA_LIBRARIES);
}

std::vector<std::string> include_folders() {
  std::vector<std::string> folders;
  const std::string beside = core::fs::path(library_folders().front()).parent_path() / "include";
  for (const std::string& root :
       {std::string(VEGTTT_CUDA_INCLUDE), std::string(VEGTTT_CUDA_WHEEL_INCLUDE), beside})
    for (const std::string& folder : {root, root + "/cccl"})
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
    if (file.path.substr(0, kPrelude.size()) != kPrelude ||
        file.path.find("README") != std::string_view::npos)
      continue;
    const bool shim = file.path.substr(0, kShims.size()) == kShims;
    append(input, file.path.substr(shim ? kShims.size() : kPrelude.size()), file.bytes);
  }
  return input;
}

// "NAME LENGTH\n" and LENGTH bytes, again and again. False when it is not that.
bool take_output(std::string_view output, DeviceCompileResult& result) {
  while (!output.empty()) {
    const std::size_t line = output.find('\n'), space = output.find(' ');
    if (line == std::string_view::npos || space > line) return false;
    const std::string_view name = output.substr(0, space);
    const auto length = std::strtoull(output.data() + space, nullptr, 10);
    if (length > output.size() - line - 1) return false;
    const std::string bytes(output.substr(line + 1, length));
    output.remove_prefix(line + 1 + length);
    if (name == "ptx") result.ptx = bytes;
    if (name == "cubin") result.cubin = bytes;
    if (name == "reload") result.reload = bytes == "1";
    if (name != "kernels") continue;
    core::Result<std::vector<KernelInfo>> kernels = kernels_from_text(bytes);
    if (!kernels) return false;
    result.kernels = std::move(kernels).value();
  }
  return !result.cubin.empty();
}

}  // namespace

DeviceCompileResult compile_for_device(const records::Candidate& candidate,
                                       const DeviceCompilerOptions& options) {
  DeviceCompileResult result;
  result.log = forbidden_include(candidate.code);
  if (!result.log.empty()) return result;
  core::ProcessOptions process;
  process.argv = {program_path(),
                  cuda_library("libnvrtc.so.13"),
                  cuda_library("libnvJitLink.so.13"),
                  options.architecture};
  for (const std::string& folder : include_folders()) process.argv.push_back(folder);
  process.stdin_text = input_for(candidate);
  process.timeout_s = options.timeout_s;
  process.max_output_bytes = std::size_t{64} << 20;
  process.environment = {"PATH=/usr/bin"};
  core::ProcessResult finished = core::run_process(process);
  result.ok = finished.exit_code == nvrtc::kCompiled && take_output(finished.out, result);
  result.timed_out = finished.timed_out;
  result.machine_failed = !result.ok && !result.timed_out && finished.exit_code != nvrtc::kRejected;
  result.log = std::move(finished.err);
  result.elapsed_s = finished.elapsed_s;
  return result;
}

}  // namespace vegttt::evaluate
