#include "gpu/experts.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAFunctions.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "vegttt/core/error.h"
#include "vegttt_embedded/vegttt_policy_kernels.h"

namespace vegttt::policy::gpu {
namespace {

const void* data(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr() : nullptr;
}
void* mutable_data(const at::Tensor& tensor) { return tensor.mutable_data_ptr(); }

// As in experts.cu: pieces of 48 rows and 64 columns, four warps of a block, four stages of their
// pieces and 64 tokens.
constexpr int kPieceRows = 48, kPieceColumns = 64, kPieceBytes = 1632, kWarps = 4;
constexpr int kShared = 4 * (kWarps * kPieceBytes + 64 * 2 * kPieceColumns);
constexpr int kLargestScale = 160;

unsigned tiles(int out) {
  return static_cast<unsigned>((out + kWarps * kPieceRows - 1) / (kWarps * kPieceRows));
}
unsigned pieces(int out, int in) {
  return tiles(out) * kWarps * static_cast<unsigned>((in + kPieceColumns - 1) / kPieceColumns);
}

std::string define(const char* name, int value) {
  return std::string(name) + "=" + std::to_string(value);
}

at::Tensor as_bf16(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.to(at::kCUDA, at::kBFloat16).contiguous() : tensor;
}

std::string source() {
  return std::string(carried_kernels::find_embedded("kernels/policy/experts.cu").value());
}

// Packing and widening know every shape at run time; the rest of this program is not used. Never
// unloaded: the driver may be gone when a process ends.
Program& repacking() {
  static std::map<int, Program*> programs;  // by device
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  Program*& program = programs[c10::cuda::current_device()];
  if (program == nullptr)
    program = new Program(source(),
                          {define("HIDDEN", 64),
                           define("FFN", 64),
                           define("EXPERTS", 1),
                           define("TOP", 1),
                           define("ROWS", 1)});
  return *program;
}

}  // namespace

PackedExperts pack_experts(const ExpertLinear& matrix) {
  if (matrix.packed.defined())
    return {matrix.packed,
            as_bf16(matrix.bias),
            static_cast<int>(matrix.out()),
            static_cast<int>(matrix.in())};
  const at::Tensor blocks = matrix.blocks.to(at::kCUDA).contiguous(),
                   scales = matrix.scales.to(at::kCUDA).contiguous();
  if (scales.max().item<std::uint8_t>() > kLargestScale)
    throw core::UserError("a scale of an expert's MXFP4 matrix is above 2^33 or not a number");
  PackedExperts packed;
  packed.out = static_cast<int>(matrix.out());
  packed.in = static_cast<int>(matrix.in());
  packed.bias = as_bf16(matrix.bias);
  const unsigned count = pieces(packed.out, packed.in);
  packed.bytes = at::empty({matrix.experts(), std::int64_t{count} * kPieceBytes}, blocks.options());
  repacking().launch("pack_experts",
                     dim3(count, static_cast<unsigned>(matrix.experts())),
                     128,
                     0,
                     at::cuda::getCurrentCUDAStream(),
                     data(blocks),
                     data(scales),
                     mutable_data(packed.bytes),
                     packed.out,
                     packed.in);
  return packed;
}

PackedLayer pack_layer(const Layer& layer) {
  return {as_bf16(layer.router.weight),
          as_bf16(layer.router.bias),
          pack_experts(layer.gate_up),
          pack_experts(layer.down_experts)};
}

at::Tensor widen_experts(const PackedExperts& matrix, int first, int count) {
  at::Tensor matrices =
      at::empty({count, matrix.out, matrix.in}, matrix.bytes.options().dtype(at::kBFloat16));
  repacking().launch("widen_experts",
                     dim3(pieces(matrix.out, matrix.in), static_cast<unsigned>(count)),
                     96,
                     0,
                     at::cuda::getCurrentCUDAStream(),
                     data(matrix.bytes),
                     mutable_data(matrices),
                     first,
                     matrix.out,
                     matrix.in);
  return matrices;
}

bool Experts::fits(const ModelConfig& c, int rows) {
  return c.mxfp4 && c.experts >= c.experts_per_token && c.experts <= 1024 &&
         c.experts_per_token > 0 && c.experts_per_token <= 32 && c.hidden % 32 == 0 &&
         c.ffn % 32 == 0 &&
         c.experts * ((rows + 31) / 32) * 4 + rows * c.experts_per_token * 2 < 40 << 10;
}

Experts::Experts(const ModelConfig& c, int rows)
    : hidden_(c.hidden),
      ffn_(c.ffn),
      experts_(c.experts),
      top_(c.experts_per_token),
      rows_(rows),
      limit_(static_cast<float>(c.swiglu_limit)),
      alpha_(static_cast<float>(c.swiglu_alpha)) {
  program_ = std::make_unique<Program>(source(),
                                       std::vector<std::string>{define("HIDDEN", hidden_),
                                                                define("FFN", ffn_),
                                                                define("EXPERTS", experts_),
                                                                define("TOP", top_),
                                                                define("ROWS", rows_)});
  for (const char* kernel : {"experts_gate_up", "experts_down"})
    program_->allow_shared(kernel, kShared);
  const auto bf16 = at::TensorOptions().device(at::kCUDA).dtype(at::kBFloat16);
  const std::int64_t places = std::int64_t{rows} * top_;
  logits_ = at::empty({rows, experts_}, bf16);
  begins_ = at::empty({experts_ + 1}, bf16.dtype(at::kInt));
  rows_of_ = at::empty({places}, bf16.dtype(at::kInt));
  places_ = at::empty({rows, top_}, bf16.dtype(at::kInt));
  weights_ = at::empty({rows, top_}, bf16.dtype(at::kFloat));
  gated_ = at::empty({places, ffn_}, bf16);
  outputs_ = at::empty({places, hidden_}, bf16);
}

void Experts::run(const at::Tensor& x,
                  const PackedLayer& layer,
                  at::Tensor& out,
                  const Mark& mark) {
  const cudaStream_t stream = at::cuda::getCurrentCUDAStream();
  const int count = static_cast<int>(x.size(0));
  VEGTTT_ASSERT(count <= rows_, "a step has no more rows than were made room for");
  const auto rows = static_cast<unsigned>(count), experts = static_cast<unsigned>(experts_);
  const auto launch = [&](const char* name, dim3 grid, dim3 block, int shared, auto... arguments) {
    program_->launch(name, grid, block, static_cast<unsigned>(shared), stream, arguments...);
    if (mark) mark(name);
  };
  launch("router",
         dim3((rows + 7) / 8, (experts + 15) / 16),
         256,
         0,
         data(x),
         data(layer.router),
         data(layer.router_bias),
         mutable_data(logits_),
         count);
  launch("route",
         1,
         1024,
         0,
         data(logits_),
         mutable_data(begins_),
         mutable_data(rows_of_),
         mutable_data(places_),
         mutable_data(weights_),
         count);
  launch("experts_gate_up",
         dim3(tiles(2 * ffn_), experts),
         32 * kWarps,
         kShared,
         data(x),
         data(layer.gate_up.bytes),
         data(layer.gate_up.bias),
         data(begins_),
         data(rows_of_),
         mutable_data(gated_),
         limit_,
         alpha_);
  launch("experts_down",
         dim3(tiles(hidden_), experts),
         32 * kWarps,
         kShared,
         data(gated_),
         data(layer.down.bytes),
         data(layer.down.bias),
         data(begins_),
         mutable_data(outputs_));
  launch("combine",
         dim3(static_cast<unsigned>(hidden_ + 1023) / 1024, rows),
         128,
         0,
         data(outputs_),
         data(places_),
         data(weights_),
         mutable_data(out));
}

}  // namespace vegttt::policy::gpu
