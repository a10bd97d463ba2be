#include <ATen/ATen.h>
#include <c10/core/CPUAllocator.h>
#include <gtest/gtest.h>

#include <vector>

#include "evaluate_internal.h"

namespace vegttt::evaluate {
namespace {

constexpr std::int64_t kElements = 100000;

struct Output {
  std::vector<float> memory = std::vector<float>(kElements);
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(memory)); }
};

TEST(SharedOutputs, OneTensorOfTheOutputsSizeLiesInIt) {
  Output output;
  const SharedOutputs outputs(output.bytes());
  const at::Tensor other = at::empty({kElements + 1}, at::kFloat);
  const at::Tensor first = at::empty({kElements}, at::kFloat);
  const at::Tensor second = at::empty({kElements}, at::kFloat);
  EXPECT_NE(other.data_ptr<float>(), output.memory.data());
  EXPECT_EQ(first.data_ptr<float>(), output.memory.data());
  EXPECT_NE(second.data_ptr<float>(), output.memory.data());
}

TEST(SharedOutputs, NothingLiesThereOnceItHasEnded) {
  Output output;
  { const SharedOutputs outputs(output.bytes()); }
  EXPECT_NE(at::empty({kElements}, at::kFloat).data_ptr<float>(), output.memory.data());
}

// Convolutions take and give back memory by bare pointers.
TEST(SharedOutputs, MemoryMayBeGivenBackByItsAddress) {
  Output output;
  const SharedOutputs outputs(output.bytes());
  for (const std::size_t bytes : {output.bytes().size(), output.bytes().size(), std::size_t{100}}) {
    void* block = c10::GetCPUAllocator()->raw_allocate(bytes);
    c10::GetCPUAllocator()->raw_deallocate(block);
  }
  output.memory.assign(kElements, 1.0f);  // still ours
}

}  // namespace
}  // namespace vegttt::evaluate
