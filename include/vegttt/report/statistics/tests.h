// Tests of hypotheses; all p-values are two-sided.
#pragma once

#include <vector>

#include "vegttt/report/statistics/intervals.h"

namespace vegttt::report {

// Fisher's exact test of k_a/n_a against k_b/n_b, as scipy.stats.fisher_exact: the probability of
// all tables that are no more probable than this one.
double fisher_exact(int k_a, int n_a, int k_b, int n_b);

struct TestResult {
  double statistic = 0;
  double degrees = 0;
  double p = 1;
};

// Have all groups the same rate? Pearson's chi-square without continuity correction; p = 1 where
// none or all succeeded.
TestResult chi_square_homogeneity(const std::vector<Stratum>& groups);

// Differences above and below zero; equal ones are left out beforehand.
double sign_test(int above, int below);

// Are the differences zero on average? NaN below two differences, and where all are zero; p = 0
// where all are the same other number.
TestResult paired_t(const std::vector<double>& differences);

}  // namespace vegttt::report
