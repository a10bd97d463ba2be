// Whether a candidate gains from inputs that it was given before. Nothing is meant to be kept
// between repetitions, but no list of the places where a device keeps something is complete: an
// answer that is kept shows in the times, since no set can be answered so at its first sight.
#pragma once

#include <string>
#include <vector>

namespace vegttt::evaluate {

struct Sights {
  std::vector<double> first_us;  // the first repetition on each input set
  double later_us = 0;           // median of the timed ones
  // Sets are windows of one pool: all but the first show little that is new.
  bool overlapping = false;
};

// The first repetition of an honest candidate may take twice the median and 20 us more; where
// several sets are new, one that did not is enough.
double allowed_first_us(double later_us);
bool gains_from_repeats(const Sights& sights);
std::string describe(const Sights& sights);

}  // namespace vegttt::evaluate
