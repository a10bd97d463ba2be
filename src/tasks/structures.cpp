#include "structures.h"

#include <algorithm>

#include "vegttt/core/text.h"

namespace vegttt::tasks {
namespace {

const std::vector<std::pair<Structure, const char*>>& table() {
  static const std::vector<std::pair<Structure, const char*>> rows = {
      {Structure::kNone, "none"},
      {Structure::kUpperTriangular, "upper_triangular"},
      {Structure::kLowerTriangular, "lower_triangular"},
      {Structure::kSymmetric, "symmetric"},
      {Structure::kPositive, "positive"},
      {Structure::kProbabilities, "probabilities"},
      {Structure::kLogProbabilities, "log_probabilities"},
      {Structure::kClassIndex, "class_index"},
      {Structure::kBool, "bool"},
      {Structure::kSign, "sign"},
  };
  return rows;
}

const char* const kKaiming = "kaiming_uniform fan_in=";

}  // namespace

const char* name_of(Structure structure) {
  for (const auto& [value, name] : table()) {
    if (value == structure) return name;
  }
  return "?";
}

std::optional<Structure> structure_from_name(const std::string& name) {
  for (const auto& [value, known] : table()) {
    if (name == known) return value;
  }
  return std::nullopt;
}

std::vector<std::string> structure_names() {
  std::vector<std::string> names;
  for (const auto& [value, name] : table()) names.emplace_back(name);
  return names;
}

bool is_matrix(Structure structure) {
  return structure == Structure::kUpperTriangular || structure == Structure::kLowerTriangular ||
         structure == Structure::kSymmetric;
}

bool is_known_distribution(const std::string& distribution) {
  if (distribution.empty() || !fan_in_of(distribution).empty()) return true;
  const auto known = known_distributions();
  return std::find(known.begin(), known.end(), distribution) != known.end();
}

std::vector<std::string> known_distributions() {
  return {"rand", "scaled_rand", "randn", "ones", "zeros", "kaiming_uniform fan_in=EXPR"};
}

std::string fan_in_of(const std::string& distribution) {
  if (!core::starts_with(distribution, kKaiming)) return "";
  return distribution.substr(std::string(kKaiming).size());
}

}  // namespace vegttt::tasks
