#include "judge_math.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>

#include "device_buffer.h"
#include "device_facts.h"
#include "helpers.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using cuda::driver;

constexpr unsigned kBlock = 256;
enum WidenMode : std::uint32_t { kExact, kShortened, kMoved };  // of judge.cu

// As the kernel takes it.
struct HeavyCases {
  tasks::Draw draws[3];
  std::uint32_t cases;
  std::uint64_t slice;
};
static_assert(sizeof(HeavyCases) == 72, "as NVRTC lays it out");
static_assert(sizeof(CheckRules) == 160, "as NVRTC lays it out");

std::uint64_t count_of(const at::Tensor& tensor) {
  return static_cast<std::uint64_t>(tensor.numel());
}

int processors_of(int device) {
  int count = 0;
  require(driver().device_attribute(&count, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, device),
          "cuDeviceGetAttribute");
  return count;
}

}  // namespace

Tally DeviceTally::on_host() const {
  Tally tally;
  tally.bad = static_cast<std::int64_t>(bad);
  tally.untouched = static_cast<std::int64_t>(untouched);
  tally.sum_of_squares = sum_of_squares;
  tally.largest = std::bit_cast<float>(static_cast<std::uint32_t>(worst >> 32));
  tally.worst = static_cast<std::int64_t>(static_cast<std::uint32_t>(~worst));
  if (bad == 0) return tally;
  tally.first_bad = static_cast<std::int64_t>(~first_inverted);
  tally.last_bad = static_cast<std::int64_t>(last);
  return tally;
}

JudgeMath::JudgeMath(int device)
    : module_(judge_cubin(cuda::device_architecture(device))),
      heavy_(module_.function("vegttt_heavy")),
      uniform_(module_.function("vegttt_uniform")),
      bits_(module_.function("vegttt_bits")),
      below_(module_.function("vegttt_below")),
      put_(module_.function("vegttt_put")),
      probabilities_(module_.function("vegttt_probabilities")),
      widen_(module_.function("vegttt_widen")),
      raise_(module_.function("vegttt_raise")),
      floats_(module_.function("vegttt_judge_floats")),
      longs_(module_.function("vegttt_judge_longs")),
      bools_(module_.function("vegttt_judge_bools")),
      outside_(module_.function("vegttt_outside")),
      tally_(sizeof(DeviceTally)),
      processors_(static_cast<std::uint64_t>(processors_of(device))) {}

std::uint64_t JudgeMath::blocks_for(std::uint64_t count) const {
  return std::clamp<std::uint64_t>((count + kBlock - 1) / kBlock, 1, processors_ * 8);
}

void JudgeMath::heavy(at::Tensor& out, std::uint64_t key, const tasks::HeavyDraws& how) {
  VEGTTT_ASSERT(!how.draws.empty() && how.draws.size() <= 3, "the kernel takes three recipes");
  HeavyCases cases{};
  std::copy(how.draws.begin(), how.draws.end(), cases.draws);
  cases.cases = static_cast<std::uint32_t>(how.draws.size());
  cases.slice = static_cast<std::uint64_t>(how.slice_elements);
  void* data = out.mutable_data_ptr();
  std::uint64_t count = count_of(out);
  void* arguments[] = {&data, &count, &key, &cases};
  if (count > 0) launch_kernel(heavy_, blocks_for(count), kBlock, arguments);
}

void JudgeMath::uniform(at::Tensor& out, std::uint64_t key, float low, float high) {
  void* data = out.mutable_data_ptr();
  std::uint64_t count = count_of(out);
  void* arguments[] = {&data, &count, &key, &low, &high};
  if (count > 0) launch_kernel(uniform_, blocks_for(count), kBlock, arguments);
}

void JudgeMath::bits(at::Tensor& out, std::uint64_t key) {
  void* data = out.mutable_data_ptr();
  std::uint64_t count = count_of(out);
  void* arguments[] = {&data, &count, &key};
  if (count > 0) launch_kernel(bits_, blocks_for(count), kBlock, arguments);
}

void JudgeMath::below(at::Tensor& out, std::uint64_t key, std::int64_t n) {
  void* data = out.mutable_data_ptr();
  std::uint64_t count = count_of(out);
  void* arguments[] = {&data, &count, &key, &n};
  if (count > 0) launch_kernel(below_, blocks_for(count), kBlock, arguments);
}

void JudgeMath::put(at::Tensor& out, const at::Tensor& places, const at::Tensor& values) {
  void* data = out.mutable_data_ptr();
  const void *at = places.const_data_ptr(), *what = values.const_data_ptr();
  std::uint64_t count = count_of(places);
  void* arguments[] = {&data, &at, &what, &count};
  if (count > 0) launch_kernel(put_, blocks_for(count), kBlock, arguments);
}

void JudgeMath::probabilities(at::Tensor& rows, tasks::Rounding rounding, std::uint64_t key) {
  void* data = rows.mutable_data_ptr();
  auto columns = static_cast<std::uint64_t>(rows.size(-1));
  auto how = static_cast<std::int32_t>(rounding);
  void* arguments[] = {&data, &columns, &how, &key};
  if (count_of(rows) > 0)
    launch_kernel(probabilities_, count_of(rows) / columns, kBlock, arguments);
}

at::Tensor JudgeMath::widen(const at::Tensor& x,
                            std::uint32_t mode,
                            std::uint32_t dropped,
                            double size,
                            std::uint64_t first,
                            std::uint64_t key) {
  at::Tensor out = at::empty(x.sizes(), x.options().dtype(at::kDouble));
  const void* in = x.const_data_ptr();
  void* data = out.mutable_data_ptr();
  std::uint64_t count = count_of(x);
  void* arguments[] = {&in, &data, &count, &mode, &dropped, &size, &first, &key};
  if (count > 0) launch_kernel(widen_, blocks_for(count), kBlock, arguments);
  return out;
}

at::Tensor JudgeMath::exact(const at::Tensor& x) { return widen(x, kExact, 0, 0, 0, 0); }

at::Tensor JudgeMath::shortened(const at::Tensor& x, std::uint32_t dropped_bits) {
  return widen(x, kShortened, dropped_bits, 0, 0, 0);
}

at::Tensor JudgeMath::moved(const at::Tensor& x,
                            std::uint64_t key,
                            double size,
                            std::int64_t first) {
  return widen(x, kMoved, 0, size, static_cast<std::uint64_t>(first), key);
}

void JudgeMath::raise(at::Tensor& displacement,
                      const at::Tensor& value,
                      const at::Tensor& truth,
                      bool fresh) {
  void* to = displacement.mutable_data_ptr();
  const void *from = value.const_data_ptr(), *exact = truth.const_data_ptr();
  std::uint64_t count = count_of(truth);
  std::uint32_t forget = fresh ? 1 : 0;
  void* arguments[] = {&to, &from, &exact, &count, &forget};
  if (count > 0) launch_kernel(raise_, blocks_for(count), kBlock, arguments);
}

DeviceTally JudgeMath::fetch() {
  DeviceTally tally;
  require(driver().copy_to_host(&tally, tally_.get(), sizeof tally), "cuMemcpyDtoH");
  return tally;
}

DeviceTally JudgeMath::judge(const void* output,
                             const at::Tensor& truth,
                             const at::Tensor& displacement,
                             const CheckRules& rules,
                             std::uint32_t poison) {
  require(driver().memset8_async(tally_.get(), 0, sizeof(DeviceTally), nullptr), "cuMemsetD8Async");
  const void* exact = truth.const_data_ptr();
  const void* moved = displacement.defined() ? displacement.const_data_ptr() : nullptr;
  std::uint64_t count = count_of(truth);
  CheckRules how = rules;
  std::uint64_t word_pair = std::uint64_t{poison} << 32 | poison;
  std::uint32_t byte = poison & 0xFF;
  CUdeviceptr tally = tally_.get();
  void* floats[] = {&output, &exact, &moved, &count, &how, &poison, &tally};
  void* longs[] = {&output, &exact, &count, &word_pair, &tally};
  void* bools[] = {&output, &exact, &count, &byte, &tally};
  const bool is_float = truth.scalar_type() == at::kFloat;
  const bool is_long = truth.scalar_type() == at::kLong;
  if (count > 0)
    launch_kernel(is_float  ? floats_
                  : is_long ? longs_
                            : bools_,
                  blocks_for(count),
                  kBlock,
                  is_float  ? floats
                  : is_long ? longs
                            : bools);
  return fetch();
}

DeviceTally JudgeMath::outside(const void* words, std::uint64_t count, std::uint32_t pattern) {
  require(driver().memset8_async(tally_.get(), 0, sizeof(DeviceTally), nullptr), "cuMemsetD8Async");
  CUdeviceptr tally = tally_.get();
  void* arguments[] = {&words, &count, &pattern, &tally};
  if (count > 0) launch_kernel(outside_, blocks_for(count), kBlock, arguments);
  return fetch();
}

}  // namespace vegttt::evaluate
