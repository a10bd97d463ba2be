#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "../../src/pretrain/training/adamw.h"
#include "../../src/pretrain/training/batches.h"
#include "vegttt/core/file.h"
#include "vegttt/policy/tokenizer.h"
#include "vegttt/policy/transformer.h"
#include "vegttt/pretrain/leak_filter.h"
#include "vegttt/pretrain/pretrain.h"

namespace vegttt::pretrain {
namespace {

PretrainOptions tiny_options() {
  PretrainOptions options;
  options.shape = {.vocabulary = 512,
                   .hidden = 32,
                   .layers = 1,
                   .heads = 2,
                   .kv_heads = 1,
                   .head_dim = 16,
                   .ffn = 64};
  options.samples = 128;
  options.tokenizer_samples = 60;
  options.steps = 24;
  options.batch_tokens = 4096;
  options.learning_rate = 1e-2;
  options.warmup_steps = 4;
  options.held_out = 16;
  options.report_every = 8;
  return options;
}

TokenSample sample_of(std::size_t length, std::uint16_t first) {
  TokenSample sample;
  for (std::size_t i = 0; i < length; ++i)
    sample.tokens.push_back(static_cast<std::uint16_t>(first + i));
  sample.prompt = 2;
  return sample;
}

}  // namespace

TEST(Batches, HoldEverySampleOnceAndNoneThatIsTooLong) {
  std::vector<TokenSample> pool;
  for (std::size_t length : {5, 40, 33, 64, 200, 7, 90}) pool.push_back(sample_of(length, 1));
  std::multiset<std::size_t> seen;
  for (const auto& rows :
       group_by_length(pool, 100, 128, core::RandomStream(core::CounterRng(1)))) {
    for (const auto* row : rows) seen.insert(row->tokens.size());
  }
  EXPECT_EQ(seen, (std::multiset<std::size_t>{5, 7, 33, 40, 64, 90}));
}

TEST(Batches, WeighCodeFullyPromptLittleAndPaddingNotAtAll) {
  const TokenSample sample = sample_of(4, 10);
  const Batch batch = make_batch({&sample}, 0.25);
  ASSERT_EQ(batch.tokens_BT.sizes(), (at::IntArrayRef{1, 32}));
  EXPECT_EQ(batch.tokens, 4);
  // Position 0 predicts a prompt token, 1 and 2 predict code, 3 has nothing to predict.
  const float expected[] = {0.25f, 1.0f, 1.0f, 0.0f};
  for (int t = 0; t < 4; ++t) EXPECT_EQ(batch.weights_BT[0][t].item<float>(), expected[t]);
  EXPECT_EQ(batch.targets_BT[0][1].item<std::int64_t>(), 12);
  EXPECT_EQ(batch.weights_BT.sum().item<float>(), 2.25f);
}

TEST(AdamW, TakesTheFirstStepOfTheLearningRateAgainstTheGradient) {
  at::Tensor weight = at::ones({2, 2}).requires_grad_(true);
  AdamW optimizer({weight}, /*weight_decay=*/0.0);
  (weight * 3).sum().backward();
  EXPECT_NEAR(optimizer.step(0.1, 0), 6.0, 1e-6);           // sqrt(4 * 9)
  EXPECT_NEAR(weight.sum().item<double>(), 4 * 0.9, 1e-5);  // m / sqrt(v) is 1 at the first step
  EXPECT_FALSE(weight.grad().defined());
}

TEST(AdamW, ScheduleRisesThenFallsToATwentieth) {
  EXPECT_DOUBLE_EQ(schedule(0, 100, 10), 0.1);
  EXPECT_DOUBLE_EQ(schedule(10, 100, 10), 1.0);
  EXPECT_NEAR(schedule(100, 100, 10), 0.05, 1e-12);
}

TEST(Pretrain, LowersTheLossAndWritesAFolderThatLoads) {
  const core::TemporaryFolder folder;
  PretrainRun run;
  run.out = folder.path() / "model";
  run.threads = 2;
  const PretrainReport report = pretrain(tiny_options(), run);
  EXPECT_EQ(report.steps, 24);
  EXPECT_LT(report.train_loss, 0.8 * std::log(512.0));  // a uniform guess costs log(512)
  EXPECT_FALSE(report.held_out_loss.empty());
  const auto model = policy::load_transformer(run.out);
  EXPECT_EQ(model.config.layers, 1);
  const auto tokenizer = policy::load_tokenizer(run.out);
  EXPECT_EQ(tokenizer->decode(tokenizer->encode("for (int64_t i = 0;")), "for (int64_t i = 0;");
}

TEST(Pretrain, UsesTheSameSamplesWhateverTheNumberOfThreads) {
  LeakFilter filter;
  const Corpus corpus(3, filter);
  PretrainOptions options = tiny_options();
  const core::TemporaryFolder one, two;
  PretrainRun run;
  options.steps = 2;
  run.out = one.path();
  run.threads = 1;
  const auto first = pretrain(options, run);
  run.out = two.path();
  run.threads = 2;
  const auto second = pretrain(options, run);
  EXPECT_EQ(first.corpus_hash, second.corpus_hash);
}

}  // namespace vegttt::pretrain
