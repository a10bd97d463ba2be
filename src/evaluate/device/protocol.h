// What the judge and a device process agree on: fixed messages over a SOCK_SEQPACKET socket, each
// request answered by one reply. Bulk data travels as descriptors of files in memory, device memory
// as exported allocations.
//
//   kStart   helpers' cubin                     -> the device's limits
//   kRecord  cubin, file for the recordings     -> two recordings: no tensor is mapped here
//   kMap     an allocation                      -> mapped at `slot`, read-only unless writable
//   kClear                                      -> every mapping gone
//   kLoad    cubin, plan                        -> ready to run
//   kRun     slots, poison                      -> times of one repetition
//
// A process records or executes, never both: recorded code runs where no input is mapped. After a
// reply kFaulted or kMachine the process is of no more use. No reply is sent before every kernel
// has ended.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vegttt::evaluate::device {

constexpr int kControlFd = 3;
constexpr std::uint32_t kMostBuffers = 34;  // of one candidate: inputs, output, workspace
constexpr std::uint32_t kMostDescriptors = 2;

enum class Command : std::uint32_t { kStart, kRecord, kMap, kClear, kLoad, kRun };

struct Request {
  Command command = Command::kStart;
  std::uint32_t device = 0;
  // kRecord: bytes of inputs and output, workspace last. kRun: slots of inputs and output.
  std::uint32_t buffers = 0;
  std::uint64_t bytes[kMostBuffers] = {};
  std::uint32_t slots[kMostBuffers] = {};
  // kMap
  std::uint32_t slot = 0, writable = 0;
  std::uint64_t size = 0;
  // kLoad
  std::uint32_t reload = 0;
  std::uint64_t workspace_bytes = 0;
  // kRun
  std::uint32_t poison = 0;  // word that fills output and workspace
  std::uint32_t flush = 1, scrub = 1;
};

enum class Outcome : std::uint32_t {
  kDone,
  kRefused,  // the candidate asked for what this device cannot; the process lives
  kFaulted,  // the candidate broke the context; the process is lost
  kMachine,  // not the candidate's fault; the process is not to be trusted
};

struct Reply {
  Outcome outcome = Outcome::kDone;
  char text[512] = {};
  // kRun
  double elapsed_us = 0;  // between the two events
  double wall_us = 0;     // from before the blocking kernel to the end, this process's clock
  double block_us = 0;    // what the blocking kernel was asked to take
  double queue_us = 0;    // spent enqueueing
  double prepare_us = 0;  // poisoning, scrubbing, flushing before it
  double request_us = 0;  // all of it, with repeats
  double calm_us = 0, calm_spread_us = 0;  // wall - block - elapsed of an empty plan, its spread
  double calm_elapsed_us = 0;              // between the events of that plan
  std::uint32_t tries = 0;                 // more than 1: queueing took longer than the block
  double first_try_us = 0;                 // between the events of the first of them
  std::uint64_t stack_bytes = 0;           // scrubbed of each thread
  // kStart
  std::uint32_t sm_count = 0, shared_bytes = 0, threads = 0;
  std::uint32_t grid[3] = {}, block[3] = {};
  std::uint64_t l2_bytes = 0;
};

// A tensor lies at the end of its mapping, its first byte aligned as cudaMalloc aligns: what is
// written or read up to 255 bytes behind the end is poison of ours, beyond that it faults.
constexpr std::uint64_t kGranularity = std::uint64_t{2} << 20;
constexpr std::uint64_t kAlignment = 256;
constexpr std::uint64_t mapped_bytes(std::uint64_t bytes) {
  return bytes == 0 ? kGranularity : (bytes + kGranularity - 1) / kGranularity * kGranularity;
}
constexpr std::uint64_t first_byte(std::uint64_t bytes) {
  return mapped_bytes(bytes) - (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// In the file of kRecord: twice this, each followed by the header and the nodes of
// cuda/make_plan.h.
struct RecordingFile {
  std::uint64_t buffers = 0;
  std::uint64_t base[kMostBuffers] = {};
};

}  // namespace vegttt::evaluate::device
