// Who, what, how, how far: what a reader must know before the first number.
#include <set>

#include "markup.h"
#include "sections.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

std::string listed(const std::set<std::string>& words) {
  return core::join(std::vector<std::string>(words.begin(), words.end()), ", ");
}

template <class F>
std::string distinct(const Model& model, const F& what) {
  std::set<std::string> found;
  for (const auto& run : model.runs)
    if (const std::string text = what(run); !text.empty()) found.insert(text);
  return listed(found);
}

std::string states(const Model& model) {
  if (model.runs.size() == 1) return state_text(model.runs.front());
  std::size_t complete = 0;
  for (const auto& run : model.runs) complete += run.complete();
  const std::size_t all = model.runs.size() + model.absent.size();
  return (complete == all ? "COMPLETE: " : "PARTIAL: ") + std::to_string(complete) + " of " +
         std::to_string(all) + " runs";
}

std::string fact_of(const Run& run, const char* key) {
  return run.environment.is_object() ? core::get_or<std::string>(run.environment, key, "") : "";
}

std::string commit_of(const Run& run) {
  const std::string commit = fact_of(run, "commit");
  const bool dirty =
      run.environment.is_object() && core::get_or<bool>(run.environment, "dirty", false);
  return commit.empty() ? "" : commit + (dirty ? " (dirty)" : "");
}

std::string budgets(const Model& model) {
  if (!model.campaign) return "";
  std::vector<std::string> parts;
  for (const auto& [kind, value] : model.campaign->budget)
    parts.push_back(count_cell(static_cast<std::int64_t>(value)).text + " " + kind);
  return core::join(parts, ", ");
}

std::string command_markup(const Model& model) {
  if (model.runs.size() != 1 || model.runs.front().commands.empty()) return "";
  const std::string& command = model.runs.front().commands.front();
  return element(
      "div",
      element("code", escaped(command)) +
          element("button",
                  "copy",
                  "type=\"button\" class=\"copy-text\" data-text=\"" + escaped(command) + "\""),
      "class=\"command\"");
}

}  // namespace

std::string state_text(const Run& run) {
  if (run.complete()) return "COMPLETE";
  std::string text = "PARTIAL: " + std::to_string(run.rows.size());
  if (run.planned > 0) text += " of " + std::to_string(run.planned);
  text += " rollouts, " + std::to_string(run.records.trajectory.steps.size()) + " complete steps";
  return run.waiting > 0 ? text + ", " + std::to_string(run.waiting) + " sampled and not judged"
                         : text;
}

std::string header_markup(const Model& model) {
  const auto seed = [](const Run& run) { return std::to_string(run.records.seed); };
  std::string text = element("p", escaped(states(model)), "class=\"state\"");
  text += facts(
      {{"method", distinct(model, [](const Run& run) { return run.records.method; })},
       {"model", distinct(model, [](const Run& run) { return run.records.config.policy.folder; })},
       {"tasks",
        std::to_string(model.tasks.size()) + " (" +
            distinct(model,
                     [](const Run& run) { return "size " + run.records.config.tasks.size; }) +
            ")"},
       {"sample seeds", distinct(model, seed)},
       {"machine", distinct(model, [](const Run& run) { return run.records.machine; })},
       {"protocol",
        distinct(model,
                 [](const Run& run) {
                   return run.records.protocol + ", dialect " + run.records.config.evaluate.dialect;
                 })},
       {"budget", budgets(model)},
       {"estimand", model.campaign ? model.campaign->estimand : ""},
       {"commit", distinct(model, commit_of)},
       {"started", model.runs.size() == 1 ? fact_of(model.runs.front(), "started") : ""}});
  for (const auto& run : model.runs)
    if (model.runs.size() == 1 && !run.records.config.description.empty())
      text = element("p", escaped(run.records.config.description), "class=\"lead\"") + text;
  return text + command_markup(model);
}

}  // namespace vegttt::report::html
