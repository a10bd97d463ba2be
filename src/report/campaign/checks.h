// What makes runs comparable. Each of these throws UserError with the two runs that differ.
#pragma once

#include <map>
#include <string>

#include "vegttt/report/campaign.h"

namespace vegttt::report {

std::string text_of(const CampaignRun& run);  // "BoA, subset 1, task seed 42, sample seed 3"

// Two runs of one label, subset and seeds would count the same evidence twice.
void refuse_doubled_runs(const Campaign& campaign);
// Runs of one label must differ in seeds and tasks alone; all runs must share judge, machine,
// policy and sampling limits.
void refuse_mixed_configs(const Campaign& campaign);
// What a budget counts must be limited alike for all runs, and kept; without a limit all must have
// made the same number of rollouts. A title with "unequal" lifts this.
void refuse_unequal_budgets(const Campaign& campaign);
bool admits_unequal_budgets(const Campaign& campaign);

// What a run spent within its budget, by kind; empty where it does not say.
std::map<std::string, double> spent_of(const CampaignRun& run);
std::map<std::string, double> limits_of(const CampaignRun& run);
std::string stopped_by(const CampaignRun& run);

}  // namespace vegttt::report
