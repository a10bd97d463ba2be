#include "choose_kernels.h"

#include <algorithm>
#include <cmath>

namespace vegttt::report::html {
namespace {

using Group = std::vector<std::size_t>;  // rows

// Further, then faster, is better; what is too fast to be true is not.
bool better(const Row& a, const Row& b) {
  const auto rank = [](const Row& row) { return static_cast<int>(stage_of(row.status)); };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  const double fast_a = std::isnan(a.speedup) ? 0 : a.speedup;
  const double fast_b = std::isnan(b.speedup) ? 0 : b.speedup;
  return fast_a > fast_b;
}

std::vector<Group> groups_of(const std::vector<Row>& rows) {
  std::map<std::pair<int, int>, Group> groups;
  for (std::size_t i = 0; i < rows.size(); ++i) groups[{rows[i].step, rows[i].task}].push_back(i);
  std::vector<Group> list;
  for (auto& [key, group] : groups) {
    std::stable_sort(group.begin(), group.end(), [&](std::size_t a, std::size_t b) {
      return better(rows[a], rows[b]);
    });
    list.push_back(std::move(group));
  }
  return list;
}

// Of kernels in a file that holds equal texts once.
class Size {
 public:
  std::size_t with(const Kernel& kernel) {
    bytes_ += Kernel::kOwnBytes;
    for (const auto* text : {&kernel.completion, &kernel.code, &kernel.evaluation})
      if (seen_.insert(*text).second) bytes_ += text->size();
    return bytes_;
  }

 private:
  std::set<std::string> seen_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<int> importance_of(const std::vector<Row>& rows) {
  std::vector<int> importance(rows.size(), 5);
  const auto raise = [&](std::size_t row, int to) {
    importance[row] = std::min(importance[row], to);
  };
  std::set<records::Status> in_run;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].status == records::Status::kSuspicious) raise(i, 1);
    if (in_run.insert(rows[i].status).second) raise(i, 2);
  }
  for (const auto& group : groups_of(rows)) {
    raise(group.front(), 0);
    raise(group[group.size() / 2], 3);
    raise(group.back(), 3);
    std::set<records::Status> in_group;
    for (const std::size_t row : group)
      if (in_group.insert(rows[row].status).second) raise(row, 4);
  }
  return importance;
}

void keep_within(Model& model, std::size_t bytes) {
  std::stable_sort(model.kernels.begin(),
                   model.kernels.end(),
                   [](const Kernel& a, const Kernel& b) { return a.importance < b.importance; });
  Size size;
  std::size_t kept = 0;
  while (kept < model.kernels.size() && size.with(model.kernels[kept]) <= bytes) ++kept;
  model.kernels.resize(kept);
  for (std::size_t i = 0; i < kept; ++i)
    model.runs[static_cast<std::size_t>(model.kernels[i].run)].rows[model.kernels[i].row].kernel =
        static_cast<int>(i);
}

}  // namespace vegttt::report::html
