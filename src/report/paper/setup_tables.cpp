// Section 4.1 and 4.5, Appendix A, Figure 1: what was set, not measured.
#include <cstdio>

#include "assemble.h"
#include "our_runs.h"
#include "tables_of_paper.h"
#include "vegttt/core/text.h"

namespace vegttt::report::paper {
namespace {

std::string text_of(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

int rollouts_of(const CampaignRun& run) {
  const auto& steps = run.records->trajectory.steps;
  return steps.empty() ? 0 : steps.back().rollouts_so_far;
}

std::string checkpoint_of(const config::ExperimentConfig& config) {
  return config.policy.init.empty() ? config.policy.folder
                                    : config.policy.folder + " + " + config.policy.init;
}

// A parameter of both runs; "Matched?" is computed.
void add_parameter(PaperTable& table, const std::string& key, Cell bon, Cell boa) {
  const char* matched = bon.text == boa.text ? "Yes" : "No";
  table.ours(key, {std::move(bon), std::move(boa), matched});
}

std::string tasks_text(const CampaignRun& run) {
  std::vector<std::string> tasks;
  if (run.records->trajectory.steps.empty()) return "-";
  for (const auto& id : tasks_in_order(run.records->trajectory.steps.front()))
    tasks.push_back(number_of_task(id));
  return core::join(tasks, ", ");
}

void add_rlvr(PaperTable& table, const config::ExperimentConfig& config) {
  table.ours("learning_rate (RLVR)", {text_of(config.learn.learning_rate)});
  table.ours("batch_size", {count_cell(config.adapt.tasks_per_batch)});
  table.ours("group_size", {count_cell(config.sampling.samples_per_task)});
}

void add_adaptation(PaperTable& table, const CampaignRun& run) {
  const auto& config = run.records->config;
  table.ours("model", {config.policy.folder});
  table.ours("algorithm", {config.learn.advantage + " advantages, " + config.learn.loss});
  table.ours("lora_rank", {count_cell(config.policy.lora.rank)});
  table.ours("temperature", {text_of(config.sampling.temperature)});
  table.ours("max_tokens", {count_cell(config.sampling.max_new_tokens)});
  table.ours("normalize_reward", {config.reward.normalizer});
  table.ours("checkpoint", {checkpoint_of(config)});
  table.ours("Batch TTT K per task", {count_cell(config.sampling.samples_per_task)});
  table.ours("learning_rate (TTT)", {text_of(config.learn.learning_rate)});
  if (const auto* step = step_at(run, 1))
    table.ours("step_1_rollouts", {count_cell(step->rollouts_so_far)});
  if (const auto* step = step_at(run, 0))
    table.ours("tasks_per_step", {count_cell(static_cast<std::int64_t>(step->tasks.size()))});
  table.note("Ours from the frozen config of " + run.folder.string() + "/config.yaml.");
}

}  // namespace

Table budget_protocol(const Campaign* campaign) {
  PaperTable table("paper/table-4.1", {});
  const int n = counts().best_of_n_1.samples * static_cast<int>(counts().best_of_n_1.fast.size());
  const int step_1 = 2 * counts().trajectory_samples * static_cast<int>(counts().trajectory.size());
  table.counts("Total rollouts", {count_cell(n), count_cell(step_1), n == step_1 ? "Yes" : "No"});
  const auto bon_runs = runs_of(campaign, Kind::kBestOfN, "1");
  const auto boa_runs = runs_of(campaign, Kind::kBoa, "1");
  if (!bon_runs.empty() && !boa_runs.empty()) {
    const auto &bon = *bon_runs.front(), &boa = *boa_runs.front();
    const auto &a = bon.records->config, &b = boa.records->config;
    add_parameter(
        table, "Total rollouts", count_cell(rollouts_of(bon)), count_cell(rollouts_of(boa)));
    add_parameter(
        table, "Temperature", text_of(a.sampling.temperature), text_of(b.sampling.temperature));
    add_parameter(table,
                  "max_tokens",
                  count_cell(a.sampling.max_new_tokens),
                  count_cell(b.sampling.max_new_tokens));
    add_parameter(table, "Eval mode", a.evaluate.protocol, b.evaluate.protocol);
    add_parameter(table, "Checkpoint", checkpoint_of(a), checkpoint_of(b));
    add_parameter(table, "System prompt", a.prompt.frame, b.prompt.frame);
  }
  table.note("`Matched?` of ours is computed from the frozen configs and the records.");
  return table.build();
}

Table strategies(const Campaign*) {
  PaperTable table("paper/table-4.5", {});
  table.ours("Oracle",
             {"each task at its own best step", "post-hoc, no run can choose it; all steps paid"});
  table.ours("Early Stop (P=1)",
             {"ends after P scores below the best", "online; pays the selected step + P"});
  table.ours("Fixed Step", {"a step named beforehand", "pays up to that step"});
  return table.build();
}

Table configuration(const Campaign* campaign) {
  PaperTable table("paper/appendix-a", {});
  const auto boa = runs_of(campaign, Kind::kBoa, "1");
  const auto bon = runs_of(campaign, Kind::kBestOfN, "1");
  const auto rlvr = runs_of(campaign, Kind::kRlvr);
  if (!boa.empty()) {
    add_adaptation(table, *boa.front());
    table.ours("eval_tasks (subset 1)", {tasks_text(*boa.front())});
  }
  if (const auto second = runs_of(campaign, Kind::kBoa, "2"); !second.empty())
    table.ours("eval_tasks (subset 2)", {tasks_text(*second.front())});
  if (!bon.empty()) {
    table.ours("Best-of-N K", {count_cell(bon.front()->records->config.adapt.best_of_n_samples)});
    table.ours("Best-of-N rollouts", {count_cell(rollouts_of(*bon.front()))});
  }
  if (!rlvr.empty()) add_rlvr(table, rlvr.front()->records->config);
  return table.build();
}

Table figure_system(const Campaign*) {
  Table table;
  table.name = "paper/figure-1";
  table.title = "Figure 1: the system, part by part";
  table.cells = Cells({"from", "to", "what goes"}, {false, false, false});
  table.cells.add({"task", "policy", "prompt"});
  table.cells.add({"policy", "extraction", "completion"});
  table.cells.add({"extraction", "judge", "candidate source"});
  table.cells.add({"judge", "records", "status, speedup, timing"});
  table.cells.add({"judge", "reward", "speedup of correct kernels"});
  table.cells.add(
      {"reward", "LoRA update", "advantages (train time: RLVR; test time: adaptation)"});
  table.cells.add({"LoRA update", "policy", "theta_s+1"});
  table.cells.add({"records", "selection", "score of every step (BoA)"});
  table.cells.add({"selection", "fresh samples", "theta_selected"});
  table.notes = {"The published figure is a diagram of the same loop without the last row."};
  return table;
}

}  // namespace vegttt::report::paper
