#include "judge_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>

#include "device_buffer.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

constexpr std::uint32_t kUsualShared = 48 << 10;

CUdeviceptr address_of(const at::Tensor& tensor) {
  return reinterpret_cast<CUdeviceptr>(tensor.const_data_ptr());
}

at::TensorOptions on_device(at::ScalarType type) {
  return at::TensorOptions().device(at::kCUDA).dtype(type);
}

}  // namespace

JudgePlan::JudgePlan(const std::string& cubin, Plan plan, const tasks::TensorShape& output)
    : module_(cubin), plan_(std::move(plan)), sizes_(output.sizes) {
  for (const PlanNode& node : plan_.nodes) {
    CUfunction function = nullptr;
    if (node.kind == NodeKind::kKernel) function = module_.function(node.name.c_str());
    if (node.shared_bytes > kUsualShared)
      require(driver().set_function_attribute(function,
                                              CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                              static_cast<int>(node.shared_bytes)),
              "cuFuncSetAttribute");
    functions_.push_back(function);
  }
  const auto bytes = static_cast<std::int64_t>(std::max<std::uint64_t>(plan_.workspace_bytes, 256));
  workspace_ = at::empty({bytes}, on_device(at::kByte));
}

at::Tensor JudgePlan::operator()(const std::vector<at::Tensor>& inputs) {
  at::Tensor out = at::empty(sizes_, on_device(at::kFloat));
  std::vector<CUdeviceptr> buffers;
  for (const at::Tensor& input : inputs) buffers.push_back(address_of(input));
  buffers.push_back(address_of(out));
  buffers.push_back(address_of(workspace_));
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    const PlanNode& node = plan_.nodes[i];
    const auto at = [&](const PlanPointer& p) { return buffers[p.buffer] + p.offset; };
    if (node.kind == NodeKind::kMemset) {
      require(
          driver().memset8_async(
              at(node.destination), static_cast<unsigned char>(node.value), node.bytes, nullptr),
          "cuMemsetD8Async");
    } else if (node.kind == NodeKind::kCopy) {
      require(driver().copy_async(at(node.destination), at(node.source), node.bytes, nullptr),
              "cuMemcpyDtoDAsync");
    } else {
      launch(node, functions_[i], buffers);
    }
  }
  return out;
}

void JudgePlan::launch(const PlanNode& node,
                       CUfunction function,
                       const std::vector<CUdeviceptr>& buffers) {
  std::vector<std::byte> arguments = node.arguments;
  for (const PointerArgument& word : node.pointers) {
    const CUdeviceptr address = buffers[word.pointer.buffer] + word.pointer.offset;
    std::memcpy(arguments.data() + word.at, &address, sizeof address);
  }
  std::size_t bytes = arguments.size();
  void* extra[] = {CU_LAUNCH_PARAM_BUFFER_POINTER,
                   arguments.data(),
                   CU_LAUNCH_PARAM_BUFFER_SIZE,
                   &bytes,
                   CU_LAUNCH_PARAM_END};
  require(driver().launch(function,
                          node.grid[0],
                          node.grid[1],
                          node.grid[2],
                          node.block[0],
                          node.block[1],
                          node.block[2],
                          node.shared_bytes,
                          nullptr,
                          nullptr,
                          bytes == 0 ? nullptr : extra),
          "cuLaunchKernel");
}

}  // namespace vegttt::evaluate
