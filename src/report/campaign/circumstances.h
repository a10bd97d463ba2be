#pragma once

#include "vegttt/report/campaign.h"

namespace vegttt::report {

// Seeds, protocol, machine and what is missing, of a campaign or of one label's runs.
Circumstances circumstances_of(const Campaign& campaign, const std::string& label = "");
// "320 rollouts a run"; "no budget" where none is set.
std::string budget_text(const Campaign& campaign);
// "1.08x [1.01, 1.16]" of the logarithms.
std::string factor_text(double log_value, double log_low, double log_high);

}  // namespace vegttt::report
