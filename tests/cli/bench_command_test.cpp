// `vegttt bench sample|learn` on models that take no time: what they count, and that they say it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "../../src/cli/sample_targets.h"
#include "program.h"
#include "vegttt/core/json.h"

namespace vegttt {
namespace {

using ::testing::HasSubstr;

core::Json bench(std::vector<std::string> words) {
  words.insert(words.begin(), "bench");
  words.insert(words.end(), {"--device", "cpu", "--json"});
  const auto result = vegttt_program(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return core::parse_json(result.out, "stdout");
}

const std::string kMixture = "tests/policy/data/families/gpt_oss_mxfp4";

TEST(BenchCommand, SamplesWithoutATokenizer) {
  const auto json = bench({"sample",
                           "--policy",
                           kMixture,
                           "--batch",
                           "4",
                           "--prompt",
                           "16",
                           "--new",
                           "16",
                           "--prompts",
                           "2",
                           "--parts"});
  EXPECT_EQ(json["rows"], 4);
  EXPECT_EQ(json["step_bytes"].get<std::int64_t>(),
            json["step_weight_bytes"].get<std::int64_t>() +
                json["step_adapter_bytes"].get<std::int64_t>() +
                json["step_kv_bytes"].get<std::int64_t>());
  EXPECT_GT(json["peak_memory_bytes"].get<std::int64_t>(), 1 << 20);
  for (const char* key :
       {"tokens_per_s", "first_token_s", "copy_bytes_per_s", "product_flops_per_s"})
    EXPECT_GT(json[key].get<double>(), 0) << key;
  EXPECT_NEAR(json["tokens_per_s"].get<double>() * json["elapsed_s"].get<double>(), 4 * 16, 0.01);
  EXPECT_TRUE(json["step_parts_us"].is_object());
}

TEST(BenchCommand, LearnsAndCountsASharedPromptOnce) {
  const auto json = bench({"learn",
                           "--policy",
                           kMixture,
                           "--batch",
                           "4",
                           "--length",
                           "8",
                           "--shared-prompt",
                           "16",
                           "--group",
                           "2",
                           "--steps",
                           "1"});
  EXPECT_EQ(json["computed_tokens"], 2 * 16 + 4 * 7);
  EXPECT_DOUBLE_EQ(json["update_flops"].get<double>(), 4 * 60 * json["parameters"].get<double>());
  EXPECT_NEAR(json["tokens_per_s"].get<double>() * json["update_s"].get<double>(), 60, 0.01);
  EXPECT_GT(json["tokens_per_s_if_unshared"].get<double>(), json["tokens_per_s"].get<double>());
}

TEST(BenchCommand, MakesANamedShape) {
  const auto json =
      bench({"sample", "--shape", "starter", "--batch", "2", "--prompt", "8", "--new", "8"});
  EXPECT_EQ(json["model"], "starter");
  EXPECT_TRUE(json["random_weights"].get<bool>());
  EXPECT_EQ(json["adapter_rank"], 16);
}

TEST(BenchCommand, ComparesRolloutsOfOtherBatches) {
  const auto json = bench({"sample",
                           "--policy",
                           kMixture,
                           "--batch",
                           "40",
                           "--prompt",
                           "8",
                           "--new",
                           "4",
                           "--prompts",
                           "5",
                           "--diverge"});
  ASSERT_EQ(json["modes"].size(), 2);
  for (const auto& mode : json["modes"]) {
    ASSERT_EQ(mode["batches"].size(), 3);
    EXPECT_EQ(mode["batches"][1]["batch"], 32);
    EXPECT_EQ(mode["batches"][2]["batch"], 1);
    for (const auto& one : mode["batches"]) {
      const int rollouts = one["batch"] == 1 ? 32 : 40;  // one at a time, no more than 32 are asked
      EXPECT_EQ(one["rollouts"], rollouts);
      EXPECT_EQ(one["tokens_compared"], rollouts * 4);
      // A CPU's float32 does not depend on the batch.
      EXPECT_EQ(one["rollouts_that_differ"], 0);
      EXPECT_EQ(one["largest_logprob_difference"], 0);
    }
  }
}

TEST(SampleTargets, AreMetOnlyWhenEveryPartIsKnownToBe) {
  const core::Json measured = {{"model", "gpt-oss-20b"},
                               {"step_ms", 9.0},
                               {"tokens_per_s", 12000},
                               {"bandwidth_share", 0.6},
                               {"peak_memory_bytes", 20.0 * (1 << 30)}};
  const cli::SampleTarget target{"gpt-oss-20b", 12, 0, 40, 0};
  const core::Json unknown = cli::against(target, measured, "");
  EXPECT_TRUE(unknown["met"].is_null()) << "without the peer's figure";
  EXPECT_TRUE(unknown["target"]["bandwidth_share"].is_null());
  const std::string peers = ::testing::TempDir() + "peers.jsonl";
  std::ofstream(peers)
      << R"({"peer":"peft.lora","shape":"gpt-oss-20b","tokens_per_s":1})"
      << "\n"
      << R"({"peer":"transformers.generate","shape":"starter","tokens_per_s":9})"
      << "\n"
      << "no JSON\n"
      << R"({"peer":"transformers.generate","shape":"gpt-oss-20b","tokens_per_s":250})";
  const core::Json met = cli::against(target, measured, peers);
  EXPECT_EQ(met["times_peer"], 48.0);
  EXPECT_EQ(met["met"], true);
  EXPECT_EQ(cli::against({"gpt-oss-20b", 8, 0, 0, 0}, measured, peers)["met"], false);
  EXPECT_EQ(cli::against({"gpt-oss-20b", 0, 0.7, 0, 0}, measured, peers)["met"], false);
  EXPECT_EQ(cli::against({"gpt-oss-20b", 0, 0, 0, 10}, measured, peers)["met"], false);
  EXPECT_EQ(cli::against({"gpt-oss-20b", 8, 0, 40, 0}, measured, "")["met"], false)
      << "what is missed is missed, whatever is unknown";
}

TEST(BenchCommand, SaysWhatIsWrongWithItsArguments) {
  const auto unknown = vegttt_program({"bench", "learn", "--shape", "qwen"});
  EXPECT_EQ(unknown.exit_code, 3);
  EXPECT_THAT(unknown.err, HasSubstr("qwen2.5-0.5b, qwen2.5-7b, qwen3-8b, starter"));
  EXPECT_EQ(vegttt_program({"bench", "sample"}).exit_code, 2);
  EXPECT_EQ(
      vegttt_program({"bench", "sample", "--shape", "starter", "--policy", "starter"}).exit_code,
      2);
  EXPECT_THAT(vegttt_program({"bench", "smaple"}).err, HasSubstr("did you mean 'sample'?"));
  EXPECT_THAT(
      vegttt_program({"bench", "sample", "--shape", "starter", "--batch", "2", "--prompts", "3"})
          .err,
      HasSubstr("more prompts than rows"));
}

}  // namespace
}  // namespace vegttt
