#include "entropic.h"

#include <algorithm>
#include <cmath>

namespace vegttt::learn {
namespace {

constexpr double kLargestBeta = 1e6, kEpsilon = 1e-12;  // TTT-Discover's
constexpr int kBisections = 60;

std::vector<double> weights_of(const std::vector<double>& rewards, double beta) {
  const double largest = *std::max_element(rewards.begin(), rewards.end());
  std::vector<double> weights;
  for (const double reward : rewards) weights.push_back(std::exp(beta * (reward - largest)));
  return weights;
}

double sum(const std::vector<double>& values) {
  double total = 0;
  for (const double value : values) total += value;
  return total;
}

double kl_to_uniform(const std::vector<double>& rewards, double beta) {
  const auto weights = weights_of(rewards, beta);
  const double total = sum(weights), n = static_cast<double>(rewards.size());
  double kl = 0;
  for (const double weight : weights) {
    const double q = weight / total;
    if (q > 0) kl += q * std::log(q * n);
  }
  return kl;
}

}  // namespace

double entropic_beta(const std::vector<double>& rewards) {
  const double wanted = std::log(2.0);
  double low = 0, high = 1;
  while (kl_to_uniform(rewards, high) < wanted && high < kLargestBeta) high *= 2;
  if (kl_to_uniform(rewards, high) < wanted) return std::min(high, kLargestBeta);
  for (int i = 0; i < kBisections; ++i) {
    const double middle = (low + high) / 2;
    (kl_to_uniform(rewards, middle) < wanted ? low : high) = middle;
  }
  return (low + high) / 2;
}

std::vector<double> entropic_advantages(const std::vector<double>& rewards, double beta) {
  const auto weights = weights_of(rewards, beta);
  const double total = sum(weights), others = static_cast<double>(rewards.size()) - 1;
  std::vector<double> advantages;
  for (const double weight : weights)
    advantages.push_back(weight / ((total - weight) / others + kEpsilon) - 1);
  return advantages;
}

}  // namespace vegttt::learn
