#pragma once

#include <vector>

namespace vegttt::report {

struct RankCorrelation {
  double rho = 0;  // NaN where one side is constant or there are fewer than 2 pairs
  double p = 1;    // two-sided, by the t distribution as scipy's default
  int n = 0;
};
// Spearman's; ties get their mean rank.
RankCorrelation spearman(const std::vector<double>& x, const std::vector<double>& y);
// Of x and y with the part that z explains taken out of the ranks of both.
RankCorrelation partial_spearman(const std::vector<double>& x,
                                 const std::vector<double>& y,
                                 const std::vector<double>& z);

}  // namespace vegttt::report
