// How many samples would show an effect.
#pragma once

#include <vector>

namespace vegttt::report {

struct WantedPower {
  double alpha = 0.05;  // two-sided
  double power = 0.8;
};

// Samples per arm that show rate -> rate + effect; samples pooled over tasks.
int minimum_n_pooled(double rate, double effect, const WantedPower& wanted = {});
// The same when the tasks stay and have these rates under both arms: only variance within tasks
// counts. In total over tasks, equally many each.
int minimum_n_stratified(const std::vector<double>& rates,
                         double effect,
                         const WantedPower& wanted = {});

}  // namespace vegttt::report
