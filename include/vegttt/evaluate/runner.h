// Compiler and runner processes of the `cpp` dialect: everything that touches code a model wrote, behind two
// small interfaces. No LibTorch here. The judge (judge.h) owns seeds, inputs, truth, clocks and verdicts.
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
  std::string log;          // the compiler's, unmapped
  core::fs::path library;   // a shared object that exports vegttt_launch(void* const* buffers, ...)
  double elapsed_s = 0;
};

// Compiles assembled candidates in a jail: no file of the host readable but the tool chain and the frozen headers,
// CPU, memory, file size and time limits, no network. Content-addressed cache in the user's cache folder.
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
  std::string version() const;                    // compiler and flags, part of the cache key

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Shared memory that the judge owns and a runner maps: inputs read-only (sealed against writing), the output
// read-write, each right-aligned to its page end with guard pages on both sides in the runner.
class SharedBuffer {
 public:
  SharedBuffer(std::size_t bytes, const std::string& name);
  ~SharedBuffer();
  SharedBuffer(SharedBuffer&&) noexcept;
  SharedBuffer& operator=(SharedBuffer&&) noexcept;
  std::span<std::byte> bytes();        // the judge's own mapping
  std::size_t size() const { return size_; }
  int fd() const { return fd_; }

 private:
  std::size_t size_ = 0, mapped_ = 0;
  std::byte* base_ = nullptr;
  int fd_ = -1;
};

enum class LaunchOutcome { kDone, kCrashed, kExited, kTimedOut, kMachineFailed };

struct LaunchResult {
  LaunchOutcome outcome = LaunchOutcome::kMachineFailed;
  double elapsed_us = 0;       // request to done by the judge's clock, empty launch not yet subtracted
  std::string detail;          // "signal 11 (SIGSEGV)", "exit code 0 before the launch ended", capped stderr
};

// One confined process with one candidate loaded. It sees each input set at most once: start another session for
// another pass. After `launch` returns the process group is stopped, so that the outputs can be read in peace.
class RunnerSession {
 public:
  struct Options {
    int threads = 1;
    double launch_timeout_s = 10;
    std::size_t memory_limit_bytes = std::size_t{4} << 30;  // beyond the mapped buffers
    std::size_t workspace_bytes = std::size_t{256} << 20;
  };
  // `inputs[set][i]` and one output, all mapped before the jail closes and populated (no page fault is timed).
  RunnerSession(const core::fs::path& library, const std::vector<std::vector<const SharedBuffer*>>& inputs,
                const SharedBuffer& output, const Options& options);
  ~RunnerSession();            // kills the process group and reaps it

  // kDone once the library is loaded and the threads are up; else why not.
  LaunchResult start();
  LaunchResult launch(int set);
  // The process's round trip without a kernel, microseconds, measured in this session.
  LaunchResult empty_launch();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vegttt::evaluate
