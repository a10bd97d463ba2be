// One function per table or figure; null campaign: the published counts alone.
#pragma once

#include "vegttt/report/campaign.h"
#include "vegttt/report/table.h"

namespace vegttt::report::paper {

Table budget_protocol(const Campaign* campaign);      // 4.1
Table strategies(const Campaign* campaign);           // 4.5
Table frontier(const Campaign* campaign);             // 5.1
Table best_of_n_selection(const Campaign* campaign);  // 5.2
Table boa_selection(const Campaign* campaign);        // 5.3
Table trajectory(const Campaign* campaign);           // section 5.2
Table selection(const Campaign* campaign);            // section 5.3
Table held_out(const Campaign* campaign);             // section 5.4
Table sdpo(const Campaign* campaign);                 // section 5.5
Table equal_budget(const Campaign* campaign);         // section 5.6
Table per_task(const Campaign* campaign);
Table regime(const Campaign* campaign);
Table configuration(const Campaign* campaign);      // appendix A
Table rlvr_progression(const Campaign* campaign);   // appendix B
Table compute(const Campaign* campaign);            // C.1
Table mean_speedups(const Campaign* campaign);      // D.1
Table selected_speedups(const Campaign* campaign);  // D.2
Table figure_system(const Campaign* campaign);
Table figure_trajectory(const Campaign* campaign);
Table figure_feedback(const Campaign* campaign);
Table figure_regime(const Campaign* campaign);
// What the counts say about the central claim, and the same about ours.
Table claim_statistics(const Campaign* campaign);

// What the successor of the paper adds.
Table best_of_n_scaling(const Campaign* campaign);
Table equivalent_samples(const Campaign* campaign);
Table correct_selection(const Campaign* campaign);
Table surprisal_quartiles(const Campaign* campaign);

}  // namespace vegttt::report::paper
