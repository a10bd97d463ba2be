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
// What a budget counts must be limited alike for all runs that are compared, kept, and spent until
// there was no room for one more rollout of every task; without a limit all must have made the
// same number of rollouts. A title with "unequal" lifts this.
void refuse_unequal_budgets(const Campaign& campaign);
bool admits_unequal_budgets(const Campaign& campaign);
// Whether it was the budget that ended a run.
bool spent_whole_budget(const CampaignRun& run);
// Whether a label's runs are ranked with the others. Those of `base` show theta_0 as it is: they
// are only where each sampled until the budget was spent, on tasks that others work on as well, or
// where the title admits unequal budgets. Those of rlvr worked on other tasks.
bool competes(const Campaign& campaign, const std::string& label);
// What tables call a label: one that does not compete says so.
std::string name_in_tables(const Campaign& campaign, const std::string& label);

// What a run spent within its budget, by kind; empty where it does not say.
std::map<std::string, double> spent_of(const CampaignRun& run);
std::map<std::string, double> limits_of(const CampaignRun& run);
std::string stopped_by(const CampaignRun& run);

}  // namespace vegttt::report
