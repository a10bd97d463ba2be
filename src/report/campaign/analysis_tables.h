#pragma once

#include "vegttt/report/campaign.h"

namespace vegttt::report {

// Best kernels within the budget: each label's mean log speedup and its paired difference from the
// reference label.
Table primary_table(const Campaign& campaign);
// Fresh-sample rates of the selected checkpoints against theta_0's.
Table secondary_table(const Campaign& campaign);
// What each task allows; tasks without headroom apart.
Table headroom_table(const Campaign& campaign);
// What was spent within the budget.
Table budget_table(const Campaign& campaign);
// What was spent outside of it, item by item.
Table outside_table(const Campaign& campaign);
// Of a campaign that tunes: each trial, and which was chosen.
Table tuning_table(const Campaign& campaign);
// Best kernels by task: geometric mean over seeds, by label.
Table by_task_table(const Campaign& campaign);

}  // namespace vegttt::report
