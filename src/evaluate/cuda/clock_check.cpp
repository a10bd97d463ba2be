#include "clock_check.h"

#include <cstdio>

namespace vegttt::evaluate {
namespace {

// Interrupts and the noticing of the end; the executor polls, so that there is not more.
constexpr double kMargin_us = 8;
constexpr double kSpreads = 2;
constexpr double kShareOfElapsed = 0.05;

}  // namespace

double allowed_unaccounted_us(const ClockEvidence& evidence) {
  return evidence.calm_us + kMargin_us + kSpreads * evidence.calm_spread_us +
         kShareOfElapsed * evidence.elapsed_us;
}

bool clocks_agree(const ClockEvidence& evidence) {
  return evidence.unaccounted_us <= allowed_unaccounted_us(evidence);
}

std::string describe(const ClockEvidence& evidence) {
  char text[200];
  std::snprintf(
      text,
      sizeof text,
      "events show %.4g us, the host %.4g us more, where an empty plan leaves %.4g us and "
      "%.4g us are allowed",
      evidence.elapsed_us,
      evidence.unaccounted_us,
      evidence.calm_us,
      allowed_unaccounted_us(evidence));
  return text;
}

}  // namespace vegttt::evaluate
