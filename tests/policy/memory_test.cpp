// What a policy takes of its device, and how it makes room there.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "parking.h"
#include "vegttt/policy/memory_plan.h"
#include "vegttt/policy/shapes.h"

namespace vegttt::policy {
namespace {

config::SamplingOptions rows_of(int slots, int length) {
  config::SamplingOptions sampling;
  sampling.slots = slots;
  sampling.max_new_tokens = length;
  return sampling;
}

double gib(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 30); }

TEST(MemoryPlan, CountsWhatASevenBillionParameterModelTakes) {
  const MemoryPlan plan = plan_memory(named_shape("qwen2.5-7b"), {}, rows_of(160, 1024), {5, 1000});
  EXPECT_NEAR(gib(plan.weights), 14.2, 0.1);                      // 7.6 billion times 2 bytes
  EXPECT_EQ(plan.completions, std::int64_t{57344} * 160 * 1024);  // 28 x 2 x 4 x 128 x 2 bytes
  EXPECT_EQ(plan.prompts, std::int64_t{57344} * 5 * 1024);        // rounded up to 32 tokens
  // 28 layers of rank 16: (3584 + 3584) x 2, (3584 + 512) x 2, (3584 + 18944) x 3.
  EXPECT_EQ(plan.adapter, std::int64_t{28} * 16 * (2 * 7168 + 2 * 4096 + 3 * 22528) * 18);
  EXPECT_LT(gib(plan.working), 1.5);
  EXPECT_EQ(plan.sampling() - plan.resting(), plan.completions + plan.prompts + plan.working);
}

TEST(MemoryPlan, TheLargestMixtureFitsIntoEightyGigabytes) {
  const MemoryPlan plan =
      plan_memory(named_shape("gpt-oss-120b"), {}, rows_of(160, 256), {160, 512});
  EXPECT_NEAR(gib(plan.weights), 60.8, 0.2);
  EXPECT_LT(gib(plan.sampling()), 79);
}

TEST(Parking, WeightsComeBackAsTheyWereAndWhereTheyWere) {
  ModelConfig config = named_shape("starter");
  config.layers = 2, config.hidden = 64, config.ffn = 96, config.vocab = 128;
  Transformer model = random_transformer(config, 3);
  // As a decoder has them: two matrices in one.
  Layer& layer = model.weights.layers[1];
  const at::Tensor both = at::cat({layer.gate.weight, layer.up.weight});
  layer.gate.weight = both.narrow(0, 0, 96), layer.up.weight = both.narrow(0, 96, 96);
  std::vector<at::Tensor> before;
  for (const NamedTensor& named : named_tensors(model.weights, config))
    before.push_back(named.tensor->clone());

  Parking parking;
  const std::int64_t bytes = parking.park(model);
  EXPECT_EQ(bytes, weight_bytes(config, at::kFloat));
  EXPECT_TRUE(parking.holds_any());
  EXPECT_EQ(model.weights.embed.storage().data(), nullptr);
  EXPECT_EQ(model.weights.head.sizes(), model.weights.embed.sizes());
  parking.restore();
  EXPECT_FALSE(parking.holds_any());
  std::size_t i = 0;
  for (const NamedTensor& named : named_tensors(model.weights, config))
    EXPECT_TRUE(named.tensor->equal(before[i++])) << named.name;
  EXPECT_TRUE(both.narrow(0, 96, 96).equal(layer.up.weight)) << "views still share";
}

}  // namespace
}  // namespace vegttt::policy
