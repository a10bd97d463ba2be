#include "vegttt/experiment/campaign.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

#include "campaign_budget.h"
#include "vegttt/config/reader.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

using config::Given;

// Keys of an experiment under a name that the user chose.
struct Variant {
  std::string name;
  std::vector<Given> values;
};

// A campaign file before it is multiplied out.
struct Product {
  std::vector<Given> shared, budget, grid;
  std::vector<Variant> methods, subsets;
};

std::vector<Variant> variants_in(config::FieldReader& reader, const std::string& group) {
  std::vector<Variant> variants;
  for (const auto& name : reader.names_in(group))
    variants.push_back({name, reader.take(group + "." + name)});
  return variants;
}

void prefix_keys(const std::string& prefix, std::vector<Given>& values) {
  for (auto& value : values) value.key = prefix + value.key;
}

void check_once(const CampaignOptions& options,
                const Product& product,
                config::FieldReader& reader) {
  std::vector<std::string> names;
  for (const auto& method : product.methods) names.push_back(method.name);
  for (const auto& name : options.once) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      reader.complain("once",
                      "no method is called '" + name + "'" + core::did_you_mean(name, names));
  }
}

Product read_product(config::FieldReader& reader, CampaignOptions& options) {
  reader.read(options);
  Product product;
  product.shared = reader.take("set");
  product.budget = reader.take("budget");
  prefix_keys("budget.", product.budget);
  product.grid = reader.take("grid");
  product.methods = variants_in(reader, "methods");
  product.subsets = variants_in(reader, "subsets");
  for (auto& subset : product.subsets) prefix_keys("tasks.", subset.values);
  if (product.subsets.empty()) product.subsets.push_back({"all", {}});
  if (product.methods.empty()) reader.complain("methods", "expected at least one");
  if (options.task_seeds.empty()) reader.complain("task_seeds", "expected at least one");
  if (options.sample_seeds.empty()) reader.complain("sample_seeds", "expected at least one");
  if (options.retimings < 1) reader.complain("retimings", "expected at least 1");
  if (options.probe_samples < 0) reader.complain("probe_samples", "expected at least 0");
  for (const auto& axis : product.grid) {
    if (axis.items.empty()) reader.complain("grid." + axis.key, "expected a list of values");
  }
  check_once(options, product, reader);
  reader.throw_if_wrong();
  return product;
}

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

void append(std::vector<Given>& to, const std::vector<Given>& values) {
  to.insert(to.end(), values.begin(), values.end());
}

class Multiplier {
 public:
  Multiplier(Campaign& campaign, const Product& product) : campaign_(campaign), product_(product) {}

  void run() {
    for (const auto sample_seed : campaign_.options.sample_seeds) {
      for (const auto task_seed : campaign_.options.task_seeds) {
        for (const auto& subset : product_.subsets) {
          for (const auto& method : product_.methods)
            add_grid(method, subset, task_seed, sample_seed);
        }
      }
    }
  }

 private:
  void add_grid(const Variant& method,
                const Variant& subset,
                std::int64_t task_seed,
                std::int64_t sample_seed) {
    const auto& once = campaign_.options.once;
    const bool single = std::find(once.begin(), once.end(), method.name) != once.end();
    for (const auto& point : combinations(single ? std::vector<Given>{} : product_.grid)) {
      PlannedRun run{method.name, subset.name, task_seed, sample_seed, "", {}};
      for (const auto& value : point) run.label += " " + value.key + "=" + value.value;
      run.folder = plain_name(run.label) + "-" + plain_name(subset.name) + "-t" +
                   std::to_string(task_seed) + "-s" + std::to_string(sample_seed);
      if (!folders_.insert(run.folder).second)
        throw core::UserError("two runs would have the folder '" + run.folder + "'",
                              campaign_.file,
                              "names that differ in more than capitals and signs, each seed once");
      run.experiment = experiment_of(run, method, subset, point);
      campaign_.runs.push_back(std::move(run));
    }
  }

  config::LoadedExperiment experiment_of(const PlannedRun& run,
                                         const Variant& method,
                                         const Variant& subset,
                                         const std::vector<Given>& point) const {
    std::vector<Given> values = {number("tasks.split_seed", run.task_seed, campaign_.file),
                                 number("seed", run.sample_seed, campaign_.file)};
    for (const auto& more : {product_.shared, subset.values, product_.budget, method.values, point})
      append(values, more);
    const auto& base = campaign_.options.experiment;
    return config::parse_experiment(campaign_.experiment_yaml,
                                    base.empty() ? campaign_.file : base,
                                    campaign_.overrides,
                                    values);
  }

  Campaign& campaign_;
  const Product& product_;
  std::set<std::string> folders_;
};

std::string file_beside(const std::string& campaign, const std::string& experiment) {
  const auto beside = core::fs::path(campaign).parent_path() / experiment;
  return core::fs::exists(beside) ? beside.lexically_normal().string() : experiment;
}

}  // namespace

Campaign parse_campaign(const std::string& yaml,
                        const std::string& file,
                        const std::string& experiment_yaml,
                        const std::vector<std::string>& overrides) {
  Campaign campaign;
  campaign.file = file, campaign.yaml = yaml;
  campaign.experiment_yaml = experiment_yaml;
  campaign.overrides = overrides;
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

Campaign load_campaign(const std::string& file, const std::vector<std::string>& overrides) {
  const std::string yaml = core::read_file(file);
  const config::FieldReader reader(yaml, file, {});
  const std::string experiment = reader.peek("experiment");
  const std::string text = experiment.empty() ? "" : core::read_file(file_beside(file, experiment));
  return parse_campaign(yaml, file, text, overrides);
}

}  // namespace vegttt::experiment
