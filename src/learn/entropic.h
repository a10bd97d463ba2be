// TTT-Discover's entropic objective: log of the mean of e^(beta reward), whose gradient looks at
// the best rollouts of a group (facts: algorithms 5).
#pragma once

#include <vector>

namespace vegttt::learn {

// The beta at which softmax(beta rewards) is ln 2 away from uniform, by bisection; at most 1e6.
// Rewards must not all be equal.
double entropic_beta(const std::vector<double>& rewards);

// e^(beta r_i) over the mean of the others' e^(beta r_j), minus 1. Neither small nor of mean zero:
// one clear winner of 64 gets about 28. Shifting the rewards changes nothing.
std::vector<double> entropic_advantages(const std::vector<double>& rewards, double beta);

}  // namespace vegttt::learn
