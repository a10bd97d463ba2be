// vegttt tasks split: the paper's train and evaluation ids of a seed, and what one seed's training
// tells about another's evaluation.
#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>

#include "subcommand.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;
using core::Json;

std::string text_of(const std::vector<int>& ids) {
  std::vector<std::string> words;
  for (const int id : ids) words.push_back(std::to_string(id));
  return words.empty() ? "none" : core::join(words, " ");
}

std::vector<int> common_ids(const std::vector<int>& a, const std::vector<int>& b) {
  std::vector<int> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return both;
}

class TasksSplit : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("--seed", seed_, "seed of the shuffle")->capture_default_str();
    app.add_option("--offset", offset_, "first evaluation task of the subset")
        ->check(CLI::NonNegativeNumber);
    app.add_option(
           "--count", count_, "evaluation tasks in the subset; 0 means all from the offset on")
        ->check(CLI::NonNegativeNumber);
    app.add_flag(
        "--check",
        check_,
        "leaks: evaluation tasks of a seed among 42, 43, 44 that another of them trains on");
  }

  ExitCode run(const CommonOptions& common) override {
    if (check_) return check(common.json);
    tasks::Split split = tasks::make_split(seed_);
    split.eval = subset(split.eval);
    if (common.json) {
      std::cout << core::dump_json(
                       Json{{"seed", split.seed}, {"train", split.train}, {"eval", split.eval}})
                << "\n";
    } else {
      std::cout << fmt::format(
          "seed {}\neval:  {}\ntrain: {}\n", split.seed, text_of(split.eval), text_of(split.train));
    }
    return ExitCode::kDone;
  }

 private:
  std::vector<int> subset(const std::vector<int>& ids) const {
    const std::size_t begin = std::min<std::size_t>(static_cast<std::size_t>(offset_), ids.size());
    const std::size_t end =
        count_ == 0 ? ids.size() : std::min(ids.size(), begin + static_cast<std::size_t>(count_));
    return {ids.begin() + static_cast<std::ptrdiff_t>(begin),
            ids.begin() + static_cast<std::ptrdiff_t>(end)};
  }

  std::vector<std::int64_t> checked_seeds() const {
    std::vector<std::int64_t> seeds = {42, 43, 44};
    if (std::find(seeds.begin(), seeds.end(), seed_) == seeds.end()) seeds.push_back(seed_);
    return seeds;
  }

  ExitCode check(bool json) const {
    core::TextTable table({"trained on seed", "evaluated on seed", "leaked", "tasks"},
                          {true, true, true, false});
    for (const std::int64_t trained : checked_seeds()) {
      for (const std::int64_t evaluated : checked_seeds()) {
        const std::vector<int> eval = subset(tasks::make_split(evaluated).eval);
        const std::vector<int> leaked = common_ids(tasks::make_split(trained).train, eval);
        if (json) {
          std::cout << core::dump_json(Json{
                           {"train_seed", trained}, {"eval_seed", evaluated}, {"leaked", leaked}})
                    << "\n";
        }
        table.add({std::to_string(trained),
                   std::to_string(evaluated),
                   fmt::format("{} of {}", leaked.size(), eval.size()),
                   text_of(leaked)});
      }
    }
    if (!json)
      std::cout << table.plain() << "\nreserved, in an evaluation split of seed 42, 43 or 44: "
                << text_of(tasks::reserved_ids()) << "\n";
    return ExitCode::kDone;
  }

  std::int64_t seed_ = 42;
  int offset_ = 0, count_ = 0;
  bool check_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_tasks_split() { return std::make_unique<TasksSplit>(); }

}  // namespace vegttt::cli
