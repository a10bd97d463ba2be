// Folders of runs that no program made: every kind of status, any size, the same each time.
#pragma once

#include <string>
#include <vector>

#include "vegttt/core/file.h"

namespace vegttt::test {

struct FakeFolder {
  std::string method = "batch_ttt";
  std::int64_t seed = 42;
  int steps = 3;  // updates
  std::vector<std::string> tasks = {"L1/4", "L1/5", "L1/12"};
  int samples = 8;
  bool finished = true;    // with a summary; otherwise the last step is half done
  std::string completion;  // of the first rollout, instead of a usual kernel
  std::string description = "a run that no program made";
};

// Writes what a run writes. Returns the folder.
core::fs::path make_run_folder(const core::fs::path& folder, const FakeFolder& what);

// Two methods, three seeds, one of them missing, the best kernels timed anew.
core::fs::path make_campaign_folder(const core::fs::path& folder);

// Markup and more that a hostile model may write.
std::string planted_markup();

}  // namespace vegttt::test
