#pragma once

#include <cstdint>
#include <vector>

#include "mapping.h"
#include "module.h"

namespace vegttt::evaluate::device {

// Overwrites what a launch could leave behind for the next one outside of buffers: shared memory,
// registers, stacks, the second-level cache.
class Scrubber {
 public:
  Scrubber(const Module& helpers, CUstream stream);

  // How much of every thread's stack is scrubbed from now on, at least. The first launch makes the
  // driver find memory for it.
  void cover_stacks(std::uint64_t bytes);
  std::uint64_t stack_bytes() const;

  void scrub(std::uint32_t value);
  // Four times the cache is written, all of it, so that no candidate keeps anything there; then
  // twice the cache of it is read twice over, which leaves no dirty line.
  void flush();

 private:
  void launch(CUfunction function, int grid, int block, int shared_bytes, void** arguments);
  void scrub_stacks(std::uint32_t value);

  CUstream stream_;
  CUfunction read_, shared_;
  std::vector<CUfunction> stacks_;  // as kStackScrubs
  std::size_t stack_ = 0;           // the one in use
  int processors_, shared_bytes_;
  Mapping flush_;
};

}  // namespace vegttt::evaluate::device
