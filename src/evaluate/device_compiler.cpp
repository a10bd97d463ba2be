#include "device_compiler.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <sstream>

#include "compile_cache.h"
#include "device_tools.h"
#include "nvrtc/exit_codes.h"
#include "process/memory_file.h"
#include "vegttt/core/cache_folder.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt_embedded/vegttt_evaluate.h"

namespace vegttt::evaluate {
namespace {

constexpr std::string_view kShims = "kernels/prelude/cuda/shims/";
constexpr std::string_view kPrelude = "kernels/prelude/cuda/";
constexpr std::size_t kMostOutput = std::size_t{16} << 20;  // hundreds may wait to be run
const std::string kCrash = "candidate: error: the compiler crashed on this source: ";

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
    if (name == "recorder") result.recorder = bytes;
    if (name == "cubin") result.cubin = bytes;
    if (name == "reload") result.reload = bytes == "1";
    if (name != "kernels") continue;
    core::Result<std::vector<KernelInfo>> kernels = kernels_from_text(bytes);
    if (!kernels) return false;
    result.kernels = std::move(kernels).value();
  }
  return !result.cubin.empty() && !result.recorder.empty();
}

core::ProcessResult run_compiler(const std::string& input, const DeviceCompilerOptions& options) {
  const DeviceTools& tools = device_tools();
  core::ProcessOptions process;
  process.argv = {program_path(), tools.nvrtc, tools.assembler, options.architecture};
  process.argv.insert(process.argv.end(), tools.folders.begin(), tools.folders.end());
  process.stdin_text = input;
  process.timeout_s = options.timeout_s;
  process.max_output_bytes = kMostOutput;
  process.environment = {"PATH=/usr/bin"};
  return core::run_process(process);
}

bool has_crashed(const core::ProcessResult& process) {
  return !process.timed_out && (process.signal != 0 || process.exit_code == nvrtc::kCrashed);
}

std::string crash_of(const core::ProcessResult& process) {
  if (process.signal != 0) return ::strsignal(process.signal);
  const std::string_view text = core::trim(process.err);
  return std::string(text.substr(text.rfind('\n') + 1));
}

// Whether a program without anything in it compiles here and now.
bool compiler_works(const DeviceCompilerOptions& options) {
  records::Candidate nothing;
  nothing.assembled =
      "#include \"vegttt_candidate.h\"\n"
      "extern \"C\" __global__ void vegttt_record(void* const*, Workspace*) {}\n";
  return run_compiler(input_for(nothing), options).exit_code == nvrtc::kCompiled;
}

// A source that kills the compiler is the model's error, unless the machine kills it anyway.
void judge_crash(core::ProcessResult& process, const DeviceCompilerOptions& options) {
  if (!compiler_works(options)) return;
  process.err += kCrash + crash_of(process) + "\n";
  process.signal = 0;
  process.exit_code = nvrtc::kRejected;
}

// What was written is not whole. Its size is the model's doing.
void refuse_if_too_large(core::ProcessResult& process) {
  if (process.exit_code != nvrtc::kCompiled || process.out.size() < kMostOutput) return;
  process.err +=
      "candidate: error: the compiled program is larger than 16 MiB: smaller tables, or "
      "fewer instances of templates\n";
  process.out.clear();
  process.exit_code = nvrtc::kRejected;
}

// How the compiler ended and what it wrote.
core::ProcessResult compile(const std::string& input, const DeviceCompilerOptions& options) {
  core::ProcessResult finished = run_compiler(input, options);
  // Once more: it may have been the machine's.
  if (has_crashed(finished)) finished = run_compiler(input, options);
  if (has_crashed(finished)) judge_crash(finished, options);
  refuse_if_too_large(finished);
  return finished;
}

const CompileCache& cache() {
  static const CompileCache cache(core::cache_folder() / "cuda");
  return cache;
}

std::string key_of(const std::string& input, const DeviceCompilerOptions& options) {
  static const std::string program =
      core::sha256(carried_cuda::find_embedded("vegttt_nvrtc").value());
  return core::sha256(
      fmt::format("{}\n{}\n{}\n{}", program, device_tools().version, options.architecture, input));
}

// As compile() would, from its exit code and its two outputs.
bool look_up(const std::string& key, core::ProcessResult& finished) {
  const std::optional<std::string> entry = cache().find(key);
  std::istringstream text(entry.value_or(""));
  std::size_t log_bytes = 0;
  if (!(text >> finished.exit_code >> log_bytes) || text.get() != '\n') return false;
  const std::size_t begin = static_cast<std::size_t>(text.tellg());
  finished.err = entry->substr(begin, log_bytes);
  finished.out = entry->substr(begin + finished.err.size());
  return true;
}

void keep(const std::string& key, const core::ProcessResult& finished) {
  cache().keep(
      key,
      fmt::format(
          "{} {}\n{}{}", finished.exit_code, finished.err.size(), finished.err, finished.out));
}

bool may_be_kept(const core::ProcessResult& finished) {
  const bool crash = finished.err.find(kCrash) != std::string::npos;
  return !finished.timed_out && !crash &&
         (finished.exit_code == nvrtc::kCompiled || finished.exit_code == nvrtc::kRejected);
}

}  // namespace

DeviceCompileResult compile_for_device(const records::Candidate& candidate,
                                       const DeviceCompilerOptions& options) {
  VEGTTT_ASSERT(!options.architecture.empty(), "an architecture to compile for");
  DeviceCompileResult result;
  result.log = forbidden_include(candidate.code);
  if (!result.log.empty()) return result;
  const core::Stopwatch watch;
  const std::string input = input_for(candidate);
  const std::string key = options.cache ? key_of(input, options) : "";
  core::ProcessResult finished;
  result.cached = options.cache && look_up(key, finished);
  if (!result.cached) finished = compile(input, options);
  if (options.cache && !result.cached && may_be_kept(finished)) keep(key, finished);
  result.ok = finished.exit_code == nvrtc::kCompiled && take_output(finished.out, result);
  result.timed_out = finished.timed_out;
  result.machine_failed = !result.ok && !result.timed_out && finished.exit_code != nvrtc::kRejected;
  result.log = std::move(finished.err);
  result.elapsed_s = watch.elapsed_s();
  return result;
}

}  // namespace vegttt::evaluate
