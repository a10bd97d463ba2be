// Numbers out of paired times.
#pragma once

#include <vector>

#include "vegttt/core/median.h"
#include "vegttt/evaluate/evaluator.h"
#include "vegttt/records/evaluation.h"

namespace vegttt::evaluate {

using core::median;

struct Interval {
  double low = 0, high = 0;
};
// Of the median, by order statistics: coverage at least 95 % whatever the distribution, for six
// values and more. Fewer values cannot give that: their range is returned.
Interval median_interval(std::vector<double> values);

// Interquartile range over the median.
double spread_of(std::vector<double> values);

// Fills medians, spread, speedup and its interval from the samples in `timing`.
void summarize(records::Timing& timing, bool mean);

// Whether more pairs could still change what is said. Up to `max_timings`; before that, over ten
// times slower than the reference needs one pair, an interval well away from 1 needs six.
bool enough(const records::Timing& timing, const Protocol& protocol);

}  // namespace vegttt::evaluate
