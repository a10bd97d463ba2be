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

// What is said of every run is said once.
Table environment_table(const Model& model) {
  std::vector<std::pair<std::string, std::string>> facts;
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> runs_with;
  const auto add = [&](const Run& run, const std::string& key, const std::string& value) {
    auto& runs = runs_with[{key, value}];
    if (runs.empty()) facts.emplace_back(key, value);
    runs.push_back(run.name);
  };
  for (const auto& run : model.runs) {
    for (const auto& command : run.commands) add(run, "command", command);
    if (!run.environment.is_object()) continue;
    for (const auto& [key, value] : run.environment.items())
      if (key != "schema_version")
        add(run, key, value.is_string() ? value.get<std::string>() : core::dump_json(value));
  }
  Table table;
  table.name = "environment";
  table.title = "Machines and commands";
  table.cells = Cells({"what", "value", "runs"}, {false, false, false});
  for (const auto& fact : facts) {
    const auto& runs = runs_with[fact];
    const bool all = runs.size() == model.runs.size();
    table.cells.add({fact.first, fact.second, all ? "all" : core::join(runs, ", ")});
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
  for (const auto* part : {&result, &doubtful, &compute, &setup})
    for (const auto& table : *part) list.push_back(&table);
  return list;
}

Tables tables_of_page(const Model& model) {
  return {result_tables(model), doubtful_tables(model), compute_tables(model), setup_tables(model)};
}

}  // namespace vegttt::report::html
