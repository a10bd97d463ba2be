#include "vegttt/core/error.h"
#include "vegttt/records/trajectory.h"

namespace vegttt::records {

const char* name_of(Strategy strategy) {
  switch (strategy) {
    case Strategy::kArgmax:
      return "boa";
    case Strategy::kEarlyStop:
      return "early_stop";
    case Strategy::kFixed:
      return "fixed";
    case Strategy::kOracle:
      return "oracle";
    case Strategy::kPerTaskStop:
      return "per_task_stop";
  }
  VEGTTT_ASSERT(false, "every strategy has a name");
  return "";
}

core::Json to_json(const Selection& selection) {
  core::Json json = {{"strategy", name_of(selection.strategy)},
                     {"criterion", selection.criterion},
                     {"selected_step", selection.selected_step},
                     {"score", selection.score},
                     {"rollouts_spent", selection.rollouts_spent}};
  if (selection.strategy == Strategy::kEarlyStop || selection.strategy == Strategy::kPerTaskStop)
    json["patience"] = selection.patience;
  if (!selection.per_task_step.empty()) json["per_task_step"] = selection.per_task_step;
  json["fresh_score"] =
      selection.fresh_score ? core::Json(*selection.fresh_score) : core::Json(nullptr);
  json["fresh_n"] = selection.fresh_n;
  return json;
}

Selection selection_from_json(const core::Json& json) {
  Selection selection;
  const auto name = core::get<std::string>(json, "strategy", "selection");
  for (const Strategy s : {Strategy::kArgmax,
                           Strategy::kEarlyStop,
                           Strategy::kFixed,
                           Strategy::kOracle,
                           Strategy::kPerTaskStop}) {
    if (name == name_of(s)) selection.strategy = s;
  }
  if (name != name_of(selection.strategy))
    throw core::UserError("unknown strategy '" + name + "'", "selection");
  selection.criterion = core::get<std::string>(json, "criterion", "selection");
  selection.selected_step = core::get<int>(json, "selected_step", "selection");
  selection.score = core::get<double>(json, "score", "selection");
  selection.rollouts_spent = core::get<int>(json, "rollouts_spent", "selection");
  selection.patience = core::get_or<int>(json, "patience", 0);
  selection.per_task_step = core::get_or<std::map<std::string, int>>(json, "per_task_step", {});
  if (const auto fresh = json.find("fresh_score"); fresh != json.end() && !fresh->is_null())
    selection.fresh_score = fresh->get<double>();
  selection.fresh_n = core::get_or<int>(json, "fresh_n", 0);
  return selection;
}

}  // namespace vegttt::records
