// Whether what events say about a candidate's time can be true. A kernel may reach what the
// executor maps on the device, where events keep their times; the executor's host clock it cannot
// reach.
#pragma once

#include <string>

namespace vegttt::evaluate {

struct ClockEvidence {
  double elapsed_us = 0;      // median between the events
  double unaccounted_us = 0;  // median of what the host's clock shows beside it and the block
  double calm_us = 0;         // the same of a plan of as many kernels that do nothing
  double calm_spread_us = 0;  // from its median to its eighth of nine
};

// What an honest candidate may leave unaccounted: as an empty plan, and a margin of 8 us, twice its
// spread, and a twentieth of the candidate's time.
double allowed_unaccounted_us(const ClockEvidence& evidence);
bool clocks_agree(const ClockEvidence& evidence);
std::string describe(const ClockEvidence& evidence);

}  // namespace vegttt::evaluate
