// A search tree of verified kernels of one task (TTT-Discover): which of them to start from next.
//
// PUCT: Q + c * scale * P * sqrt(1 + T) / (1 + n), over the states that are kept. Q is the best
// value that an expansion of the state has led to (0: nothing right yet), its own value before the
// first; scale is the spread of values; P falls linearly with the rank by value; T counts all
// expansions and n those of the state. The root is the task as it is, without a kernel, of value 0.
#pragma once

#include <string>
#include <vector>

#include "vegttt/records/judged_rollout.h"

namespace vegttt::adapt {

struct SearchState {
  records::RolloutKey key;   // of the rollout; none for the root
  std::string code, kernel;  // as written, normalised
  double value = 0;          // measured speedup; 0 of the root
  int parent = -1;           // place in the tree; -1: the root
  int expansions = 0;
  double best_child = 0;  // best speedup of what started here, kept or not
  bool kept = true;       // false: pushed out by the limit
};

class SearchTree {
 public:
  // At most `limit` kernels are kept, and of one expansion's children at most `children_kept`.
  SearchTree(double exploration, int limit, int children_kept);

  // Places to expand, the best score first. No kernel is chosen beside its ancestor or itself; the
  // root goes with all of them, and is repeated when nothing else is left.
  std::vector<int> choose(int count) const;
  // The judged rollouts that started from `parent`. The best verified ones that are new become
  // states.
  void add(int parent, const std::vector<records::JudgedRollout>& children);

  const std::vector<SearchState>& states() const { return states_; }
  int best() const;  // of all states, kept or not; the root when there is no kernel
  std::vector<int> lineage(int place) const;  // from the root's child to the place

 private:
  double score(int place, const std::vector<double>& priors, double scale, int expansions) const;
  std::vector<double> priors() const;
  bool related(int a, int b) const;
  void trim();

  double exploration_;
  int limit_, children_kept_;
  std::vector<SearchState> states_{SearchState{}};
};

}  // namespace vegttt::adapt
