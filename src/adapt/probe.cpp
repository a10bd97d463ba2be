#include "vegttt/adapt/methods.h"
#include "vegttt/adapt/rollouts.h"

namespace vegttt::adapt {
namespace {

// Forgets everything: a probe leaves no trace in a run.
class NoStore : public RunStore {
 public:
  std::vector<records::JudgedRollout> judged(Stream, int) const override { return {}; }
  std::vector<records::Rollout> sampled_only(Stream, int) const override { return {}; }
  void add_sampled(Stream, const records::Rollout&) override {}
  void add_judged(Stream, const records::JudgedRollout&) override {}
  void add_step(const records::StepMetrics&, const std::vector<records::Rollout>&) override {}
  records::Trajectory trajectory() const override { return {}; }
  void save_checkpoint(int,
                       const core::Json&,
                       const std::function<void(const std::string&)>&) override {}
  int latest_checkpoint() const override { return -1; }
  std::string checkpoint_folder(int) const override { return ""; }
  core::Json checkpoint_state(int) const override { return {}; }
  records::ComputeLedger& ledger() override { return ledger_; }
  void save_ledger() override {}
  void add_lines(const std::string&, const std::vector<core::Json>&) override {}
  std::vector<core::Json> lines(const std::string&) const override { return {}; }
  void write_result(const std::string&, const core::Json&) override {}

 private:
  records::ComputeLedger ledger_;
};

}  // namespace

records::StepMetrics probe(const ProbeParts& parts, int samples) {
  NoStore nowhere;
  Context context{parts.config,
                  parts.tasks,
                  parts.sampler,
                  parts.learner,
                  parts.evaluator,
                  nowhere,
                  parts.observer,
                  parts.check_stop,
                  {}};
  auto metrics = metrics_of(0, rollouts_of(context, {Stream::kProbe, 0, context.tasks, samples}));
  metrics.rollouts_so_far = metrics.n_samples();
  return metrics;
}

std::vector<std::string> probe_warnings(const records::StepMetrics& metrics) {
  std::vector<std::string> lines;
  for (const auto& [task, counts] : metrics.tasks) {
    if (counts.n == 0) continue;
    if (counts.correct == 0)
      lines.push_back(task + ": none of " + std::to_string(counts.n) +
                      " is correct; little can be learnt from it");
    else if (counts.distinct == 1)
      lines.push_back(task + ": all " + std::to_string(counts.n) +
                      " are the same kernel; raise the temperature");
    if (2 * counts.truncated > counts.n)
      lines.push_back(task + ": more than half are cut off; raise sampling.max_new_tokens");
  }
  return lines;
}

}  // namespace vegttt::adapt
