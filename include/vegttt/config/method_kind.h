#pragma once

#include <string>

#include "vegttt/config/experiment.h"

namespace vegttt::config {

// What is tuned as one method: its name, of sdpo with what the teacher reads ("sdpo feedback").
inline std::string kind_of_method(const ExperimentConfig& config) {
  const auto& method = config.adapt.method;
  return method == "sdpo" ? method + " " + config.teacher.context : method;
}

}  // namespace vegttt::config
