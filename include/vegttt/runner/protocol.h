// What the judge and a runner process agree on. The way of one session (docs/evaluator-cpp.md says
// why):
//
//   judge                                   runner
//   starts it, control socket is fd 3       starts the OpenMP threads, waits on the socket
//   sends Setup and file descriptors        maps the buffers, closes every descriptor but the
//   library's times `idle_rounds` empty rounds        stops itself once per round resumes it closes
//   the jail, loads the candidate, stops itself per launch: fills the buffers, resumes  runs the
//   candidate once, stops itself
//
// A round lasts from the judge's SIGCONT to the moment when every thread of the runner has stopped.
// Nothing that the runner writes is ever believed: after the candidate is loaded only the stop and
// the output bytes count.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vegttt::runner {

constexpr int kControlFd = 3;
constexpr int kMaxBuffers = 32;
constexpr int kLoadFailed = 120;  // exit codes before the candidate runs
constexpr int kSetupFailed = 121;

// Sent with the descriptors of the buffers, in order, and of the library last.
struct Setup {
  std::uint32_t buffers = 0;  // the inputs, then the one output
  std::uint32_t idle_rounds = 0;
  std::uint64_t bytes[kMaxBuffers] = {};
  std::uint64_t workspace_bytes = 0;
  std::uint64_t prefault_bytes =
      0;  // of the workspace, so that no page fault of a usual candidate is timed
  std::uint64_t memory_limit_bytes = 0;  // address space beyond what is mapped when the jail closes
};

// The bytes a buffer takes as whole pages, and where its first byte lies in them: at the end, so
// that the element behind the last one is on the guard page.
constexpr std::size_t kPage = 4096;
constexpr std::size_t mapped_bytes(std::size_t bytes) {
  return bytes == 0 ? kPage : (bytes + kPage - 1) / kPage * kPage;
}
constexpr std::size_t first_byte(std::size_t bytes) { return mapped_bytes(bytes) - bytes; }

}  // namespace vegttt::runner
