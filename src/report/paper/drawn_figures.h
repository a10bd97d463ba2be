// The paper's figures as drawings of their tables.
#pragma once

#include "figures/figure.h"
#include "vegttt/report/campaign.h"

namespace vegttt::report::paper {

// Each draws what stands in the cells of its table, and nothing else.
figures::Drawing draw_system(const Table& table);      // Figure 1
figures::Drawing draw_trajectory(const Table& table);  // Figure 2
figures::Drawing draw_feedback(const Table& table);    // Figure 3
figures::Drawing draw_regime(const Table& table);      // Figure 4

// All four beside a campaign's runs; none where it has nothing to put beside the published counts.
std::vector<figures::Figure> figures_beside(const Campaign& campaign);

}  // namespace vegttt::report::paper
