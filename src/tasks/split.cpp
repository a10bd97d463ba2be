#include <algorithm>
#include <numeric>
#include <set>

#include "python_random.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::tasks {

Split make_split(std::int64_t seed, int count) {
  std::vector<int> ids(static_cast<std::size_t>(std::max(count, 0)));
  std::iota(ids.begin(), ids.end(), 1);
  PythonRandom(seed).shuffle(ids);
  const auto border = ids.begin() + static_cast<std::ptrdiff_t>(ids.size() * 4 / 5);
  Split split{seed, {ids.begin(), border}, {border, ids.end()}};
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.eval.begin(), split.eval.end());
  return split;
}

std::vector<int> reserved_ids() {
  std::set<int> ids;
  for (const std::int64_t seed : {42, 43, 44}) {
    const Split split = make_split(seed);
    ids.insert(split.eval.begin(), split.eval.end());
  }
  return {ids.begin(), ids.end()};
}

}  // namespace vegttt::tasks
