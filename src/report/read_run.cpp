#include "vegttt/config/experiment.h"
#include "vegttt/core/error.h"
#include "vegttt/core/json_lines.h"
#include "vegttt/report/tables.h"

namespace vegttt::report {

RunRecords read_run(const core::fs::path& run) {
  if (!core::fs::exists(run / "config.yaml"))
    throw core::UserError("is not the folder of a run: config.yaml is missing",
                          run.string(),
                          "name a folder like runs/NAME");
  const auto config = config::load_experiment((run / "config.yaml").string(), {}).values;
  RunRecords records;
  records.path = run;
  records.method = config.adapt.method;
  records.protocol = config.evaluate.protocol;
  records.seed = config.seed;
  core::for_each_json_line(run / "metrics.jsonl", [&](const core::Json& line) {
    records.trajectory.steps.push_back(records::step_metrics_from_json(line));
  });
  const auto summary = run / (records.method + "_summary.json");
  if (core::fs::exists(summary))
    records.summary = core::parse_json(core::read_file(summary), summary.string());
  return records;
}

}  // namespace vegttt::report
