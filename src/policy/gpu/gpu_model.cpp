#include "gpu/gpu_model.h"

#include <ATen/ATen.h>

#include "gpu/attend_shape.h"
#include "ops/ops.h"
#include "vegttt/policy/lora.h"
#include "vegttt_embedded/vegttt_policy_kernels.h"

namespace vegttt::policy::gpu {
namespace {

std::string source() {
  std::string text;
  for (const char* file : {"kernels/policy/prelude.cu",
                           "kernels/policy/attend.cu",
                           "kernels/policy/rows.cu",
                           "kernels/policy/prompts.cu",
                           "kernels/policy/sample.cu"})
    text += std::string(carried_kernels::find_embedded(file).value());
  return text;
}

bool takes_mlp(const Transformer& model) {
  const ModelConfig& c = model.config;
  return c.experts == 0 ? !c.mlp_bias : Experts::fits(c, 1) && !adapts_experts(model.weights);
}

void keep_packed(ExpertLinear& matrix, const PackedExperts& packed) {
  matrix.packed = packed.bytes;
  matrix.packed_in = packed.in;
  matrix.blocks = matrix.scales = at::Tensor();
}

// The layer keeps nothing but what it shares with the packed one.
PackedLayer take_experts(Layer& layer) {
  const PackedLayer packed = pack_layer(layer);
  keep_packed(layer.gate_up, packed.gate_up);
  keep_packed(layer.down_experts, packed.down);
  return packed;
}

}  // namespace

bool GpuModel::fits(const Transformer& model) {
  const ModelConfig& c = model.config;
  return model.device().is_cuda() && model.compute == at::kBFloat16 &&
         model.weights.embed.scalar_type() == at::kBFloat16 && takes_mlp(model) &&
         (c.head_dim == 64 || c.head_dim == 128) && c.heads / c.kv_heads <= 16 &&
         c.vocab % 4 == 0 && c.hidden % 8 == 0 && c.hidden <= 8192 && c.ffn % 8 == 0;
}

GpuModel::GpuModel(Transformer& model) : model_(model), weights_(model) {
  const ModelConfig& c = model.config;
  program_ = std::make_unique<Program>(
      source(),
      std::vector<std::string>{"HEAD_DIM=" + std::to_string(c.head_dim),
                               "GROUP=" + std::to_string(c.heads / c.kv_heads),
                               "RANK=" + std::to_string(weights_.rank())});
  program_->allow_shared("attend", AttendShape::kMostWarps * AttendShape::warp_bytes(c.head_dim));
  frequencies_ = ops::rope_frequencies(c).to(model.device());
  scales_ = at::zeros({c.layers, 3}, at::TensorOptions().device(model.device()).dtype(at::kFloat));
  if (c.experts > 0)
    for (Layer& layer : model.weights.layers) packed_.push_back(take_experts(layer));
  refresh();
}

bool GpuModel::has_room() const { return adapter_rank(model_) <= weights_.rank(); }

// Scales of products that follow each other lie on the device; those of single ones are in the
// graph.
bool GpuModel::refresh() {
  const bool changed = weights_.refresh();
  std::vector<float> scales;
  for (const FusedLayer& layer : weights_.layers())
    scales.insert(scales.end(), layer.qkv.scales.begin(), layer.qkv.scales.end());
  scales_.copy_(at::tensor(scales, at::kFloat).view({-1, 3}));
  return changed;
}

Rope GpuModel::rope() const {
  return {data(frequencies_), static_cast<float>(config().rope_scaling.attention_factor)};
}

const void* GpuModel::scales_of(int layer) const {
  return scales_.const_data_ptr<float>() + 3 * layer;
}

Experts& GpuModel::experts(int rows) {
  std::unique_ptr<Experts>& found = experts_[rows];
  if (!found) found = std::make_unique<Experts>(config(), rows);
  return *found;
}

void GpuModel::product(const char* name,
                       const at::Tensor& x,
                       const at::Tensor& matrix,
                       at::Tensor y) {
  at::mm_out(y, x, matrix.t());
  mark(name);
}

void GpuModel::mark(const char* name) {
  if (marks_ == nullptr) return;
  cudaEvent_t event = nullptr;
  cudaEventCreate(&event);
  cudaEventRecord(event, at::cuda::getCurrentCUDAStream());
  marks_->emplace_back(name, event);
}

}  // namespace vegttt::policy::gpu
