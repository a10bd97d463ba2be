#include "vegttt/experiment/campaign.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "campaign_budget.h"
#include "campaign_product.h"
#include "tuned_settings.h"
#include "vegttt/config/method_kind.h"
#include "vegttt/config/reader.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

using config::Given;

// What tables call the subset (report's registry of the paper's tables).
constexpr const char* kHeldOut = "held-out";

// Every combination of the grid's values; one empty one without a grid.
std::vector<std::vector<Given>> combinations(const std::vector<Given>& grid) {
  std::vector<std::vector<Given>> all = {{}};
  for (const auto& axis : grid) {
    std::vector<std::vector<Given>> longer;
    for (const auto& one : all) {
      for (const auto& item : axis.items) {
        longer.push_back(one);
        longer.back().push_back({axis.key, item, {}, axis.origin});
      }
    }
    all = std::move(longer);
  }
  return all;
}

Given number(const std::string& key, std::int64_t value, const std::string& file) {
  return {key, std::to_string(value), {}, {config::Origin::Kind::kFile, file}};
}

// Folder names: what every file system takes.
std::string plain_name(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || c == '.' || c == '_' || c == '+')
      name += static_cast<char>(std::tolower(byte));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

std::string folder_of(const PlannedRun& run) {
  return plain_name(run.label) + "-" + plain_name(run.subset) + "-t" +
         std::to_string(run.task_seed) + "-s" + std::to_string(run.sample_seed);
}

// A look at held-out tasks begins with one set of weights.
void require_one_checkpoint(const std::string& file, const PlannedRun& run) {
  const auto& options = run.experiment.values.adapt;
  const bool by_steps = options.method == "batch_ttt" || options.method == "sdpo" ||
                        options.method == "opsd" || options.method == "discover";
  if (by_steps && !options.per_task_stop) return;
  throw core::UserError("'" + run.label + "' selects no checkpoint for all tasks",
                        file,
                        "held_out.methods that adapt, without adapt.per_task_stop");
}

class Multiplier {
 public:
  Multiplier(Campaign& campaign, const Product& product)
      : campaign_(campaign), product_(product), tuned_(campaign.tuned) {}

  void run() {
    for (const auto sample_seed : campaign_.options.sample_seeds) {
      for (const auto task_seed : campaign_.options.task_seeds) {
        for (const auto& subset : product_.subsets) {
          for (const auto& method : product_.methods)
            add_grid(method, subset, task_seed, sample_seed);
        }
        if (!product_.held_out_tasks.empty()) add_held_out(task_seed, sample_seed);
      }
    }
    if (!tuned_.empty() && !uses_tuned_)
      throw core::UserError("has settings of none of this campaign's methods",
                            campaign_.tuned.file);
  }

 private:
  void add_grid(const Variant& method,
                const Variant& subset,
                std::int64_t task_seed,
                std::int64_t sample_seed) {
    const auto& once = campaign_.options.once;
    const bool single = std::find(once.begin(), once.end(), method.name) != once.end();
    for (const auto& point : combinations(single ? std::vector<Given>{} : product_.grid)) {
      PlannedRun run{method.name, subset.name, task_seed, sample_seed, "", {}, false, ""};
      for (const auto& value : point) run.label += " " + value.key + "=" + value.value;
      const auto tuned = tuned_for(run, method);
      run.experiment = experiment_of(
          run, {product_.shared, subset.values, product_.budget, tuned, method.values, point});
      if (is_looked_at(run, method)) looked_at_.push_back({run, tuned, method, point});
      add(std::move(run));
    }
  }

  // The method's own keys are more particular than what was tuned for its kind.
  std::vector<Given> tuned_for(const PlannedRun& run, const Variant& method) {
    if (tuned_.empty()) return {};
    const auto plain = experiment_of(run, {product_.shared, method.values});
    const auto& settings = tuned_.of(config::kind_of_method(plain.values));
    uses_tuned_ = uses_tuned_ || !settings.empty();
    return settings;
  }

  void add(PlannedRun run) {
    run.folder = folder_of(run);
    if (!folders_.insert(run.folder).second)
      throw core::UserError("two runs would have the folder '" + run.folder + "'",
                            campaign_.file,
                            "names that differ in more than capitals and signs, each seed once");
    campaign_.runs.push_back(std::move(run));
  }

  bool is_looked_at(const PlannedRun& run, const Variant& method) const {
    const auto& wanted = campaign_.options.held_out.methods;
    if (run.subset != product_.subsets.front().name ||
        std::find(wanted.begin(), wanted.end(), method.name) == wanted.end())
      return false;
    require_one_checkpoint(campaign_.file, run);
    return true;
  }

  // After the runs of the same seeds: they begin with what those have selected.
  void add_held_out(std::int64_t task_seed, std::int64_t sample_seed) {
    const auto samples = number(
        "sampling.samples_per_task", campaign_.options.held_out.samples_per_task, campaign_.file);
    const Given base{"adapt.method", "base", {}, samples.origin};
    PlannedRun start{"theta_0", kHeldOut, task_seed, sample_seed, "", {}, true, ""};
    start.experiment =
        experiment_of(start, {product_.shared, product_.held_out_tasks, {base, samples}});
    add(std::move(start));
    for (const auto& [run, tuned, method, point] : looked_at_) {
      PlannedRun selected{run.label + " selected", kHeldOut, task_seed, sample_seed, "", {}, true};
      selected.init_from = folder_of(run);
      selected.experiment = experiment_of(
          selected,
          {product_.shared, tuned, method.values, point, product_.held_out_tasks, {base, samples}});
      add(std::move(selected));
    }
    looked_at_.clear();
  }

  // Later values win.
  config::LoadedExperiment experiment_of(const PlannedRun& run,
                                         const std::vector<std::vector<Given>>& given) const {
    std::vector<Given> values = {number("tasks.split_seed", run.task_seed, campaign_.file),
                                 number("seed", run.sample_seed, campaign_.file)};
    for (const auto& more : given) values.insert(values.end(), more.begin(), more.end());
    const auto& base = campaign_.options.experiment;
    return config::parse_experiment(campaign_.experiment_yaml,
                                    base.empty() ? campaign_.file : base,
                                    campaign_.overrides,
                                    values);
  }

  struct LookedAt {
    PlannedRun run;
    std::vector<Given> tuned;
    Variant method;
    std::vector<Given> point;
  };

  Campaign& campaign_;
  const Product& product_;
  std::set<std::string> folders_;
  std::vector<LookedAt> looked_at_;  // of the seeds under way
  TunedSettings tuned_;
  bool uses_tuned_ = false;
};

std::string file_beside(const std::string& campaign, const std::string& experiment) {
  const auto beside = core::fs::path(campaign).parent_path() / experiment;
  return core::fs::exists(beside) ? beside.lexically_normal().string() : experiment;
}

}  // namespace

Campaign parse_campaign(const std::string& yaml,
                        const std::string& file,
                        const std::string& experiment_yaml,
                        const std::vector<std::string>& overrides,
                        const TunedFile& tuned) {
  Campaign campaign;
  campaign.file = file, campaign.yaml = yaml;
  campaign.experiment_yaml = experiment_yaml;
  campaign.overrides = overrides;
  campaign.tuned = tuned;
  config::FieldReader reader(yaml, file, {});
  const Product product = read_product(reader, campaign.options);
  if (campaign.options.name.empty()) campaign.options.name = core::fs::path(file).stem().string();
  for (const auto& one : product.budget)
    campaign.budget[one.key.substr(one.key.rfind('.') + 1)] =
        std::strtod(one.value.c_str(), nullptr);
  Multiplier(campaign, product).run();
  require_equal_budgets(campaign);
  return campaign;
}

Campaign load_campaign(const std::string& file,
                       const std::vector<std::string>& overrides,
                       const std::string& tuned) {
  const std::string yaml = core::read_file(file);
  const config::FieldReader reader(yaml, file, {});
  const std::string experiment = reader.peek("experiment");
  const std::string text = experiment.empty() ? "" : core::read_file(file_beside(file, experiment));
  TunedFile settings{tuned, ""};
  if (const auto named = reader.peek("tuned"); tuned.empty() && !named.empty())
    settings.file = file_beside(file, named);
  if (!settings.file.empty()) settings.yaml = core::read_file(settings.file);
  return parse_campaign(yaml, file, text, overrides, settings);
}

}  // namespace vegttt::experiment
