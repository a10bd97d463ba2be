// The few distribution functions that the tests need.
#pragma once

namespace vegttt::report {

double normal_cdf(double z);
double normal_quantile(double p);                    // 0 < p < 1
double chi_square_upper(double x, double degrees);   // P(X >= x)
double student_two_sided(double t, double degrees);  // P(|T| >= |t|)

}  // namespace vegttt::report
