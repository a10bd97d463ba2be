// TensorBoard's files. That TensorBoard itself reads them is seen by
// scripts/oracles/read_events.py.
#include <gmock/gmock.h>

#include "run_fixture.h"
#include "tensorboard/crc32c.h"
#include "tensorboard/event_file.h"

namespace vegttt::experiment::tensorboard {
namespace {

using ::testing::ElementsAre;

core::fs::path only_file_in(const core::fs::path& folder) {
  std::vector<core::fs::path> files;
  for (const auto& entry : core::fs::directory_iterator(folder)) files.push_back(entry.path());
  EXPECT_EQ(files.size(), 1u);
  return files.empty() ? core::fs::path() : files.front();
}

// Steps at which a tag was written, in the order of the file.
std::vector<int> steps_of(const core::fs::path& file, const std::string& tag) {
  std::vector<int> steps;
  for (const auto& event : read_events(file)) {
    for (const auto& [name, value] : event.scalars) {
      if (name == tag) steps.push_back(static_cast<int>(event.step));
    }
  }
  return steps;
}

TEST(Crc32c, AgreesWithTheVectorsOfItsRfc) {  // RFC 3720, B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
}

TEST(ScalarEvent, IsTheBytesOfTheProtobufInTensorFlow) {
  // Event(wall_time=1.0, step=300, summary=Summary(value=[Value(tag="a", simple_value=0.5)]))
  const std::string expected(
      "\x09\x00\x00\x00\x00\x00\x00\xf0\x3f"
      "\x10\xac\x02"
      "\x2a\x0a\x0a\x08\x0a\x01\x61\x15\x00\x00\x00\x3f",
      24);
  EXPECT_EQ(encode({1.0, 300, {{"a", 0.5}}}), expected);
  const auto back = decode(expected);
  EXPECT_EQ(back.step, 300);
  EXPECT_EQ(back.wall_time_s, 1.0);
  EXPECT_EQ(back.scalars, (Scalars{{"a", 0.5}}));
}

TEST(ScalarEvent, IsReadUpToWhereItIsTorn) {
  const auto bytes = encode({1.0, 3, {{"a", 0.5}, {"b", 2}}});
  for (std::size_t length = 0; length < bytes.size(); ++length) decode(bytes.substr(0, length));
}

TEST(EventFile, GoesOnAfterATornRecordAndDoublesNothing) {
  const core::TemporaryFolder folder;
  EventFile(folder.path()).add(0, {{"a", 1}});
  const auto file = only_file_in(folder.path());
  const auto whole = core::fs::file_size(file);
  EventFile(folder.path()).add(1, {{"a", 2}});
  core::fs::resize_file(file, core::fs::file_size(file) - 3);
  {
    EventFile again(folder.path());
    EXPECT_EQ(core::fs::file_size(file), whole);
    again.add(0, {{"a", 1}});
    again.add(1, {{"a", 2}, {"b", 3}});
  }
  EXPECT_THAT(steps_of(only_file_in(folder.path()), "a"), ElementsAre(0, 1));
  EXPECT_THAT(steps_of(file, "b"), ElementsAre(1));
}

// Ends a run once its second step is recorded.
struct StopsAtStepOne : adapt::Observer {
  void step_done(const records::StepMetrics& metrics) override {
    if (metrics.step_idx == 1) throw core::Stopped(core::ExitCode::kInterrupted, "stopped");
  }
};

class TensorBoard : public test::RunFixture {};

TEST_F(TensorBoard, HoldsEveryStepOnceAlsoOfARunThatIsContinued) {
  StopsAtStepOne stops;
  const auto loaded = config::parse_experiment(kYaml, "boa.yaml", {});
  EXPECT_THROW(run_experiment(loaded, request("r"), parts(), stops), core::Stopped);
  const auto folder = resume_experiment(folder_.path() / "r", request("r"), parts(), observer_);
  const auto file = only_file_in(folder / "tensorboard");
  EXPECT_THAT(steps_of(file, "rates/fast_1"), ElementsAre(0, 1, 2));
  EXPECT_THAT(steps_of(file, "fresh_of_selected/fast_1"), ::testing::SizeIs(1));
}

TEST_F(TensorBoard, IsFilledForStepsOfARunThatDidNotKnowIt) {
  const auto folder = run("r");
  core::fs::remove_all(folder / "tensorboard");
  core::fs::remove(folder / "batch_ttt_summary.json");
  resume_experiment(folder, request("r"), parts(), observer_);
  EXPECT_THAT(steps_of(only_file_in(folder / "tensorboard"), "rates/fast_1"), ElementsAre(0, 1, 2));
}

}  // namespace
}  // namespace vegttt::experiment::tensorboard
