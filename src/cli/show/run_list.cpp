// All runs of a folder, a line each.
#include <fmt/format.h>

#include <iostream>

#include "run_folders.h"
#include "show/views.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/report/run_records.h"

namespace vegttt::cli {
namespace {

std::string percent(double rate) { return fmt::format("{:.1f} %", 100 * rate); }

core::Json json_of(const report::RunRecords& run) {
  const auto& steps = run.trajectory.steps;
  core::Json json = {{"run", run.path.string()},
                     {"method", run.method},
                     {"state", name_of(state_of(run.path, run.method))},
                     {"seed", run.seed},
                     {"protocol", run.protocol},
                     {"steps", steps.size()},
                     {"rollouts", run.ledger.rollouts},
                     {"wall_clock_s", run.ledger.wall_clock_s},
                     {"fast_1_of_theta_0", nullptr},
                     {"selected_step", nullptr},
                     {"fresh_fast_1", nullptr}};
  if (!steps.empty()) json["fast_1_of_theta_0"] = steps.front().aggregate_fast_1();
  if (run.summary.contains("selected_step")) json["selected_step"] = run.summary["selected_step"];
  if (run.summary.contains("fresh") && !run.summary.at("fresh").is_null())
    json["fresh_fast_1"] =
        records::step_metrics_from_json(run.summary.at("fresh")).aggregate_fast_1();
  return json;
}

std::vector<std::string> row_of(const core::Json& json) {
  const auto rate = [&](const char* key) {
    return json.at(key).is_null() ? "-" : percent(json.at(key).get<double>());
  };
  const auto number = [&](const char* key) {
    return json.at(key).is_null() ? "-" : core::dump_json(json.at(key));
  };
  return {json.at("run").get<std::string>(),
          json.at("method").get<std::string>(),
          json.at("state").get<std::string>(),
          number("seed"),
          number("steps"),
          number("rollouts"),
          rate("fast_1_of_theta_0"),
          number("selected_step"),
          rate("fresh_fast_1"),
          fmt::format("{:.0f} s", json.at("wall_clock_s").get<double>())};
}

}  // namespace

void show_runs(const core::fs::path& folder, bool as_json) {
  core::TextTable table({"run",
                         "method",
                         "state",
                         "seed",
                         "steps",
                         "rollouts",
                         "theta_0",
                         "selected",
                         "fresh",
                         "time"},
                        {false, false, false, true, true, true, true, true, true, true});
  for (const auto& run : find_runs(folder)) {
    try {
      const auto json = json_of(report::read_run(run));
      if (as_json) std::cout << core::dump_json(json) << "\n";
      table.add(row_of(json));
    } catch (const core::UserError& e) {  // one damaged run does not hide the others
      if (as_json)
        std::cout << core::dump_json({{"run", run.string()}, {"error", e.what()}}) << "\n";
      table.add({run.string(), "?", e.what(), "", "", "", "", "", "", ""});
    }
  }
  if (as_json) return;
  std::cout << table.plain()
            << "theta_0, fresh: fast_1 before any update, and of the selected step on fresh "
               "samples.\n";
}

}  // namespace vegttt::cli
