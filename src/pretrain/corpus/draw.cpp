#include "draw.h"

#include <numeric>

namespace vegttt::pretrain {

std::size_t Draw::weighted(const std::vector<double>& weights) {
  double rest = stream_.uniform() * std::accumulate(weights.begin(), weights.end(), 0.0);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    if (rest < weights[i]) return i;
    rest -= weights[i];
  }
  return weights.size() - 1;
}

}  // namespace vegttt::pretrain
