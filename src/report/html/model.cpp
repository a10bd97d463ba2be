#include "model.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace vegttt::report::html {

const char* name_of(Stage stage) {
  static const char* const names[kStages] = {
      "sampled", "code found", "compiled", "ran", "correct", "faster"};
  return names[static_cast<int>(stage)];
}

Stage stage_of(records::Status status) {
  using records::Status;
  switch (status) {
    case Status::kNoCode:
    case Status::kUnscored:
      return Stage::kSampled;
    case Status::kScaffoldError:
    case Status::kCompileError:
      return Stage::kCode;
    case Status::kLaunchError:
    case Status::kTimeout:
      return Stage::kCompiled;
    case Status::kWrong:
    case Status::kSuspicious:
      return Stage::kRan;
    case Status::kSlow:
      return Stage::kCorrect;
    case Status::kFast:
      return Stage::kFaster;
  }
  return Stage::kSampled;
}

std::size_t Model::rollouts() const {
  std::size_t sum = 0;
  for (const auto& run : runs) sum += run.rows.size();
  return sum;
}

std::vector<const Run*> Model::runs_of(const std::string& one_series) const {
  std::vector<const Run*> found;
  for (const auto& run : runs)
    if (run.series == one_series) found.push_back(&run);
  return found;
}

int Model::series_index(const std::string& one_series) const {
  const auto found = std::find(series.begin(), series.end(), one_series);
  return static_cast<int>(found - series.begin());
}

bool task_before(const std::string& a, const std::string& b) {
  const auto parts = [](const std::string& id) {
    const auto slash = id.rfind('/');
    return std::tuple(id.substr(0, slash), std::atoi(id.c_str() + slash + 1), id);
  };
  return parts(a) < parts(b);
}

}  // namespace vegttt::report::html
