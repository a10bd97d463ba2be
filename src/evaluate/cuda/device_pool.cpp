#include "device_pool.h"

#include <fmt/format.h>

#include "bytes_file.h"
#include "record.h"
#include "vegttt/core/error.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

using device::Command;
using device::Outcome;

constexpr std::uint64_t kWorkspace = std::uint64_t{8} << 30;  // a limit, not an allocation
constexpr double kSetup_s = 30;

bool comes_up(DeviceProcess& process) {
  try {
    process.ready();
    return true;
  } catch (const core::MachineError&) {
    return false;
  }
}

}  // namespace

DevicePool::DevicePool(int device, const std::string& helpers_cubin)
    : device_(device), helpers_(helpers_cubin) {
  for (Kind* kind : {&recorder_, &executor_})
    kind->current = std::make_unique<DeviceProcess>(device_, helpers_);
  for (Kind* kind : {&recorder_, &executor_})
    kind->spare = std::make_unique<DeviceProcess>(device_, helpers_);
}

// A lost process is replaced by the spare one, which has its context already; the next spare makes
// its own meanwhile. A spare that failed to start is no reason to stop: another one is tried.
DeviceProcess& DevicePool::live(Kind& kind) {
  if (kind.current && kind.current->usable()) return *kind.current;
  if (&kind == &executor_) mapped_task_ = 0;
  kind.current = std::move(kind.spare);
  if (!kind.current || !comes_up(*kind.current)) {
    kind.current = std::make_unique<DeviceProcess>(device_, helpers_);
    kind.current->ready();
  }
  kind.spare = std::make_unique<DeviceProcess>(device_, helpers_);
  return *kind.current;
}

DeviceOutcome DevicePool::outcome_of(const DeviceProcess::Answer& answer, double timeout_s) {
  if (answer.timed_out)
    return {DeviceOutcome::Kind::kTimedOut,
            fmt::format("no result after {:.3g} s; killed", timeout_s)};
  const std::string text = core::valid_utf8(answer.reply.text);
  switch (answer.reply.outcome) {
    case Outcome::kDone:
      return {};
    case Outcome::kRefused:
      return {DeviceOutcome::Kind::kRefused, text};
    case Outcome::kFaulted:
      return {DeviceOutcome::Kind::kFaulted, text};
    case Outcome::kMachine:
      break;
  }
  return {DeviceOutcome::Kind::kMachineFailed, text};
}

// Of a request that runs nothing of a candidate: what failed, or took too long, is ours.
DeviceOutcome DevicePool::ours(const DeviceProcess::Answer& answer) {
  DeviceOutcome outcome = outcome_of(answer, kSetup_s);
  if (outcome.kind != DeviceOutcome::Kind::kDone)
    outcome.kind = DeviceOutcome::Kind::kMachineFailed;
  return outcome;
}

DeviceOutcome DevicePool::record(const std::string& cubin,
                                 const std::vector<KernelInfo>& kernels,
                                 const std::vector<std::uint64_t>& buffer_bytes,
                                 double timeout_s,
                                 Plan& plan) {
  std::vector<std::uint64_t> bytes = buffer_bytes;
  bytes.push_back(kWorkspace);
  const BytesFile program("vegttt-program", cubin), tape("vegttt-tape");
  DeviceProcess& recorder = live(recorder_);
  const DeviceLimits limits = limits_of(recorder.ready());
  const auto answer = recorder.ask(record_request(bytes), {program.fd(), tape.fd()}, timeout_s);
  DeviceOutcome outcome = outcome_of(answer, timeout_s);
  if (outcome.kind == DeviceOutcome::Kind::kFaulted)
    outcome.text += " (`launch` may only start kernels: it cannot read or write tensors)";
  if (outcome.kind != DeviceOutcome::Kind::kDone) return outcome;
  core::Result<Plan> made = plan_of_recordings(tape.read(), bytes, kernels, limits);
  if (!made) return {DeviceOutcome::Kind::kRefused, made.error()};
  plan = std::move(made).value();
  return {};
}

DeviceOutcome DevicePool::map_one(std::uint32_t slot, const DeviceBuffer& buffer, bool writable) {
  device::Request request;
  request.command = Command::kMap;
  request.slot = slot;
  request.size = buffer.size();
  request.writable = writable;
  return ours(live(executor_).ask(request, {buffer.fd()}, kSetup_s));
}

// Slot 0 is the output, the inputs of set s follow each other behind it.
DeviceOutcome DevicePool::map(const DeviceTask& task) {
  live(executor_);
  if (mapped_task_ == task.number) return {};
  mapped_task_ = 0;  // whatever comes of this
  device::Request request;
  request.command = Command::kClear;
  DeviceOutcome outcome = ours(live(executor_).ask(request, {}, kSetup_s));
  if (outcome.kind == DeviceOutcome::Kind::kDone) outcome = map_one(0, *task.output, true);
  std::uint32_t slot = 1;
  for (const DeviceInputSet& set : task.inputs->mapped())
    for (const DeviceBuffer& buffer : set.buffers)
      if (outcome.kind == DeviceOutcome::Kind::kDone) outcome = map_one(slot++, buffer, false);
  if (outcome.kind != DeviceOutcome::Kind::kDone) return outcome;
  mapped_task_ = task.number;
  inputs_ = static_cast<std::uint32_t>(task.inputs->mapped()[0].buffers.size());
  return {};
}

void DevicePool::forget() {
  if (mapped_task_ == 0 || !executor_.current || !executor_.current->usable()) return;
  mapped_task_ = 0;
  device::Request request;
  request.command = Command::kClear;
  executor_.current->ask(request, {}, kSetup_s);
}

DeviceOutcome DevicePool::load(const std::string& cubin,
                               bool reload,
                               const Plan& plan,
                               const DeviceTask& task) {
  if (DeviceOutcome outcome = map(task); outcome.kind != DeviceOutcome::Kind::kDone) return outcome;
  const BytesFile program("vegttt-program", cubin), bytes("vegttt-plan", to_bytes(plan));
  device::Request request;
  request.command = Command::kLoad;
  request.reload = reload;
  request.workspace_bytes = plan.workspace_bytes;
  const auto answer = live(executor_).ask(request, {program.fd(), bytes.fd()}, kSetup_s);
  // Only a refusal is the candidate's: what it asks for is not possible here.
  return answer.reply.outcome == Outcome::kRefused ? outcome_of(answer, kSetup_s) : ours(answer);
}

DeviceOutcome DevicePool::run(int set,
                              std::uint32_t poison,
                              double timeout_s,
                              device::Reply& reply) {
  device::Request request;
  request.command = Command::kRun;
  request.buffers = inputs_ + 1;
  for (std::uint32_t i = 0; i < inputs_; ++i)
    request.slots[i] = 1 + static_cast<std::uint32_t>(set) * inputs_ + i;
  request.slots[inputs_] = 0;
  request.poison = poison;
  const auto answer = executor_.current->ask(request, {}, timeout_s);
  reply = answer.reply;
  return outcome_of(answer, timeout_s);
}

}  // namespace vegttt::evaluate
