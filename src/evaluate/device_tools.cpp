#include "device_tools.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <link.h>

#include <cstdlib>
#include <regex>

#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/evaluator.h"

namespace vegttt::evaluate {
namespace {

namespace fs = core::fs;

constexpr const char* kNvrtc = "libnvrtc.so.13";

// Where the loader has a library, or with `load` would find it.
fs::path folder_of(const char* name, bool load) {
  void* library = ::dlopen(name, RTLD_LAZY | RTLD_LOCAL | (load ? 0 : RTLD_NOLOAD));
  link_map* map = nullptr;
  if (library == nullptr || ::dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) return {};
  return fs::path(map->l_name).parent_path();
}

// The wheels of LibTorch hold NVRTC and most headers: those that are loaded, else where this build
// found CUDA.
std::vector<fs::path> library_folders() {
  return {folder_of(kNvrtc, true), VEGTTT_CUDA_LIBRARIES, "/usr/local/cuda/lib64"};
}

std::string library(const char* name) {
  for (const fs::path& folder : library_folders())
    if (!folder.empty() && fs::exists(folder / name)) return folder / name;
  throw core::MachineError(
      std::string("no ") + name + ": set up LibTorch's CUDA libraries with scripts/setup",
      VEGTTT_CUDA_LIBRARIES);
}

std::vector<std::string> header_folders(const fs::path& nvrtc) {
  std::vector<std::string> folders;
  for (const fs::path& root : {fs::path(VEGTTT_CUDA_ROOT) / "include",
                               fs::path(VEGTTT_CUDA_WHEEL_INCLUDE),
                               nvrtc.parent_path().parent_path() / "include"})
    for (const fs::path& folder : {root, root / "cccl"})
      if (fs::is_directory(folder)) folders.push_back(folder);
  return folders;
}

std::vector<std::string> assemblers() {
  std::vector<std::string> list = {fs::path(VEGTTT_CUDA_ROOT) / "bin/ptxas"};
  if (const fs::path torch = folder_of("libtorch_cpu.so", false); !torch.empty())
    list.push_back(torch.parent_path() / "bin/ptxas");
  list.emplace_back("/usr/local/cuda/bin/ptxas");
  const char* path = std::getenv("PATH");
  for (const auto folder : core::split(path != nullptr ? path : "", ':'))
    list.push_back(fs::path(folder) / "ptxas");
  return list;
}

struct Version {
  int major = 0, minor = 0;
};

Version version_of(const std::string& nvrtc) {
  void* loaded = ::dlopen(nvrtc.c_str(), RTLD_LAZY | RTLD_LOCAL);
  const auto ask = loaded == nullptr
                       ? nullptr
                       : reinterpret_cast<int (*)(int*, int*)>(::dlsym(loaded, "nvrtcVersion"));
  Version version;
  if (ask == nullptr || ask(&version.major, &version.minor) != 0)
    throw core::MachineError(nvrtc + " does not say its version", "nvrtcVersion");
  return version;
}

std::string stamp_of(const fs::path& file) {
  std::error_code error;
  const auto time = fs::last_write_time(file, error).time_since_epoch().count();
  return fmt::format("{} {} {}\n", file.string(), fs::file_size(file, error), time);
}

DeviceTools find_tools() {
  DeviceTools tools{library(kNvrtc), "", {}, ""};
  tools.folders = header_folders(tools.nvrtc);
  const Version version = version_of(tools.nvrtc);
  const std::vector<std::string> known = assemblers();
  std::string printed;
  tools.assembler = find_assembler(known, version.major, version.minor, printed);
  if (tools.assembler.empty())
    throw core::MachineError(
        fmt::format(
            "no ptxas of CUDA {}.{} or later, which assembles the kernels: install the CUDA "
            "toolkit, or its wheels with scripts/setup --cuda-from-wheels; looked at {}",
            version.major,
            version.minor,
            fmt::join(known, ", ")),
        "ptxas");
  tools.version = stamp_of(tools.nvrtc) + printed;
  return tools;
}

}  // namespace

std::string find_assembler(const std::vector<std::string>& candidates,
                           int major,
                           int minor,
                           std::string& version) {
  static const std::regex release("release (\\d+)\\.(\\d+)");
  for (const std::string& path : candidates) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) continue;
    core::ProcessOptions process;
    process.argv = {path, "--version"};
    process.timeout_s = 10;
    std::smatch found;
    try {
      version = core::run_process(process).out;
    } catch (const core::MachineError&) {
      continue;  // not a program of this machine
    }
    if (!std::regex_search(version, found, release)) continue;
    if (std::pair(std::stoi(found[1]), std::stoi(found[2])) >= std::pair(major, minor)) return path;
  }
  return "";
}

const DeviceTools& device_tools() {
  static const DeviceTools tools = find_tools();
  return tools;
}

std::string cuda_tool_chain() {
  return fmt::format("{}, {}", device_tools().nvrtc, device_tools().assembler);
}

}  // namespace vegttt::evaluate
