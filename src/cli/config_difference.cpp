#include "config_difference.h"

#include "run_folders.h"

namespace vegttt::cli {

config::LoadedExperiment load_file_or_run(const std::string& path) {
  const core::fs::path folder = path;
  return config::load_experiment(is_run(folder) ? (folder / "config.yaml").string() : path, {});
}

std::vector<Difference> differences(const config::ExperimentConfig& a,
                                    const config::ExperimentConfig& b) {
  const auto of_a = config::fields_of(a), of_b = config::fields_of(b);
  std::vector<Difference> found;
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    if (of_a[i].value != of_b[i].value)
      found.push_back({of_a[i].key, of_a[i].value, of_b[i].value});
  }
  return found;
}

}  // namespace vegttt::cli
