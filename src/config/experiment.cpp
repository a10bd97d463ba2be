#include "vegttt/config/experiment.h"

#include "constraints.h"
#include "vegttt/config/reader.h"
#include "vegttt/core/error.h"
#include "vegttt/core/file.h"
#include "vegttt/core/text.h"

namespace vegttt::config {
namespace {

// Values that differ from the built-in defaults because of the preset say so.
void mark_preset(const ExperimentConfig& with_preset, Origins& origins) {
  const auto before = fields_of(ExperimentConfig{});
  const auto after = fields_of(with_preset);
  for (std::size_t i = 0; i < after.size(); ++i) {
    Origin& origin = origins[after[i].key];
    if (origin.kind == Origin::Kind::kDefault && before[i].value != after[i].value)
      origin.text = "preset " + with_preset.preset;
  }
}

}  // namespace

std::vector<Field> fields_of(const ExperimentConfig& config) {
  FieldLister lister;
  ExperimentConfig::visit_fields(config, lister);
  return lister.fields();
}

LoadedExperiment parse_experiment(const std::string& yaml,
                                  const std::string& name,
                                  const std::vector<std::string>& overrides,
                                  const std::vector<Given>& given) {
  FieldReader reader(yaml, name, overrides, given);
  LoadedExperiment loaded;
  loaded.file = name;
  const std::string preset = reader.peek("preset");
  if (!preset.empty()) apply_preset(preset, loaded.values);
  const ExperimentConfig with_preset = loaded.values;
  reader.read(loaded.values);
  for (const auto& [key, what] : violations(loaded.values)) reader.complain(key, what);
  reader.throw_if_wrong();
  loaded.origins = reader.origins();
  mark_preset(with_preset, loaded.origins);
  return loaded;
}

LoadedExperiment load_experiment(const std::string& path,
                                 const std::vector<std::string>& overrides) {
  const std::string yaml = core::read_file(path);
  if (core::trim(yaml).empty())
    throw core::UserError("is empty", path, "vegttt config show > " + path + ": every default");
  return parse_experiment(yaml, path, overrides);
}

}  // namespace vegttt::config
