// What a folder says about its run, without opening it for work.
#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

const char* name_of(RunState state) {
  switch (state) {
    case RunState::kMissing:
      return "missing";
    case RunState::kPartial:
      return "partial";
    case RunState::kDone:
      return "done";
  }
  VEGTTT_ASSERT(false, "every state has a name");
  return "";
}

RunState state_of(const core::fs::path& run) {
  const auto facts = run / "run.json";
  if (!core::fs::exists(facts)) return RunState::kMissing;
  const auto json = core::parse_json(core::read_file(facts), facts.string());
  const auto method = core::get<std::string>(json, "method", facts.string());
  return core::fs::exists(run / (method + "_summary.json")) ? RunState::kDone : RunState::kPartial;
}

void require_same_experiment(const core::fs::path& run, const config::LoadedExperiment& wanted) {
  const auto old_values = config::load_experiment((run / "config.yaml").string(), {}).values;
  const auto old_fields = config::fields_of(old_values);
  const auto new_fields = config::fields_of(wanted.values);
  for (std::size_t i = 0; i < new_fields.size(); ++i) {
    if (old_fields[i].value == new_fields[i].value) continue;
    throw core::UserError(new_fields[i].key + " is " + new_fields[i].value + " now and was " +
                              old_fields[i].value + " when this run began",
                          run.string(),
                          "vegttt resume " + run.string() + ", or another --name");
  }
}

}  // namespace vegttt::experiment
