// Two recordings of one `launch` become a plan, or a reason; no GPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "../../src/evaluate/cuda/make_plan.h"

namespace vegttt::evaluate {
namespace {

using ::testing::HasSubstr;

// x (input), out, workspace; displaced by different distances.
constexpr std::uint64_t kFirst[] = {0x7000'0000'0000, 0x7000'1000'0000, 0x7000'2000'0000};
constexpr std::uint64_t kSecond[] = {0x7100'0000'0000, 0x7100'1400'0000, 0x7100'2c00'0000};
constexpr std::uint64_t kBytes[] = {4096, 1024, 1 << 20};

// One recording twice: `at(buffer, offset)` is an address of the recording that is being made.
struct Tape {
  std::vector<RecordedNode> nodes[2];
  std::uint64_t used[2] = {0, 0};
  std::uint32_t error = 0;

  static std::uint64_t at(int recording, int buffer, std::int64_t offset) {
    return (recording == 0 ? kFirst : kSecond)[buffer] + static_cast<std::uint64_t>(offset);
  }

  // void k(const float*, float*, int64_t), launched on 2x1x1 blocks of 64 threads.
  template <class Edit>
  void kernel(Edit edit) {
    for (int r = 0; r < 2; ++r) {
      RecordedNode node{};
      node.kind = 1;
      node.kernel = kKernelNumber;
      node.grid[0] = 2, node.grid[1] = node.grid[2] = 1;
      node.block[0] = 64, node.block[1] = node.block[2] = 1;
      word(node, 0, at(r, 0, 20));
      word(node, 8, at(r, 1, 0));
      word(node, 16, 1000);
      edit(node, r);
      nodes[r].push_back(node);
    }
  }

  static void word(RecordedNode& node, std::size_t offset, std::uint64_t value) {
    std::memcpy(node.arguments + offset, &value, 8);
  }

  core::Result<Plan> plan() const {
    Recording recordings[2];
    for (int r = 0; r < 2; ++r) {
      recordings[r].error = error;
      recordings[r].workspace_used = used[r];
      recordings[r].nodes = nodes[r];
      for (int i = 0; i < 3; ++i) recordings[r].buffers.push_back({at(r, i, 0), kBytes[i]});
    }
    return make_plan(recordings[0], recordings[1], {{"_Z1k", "k", 24, 256, {}}}, {});
  }
};

std::string refusal(const Tape& tape) {
  const core::Result<Plan> plan = tape.plan();
  return plan ? "accepted" : plan.error();
}

template <class Edit>
std::string refusal_of(Edit edit) {
  Tape tape;
  tape.kernel(edit);
  return refusal(tape);
}

const auto nothing = [](RecordedNode&, int) {};

TEST(Plan, PointersBecomeBuffersAndOffsets) {
  Tape tape;
  tape.kernel(nothing);
  const core::Result<Plan> plan = tape.plan();
  ASSERT_TRUE(plan) << plan.error();
  const PlanNode& node = plan.value().nodes.at(0);
  EXPECT_EQ(node.name, "_Z1k");
  EXPECT_EQ(node.grid[0], 2u);
  ASSERT_EQ(node.pointers.size(), 2u);
  EXPECT_EQ(node.pointers[0].pointer.buffer, 0u);
  EXPECT_EQ(node.pointers[0].pointer.offset, 20u);
  EXPECT_EQ(node.pointers[1].at, 8u);
  EXPECT_EQ(node.pointers[1].pointer.buffer, 1u);
  std::uint64_t words[3];
  std::memcpy(words, node.arguments.data(), 24);
  EXPECT_EQ(words[0], 0u) << "no address stays in a plan";
  EXPECT_EQ(words[2], 1000u);
}

TEST(Plan, TheEndOfABufferIsAPointerButNotWhatIsBehindIt) {
  EXPECT_EQ(refusal_of([](RecordedNode& n, int r) { Tape::word(n, 0, Tape::at(r, 0, 4096)); }),
            "accepted");
  for (const std::int64_t offset : {-4, 4097, 1 << 20})
    EXPECT_THAT(
        refusal_of([=](RecordedNode& n, int r) { Tape::word(n, 0, Tape::at(r, 0, offset)); }),
        HasSubstr("points outside of every buffer"));
}

TEST(Plan, WhatDependsOnAddressesIsRefused) {
  // out - x, as a number
  EXPECT_THAT(refusal_of([](RecordedNode& n, int r) {
                Tape::word(n, 16, Tape::at(r, 1, 0) - Tape::at(r, 0, 0));
              }),
              HasSubstr("launch 1, kernel 'k': its argument at byte 16"));
  // the halves of a pointer swapped
  EXPECT_THAT(refusal_of([](RecordedNode& n, int r) {
                const std::uint64_t p = Tape::at(r, 0, 0);
                Tape::word(n, 16, p << 32 | p >> 32);
              }),
              HasSubstr("depends on addresses"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int r) { n.grid[0] += static_cast<unsigned>(r); }),
              HasSubstr("its configuration depends on the addresses"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int r) { n.kernel += static_cast<unsigned>(r); }),
              HasSubstr("which kernel"));
  Tape lengths;
  lengths.kernel(nothing);
  lengths.kernel(nothing);
  lengths.nodes[1].pop_back();
  EXPECT_THAT(refusal(lengths), HasSubstr("depends on the addresses"));
  Tape workspace;
  workspace.kernel(nothing);
  workspace.used[1] = 256;
  EXPECT_THAT(refusal(workspace), HasSubstr("depends on the addresses"));
}

TEST(Plan, ConfigurationsStayWithinTheDevice) {
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.grid[0] = 0; }),
              HasSubstr("a grid of 0x1x1 is not possible"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.grid[1] = 65536; }),
              HasSubstr("a grid of 2x65536x1"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.block[0] = 2048; }),
              HasSubstr("a block of 2048x1x1 is not possible"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.block[0] = 64, n.block[1] = 32; }),
              HasSubstr("2048 threads, at most 1024"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.block[0] = 512; }),
              HasSubstr("larger than its __launch_bounds__, 256"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.shared_bytes = 300000; }),
              HasSubstr("300000 bytes of shared memory"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.kernel = 0; }),
              HasSubstr("does not name a kernel"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.kind = 0; }), HasSubstr("never started"));
  EXPECT_THAT(refusal_of([](RecordedNode& n, int) { n.kind = 77; }), HasSubstr("never started"));
}

TEST(Plan, ErrorsOfTheRecorderAreNamed) {
  Tape tape;
  EXPECT_THAT(refusal(tape), HasSubstr("starts no kernel"));
  tape.error = 2;
  EXPECT_THAT(refusal(tape), HasSubstr("more workspace than there is, 1048576 bytes"));
  Tape too_much;
  too_much.kernel(nothing);
  too_much.used[0] = too_much.used[1] = 2 << 20;
  EXPECT_NE(refusal(too_much), "accepted") << "the workspace's counter is the candidate's to write";
}

std::string transfer(std::uint32_t kind, int to, std::int64_t to_offset, std::uint64_t bytes) {
  Tape tape;
  for (int r = 0; r < 2; ++r) {
    RecordedNode node{};
    node.kind = kind;
    node.destination = Tape::at(r, to, to_offset);
    node.source = Tape::at(r, 0, 96);
    node.bytes = bytes;
    tape.nodes[r].push_back(node);
  }
  return refusal(tape);
}

TEST(Plan, TransfersStayInTheOutputAndTheWorkspace) {
  EXPECT_EQ(transfer(2, 1, 0, 1024), "accepted");
  EXPECT_EQ(transfer(3, 2, 0, 4000), "accepted");
  EXPECT_THAT(transfer(2, 1, 4, 1024), HasSubstr("writes outside"));
  EXPECT_THAT(transfer(2, 0, 0, 16), HasSubstr("writes to an input"));
  EXPECT_THAT(transfer(3, 2, 0, 4001), HasSubstr("reads outside"));
  EXPECT_THAT(transfer(2, 1, 0, ~std::uint64_t{0}), HasSubstr("writes outside"));
}

TEST(Plan, GoesThroughBytesUnchanged) {
  Tape tape;
  tape.kernel(nothing);
  tape.kernel([](RecordedNode& n, int) { n.shared_bytes = 1000; });
  const Plan plan = tape.plan().value();
  const std::string bytes = to_bytes(plan);
  const core::Result<Plan> back = plan_from_bytes(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(to_bytes(back.value()), bytes);
  EXPECT_EQ(back.value().nodes[1].shared_bytes, 1000u);
  for (std::size_t n = 0; n < bytes.size(); n += 7)
    EXPECT_FALSE(plan_from_bytes(bytes.substr(0, n))) << n;
  EXPECT_FALSE(plan_from_bytes(bytes + "x"));
}

}  // namespace
}  // namespace vegttt::evaluate
