#include "campaign_product.h"

#include <algorithm>

#include "vegttt/core/text.h"

namespace vegttt::experiment {
namespace {

using config::Given;

std::vector<Variant> variants_in(config::FieldReader& reader, const std::string& group) {
  std::vector<Variant> variants;
  for (const auto& name : reader.names_in(group))
    variants.push_back({name, reader.take(group + "." + name)});
  return variants;
}

void prefix_keys(const std::string& prefix, std::vector<Given>& values) {
  for (auto& value : values) value.key = prefix + value.key;
}

void check_names(const char* key,
                 const std::vector<std::string>& names,
                 const Product& product,
                 config::FieldReader& reader) {
  std::vector<std::string> known;
  for (const auto& method : product.methods) known.push_back(method.name);
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      reader.complain(key, "no method is called '" + name + "'" + core::did_you_mean(name, known));
  }
}

void check_held_out(const HeldOutOptions& held_out,
                    const Product& product,
                    config::FieldReader& reader) {
  check_names("held_out.methods", held_out.methods, product, reader);
  if (held_out.methods.empty() != product.held_out_tasks.empty())
    reader.complain("held_out", "expected both `methods` and `tasks`");
  if (held_out.samples_per_task < 1)
    reader.complain("held_out.samples_per_task", "expected at least 1");
}

}  // namespace

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
  product.held_out_tasks = reader.take("held_out.tasks");
  prefix_keys("tasks.", product.held_out_tasks);
  if (product.subsets.empty()) product.subsets.push_back({"all", {}});
  if (product.methods.empty()) reader.complain("methods", "expected at least one");
  if (options.task_seeds.empty()) reader.complain("task_seeds", "expected at least one");
  if (options.sample_seeds.empty()) reader.complain("sample_seeds", "expected at least one");
  if (options.retimings < 1) reader.complain("retimings", "expected at least 1");
  if (options.probe_samples < 0) reader.complain("probe_samples", "expected at least 0");
  for (const auto& axis : product.grid) {
    if (axis.items.empty()) reader.complain("grid." + axis.key, "expected a list of values");
  }
  check_names("once", options.once, product, reader);
  check_held_out(options.held_out, product, reader);
  reader.throw_if_wrong();
  return product;
}

}  // namespace vegttt::experiment
