#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "memory_file.h"
#include "runner_process.h"
#include "staging.h"
#include "vegttt/core/error.h"
#include "vegttt/evaluate/runner.h"
#include "vegttt/runner/protocol.h"

namespace vegttt::evaluate {
namespace {

constexpr std::uint32_t kIdleRounds = 9;
constexpr std::size_t kPrefaultBytes = std::size_t{16} << 20;
constexpr double kSetupTimeout_s = 20;  // a busy machine; nothing of the candidate runs in it

// A copy in memory: the runner may open no file of the host, and the cache may be cleaned
// meanwhile.
int library_in_memory(const core::fs::path& library) {
  const std::string bytes = core::read_file(library);
  const int fd = make_memory_file("vegttt-candidate", MemoryFile::kData);
  if (fd < 0) throw core::MachineError(std::strerror(errno), "memfd_create of the candidate");
  fill_memory_file(fd, bytes);
  return fd;
}

std::vector<std::size_t> sizes_of(const std::vector<std::vector<const SharedBuffer*>>& inputs) {
  std::vector<std::size_t> sizes;
  VEGTTT_ASSERT(!inputs.empty(), "a session needs at least one input set");
  for (const SharedBuffer* buffer : inputs[0]) sizes.push_back(buffer->size());
  for (const auto& set : inputs)
    for (std::size_t i = 0; i < sizes.size(); ++i)
      VEGTTT_ASSERT(set.at(i)->size() == sizes[i], "an input has the same size in every set");
  return sizes;
}

}  // namespace

struct RunnerSession::Impl {
  core::fs::path library;
  std::vector<std::vector<const SharedBuffer*>> inputs;
  const SharedBuffer& output;
  Options options;
  Staging staging;
  std::unique_ptr<RunnerProcess> process;
  double empty_us = 0;
  int staged_set = -1;
  bool over = true;

  runner::Setup setup() const;
  void hand_over();
  void measure_empty_rounds();
  LaunchResult judged(const RunnerProcess::Round& round);
  void must_stop(const RunnerProcess::Round& round) const;
};

runner::Setup RunnerSession::Impl::setup() const {
  runner::Setup setup;
  for (const auto& buffer : staging.buffers()) setup.bytes[setup.buffers++] = buffer.size();
  setup.bytes[setup.buffers++] = output.size();
  setup.idle_rounds = kIdleRounds;
  setup.workspace_bytes = runner::mapped_bytes(options.workspace_bytes);
  setup.prefault_bytes = kPrefaultBytes;
  setup.memory_limit_bytes = options.memory_limit_bytes;
  return setup;
}

void RunnerSession::Impl::hand_over() {
  std::vector<int> ours = staging.read_only_descriptors();
  std::vector<int> descriptors = ours;
  descriptors.push_back(output.fd());
  ours.push_back(library_in_memory(library));
  descriptors.push_back(ours.back());
  process->send(setup(), descriptors);
  for (const int fd : ours) ::close(fd);
}

// Before the candidate is loaded only our own code runs in the process, so that a failure is the
// machine's.
void RunnerSession::Impl::must_stop(const RunnerProcess::Round& round) const {
  if (round.event != RunnerProcess::Event::kStopped)
    throw core::MachineError("the runner ended before a candidate was loaded: " +
                             process->last_words());
}

void RunnerSession::Impl::measure_empty_rounds() {
  must_stop(process->wait(kSetupTimeout_s));
  empty_us = std::numeric_limits<double>::infinity();
  for (std::uint32_t i = 0; i < kIdleRounds; ++i) {
    const auto round = process->resume(kSetupTimeout_s);
    must_stop(round);
    empty_us = std::min(empty_us, round.elapsed_us);
  }
}

LaunchResult RunnerSession::Impl::judged(const RunnerProcess::Round& round) {
  LaunchResult result{LaunchOutcome::kDone, round.elapsed_us, ""};
  over = round.event != RunnerProcess::Event::kStopped;
  if (!over) return result;
  result.detail = process->last_words();
  if (round.event == RunnerProcess::Event::kTimedOut) {
    result.outcome = LaunchOutcome::kTimedOut;
    result.detail = "no result after " + std::to_string(options.launch_timeout_s) + " s; killed";
  } else {
    result.outcome = process->crashed() ? LaunchOutcome::kCrashed : LaunchOutcome::kExited;
  }
  return result;
}

RunnerSession::RunnerSession(const core::fs::path& library,
                             const std::vector<std::vector<const SharedBuffer*>>& inputs,
                             const SharedBuffer& output,
                             const Options& options)
    : impl_(new Impl{library, inputs, output, options, Staging(sizes_of(inputs))}) {
  VEGTTT_ASSERT(impl_->staging.buffers().size() + 1 <= runner::kMaxBuffers, "too many inputs");
}

RunnerSession::~RunnerSession() = default;

LaunchResult RunnerSession::start() {
  Impl& s = *impl_;
  try {
    s.process = std::make_unique<RunnerProcess>(s.options.threads);
    std::memset(s.output.bytes().data(), 0xff, s.output.size());
    s.hand_over();
    s.measure_empty_rounds();
  } catch (const core::MachineError& e) {
    return {LaunchOutcome::kMachineFailed, 0, e.what()};
  }
  return s.judged(s.process->resume(s.options.launch_timeout_s));
}

void RunnerSession::stage(int set) {
  impl_->staging.fill(impl_->inputs.at(static_cast<std::size_t>(set)));
  impl_->staged_set = set;
}

LaunchResult RunnerSession::launch(int set) {
  VEGTTT_ASSERT(!impl_->over, "a launch needs a session that started and did not fail");
  if (impl_->staged_set != set) stage(set);
  return impl_->judged(impl_->process->resume(impl_->options.launch_timeout_s));
}

LaunchResult RunnerSession::empty_launch() const {
  return {LaunchOutcome::kDone, impl_->empty_us, ""};
}

std::vector<std::span<const std::byte>> RunnerSession::staged() const {
  std::vector<std::span<const std::byte>> spans;
  for (const auto& buffer : impl_->staging.buffers()) spans.push_back(buffer.bytes());
  return spans;
}

}  // namespace vegttt::evaluate
