#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <chrono>

#include "vegttt/tasks/catalogue.h"
#include "vegttt/tasks/reference.h"
#include "vegttt/tasks/value_source.h"

namespace vegttt::tasks {
namespace {

const Catalogue& catalogue() {
  static const Catalogue loaded = Catalogue::load();
  return loaded;
}

at::Tensor first_input(const std::string& id,
                       std::uint64_t seed,
                       int set,
                       InputKind kind = InputKind::kStrict) {
  return make_inputs(catalogue().find(id), "tiny", seed, set, kind).at(0);
}

TEST(Inputs, AreAFunctionOfTaskSizeSeedAndSetOnly) {
  const int threads = at::get_num_threads();
  const auto two = make_inputs(catalogue().find("3"), "small", 7, 1);
  at::set_num_threads(1);
  const auto one = make_inputs(catalogue().find("3"), "small", 7, 1);
  at::set_num_threads(threads);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_TRUE(at::equal(one[i], two[i]));
  EXPECT_FALSE(at::equal(first_input("1", 7, 0), first_input("1", 7, 1)));
  EXPECT_FALSE(at::equal(first_input("1", 7, 0), first_input("1", 8, 0)));
  EXPECT_FALSE(at::equal(two[0].flatten().slice(0, 0, 100), two[1].flatten().slice(0, 0, 100)));
}

TEST(Inputs, MatchShapeAndDtypeAndAreFinite) {
  for (const Task& task : catalogue().all()) {
    const auto shapes = task.input_shapes("tiny");
    for (const InputKind kind : {InputKind::kStrict, InputKind::kPublic}) {
      const auto inputs = make_inputs(task, "tiny", 3, 2, kind);
      ASSERT_EQ(inputs.size(), shapes.size());
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        EXPECT_EQ(inputs[i].sizes().vec(), shapes[i].sizes) << task.id;
        EXPECT_STREQ(name_of(shapes[i].dtype),
                     inputs[i].scalar_type() == at::kFloat  ? "float32"
                     : inputs[i].scalar_type() == at::kLong ? "int64"
                                                            : "bool");
        EXPECT_TRUE(inputs[i].is_contiguous()) << task.id;
        EXPECT_TRUE(at::isfinite(inputs[i]).all().item<bool>()) << task.id;
        EXPECT_LT(inputs[i].to(at::kDouble).abs().max().item<double>(), 60000)
            << task.id << ": fp16 would overflow instead of rounding";
      }
    }
  }
}

TEST(Inputs, OfStrictTrialsAreSigned) {
  for (const char* id : {"1", "19", "34", "41", "47", "63", "89", "90", "94", "97"}) {
    const at::Tensor x = first_input(id, 5, 0);
    EXPECT_GT((x < 0).sum().item<std::int64_t>(), 0) << id;
    EXPECT_GT((x > 0).sum().item<std::int64_t>(), 0) << id;
  }
}

TEST(Inputs, ChangeScaleAndMeanBetweenSets) {
  const at::Tensor a = first_input("19", 5, 0), b = first_input("19", 5, 1);
  EXPECT_GT((a.mean() - b.mean()).abs().item<double>(), 1e-3);
  EXPECT_GT((a.std() / b.std()).log().abs().item<double>(), 1e-3);
}

TEST(Inputs, PlantOutliersNearBothEnds) {
  const at::Tensor x = make_inputs(catalogue().find("19"), "small", 5, 0).at(0).flatten();
  const double usual = x.abs().median().item<double>();
  EXPECT_GT(x.slice(0, x.numel() - 256).abs().max().item<double>(), 5 * usual);
  EXPECT_GT(x.slice(0, 0, 256).abs().max().item<double>(), 5 * usual);
}

TEST(Inputs, RespectStructures) {
  const auto upper = make_inputs(catalogue().find("14"), "tiny", 1, 0),
             lower = make_inputs(catalogue().find("15"), "tiny", 1, 0);
  EXPECT_TRUE(at::equal(upper[0], at::triu(upper[0])));
  EXPECT_TRUE(at::equal(lower[1], at::tril(lower[1])));
  const auto symmetric = make_inputs(catalogue().find("13"), "tiny", 1, 0);
  EXPECT_TRUE(at::equal(symmetric[0], symmetric[0].t()));
  for (const InputKind kind : {InputKind::kStrict, InputKind::kPublic}) {
    for (const at::Tensor& p : make_inputs(catalogue().find("98"), "small", 1, 0, kind)) {
      EXPECT_GT(p.min().item<double>(), 0);
      EXPECT_LT((p.to(at::kDouble).sum(-1) - 1).abs().max().item<double>(), 1e-6);
    }
  }
  const at::Tensor signs = make_inputs(catalogue().find("100"), "small", 1, 0).at(1);
  EXPECT_TRUE(at::equal(signs.abs(), at::ones_like(signs)));
  EXPECT_LT(signs.mean().abs().item<double>(), 0.15);
  const at::Tensor mask = make_inputs(catalogue().find("93"), "small", 1, 0).at(1);
  EXPECT_NEAR(mask.to(at::kDouble).mean().item<double>(), 0.5, 0.01);
}

TEST(Inputs, SpreadClassIndicesOverAllClasses) {
  const Task& task = catalogue().find("95");
  at::Tensor counts = at::zeros({37}, at::kLong);
  for (int set = 0; set < 100; ++set)
    counts += at::bincount(make_inputs(task, "tiny", 1, set).at(1), {}, 37);
  EXPECT_GT(counts.min().item<std::int64_t>(), 30);  // 62 expected, standard deviation 8
  EXPECT_EQ(counts.numel(), 37);
}

TEST(Inputs, KeepParametersAwayFromTheirDefaults) {
  for (const char* id : {"33", "35", "40"}) {
    for (int set = 0; set < 3; ++set) {
      const auto inputs = make_inputs(catalogue().find(id), "tiny", 9, set);
      EXPECT_GT((inputs[1] - 1).abs().mean().item<double>(), 0.2) << id;
      EXPECT_GT(inputs[2].abs().mean().item<double>(), 0.1) << id;
    }
  }
}

TEST(Inputs, OfThePublicKindAreThePublishedDistributions) {
  const at::Tensor x = make_inputs(catalogue().find("19"), "small", 1, 0, InputKind::kPublic).at(0);
  EXPECT_GE(x.min().item<double>(), 0);
  EXPECT_LT(x.max().item<double>(), 1);
  EXPECT_NEAR(x.mean().item<double>(), 0.5, 2e-3);
  EXPECT_NEAR(x.var().item<double>(), 1.0 / 12, 1e-3);
  const auto norm = make_inputs(catalogue().find("33"), "tiny", 1, 0, InputKind::kPublic);
  EXPECT_TRUE(at::equal(norm[1], at::ones_like(norm[1])));
  EXPECT_TRUE(at::equal(norm[2], at::zeros_like(norm[2])));
  const at::Tensor weight =
      make_inputs(catalogue().find("50"), "small", 1, 0, InputKind::kPublic).at(1);
  EXPECT_NEAR(weight.abs().max().item<double>(), 0.052486388, 1e-4);
}

TEST(Inputs, AreQuickToDraw) {
  Task task = catalogue().find("19");
  task.sizes["large"] = {{"ROWS", 1024}, {"COLS", 8192}};  // 32 MiB
  make_inputs(task, "large", 1, 0);
  const auto start = std::chrono::steady_clock::now();
  make_inputs(task, "large", 1, 1);
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  RecordProperty("ms", static_cast<int>(elapsed.count()));
  EXPECT_LT(elapsed.count(), 1500)
      << "60 ms on two idle cores; the rest is room for a loaded machine";
}

// Every window of a pool's slices is a set of inputs of its own; slices take turns in the recipes
// of the first three sets.
TEST(Inputs, SlicesOfAPoolTakeTurns) {
  const Task& task = catalogue().find("24");
  const PoolOf pool{2, {true}};
  const at::Tensor rows =
      make_pool(task, "small", 5, InputKind::kStrict, pool, host_values()).at(0);
  const auto declared = task.input_shapes("small")[0].sizes;
  ASSERT_EQ(rows.size(0), declared[0] + 2);
  ASSERT_EQ(rows.size(1), declared[1]);
  for (int set = 0; set < 3; ++set) {
    const double mean = make_inputs(task, "small", 5, set).at(0).mean().item<double>();
    EXPECT_NEAR(rows.slice(0, set, {}, 3).mean().item<double>(), mean, 0.1 * std::abs(mean) + 0.1);
  }
}

TEST(Inputs, AreDrawnByIndexAlone) {
  const Draw draw{0.3f, 1.7f, 0.5f, false, Rounding::kMixed};
  at::Tensor values = host_values().empty({3 * kBlock + 5}, at::kFloat);
  host_values().heavy(values, 99, {{draw}, 1});
  for (const std::int64_t i : {std::int64_t{0}, kBlock - 1, kBlock, 3 * kBlock + 4})
    EXPECT_EQ(values[i].item<float>(), values::heavy_value(i, 99, draw)) << i;
}

}  // namespace
}  // namespace vegttt::tasks
