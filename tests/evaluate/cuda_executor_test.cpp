// The device process over a driver that writes down what it is asked for and fails as told
// (fake_cuda/): what is done before every repetition and in which order, and whose fault a
// failure is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "../../src/evaluate/cuda/bytes_file.h"
#include "../../src/evaluate/cuda/device_process.h"
#include "../../src/evaluate/cuda/record.h"
#include "vegttt/core/error.h"

namespace vegttt::evaluate {
namespace {

using device::Command;
using device::Outcome;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

PlanNode kernel(const std::string& name, std::uint32_t threads = 64) {
  PlanNode node;
  node.name = node.label = name;
  node.grid = {1, 1, 1};
  node.block = {threads, 1, 1};
  return node;
}

class Executor : public ::testing::Test {
 protected:
  // Set before the first request.
  static void tell(const std::string& faults) {
    std::ofstream(VEGTTT_FAKE_CUDA "/faults") << faults;
  }
  void SetUp() override {
    tell("");
    ::setenv("LD_LIBRARY_PATH", VEGTTT_FAKE_CUDA, 1);
    forget();
  }
  void TearDown() override { ::unsetenv("LD_LIBRARY_PATH"); }
  static void forget() { std::ofstream(VEGTTT_FAKE_CUDA "/calls"); }
  static std::vector<std::string> calls() {
    std::ifstream in(VEGTTT_FAKE_CUDA "/calls");
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  DeviceProcess& process() {
    if (!process_) process_.emplace(0, "helpers");
    return *process_;
  }
  device::Reply ask(const device::Request& request, const std::vector<int>& files = {}) {
    return process().ask(request, files, 10).reply;
  }
  device::Reply map(std::uint32_t slot, bool writable) {
    device::Request request;
    request.command = Command::kMap;
    request.slot = slot;
    request.size = 4096;
    request.writable = writable;
    return ask(request, {anything_.fd()});
  }
  device::Reply load(std::vector<PlanNode> nodes,
                     bool reload = false,
                     std::uint64_t workspace_bytes = 4096) {
    EXPECT_EQ(map(0, false).outcome, Outcome::kDone);
    EXPECT_EQ(map(1, true).outcome, Outcome::kDone);
    Plan plan;
    plan.nodes = std::move(nodes);
    const BytesFile cubin("cubin", "program"), bytes("plan", to_bytes(plan));
    device::Request request;
    request.command = Command::kLoad;
    request.reload = reload;
    request.workspace_bytes = workspace_bytes;
    return ask(request, {cubin.fd(), bytes.fd()});
  }
  // Once more where this machine was too busy to queue everything in time.
  device::Reply run() {
    device::Request request;
    request.command = Command::kRun;
    request.buffers = 2;
    request.slots[1] = 1;
    request.poison = 0xFFC12345u;
    device::Reply reply;
    for (int i = 0; i < 20 && reply.tries != 1; ++i) {
      forget();
      reply = ask(request);
      if (reply.outcome != Outcome::kDone) break;
    }
    return reply;
  }

  BytesFile anything_{"memory", "x"};
  std::optional<DeviceProcess> process_;
};

TEST_F(Executor, PoisonsScrubsAndFlushesBeforeEveryRepetition) {
  ASSERT_EQ(load({kernel("one"), kernel("two")}).outcome, Outcome::kDone);
  for (int i = 0; i < 2; ++i) {
    const device::Reply reply = run();
    ASSERT_EQ(reply.outcome, Outcome::kDone) << reply.text;
    EXPECT_EQ(reply.tries, 1u);
    EXPECT_NEAR(reply.elapsed_us, 5, 0.01);
    EXPECT_EQ(reply.first_try_us, reply.elapsed_us);
    EXPECT_THAT(calls(),
                ElementsAre("fill:ffc12345",  // the output
                            "fill:fffedcba",  // the workspace, a NaN as well
                            "launch:vegttt_scrub",
                            "launch:vegttt_scrub_stack_512",
                            "reset_persisting",
                            "fill:5a5a5a5a",
                            "launch:vegttt_read",
                            "launch:vegttt_read",
                            "sync",
                            "launch:vegttt_spin",
                            "event",
                            "launch:one",
                            "launch:two",
                            "event",
                            "sync",
                            "elapsed"));
  }
}

TEST_F(Executor, GivesCandidatesTheLeastThatTheDriverAllows) {
  tell("limit:0=512 1");  // stacks
  forget();
  ASSERT_EQ(process().ready().outcome, Outcome::kDone);
  EXPECT_THAT(calls(), Contains("limit:6=0")) << "no cache line persists";
  EXPECT_THAT(calls(), Contains("limit:0=1024"));
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  EXPECT_EQ(run().stack_bytes, 1024u);
}

TEST_F(Executor, CacheLinesThatMayPersistAreAReasonToStop) {
  tell("limit:6=0 1");
  EXPECT_THROW(process().ready(), core::MachineError);
}

TEST_F(Executor, MapsInputsReadOnly) {
  forget();
  ASSERT_EQ(map(0, false).outcome, Outcome::kDone);
  EXPECT_THAT(calls(), Contains("readable"));
  forget();
  ASSERT_EQ(map(1, true).outcome, Outcome::kDone);
  EXPECT_THAT(calls(), Contains("writable"));
}

TEST_F(Executor, LoadsAProgramAfreshBeforeEveryRepetitionWhereItMustBe) {
  PlanNode node = kernel("one");
  node.shared_bytes = 100 << 10;
  ASSERT_EQ(load({node}, true).outcome, Outcome::kDone);
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(run().outcome, Outcome::kDone);
    const std::vector<std::string> made = calls();
    ASSERT_GE(made.size(), 3u);
    EXPECT_EQ(made[0], "unload");
    EXPECT_EQ(made[1], "load:program");
    EXPECT_EQ(made[2], "set:one 8=232448") << "the shared memory that it needs is asked for again";
  }
}

TEST_F(Executor, BuildsNothingForAPlanThatRunsAgain) {
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  ASSERT_EQ(run().outcome, Outcome::kDone);
  for (const std::string call : {"load:program", "create", "map", "reserve", "stream"})
    EXPECT_THAT(calls(), Not(Contains(call)));
}

TEST_F(Executor, ScrubsStacksAsFarAsTheLargestKernelReaches) {
  tell("stack:deep 16000");
  ASSERT_EQ(load({kernel("flat"), kernel("deep")}).outcome, Outcome::kDone);
  const device::Reply reply = run();
  EXPECT_THAT(calls(), Contains("launch:vegttt_scrub_stack_32768")) << "with what the driver adds";
  EXPECT_EQ(reply.stack_bytes, 32768u);
  // The next program gets the memory of small stacks again.
  forget();
  ASSERT_EQ(load({kernel("flat")}).outcome, Outcome::kDone);
  EXPECT_THAT(calls(), Contains("limit:0=512"));
  EXPECT_EQ(run().stack_bytes, 512u);
}

TEST_F(Executor, RefusesAStackThatItCouldNotScrub) {
  tell("stack:deep 70000");
  const device::Reply reply = load({kernel("deep")});
  EXPECT_EQ(reply.outcome, Outcome::kRefused);
  EXPECT_THAT(reply.text, HasSubstr("kernel 'deep': a thread needs 70000 bytes"));
  EXPECT_TRUE(process().usable());
}

TEST_F(Executor, RefusesABlockTooLargeForItsRegistersBeforeAnythingRuns) {
  tell("threads:wide 256");
  const device::Reply reply = load({kernel("one"), kernel("wide", 512)});
  EXPECT_EQ(reply.outcome, Outcome::kRefused);
  EXPECT_THAT(reply.text, HasSubstr("at most 256 threads"));
  EXPECT_THAT(calls(), Not(Contains("launch:one")));
}

TEST_F(Executor, WaitsForWhatRunsBeforeItTellsOfARefusedLaunch) {
  tell("launch:bad 701");
  ASSERT_EQ(load({kernel("one"), kernel("bad"), kernel("three")}).outcome, Outcome::kDone);
  const device::Reply reply = run();
  EXPECT_EQ(reply.outcome, Outcome::kRefused);
  EXPECT_THAT(reply.text, HasSubstr("kernel 'bad'"));
  EXPECT_EQ(calls().back(), "sync");
  EXPECT_THAT(calls(), Not(Contains("launch:three")));
  EXPECT_TRUE(process().usable());
}

TEST_F(Executor, AFaultIsTheCandidatesAndCostsTheProcess) {
  tell("after:one 700");
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  EXPECT_EQ(run().outcome, Outcome::kFaulted);
  EXPECT_FALSE(process().usable());
}

TEST_F(Executor, AFaultBehindARefusedLaunchIsAFault) {
  tell("after:one 700 launch:bad 701");
  ASSERT_EQ(load({kernel("one"), kernel("bad")}).outcome, Outcome::kDone);
  EXPECT_EQ(run().outcome, Outcome::kFaulted);
}

TEST_F(Executor, BrokenMemoryIsTheMachines) {
  tell("after:one 214");
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  EXPECT_EQ(run().outcome, Outcome::kMachine);
  EXPECT_FALSE(process().usable()) << "it is replaced before its next use";
}

TEST_F(Executor, AWorkspaceThatDoesNotFitIsTheMachines) {
  const device::Reply reply = load({kernel("one")}, false, std::uint64_t{1} << 41);
  EXPECT_EQ(reply.outcome, Outcome::kMachine);
  EXPECT_THAT(reply.text, HasSubstr("bytes of device memory are free for a workspace"));
}

TEST_F(Executor, AFailureOfItsOwnCallsIsTheMachines) {
  for (const char* own : {"launch:vegttt_spin 700", "launch:vegttt_read 1", "elapsed 400"}) {
    process_.reset();
    tell(own);
    const device::Reply loaded = load({kernel("one")});
    const device::Reply reply = loaded.outcome == Outcome::kDone ? run() : loaded;
    EXPECT_EQ(reply.outcome, Outcome::kMachine) << own;
  }
}

TEST_F(Executor, AMappingThatFailsIsTheMachinesAndLeavesNothing) {
  tell("map 2");
  EXPECT_EQ(map(0, false).outcome, Outcome::kMachine);
  const std::vector<std::string> made = calls();
  EXPECT_EQ(std::count(made.begin(), made.end(), "create") +
                std::count(made.begin(), made.end(), "import"),
            std::count(made.begin(), made.end(), "release"));
  EXPECT_EQ(std::count(made.begin(), made.end(), "reserve"),
            std::count(made.begin(), made.end(), "unreserve"));
}

TEST_F(Executor, UnmapsWhatIsMappedAnew) {
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  forget();
  ASSERT_EQ(load({kernel("one")}).outcome, Outcome::kDone);
  const std::vector<std::string> made = calls();
  EXPECT_EQ(std::count(made.begin(), made.end(), "map"), 2) << "the workspace is kept";
  EXPECT_EQ(std::count(made.begin(), made.end(), "unmap"), 2);
  EXPECT_EQ(std::count(made.begin(), made.end(), "load:program"), 1);
  EXPECT_EQ(std::count(made.begin(), made.end(), "unload"), 1);
}

using Recorder = Executor;

TEST_F(Recorder, ClearsAllOfItsTapeBeforeEachOfTwoRecordings) {
  ASSERT_TRUE(process().ready().outcome == Outcome::kDone);
  const BytesFile cubin("cubin", "program"), tape("tape");
  forget();
  const device::Reply reply = ask(record_request({4096, 4096, 1 << 20}), {cubin.fd(), tape.fd()});
  ASSERT_EQ(reply.outcome, Outcome::kDone) << reply.text;
  const std::string all = "clear:" + std::to_string(sizeof(RecordedNode) * kMostNodes);
  std::vector<std::string> made;
  for (const std::string& call : calls())
    if (call == all || call.starts_with("launch:")) made.push_back(call);
  EXPECT_THAT(made, ElementsAre(all, "launch:vegttt_record", all, "launch:vegttt_record"));
  const core::Result<Plan> plan =
      plan_of_recordings(tape.read(), {4096, 4096, 1 << 20}, {}, limits_of(process().ready()));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error(), HasSubstr("starts no kernel"));
}

TEST_F(Recorder, ALaunchThatFaultsCostsTheProcess) {
  tell("after:vegttt_record 700");
  const BytesFile cubin("cubin", "program"), tape("tape");
  const device::Reply reply = ask(record_request({4096, 4096, 1 << 20}), {cubin.fd(), tape.fd()});
  EXPECT_EQ(reply.outcome, Outcome::kFaulted) << reply.text;
  EXPECT_FALSE(process().usable());
}

}  // namespace
}  // namespace vegttt::evaluate
