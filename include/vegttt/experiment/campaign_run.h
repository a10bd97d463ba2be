// Runs what a campaign lacks, one run after another, then measures what lies outside of its budget.
#pragma once

#include "vegttt/experiment/campaign_folder.h"

namespace vegttt::experiment {

// Who watches a campaign; what is inherited watches the run under way.
class CampaignObserver : public adapt::Observer {
 public:
  virtual void run_begins(const PlannedRun& /*run*/, std::size_t /*number*/, std::size_t /*of*/) {}
  // `what`: "probe of theta_0", "best kernels anew".
  virtual void outside_budget(const std::string& /*what*/,
                              std::size_t /*done*/,
                              std::size_t /*of*/) {}
};

// Circumstances.
struct CampaignRequest {
  std::string out = "runs";
  std::string name;        // "": the campaign's
  double max_minutes = 0;  // the last tenth is kept for what lies outside of the budget
  int threads = 0;
  std::vector<std::string> argv;
  std::function<bool(const PlannedRun&)> wanted;  // empty: every run
};

core::fs::path campaign_path(const Campaign& campaign, const CampaignRequest& request);

// Runs that are done stay as they are, partial ones go on. A run that the machine fails is left
// for later; two in a row end the campaign. Throws core::Stopped with the command that goes on.
core::fs::path run_campaign(const Campaign& campaign,
                            const CampaignRequest& request,
                            const PartsFactory& make_parts,
                            CampaignObserver& observer);

}  // namespace vegttt::experiment
