#pragma once

#include <vector>

namespace vegttt::report {

// NaN without values.
double mean(const std::vector<double>& values);
// Of a sample: divided by n - 1; NaN below two values.
double sample_std(const std::vector<double>& values);
double median(std::vector<double> values);
// Linear between order statistics, as numpy's default; q in [0, 1].
double quantile(std::vector<double> values, double q);

}  // namespace vegttt::report
