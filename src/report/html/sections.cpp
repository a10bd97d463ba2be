#include "sections.h"

#include "markup.h"
#include "vegttt/core/text.h"

namespace vegttt::report::html {
namespace {

std::string figures_or(const std::vector<Figure>& list, const std::string& why_none) {
  if (list.empty()) return note(why_none);
  std::string text;
  for (const auto& figure : list) text += figure_markup(figure);
  return text;
}

std::string tables(const std::vector<Table>& list) {
  std::string text;
  for (const auto& table : list) text += table_markup(table);
  return text;
}

std::string config_markup(const Run& run) {
  return folded("config.yaml of " + run.name + ": every value, and where it came from",
                element("pre", escaped(run.config_text), "tabindex=\"0\""));
}

std::string log_markup(const Run& run) {
  if (run.warnings.empty()) return "";
  return folded("Warnings of " + run.name + " (" + std::to_string(run.warnings.size()) + ")",
                element("pre", escaped(core::join(run.warnings, "\n")), "tabindex=\"0\""));
}

std::string resume_note(const Model& model) {
  std::string text;
  for (const auto& run : model.runs)
    if (!run.complete())
      text +=
          paragraph("Continue " + run.name + " with: vegttt resume " + run.records.path.string());
  return text;
}

std::string setup_markup(const Model& model, const std::vector<Table>& list) {
  std::string text = tables(list) + resume_note(model);
  std::string files;
  for (const auto& run : model.runs) files += config_markup(run) + log_markup(run);
  constexpr std::size_t kFewRuns = 4;
  return text + (model.runs.size() <= kFewRuns ? files
                                               : folded("Configs and warnings of all runs", files));
}

struct Chapter {
  int number;
  const char* id;
  const char* title;
};
constexpr Chapter kChapters[] = {{1, "result", "Result"},
                                 {2, "trajectory", "Trajectory"},
                                 {3, "selection", "Selection"},
                                 {4, "funnel", "Funnel"},
                                 {5, "tasks", "Task by step"},
                                 {6, "diversity", "Diversity"},
                                 {7, "rollouts", "Rollouts"},
                                 {8, "doubtful", "Doubtful"},
                                 {9, "compute", "Compute"},
                                 {10, "setup", "Setup"}};

std::string chapter(int number, const std::string& inner) {
  const Chapter& one = kChapters[number - 1];
  return section(number, one.id, one.title, inner);
}

}  // namespace

std::string contents_markup() {
  std::string text;
  for (const auto& one : kChapters)
    text +=
        element("li",
                element("a",
                        escaped(one.title),
                        std::string("href=\"#") + one.id + "\" data-section=\"" + one.id + "\""));
  return text;
}

std::string sections_before_rollouts(const Plots& plots, const Tables& list) {
  std::string result = tables(list.result);
  if (!plots.result.empty()) result += figures_or(plots.result, "");
  if (!plots.paper.empty())
    result += element("h3", "The paper's figures, with what this campaign found") +
              figures_or(plots.paper, "");
  return chapter(1, result) + chapter(2, figures_or(plots.trajectory, "No step is complete yet.")) +
         chapter(3,
                 list.selection.empty() || !plots.selection.empty()
                     ? figures_or(plots.selection,
                                  "Nothing to select from: only runs that adapt over several steps "
                                  "have strategies.") +
                           tables(list.selection)
                     : tables(list.selection)) +
         chapter(4, figures_or(plots.funnel, "No rollout has been judged yet.")) +
         chapter(5, figures_or(plots.heat, "No rollout has been judged yet.")) +
         chapter(6,
                 figures_or(plots.diversity, "No rollout has been judged yet.") +
                     tables(list.diversity));
}

std::string sections_after_rollouts(const Model& model, const Plots& plots, const Tables& list) {
  return chapter(8, tables(list.doubtful)) +
         chapter(9,
                 figures_or(plots.compute, "No time has been booked yet.") + tables(list.compute)) +
         chapter(10, setup_markup(model, list.setup));
}

}  // namespace vegttt::report::html
