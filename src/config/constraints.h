#pragma once

#include <limits>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"

namespace vegttt::config {

// Text fields that take one of a few words.
struct Choice {
  std::string key;
  std::vector<std::string> allowed;
};
const std::vector<Choice>& choices();

// Numbers with limits, both included.
struct Range {
  std::string key;
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
};
const std::vector<Range>& ranges();

// Key and reason of every value that is of the right type and still makes no sense.
std::vector<std::pair<std::string, std::string>> violations(const ExperimentConfig& config);

}  // namespace vegttt::config
