#include "executor.h"

#include <time.h>

#include <algorithm>
#include <cstring>

namespace vegttt::evaluate::device {
namespace {

using cuda::driver;

constexpr double kLeastBlock_us = 25;
constexpr double kPerNode_us = 4;
constexpr double kLongestBlock_us = 20000;

double now_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

int attribute(CUdevice_attribute which) {
  int value = 0;
  must(driver().device_attribute(&value, which, current_device()), "cuDeviceGetAttribute");
  return value;
}

}  // namespace

Executor::Executor(std::string_view helpers) : helpers_(helpers) {
  spin_ = helpers_.function("vegttt_spin");
  read_ = helpers_.function("vegttt_read");
  scrub_ = helpers_.function("vegttt_scrub");
  scrub_stack_ = helpers_.function("vegttt_scrub_stack");
  must(driver().stream_create(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  must(driver().event_create(&begin_, CU_EVENT_DEFAULT), "cuEventCreate");
  must(driver().event_create(&end_, CU_EVENT_DEFAULT), "cuEventCreate");
  processors_ = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  shared_bytes_ = attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  must(driver().set_function_attribute(
           scrub_, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared_bytes_),
       "cuFuncSetAttribute");
  flush_ = Mapping(4 * static_cast<std::uint64_t>(attribute(CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE)));
}

void Executor::map(std::uint32_t slot, int fd, std::uint64_t bytes, bool writable) {
  slots_.erase(slot);
  slots_.emplace(slot, Mapping(fd, bytes, writable));
}

void Executor::clear() { slots_.clear(); }

void Executor::load(std::string cubin, Plan plan, bool reload, std::uint64_t workspace_bytes) {
  const std::uint64_t bytes = std::max(workspace_bytes, plan.workspace_bytes);
  if (bytes == 0 || !workspace_.mapped() || workspace_.page_bytes() != mapped_bytes(bytes))
    workspace_ = Mapping();  // gives the old one back first
  if (bytes > 0 && !workspace_.mapped()) workspace_ = Mapping(bytes);
  cubin_ = std::move(cubin);
  plan_ = std::move(plan);
  reload_ = reload;
  module_ = Module(cubin_);
  find_functions();
  block_us_ = kLeastBlock_us + kPerNode_us * static_cast<double>(plan_.nodes.size());
}

void Executor::find_functions() {
  std::map<std::string, CUfunction> found;
  prepared_.resize(plan_.nodes.size());
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    const PlanNode& node = plan_.nodes[i];
    if (node.kind != NodeKind::kKernel) continue;
    CUfunction& function = found[node.name];
    if (function == nullptr) function = module_.function(node.name.c_str());
    prepared_[i].function = function;
    prepared_[i].arguments = node.arguments;
    int fixed = 0;
    must(driver().function_attribute(&fixed, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, function),
         "cuFuncGetAttribute");
    if (fixed + static_cast<std::int64_t>(node.shared_bytes) > shared_bytes_)
      throw Failed{Outcome::kRefused,
                   CUDA_ERROR_INVALID_VALUE,
                   "kernel '" + node.label + "' needs " +
                       std::to_string(fixed + static_cast<std::int64_t>(node.shared_bytes)) +
                       " bytes of shared memory, at most " + std::to_string(shared_bytes_) +
                       " are possible"};
    if (node.shared_bytes > 48u << 10)
      candidate_must(
          driver().set_function_attribute(
              function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, shared_bytes_ - fixed),
          "asking for shared memory for kernel '" + node.label + "'");
  }
}

CUdeviceptr Executor::address_of(const Request& request, const PlanPointer& pointer) const {
  if (pointer.buffer == request.buffers) return workspace_.pages() + pointer.offset;
  if (pointer.buffer > request.buffers)
    throw Failed{Outcome::kMachine, CUDA_SUCCESS, "the plan names a buffer that is not there"};
  return slots_.at(request.slots[pointer.buffer]).data() + pointer.offset;
}

void Executor::place_pointers(const Request& request) {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    PlanNode& node = plan_.nodes[i];
    for (const PointerArgument& word : node.pointers) {
      const CUdeviceptr address = address_of(request, word.pointer);
      std::memcpy(prepared_[i].arguments.data() + word.at, &address, sizeof address);
    }
    if (node.kind == NodeKind::kKernel) continue;
    node.destination_address = address_of(request, node.destination);
    if (node.kind == NodeKind::kCopy) node.source_address = address_of(request, node.source);
  }
}

// All of the output's pages and all of the workspace's: a launch finds nothing there that an
// earlier one left.
void Executor::poison(const Request& request) {
  const auto fill = [&](const Mapping& memory, std::uint32_t word) {
    if (memory.mapped())
      must(driver().memset32_async(memory.pages(), word, memory.page_bytes() / 4, stream_),
           "cuMemsetD32Async");
  };
  fill(slots_.at(request.slots[request.buffers - 1]), request.poison);
  fill(workspace_, ~request.poison);
}

void Executor::scrub(std::uint32_t value) {
  std::uint32_t words = static_cast<std::uint32_t>(shared_bytes_) / 4;
  void* arguments[] = {&words, &value};
  must(driver().launch(scrub_,
                       static_cast<unsigned>(processors_),
                       1,
                       1,
                       1024,
                       1,
                       1,
                       static_cast<unsigned>(shared_bytes_),
                       stream_,
                       arguments,
                       nullptr),
       "cuLaunchKernel");
  void* stack[] = {&value};
  must(driver().launch(scrub_stack_,
                       static_cast<unsigned>(2 * processors_),
                       1,
                       1,
                       1024,
                       1,
                       1,
                       0,
                       stream_,
                       stack,
                       nullptr),
       "cuLaunchKernel");
}

// Four times the cache is written, all of it, so that no candidate keeps anything there; then twice
// the cache of it is read twice over, which leaves no dirty line.
void Executor::flush() {
  const std::uint64_t bytes = flush_.page_bytes();
  must(driver().memset32_async(flush_.pages(), 0x5a5a5a5a, bytes / 4, stream_), "cuMemsetD32Async");
  CUdeviceptr data = flush_.pages(), sink = data;
  std::uint64_t count = bytes / 2 / 16;
  void* arguments[] = {&data, &count, &sink};
  for (int i = 0; i < 2; ++i)
    must(driver().launch(read_,
                         static_cast<unsigned>(processors_ * 4),
                         1,
                         1,
                         512,
                         1,
                         1,
                         0,
                         stream_,
                         arguments,
                         nullptr),
         "cuLaunchKernel");
}

void Executor::launch_node(const PlanNode& node, Prepared& prepared) {
  if (node.kind == NodeKind::kMemset) {
    must(driver().memset8_async(
             node.destination_address, static_cast<unsigned char>(node.value), node.bytes, stream_),
         "cuMemsetD8Async");
    return;
  }
  if (node.kind == NodeKind::kCopy) {
    must(driver().copy_async(node.destination_address, node.source_address, node.bytes, stream_),
         "cuMemcpyDtoDAsync");
    return;
  }
  std::size_t bytes = prepared.arguments.size();
  void* extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER,
                   prepared.arguments.data(),
                   CU_LAUNCH_PARAM_BUFFER_SIZE,
                   &bytes,
                   CU_LAUNCH_PARAM_END};
  const CUresult result = driver().launch(prepared.function,
                                          node.grid[0],
                                          node.grid[1],
                                          node.grid[2],
                                          node.block[0],
                                          node.block[1],
                                          node.block[2],
                                          node.shared_bytes,
                                          stream_,
                                          nullptr,
                                          bytes == 0 ? nullptr : extra);
  if (result != CUDA_SUCCESS) candidate_must(result, "kernel '" + node.label + "'");
}

void Executor::launch_nodes() {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) launch_node(plan_.nodes[i], prepared_[i]);
}

// False when the stream was released before everything was queued: the time holds pauses of ours.
bool Executor::time_once(double block_us, Reply& reply) {
  candidate_must(driver().stream_synchronize(stream_), "running the kernels");
  auto nanoseconds = static_cast<std::uint64_t>(block_us * 1e3);
  void* arguments[] = {&nanoseconds};
  const double start = now_us();
  must(driver().launch(spin_, 1, 1, 1, 1, 1, 1, 0, stream_, arguments, nullptr), "cuLaunchKernel");
  must(driver().event_record(begin_, stream_), "cuEventRecord");
  launch_nodes();
  must(driver().event_record(end_, stream_), "cuEventRecord");
  reply.queue_us = now_us() - start;
  candidate_must(driver().stream_synchronize(stream_), "running the kernels");
  reply.wall_us = now_us() - start;
  reply.block_us = block_us;
  float ms = 0;
  must(driver().event_elapsed_ms(&ms, begin_, end_), "cuEventElapsedTime");
  reply.elapsed_us = static_cast<double>(ms) * 1e3;
  return reply.queue_us < block_us;
}

Reply Executor::run(const Request& request) {
  Reply reply;
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    if (reload_) {
      module_ = Module();
      module_ = Module(cubin_);
      find_functions();
    }
    place_pointers(request);
    poison(request);
    if (request.scrub) scrub(request.poison);
    if (request.flush) flush();
    if (time_once(block_us_, reply) || block_us_ >= kLongestBlock_us) break;
    block_us_ = std::min(kLongestBlock_us, std::max(2 * block_us_, 1.5 * reply.queue_us));
  }
  return reply;
}

}  // namespace vegttt::evaluate::device
