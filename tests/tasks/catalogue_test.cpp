#include "vegttt/tasks/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"

namespace vegttt::tasks {
namespace {

using ::testing::HasSubstr;

const Catalogue& catalogue() {
  static const Catalogue loaded = Catalogue::load();
  return loaded;
}

const core::Json& golden() {
  static const std::string path = VEGTTT_SOURCE_DIR "/tests/tasks/data/golden_l1.json";
  static const core::Json json = core::parse_json(core::read_file(path), path);
  return json;
}

std::vector<std::int64_t> sizes_of(const core::Json& tensor) {
  return tensor[0].get<std::vector<std::int64_t>>();
}

std::string own_task(const std::string& id) {
  return "id: " + id + R"(
name: own
sizes: {small: {N: 4}}
inputs: {x: {shape: [N], dtype: float32}}
output: {shape: [N], dtype: float32}
reference: |
  def reference(x: Tensor) -> Tensor:
      return x * 2
work: {flops: N, bytes: 8*N, min_flops: N, min_bytes: 8*N}
)";
}

TEST(Catalogue, HoldsTheHundredTasksInNumericOrder) {
  ASSERT_EQ(catalogue().all().size(), 100u);
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ(catalogue().all()[i].id, "L1/" + std::to_string(i + 1));
}

TEST(Catalogue, HasThePublishedShapesAtPaperSize) {
  for (const auto& [id, facts] : golden()["tasks"].items()) {
    const auto shapes = catalogue().find(id).input_shapes("paper");
    const auto& inputs = facts["inputs"];
    ASSERT_LE(inputs.size(), shapes.size()) << id;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      EXPECT_EQ(shapes[i].sizes, sizes_of(inputs[i])) << id << " " << shapes[i].name;
      EXPECT_EQ(name_of(shapes[i].dtype), inputs[i][1].get<std::string>()) << id;
    }
    EXPECT_EQ(catalogue().find(id).output("paper").sizes, sizes_of(facts["output"])) << id;
    EXPECT_EQ(name_of(catalogue().find(id).output_dtype), facts["output"][1].get<std::string>())
        << id;
  }
}

TEST(Catalogue, HasThePublishedParameterCounts) {
  for (const auto& [id, facts] : golden()["tasks"].items()) {
    const Task& task = catalogue().find(id);
    const auto parameters = std::count_if(
        task.inputs.begin(), task.inputs.end(), [](const InputSpec& i) { return i.parameter; });
    EXPECT_EQ(parameters, facts["parameter_count"].get<int>()) << id;
    EXPECT_EQ(task.inputs.size(), facts["inputs"].size() + static_cast<std::size_t>(parameters))
        << id;
  }
}

TEST(Catalogue, HasThePublishedWorkAtPaperSize) {
  for (const auto& [id, facts] : golden()["tasks"].items()) {
    const Work work = catalogue().find(id).work_at("paper");
    if (!facts["flops"].is_null()) {
      EXPECT_EQ(work.flops, facts["flops"].get<double>()) << id;
    }
    EXPECT_EQ(work.bytes, facts["min_traffic"].get<double>()) << id;
  }
}

TEST(Catalogue, NeverAsksForLessThanTheLeastWork) {
  for (const Task& task : catalogue().all()) {
    for (const char* size : {"paper", "small", "tiny"}) {
      const Work work = task.work_at(size);
      EXPECT_LE(work.min_flops, work.flops) << task.id << " " << size;
      EXPECT_LE(work.min_bytes, work.bytes) << task.id << " " << size;
      EXPECT_GT(work.min_bytes, 0) << task.id << " " << size;
    }
  }
}

TEST(Catalogue, KeepsSmallInputsWithin48MiB) {
  for (const Task& task : catalogue().all()) {
    std::int64_t bytes = 0;
    for (const TensorShape& shape : task.input_shapes("small")) bytes += shape.bytes();
    EXPECT_LE(bytes, 48 << 20) << task.id;
  }
}

TEST(Catalogue, FindsTasksByIdNumberAndPath) {
  EXPECT_EQ(catalogue().find("L1/4").id, "L1/4");
  EXPECT_EQ(catalogue().find("4").id, "L1/4");
  core::TemporaryFolder folder;
  const auto path = folder.path() / "own.yaml";
  core::write_file_atomically(path, own_task("mine/1"));
  const Task& own = catalogue().find(path.string());
  EXPECT_EQ(own.id, "mine/1");
  EXPECT_EQ(&own, &catalogue().find(path.string()));
}

TEST(Catalogue, NamesTheNearestIdForAnUnknownOne) {
  try {
    catalogue().find("L1/1000");
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown task 'L1/1000' - did you mean 'L1/100'?"));
  }
}

TEST(Catalogue, AddsTheTasksOfAFolderAfterTheBuiltInOnes) {
  core::TemporaryFolder folder;
  core::make_folder(folder.path() / "suite" / "too_deep");
  core::write_file_atomically(folder.path() / "suite" / "a.yaml", own_task("mine/1"));
  core::write_file_atomically(folder.path() / "suite" / "too_deep" / "b.yaml", own_task("mine/2"));
  const Catalogue more = Catalogue::load({folder.path().string()});
  ASSERT_EQ(more.all().size(), 101u);
  EXPECT_EQ(more.all().back().id, "mine/1");
}

TEST(Catalogue, RefusesAnIdThatIsTaken) {
  core::TemporaryFolder folder;
  core::write_file_atomically(folder.path() / "a.yaml", own_task("L1/7"));
  try {
    Catalogue::load({folder.path().string()});
    FAIL();
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("id 'L1/7' is taken by configs/tasks/level1/007"));
    EXPECT_THAT(error.what(), HasSubstr("a.yaml"));
  }
}

TEST(Catalogue, SaysWhichFolderIsMissing) {
  EXPECT_THROW(Catalogue::load({"/no/such/folder"}), core::UserError);
}

TEST(Catalogue, HasBothPublishedReferencesOfTask12) {
  const Task& task = catalogue().find("12");
  EXPECT_NE(task.reference_text("hf-2025"), task.reference_text());
  EXPECT_EQ(catalogue().find("4").reference_text("hf-2025"),
            catalogue().find("4").reference_text());
}

}  // namespace
}  // namespace vegttt::tasks
