#include "executor.h"

#include <algorithm>

#include "block_length.h"
#include "context.h"

namespace vegttt::evaluate::device {

using cuda::driver;

namespace {

// More kernels than these leave no more time unaccounted: they are queued before the first starts.
constexpr std::size_t kMostCalmKernels = 32;

}  // namespace

Executor::Executor(std::string_view helpers)
    : helpers_(helpers), scrubber_(helpers_, stream_.get()), stopwatch_(helpers_, stream_.get()) {}

void Executor::map(std::uint32_t slot, int fd, std::uint64_t bytes, bool writable) {
  slots_.erase(slot);
  slots_.emplace(slot, Mapping(fd, bytes, writable));
}

void Executor::clear() { slots_.clear(); }

void Executor::make_workspace(std::uint64_t bytes) {
  const bool fits = workspace_.mapped() && workspace_.page_bytes() == mapped_bytes(bytes);
  if (bytes > 0 && fits) return;
  workspace_ = Mapping();  // gives the old one back first
  if (bytes > 0) workspace_ = Mapping(bytes);
}

void Executor::load(std::string cubin, Plan plan, bool reload, std::uint64_t workspace_bytes) {
  loaded_.reset();
  shrink_stacks();
  make_workspace(std::max(workspace_bytes, plan.workspace_bytes));
  loaded_.emplace(std::move(cubin), std::move(plan));
  reload_ = reload;
  scrubber_.cover_stacks(stack_limit() + loaded_->stack_bytes());
  block_us_ = first_block_us(loaded_->nodes());
  measure_calm();
}

// Before the first launch of a plan, and once for each length of one.
void Executor::measure_calm() {
  const std::size_t kernels = std::min(loaded_->nodes(), kMostCalmKernels);
  if (!calm_.contains(kernels)) calm_[kernels] = stopwatch_.calm(kernels, first_block_us(kernels));
}

CUdeviceptr Executor::address_of(const Request& request, const PlanPointer& pointer) const {
  if (pointer.buffer == request.buffers) return workspace_.pages() + pointer.offset;
  const auto slot =
      pointer.buffer < request.buffers ? slots_.find(request.slots[pointer.buffer]) : slots_.end();
  if (slot == slots_.end())
    throw Failed{Outcome::kMachine, CUDA_SUCCESS, "the plan names a buffer that is not there"};
  return slot->second.data() + pointer.offset;
}

// All of the output's pages and all of the workspace's: a launch finds nothing there that an
// earlier one left, and nothing that could pass for a zero. Both words are NaNs, never the same.
void Executor::poison(const Request& request) {
  const auto fill = [&](const Mapping& memory, std::uint32_t word) {
    if (memory.mapped())
      must(driver().memset32_async(memory.pages(), word, memory.page_bytes() / 4, stream_.get()),
           "cuMemsetD32Async");
  };
  fill(slots_.at(request.slots[request.buffers - 1]), request.poison);
  fill(workspace_, 0xFFC00000u | (~request.poison & 0x3FFFFFu));
}

void Executor::prepare(const Request& request) {
  if (reload_) loaded_->reload();
  loaded_->place([&](const PlanPointer& pointer) { return address_of(request, pointer); });
  poison(request);
  if (request.scrub) scrubber_.scrub(request.poison);
  if (request.flush) scrubber_.flush();
  must(driver().stream_synchronize(stream_.get()), "cuStreamSynchronize");
}

Reply Executor::run(const Request& request) {
  if (!loaded_ || request.buffers == 0 || request.buffers > kMostBuffers)
    throw Failed{Outcome::kMachine, CUDA_SUCCESS, "nothing is loaded"};
  Reply reply;
  const double start = now_us();
  constexpr std::uint32_t kTries = 3;
  Timed timed;
  do {
    const double prepared_from = now_us();
    prepare(request);
    reply.prepare_us = now_us() - prepared_from;
    timed = stopwatch_.time(block_us_, [&] { loaded_->launch(stream_.get()); });
    if (reply.tries == 0) reply.first_try_us = timed.elapsed_us;
    block_us_ = next_block_us(block_us_, timed.queue_us, loaded_->nodes());
  } while (++reply.tries < kTries && !timed.in_time() && timed.block_us < kLongestBlock_us);
  reply.elapsed_us = timed.elapsed_us;
  reply.wall_us = timed.wall_us;
  reply.block_us = timed.block_us;
  reply.queue_us = timed.queue_us;
  reply.request_us = now_us() - start;
  const Calm& calm = calm_.at(std::min(loaded_->nodes(), kMostCalmKernels));
  reply.calm_us = calm.median_us;
  reply.calm_spread_us = calm.spread_us;
  reply.calm_elapsed_us = calm.elapsed_us;
  reply.stack_bytes = scrubber_.stack_bytes();
  return reply;
}

}  // namespace vegttt::evaluate::device
