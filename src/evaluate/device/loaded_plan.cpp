#include "loaded_plan.h"

#include <cstring>
#include <map>

#include "context.h"
#include "kernel_limits.h"

namespace vegttt::evaluate::device {

using cuda::driver;

namespace {

int ask(CUfunction function, CUfunction_attribute which) {
  int value = 0;
  must(driver().function_attribute(&value, which, function), "cuFuncGetAttribute");
  return value;
}

}  // namespace

LoadedPlan::LoadedPlan(std::string cubin, Plan plan)
    : cubin_(std::move(cubin)), plan_(std::move(plan)), module_(cubin_) {
  find_functions();
}

void LoadedPlan::reload() {
  module_ = Module();
  module_ = Module(cubin_);
  find_functions();
}

void LoadedPlan::find_functions() {
  std::map<std::string, CUfunction> found;
  prepared_.resize(plan_.nodes.size());
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    const PlanNode& node = plan_.nodes[i];
    if (node.kind != NodeKind::kKernel) continue;
    CUfunction& function = found[node.name];
    if (function == nullptr) function = module_.function(node.name.c_str());
    accept(node, function);
    prepared_[i].function = function;
    prepared_[i].arguments = node.arguments;
  }
}

void LoadedPlan::accept(const PlanNode& node, CUfunction function) {
  const int shared_bytes = attribute(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  KernelNeeds needs;
  needs.threads = std::uint64_t{node.block[0]} * node.block[1] * node.block[2];
  needs.most_threads = ask(function, CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
  needs.registers = ask(function, CU_FUNC_ATTRIBUTE_NUM_REGS);
  needs.fixed_shared_bytes = ask(function, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES);
  needs.dynamic_shared_bytes = node.shared_bytes;
  needs.stack_bytes = ask(function, CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES);
  if (const std::string objection = objection_to(needs, shared_bytes); !objection.empty())
    throw Failed{
        Outcome::kRefused, CUDA_ERROR_INVALID_VALUE, "kernel '" + node.label + "': " + objection};
  stack_bytes_ = std::max(stack_bytes_, static_cast<std::uint64_t>(needs.stack_bytes));
  if (node.shared_bytes > 48u << 10)
    candidate_must(driver().set_function_attribute(function,
                                                   CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                                   shared_bytes - needs.fixed_shared_bytes),
                   "asking for shared memory for kernel '" + node.label + "'");
}

void LoadedPlan::place(const std::function<CUdeviceptr(const PlanPointer&)>& address_of) {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    const PlanNode& node = plan_.nodes[i];
    for (const PointerArgument& word : node.pointers) {
      const CUdeviceptr address = address_of(word.pointer);
      std::memcpy(prepared_[i].arguments.data() + word.at, &address, sizeof address);
    }
    if (node.kind == NodeKind::kKernel) continue;
    prepared_[i].destination = address_of(node.destination);
    if (node.kind == NodeKind::kCopy) prepared_[i].source = address_of(node.source);
  }
}

void LoadedPlan::launch(CUstream stream) {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i)
    launch_node(plan_.nodes[i], prepared_[i], stream);
}

void LoadedPlan::launch_node(const PlanNode& node, Prepared& prepared, CUstream stream) {
  if (node.kind == NodeKind::kMemset) {
    const CUresult result = driver().memset8_async(
        prepared.destination, static_cast<unsigned char>(node.value), node.bytes, stream);
    if (result != CUDA_SUCCESS) candidate_must(result, "a memset");
    return;
  }
  if (node.kind == NodeKind::kCopy) {
    const CUresult result =
        driver().copy_async(prepared.destination, prepared.source, node.bytes, stream);
    if (result != CUDA_SUCCESS) candidate_must(result, "a copy");
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
                                          stream,
                                          nullptr,
                                          bytes == 0 ? nullptr : extra);
  if (result != CUDA_SUCCESS) candidate_must(result, "kernel '" + node.label + "'");
}

}  // namespace vegttt::evaluate::device
