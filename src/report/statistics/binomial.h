#pragma once

#include <vector>

namespace vegttt::report {

// Successes of n draws at one rate, from one uniform number.
class Binomial {
 public:
  Binomial(int n, double rate);
  int draw(double uniform) const;  // uniform in [0, 1)

 private:
  std::vector<double> cdf_;  // P(k successes or fewer) for k = 0 .. n
};

}  // namespace vegttt::report
