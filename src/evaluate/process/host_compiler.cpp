#include <signal.h>

#include <chrono>
#include <optional>

#include "compiler_jail.h"
#include "prelude.h"
#include "vegttt/core/cache_folder.h"
#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/hash.h"
#include "vegttt/core/process.h"
#include "vegttt/core/text.h"
#include "vegttt/evaluate/runner.h"

namespace vegttt::evaluate {

namespace fs = core::fs;

namespace {

constexpr auto kUnused = std::chrono::hours(24 * 30);

// The cache keeps what was used in the last month. One folder of its 256 per start is enough to
// hold it there.
void forget_the_unused(const fs::path& folder) {
  std::error_code error;
  const auto oldest = fs::file_time_type::clock::now() - kUnused;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.last_write_time(error) < oldest && !error) fs::remove(entry.path(), error);
}

fs::path any_of_256(const fs::path& folder) {
  return folder / core::sha256(std::to_string(core::now_s())).substr(0, 2);
}

// The disk's failure is not the candidate's, and must not be kept in the cache as such. Both signs
// are asked for: a candidate can print the text.
void throw_if_disk_is_full(const fs::path& work, const CompileResult& result) {
  constexpr std::uintmax_t kNearlyNothing = 64 << 20;
  if (result.ok || result.log.find("No space left on device") == std::string::npos) return;
  std::error_code error;
  const auto space = fs::space(work, error);
  if (!error && space.available < kNearlyNothing)
    throw core::MachineError(
        work.parent_path().string() + ": No space left on device; make room there, or set TMPDIR",
        "compile");
}

}  // namespace

struct HostCompiler::Impl {
  Options options;
  ToolChain chain;
  fs::path prelude;
  fs::path results;  // <key>.so of what compiled, <key>.log of what did not
  std::optional<core::TemporaryFolder> own_results;

  fs::path result_path(const records::Candidate& candidate, const char* extension) const;
  bool look_up(const records::Candidate& candidate, CompileResult& result) const;
  core::ProcessResult run(const fs::path& work) const;
  void keep(const records::Candidate& candidate, const fs::path& work, CompileResult& result) const;
};

fs::path HostCompiler::Impl::result_path(const records::Candidate& candidate,
                                         const char* extension) const {
  const std::string key = core::sha256(prelude.filename().string() + candidate.assembled);
  return results / key.substr(0, 2) / (key.substr(2, 38) + extension);
}

bool HostCompiler::Impl::look_up(const records::Candidate& candidate, CompileResult& result) const {
  if (!options.cache) return false;
  const fs::path library = result_path(candidate, ".so"), log = result_path(candidate, ".log");
  result.ok = fs::exists(library);
  result.cached = result.ok || fs::exists(log);
  if (result.ok) result.library = library;
  std::error_code error;  // a cache that cannot be written can still be read
  fs::last_write_time(result.ok ? library : log, fs::file_time_type::clock::now(), error);
  if (result.cached && !result.ok) result.log = core::read_file(log);
  return result.cached;
}

// The source is a file named `frame`, which is how messages about lines outside of the model's code
// begin.
core::ProcessResult HostCompiler::Impl::run(const fs::path& work) const {
  const CompilerJail jail(chain, prelude, work, options.timeout_s);
  core::ProcessOptions process;
  process.argv = {chain.compiler.string()};
  process.argv.insert(process.argv.end(), chain.flags.begin(), chain.flags.end());
  process.argv.insert(process.argv.end(), chain.link_flags.begin(), chain.link_flags.end());
  for (const std::string& argument : {std::string("-I"),
                                      prelude.string(),
                                      std::string("-x"),
                                      std::string("c++"),
                                      std::string("frame"),
                                      std::string("-o"),
                                      std::string("candidate.so")})
    process.argv.push_back(argument);
  process.working_folder = work;
  process.timeout_s = options.timeout_s;
  process.max_output_bytes = 64 << 10;
  process.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TMPDIR=" + work.string()};
  process.before_exec = [&jail] { return jail.enter(); };
  return core::run_process(process);
}

void HostCompiler::Impl::keep(const records::Candidate& candidate,
                              const fs::path& work,
                              CompileResult& result) const {
  const fs::path path = result_path(candidate, result.ok ? ".so" : ".log");
  core::make_folder(path.parent_path());
  core::write_file_atomically(path,
                              result.ok ? core::read_file(work / "candidate.so") : result.log);
  if (result.ok) result.library = path;
}

HostCompiler::HostCompiler(const Options& options) : impl_(new Impl{options, {}, {}, {}, {}}) {
  impl_->chain = find_tool_chain(options.extra_flags);
  impl_->prelude = prelude_folder(impl_->chain);
  if (!options.cache) {
    impl_->results = impl_->own_results.emplace("vegttt-compiled").path();
    return;
  }
  impl_->results = core::cache_folder() / "candidates";
  forget_the_unused(any_of_256(impl_->results));
}

HostCompiler::~HostCompiler() = default;

std::string HostCompiler::version() const { return impl_->chain.version(); }

CompileResult HostCompiler::compile(const records::Candidate& candidate) {
  const core::Stopwatch watch;
  CompileResult result;
  if (!impl_->look_up(candidate, result)) {
    const core::TemporaryFolder work("vegttt-compile");
    core::make_folder(work.path() / "root");
    core::write_file_atomically(work.path() / "frame", candidate.assembled);
    const core::ProcessResult process = impl_->run(work.path());
    if (process.exit_code == 126)
      throw core::MachineError("the compiler's jail cannot be closed on this machine",
                               "restrict_self");
    result.timed_out = process.timed_out || process.signal == SIGXCPU;
    result.ok = process.exit_code == 0 && fs::exists(work.path() / "candidate.so");
    result.log = core::valid_utf8(process.err);
    throw_if_disk_is_full(work.path(), result);
    if (!result.timed_out) impl_->keep(candidate, work.path(), result);
  }
  result.elapsed_s = watch.elapsed_s();
  return result;
}

}  // namespace vegttt::evaluate
