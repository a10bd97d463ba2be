#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "vegttt/report/campaign.h"

namespace vegttt::report {

// What counts as one repetition, a number by run: runs of one task seed and sample seed are the
// same one, whatever their labels, and so are subsets that share no task. Of subsets that do, each
// is a repetition of its own: a task that two of them hold was worked on twice.
class Repetitions {
 public:
  explicit Repetitions(const Campaign& campaign);
  std::int64_t of(const CampaignRun& run) const;

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, int>;  // task seed, sample seed, layer
  Key key_of(const CampaignRun& run) const;

  std::map<std::string, int> layer_;  // by subset; those of one layer share no task
  std::map<Key, std::int64_t> number_;
};

}  // namespace vegttt::report
