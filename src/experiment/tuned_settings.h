#pragma once

#include <map>

#include "vegttt/experiment/campaign.h"

namespace vegttt::experiment {

// What a tuning campaign chose, by kind of method (config::kind_of_method).
class TunedSettings {
 public:
  // Throws UserError for what is no such file.
  explicit TunedSettings(const TunedFile& file);
  bool empty() const { return by_kind_.empty(); }
  // None for a kind that was not tuned.
  const std::vector<config::Given>& of(const std::string& kind) const;

 private:
  std::map<std::string, std::vector<config::Given>> by_kind_;
};

}  // namespace vegttt::experiment
