#include "sections.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

// One column for each run, or for each series where there are many.
std::vector<const Run*> columns_of(const Model& model) {
  constexpr std::size_t kMostColumns = 12;
  std::vector<const Run*> columns;
  for (const auto& run : model.runs) {
    const bool first = model.runs_of(run.series).front() == &run;
    if (first || model.runs.size() <= kMostColumns) columns.push_back(&run);
  }
  return columns;
}

// Keys whose values are not the same in all columns.
Table differences_table(const Model& model) {
  const auto columns = columns_of(model);
  std::map<std::string, std::vector<std::string>> values;
  std::vector<std::string> keys, header = {"key"};
  for (const Run* run : columns) {
    header.push_back(columns.size() == model.runs.size() ? run->name : run->series);
    for (const auto& field : config::fields_of(run->records.config)) {
      if (values[field.key].empty()) keys.push_back(field.key);
      values[field.key].push_back(field.value);
    }
  }
  Table table;
  table.name = "setup-differences";
  table.title = "Values that differ between the runs";
  table.cells = Cells(header, std::vector<bool>(header.size(), false));
  for (const auto& key : keys) {
    const auto& list = values[key];
    if (std::set<std::string>(list.begin(), list.end()).size() == 1) continue;
    std::vector<Cell> row = {key};
    row.insert(row.end(), list.begin(), list.end());
    table.cells.add(row);
  }
  if (columns.size() < model.runs.size())
    table.notes = {"The first run of each series; runs of a series differ in seeds and tasks."};
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
  const bool one = model.runs.size() == 1;
  return {one ? chosen_table(model.runs.front()) : differences_table(model),
          environment_table(model)};
}

std::vector<const Table*> Tables::all() const {
  std::vector<const Table*> list;
  for (const auto* part : {&result, &selection, &diversity, &doubtful, &compute, &setup})
    for (const auto& table : *part) list.push_back(&table);
  return list;
}

Tables tables_of_page(const Model& model) {
  Tables tables;
  tables.doubtful = doubtful_tables(model);
  tables.compute = compute_tables(model);
  tables.setup = setup_tables(model);
  add_result_tables(model, tables);
  return tables;
}

}  // namespace vegttt::report::html
