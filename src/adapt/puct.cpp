#include "puct.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vegttt/adapt/normalised_kernel.h"

namespace vegttt::adapt {
namespace {

bool verified(const records::JudgedRollout& judged) {
  return records::is_trusted(judged.evaluation.status);
}

}  // namespace

SearchTree::SearchTree(double exploration, int limit, int children_kept)
    : exploration_(exploration), limit_(limit), children_kept_(children_kept) {}

std::vector<double> SearchTree::priors() const {
  std::vector<int> order;
  for (int i = 0; i < static_cast<int>(states_.size()); ++i) {
    if (states_[static_cast<std::size_t>(i)].kept) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
    return states_[static_cast<std::size_t>(a)].value > states_[static_cast<std::size_t>(b)].value;
  });
  std::vector<double> priors(states_.size(), 0);
  const double n = static_cast<double>(order.size()), total = n * (n + 1) / 2;
  for (std::size_t rank = 0; rank < order.size(); ++rank)
    priors[static_cast<std::size_t>(order[rank])] = (n - static_cast<double>(rank)) / total;
  return priors;
}

double SearchTree::score(int place,
                         const std::vector<double>& priors,
                         double scale,
                         int expansions) const {
  const auto& state = states_[static_cast<std::size_t>(place)];
  const double q = state.expansions > 0 ? state.best_child : state.value;
  return q + exploration_ * scale * priors[static_cast<std::size_t>(place)] *
                 std::sqrt(1.0 + expansions) / (1.0 + state.expansions);
}

bool SearchTree::related(int a, int b) const {
  for (int at = a; at >= 0; at = states_[static_cast<std::size_t>(at)].parent) {
    if (at == b) return true;
  }
  return false;
}

std::vector<int> SearchTree::choose(int count) const {
  double low = states_[0].value, high = low;
  int expansions = 0;
  for (const auto& state : states_) {
    if (!state.kept) continue;
    low = std::min(low, state.value);
    high = std::max(high, state.value);
    expansions += state.expansions;
  }
  const auto priors = this->priors();
  std::vector<int> chosen;
  while (static_cast<int>(chosen.size()) < count) {
    int best = -1;
    double best_score = 0;
    for (int place = 0; place < static_cast<int>(states_.size()); ++place) {
      if (!states_[static_cast<std::size_t>(place)].kept) continue;
      const bool blocked = std::any_of(chosen.begin(), chosen.end(), [&](int other) {
        const bool root = place == 0 || other == 0;
        return place == other || (!root && (related(place, other) || related(other, place)));
      });
      const double value = score(place, priors, high - low, expansions);
      if (blocked || (best >= 0 && value <= best_score)) continue;
      best = place;
      best_score = value;
    }
    chosen.push_back(std::max(best, 0));
  }
  return chosen;
}

void SearchTree::add(int parent, const std::vector<records::JudgedRollout>& children) {
  auto& from = states_[static_cast<std::size_t>(parent)];
  ++from.expansions;
  std::vector<const records::JudgedRollout*> good;
  for (const auto& child : children) {
    if (verified(child)) good.push_back(&child);
  }
  std::stable_sort(good.begin(), good.end(), [](const auto* a, const auto* b) {
    return a->evaluation.speedup() > b->evaluation.speedup();
  });
  if (!good.empty())
    from.best_child = std::max(from.best_child, good.front()->evaluation.speedup());
  int kept = 0;
  for (const auto* child : good) {
    if (kept == children_kept_) break;
    const std::string code = code_of(child->rollout.completion);
    const std::string kernel = normalised_kernel(code);
    const bool known = std::any_of(states_.begin(), states_.end(), [&](const SearchState& state) {
      return state.kernel == kernel;
    });
    if (known) continue;
    ++kept;
    states_.push_back(
        {child->rollout.key, code, kernel, child->evaluation.speedup(), parent, 0, 0, true});
  }
  trim();
}

void SearchTree::trim() {
  while (true) {
    int kept = -1, worst = -1;  // the root is beside the limit
    for (int i = 0; i < static_cast<int>(states_.size()); ++i) {
      const auto& state = states_[static_cast<std::size_t>(i)];
      if (!state.kept) continue;
      ++kept;
      if (i > 0 && (worst < 0 || state.value < states_[static_cast<std::size_t>(worst)].value))
        worst = i;
    }
    if (kept <= limit_) return;
    states_[static_cast<std::size_t>(worst)].kept = false;
  }
}

int SearchTree::best() const {
  int best = 0;
  for (int i = 1; i < static_cast<int>(states_.size()); ++i) {
    if (best == 0 ||
        states_[static_cast<std::size_t>(i)].value > states_[static_cast<std::size_t>(best)].value)
      best = i;
  }
  return best;
}

std::vector<int> SearchTree::lineage(int place) const {
  std::vector<int> places;
  for (int at = place; at > 0; at = states_[static_cast<std::size_t>(at)].parent)
    places.push_back(at);
  return {places.rbegin(), places.rend()};
}

}  // namespace vegttt::adapt
