#include "sections.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

// Keys whose values are not the same in all runs.
Table differences_table(const Model& model) {
  std::map<std::string, std::vector<std::string>> values;
  std::vector<std::string> keys;
  for (const auto& run : model.runs) {
    for (const auto& field : config::fields_of(run.records.config)) {
      if (values[field.key].empty()) keys.push_back(field.key);
      values[field.key].push_back(field.value);
    }
  }
  Table table;
  table.name = "setup-differences";
  table.title = "Values that differ between the runs";
  std::vector<std::string> header = {"key"};
  for (const auto& run : model.runs) header.push_back(run.name);
  table.cells = Cells(header, std::vector<bool>(header.size(), false));
  for (const auto& key : keys) {
    const auto& list = values[key];
    if (std::set<std::string>(list.begin(), list.end()).size() == 1) continue;
    std::vector<Cell> row = {key};
    row.insert(row.end(), list.begin(), list.end());
    table.cells.add(row);
  }
  return table;
}

Table chosen_table(const Run& run) {
  config::ExperimentConfig defaults;
  config::apply_preset(run.records.config.preset, defaults);
  const auto usual = config::fields_of(defaults);
  const auto fields = config::fields_of(run.records.config);
  Table table;
  table.name = "setup-" + run.name;
  table.title = "Values of " + run.name + " that are not the defaults";
  table.cells = Cells({"key", "value", "default", "what it is"}, {false, false, false, false});
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].value != usual[i].value)
      table.cells.add({fields[i].key, fields[i].value, usual[i].value, fields[i].doc});
  return table;
}

Table environment_table(const Model& model) {
  Table table;
  table.name = "environment";
  table.title = "Machines and commands";
  table.cells = Cells({"run", "folder", "what", "value"}, {false, false, false, false});
  for (const auto& run : model.runs) {
    const std::string label = run_label(model, run);
    for (const auto& command : run.commands) table.cells.add({label, run.name, "command", command});
    if (!run.environment.is_object()) continue;
    for (const auto& [key, value] : run.environment.items())
      if (key != "schema_version")
        table.cells.add({label,
                         run.name,
                         key,
                         value.is_string() ? value.get<std::string>() : core::dump_json(value)});
  }
  return table;
}

}  // namespace

std::vector<Table> setup_tables(const Model& model) {
  constexpr std::size_t kMostColumns = 12;
  std::vector<Table> list;
  if (model.runs.size() == 1) list.push_back(chosen_table(model.runs.front()));
  if (model.runs.size() > 1 && model.runs.size() <= kMostColumns)
    list.push_back(differences_table(model));
  list.push_back(environment_table(model));
  return list;
}

std::vector<const Table*> Tables::all() const {
  std::vector<const Table*> list;
  for (const auto* part : {&result, &selection, &doubtful, &compute, &setup})
    for (const auto& table : *part) list.push_back(&table);
  return list;
}

Tables tables_of_page(const Model& model) {
  return {
      result_tables(model), {}, doubtful_tables(model), compute_tables(model), setup_tables(model)};
}

}  // namespace vegttt::report::html
