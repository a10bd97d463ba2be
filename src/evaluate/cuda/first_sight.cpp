#include "first_sight.h"

#include <algorithm>
#include <cstdio>

namespace vegttt::evaluate {
namespace {

// Cold code, clocks that have not risen yet, pauses of the host.
constexpr double kFactor = 2;
constexpr double kMargin_us = 20;

double fastest_us(const Sights& sights) {
  if (sights.first_us.empty()) return 0;
  return sights.overlapping ? sights.first_us.front()
                            : *std::min_element(sights.first_us.begin(), sights.first_us.end());
}

}  // namespace

double allowed_first_us(double later_us) { return kFactor * later_us + kMargin_us; }

bool gains_from_repeats(const Sights& sights) {
  return fastest_us(sights) > allowed_first_us(sights.later_us);
}

std::string describe(const Sights& sights) {
  char text[160];
  std::snprintf(text,
                sizeof text,
                "inputs that it has not seen take %.4g us, those that it has %.4g us",
                fastest_us(sights),
                sights.later_us);
  return text;
}

}  // namespace vegttt::evaluate
