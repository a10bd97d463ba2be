// How far a policy has saturated, step by step.
#pragma once

#include <vector>

#include "vegttt/report/campaign.h"
#include "vegttt/report/run_records.h"
#include "vegttt/report/table.h"

namespace vegttt::report {

// A kernel's text without what changes nothing: comments, fences, blanks.
std::string normalised_kernel(const std::string& completion);

// By step: entropy, distinct kernels, KL to theta_0, rank correlation of likelihood and speedup,
// groups without variance, share of the largest task in the gradient.
Table saturation_table(const RunRecords& run);
// By step and task: share of the sum of |advantage|.
Table gradient_share_table(const RunRecords& run);
// The same by step and label, means over the done runs of a campaign.
std::vector<Table> diagnostics_tables(const Campaign& campaign);

}  // namespace vegttt::report
