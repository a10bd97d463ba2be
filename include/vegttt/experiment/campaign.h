// A campaign: methods x subsets of tasks x task seeds x sample seeds, each stopped at the same
// budget. docs/campaigns.md describes the file.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vegttt/config/experiment.h"

namespace vegttt::experiment {

// Tasks that no run works on, to see what was learnt there: theta_0 and the checkpoints that some
// methods have selected on the first subset. Which tasks: `held_out.tasks`, keys of `tasks`.
struct HeldOutOptions {
  std::vector<std::string> methods;  // none: nothing is held out
  int samples_per_task = 32;         // outside of every budget

  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("methods", s.methods, "methods whose selected checkpoints are looked at");
    v.field("samples_per_task", s.samples_per_task, "rollouts per held-out task and policy");
  }
};

struct CampaignOptions {
  std::string name;        // of the folder; empty takes the file's
  std::string title;       // of the tables; must say "unequal budgets" where they are
  std::string experiment;  // file with what all runs share; beside the campaign's, or from here
  std::string estimand =
      "per task the best kernel found within the budget over all steps, timed anew on fresh "
      "inputs, 1.0x if none; mean log speedup";
  std::vector<std::int64_t> task_seeds = {42};
  std::vector<std::int64_t> sample_seeds = {1};
  std::vector<std::string> once;  // methods that `grid` does not multiply
  int retimings = 3;              // of every best kernel, outside of the budget
  int probe_samples = 16;         // rollouts per task for theta_0's rates, outside of the budget
  HeldOutOptions held_out;
  bool tunes = false;  // its tasks are there to choose settings on: what wins goes to tuned.yaml
  std::string
      tuned;  // such a file: settings by kind of method; beside the campaign's, or from here

  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("name", s.name, "name of the campaign's folder; empty takes the file's");
    v.field("title", s.title, "title of its tables");
    v.field("experiment", s.experiment, "experiment file with what all runs share");
    v.field("estimand", s.estimand, "what is compared, fixed before anything is run");
    v.field("task_seeds", s.task_seeds, "seeds of the train/eval shuffle");
    v.field("sample_seeds", s.sample_seeds, "seeds of sampling: independent repetitions");
    v.field("once", s.once, "methods that the grid does not multiply");
    v.field("retimings", s.retimings, "how often each best kernel is timed anew");
    v.field("probe_samples", s.probe_samples, "rollouts per task of the probe of theta_0");
    v.group("held_out", s.held_out, "a look at tasks that no run works on");
    v.field("tunes", s.tunes, "write the settings that win to tuned.yaml");
    v.field("tuned", s.tuned, "tuned.yaml of a campaign that tunes");
  }
};

// One run of the product.
struct PlannedRun {
  std::string label;  // the method's name in the campaign, with its place in the grid
  std::string subset;
  std::int64_t task_seed = 0, sample_seed = 0;
  std::string folder;  // below the campaign's
  config::LoadedExperiment experiment;
  bool held_out = false;  // compared with nothing at equal budget
  std::string init_from;  // folder of the run whose selected checkpoint it begins with; "": theta_0
};

// tuned.yaml as it was read; without text, nothing was tuned.
struct TunedFile {
  std::string file, yaml;
};

struct Campaign {
  CampaignOptions options;
  std::map<std::string, double> budget;  // by kind
  std::vector<PlannedRun> runs;          // by sample seed first: what is there is comparable
  std::string file, yaml;                // as read
  std::string experiment_yaml;
  TunedFile tuned;
  std::vector<std::string> overrides;  // circumstances of the command line, for all runs
  std::vector<std::string> asked;      // ids of tables: what `reproduce` was asked for; none: all
};

// Reads and multiplies out. Throws UserError with file:line for unknown, doubled or wrong keys, for
// budgets that would be spent unequally where the title does not admit it, and for two runs of the
// same name.
// `tuned` "": the one that the file names, if any.
Campaign load_campaign(const std::string& file,
                       const std::vector<std::string>& overrides = {},
                       const std::string& tuned = "");
// The same from text; `file` stands for it in messages.
Campaign parse_campaign(const std::string& yaml,
                        const std::string& file,
                        const std::string& experiment_yaml,
                        const std::vector<std::string>& overrides = {},
                        const TunedFile& tuned = {});

// Whether a title admits that budgets differ.
bool admits_unequal_budgets(const std::string& title);

}  // namespace vegttt::experiment
