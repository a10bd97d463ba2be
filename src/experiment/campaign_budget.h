#pragma once

#include "vegttt/experiment/campaign.h"

namespace vegttt::experiment {

// Throws UserError where methods would not be stopped at the same budget, as far as the file says
// so: no limit, different limits, or a method that ends before it. `base` may: it shows theta_0,
// and tables do not rank it then. What was really spent is asked again before a table is printed.
void require_equal_budgets(const Campaign& campaign);

}  // namespace vegttt::experiment
