// Compiler and runner processes of the `cpp` dialect: everything that touches code a model wrote,
// behind small interfaces. No LibTorch here. The judge (judge.h) owns seeds, inputs, truth, clocks
// and verdicts. docs/evaluator-cpp.md: the protocol, what it withstands and what it does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "vegttt/core/file.h"
#include "vegttt/records/candidate.h"

namespace vegttt::evaluate {

struct CompileResult {
  bool ok = false;
  bool timed_out = false;
  bool cached = false;
  std::string log;  // the compiler's, unmapped
  core::fs::path
      library;  // a shared object that exports vegttt_launch(void* const* buffers, Workspace*)
  double elapsed_s = 0;
};

// Compiles assembled candidates in a jail: no file of the host readable but the tool chain and the
// frozen headers, CPU, memory, file size and time limits, no network. Content-addressed cache in
// the user's cache folder. `compile` may be called from several threads.
class HostCompiler {
 public:
  struct Options {
    double timeout_s = 30;
    bool cache = true;
    std::string extra_flags;
  };
  explicit HostCompiler(const Options& options);  // MachineError when there is no usable compiler
  ~HostCompiler();
  CompileResult compile(const records::Candidate& candidate);
  std::string version() const;  // compiler and flags, part of the cache key

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Shared memory that the judge owns and a runner may map. Its bytes lie at the end of their last
// page, here and in the runner, with guard pages on both sides in the runner: so the first byte is
// aligned to 64 only when the size is a multiple of 64.
class SharedBuffer {
 public:
  SharedBuffer(std::size_t bytes, const std::string& name);  // zeros; MachineError
  ~SharedBuffer();
  SharedBuffer(SharedBuffer&&) noexcept;
  SharedBuffer& operator=(SharedBuffer&&) noexcept;
  std::span<std::byte> bytes() const;  // the judge's own mapping, writable for it alone once sealed
  std::size_t size() const { return size_; }
  int fd() const { return fd_; }
  // From now on nobody can write through the descriptor or map it writable; `bytes()` stays
  // writable.
  void seal();

 private:
  std::size_t size_ = 0, mapped_ = 0;
  std::byte* base_ = nullptr;
  int fd_ = -1;
};

enum class LaunchOutcome { kDone, kCrashed, kExited, kTimedOut, kMachineFailed };

struct LaunchResult {
  LaunchOutcome outcome = LaunchOutcome::kMachineFailed;
  double elapsed_us = 0;  // judge's clock, from resuming the stopped process to all its threads
                          // stopped again; the empty round not yet subtracted
  std::string
      detail;  // "signal 11 (SIGSEGV)", "exit code 0 before the launch ended", capped stderr
};

// One confined process with one candidate loaded. It sees each input set at most once: start
// another session for another pass. The process runs only inside `launch`: before and after, all
// its threads are stopped, so that no work escapes the clock and the output can be read and
// poisoned in peace. It maps one staging copy per input, read-only; a set's contents come into it
// while the process is stopped, so that no code of the candidate can see a set before its clock
// runs.
class RunnerSession {
 public:
  struct Options {
    int threads = 1;
    double launch_timeout_s = 10;
    std::size_t memory_limit_bytes = std::size_t{4} << 30;  // beyond the mapped buffers
    std::size_t workspace_bytes = std::size_t{256} << 20;
  };
  // `inputs[set][i]` and the one output; all must outlive the session. Input i has the same size in
  // every set.
  RunnerSession(const core::fs::path& library,
                const std::vector<std::vector<const SharedBuffer*>>& inputs,
                const SharedBuffer& output,
                const Options& options);
  ~RunnerSession();  // kills the process group and reaps it

  // kDone once the threads are up, the empty rounds measured and the library loaded (its
  // constructors have run); else why not. Wipes the output first: it may hold another candidate's
  // answer.
  LaunchResult start();
  // Copies a set into the staging buffers; the process is stopped meanwhile. `launch` does it when
  // it was not done; call it to bring the machine's caches into a known state between this and the
  // launch.
  void stage(int set);
  // The judge poisons the output before. After anything but kDone the session is over.
  LaunchResult launch(int set);
  // The process's round trip without a kernel, microseconds: the shortest of the rounds that
  // `start` measured before the candidate was loaded, since a candidate could make them slow to
  // have more subtracted, and so can any other load of the machine.
  LaunchResult empty_launch() const;
  // What the process maps as inputs: a reference that runs on these bytes sees the same pages and
  // alignment.
  std::vector<std::span<const std::byte>> staged() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::evaluate
