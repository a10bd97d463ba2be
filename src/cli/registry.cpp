#include "subcommand.h"

namespace vegttt::cli {

// One line per verb, here and below.
std::unique_ptr<Subcommand> make_adapt();
std::unique_ptr<Subcommand> make_baseline();
std::unique_ptr<Subcommand> make_bench();
std::unique_ptr<Subcommand> make_compare();
std::unique_ptr<Subcommand> make_completion();
std::unique_ptr<Subcommand> make_config();
std::unique_ptr<Subcommand> make_doctor();
std::unique_ptr<Subcommand> make_eval();
std::unique_ptr<Subcommand> make_pretrain();
std::unique_ptr<Subcommand> make_policy();
std::unique_ptr<Subcommand> make_report();
std::unique_ptr<Subcommand> make_reproduce();
std::unique_ptr<Subcommand> make_rescore();
std::unique_ptr<Subcommand> make_resume();
std::unique_ptr<Subcommand> make_scaffold();
std::unique_ptr<Subcommand> make_select();
std::unique_ptr<Subcommand> make_show();
std::unique_ptr<Subcommand> make_tasks();
std::unique_ptr<Subcommand> make_train();
std::unique_ptr<Subcommand> make_watch();

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> list = {
      {"doctor", "what this machine can do, and the remedy for what it cannot", make_doctor},
      {"tasks", "list, show, split and run the tasks", make_tasks},
      {"scaffold",
       "a task's prompt, its tokens, and the assembled source of an answer",
       make_scaffold},
      {"eval", "compile, check and time kernels of your own", make_eval},
      {"pretrain", "make a policy from nothing on the procedural corpus", make_pretrain},
      {"policy",
       "what a model is and says: show, tokenize, logprobs, generate, export",
       make_policy},
      {"train", "reinforcement learning from verified rewards over training tasks", make_train},
      {"adapt", "test-time adaptation (--boa), or best_of_n and base as comparison", make_adapt},
      {"resume", "continue a run or a campaign that was interrupted or killed", make_resume},
      {"reproduce",
       "the paper's tables beside ours: does the runs of a campaign that are missing",
       make_reproduce},
      {"rescore", "old kernels judged again under another protocol or size", make_rescore},
      {"select", "what each strategy picks from a run", make_select},
      {"show", "the runs, a run, a step, a task, or one kernel and why it has its status", make_show},
      {"watch", "a run in progress, live in the terminal", make_watch},
      {"compare",
       "two runs, or folders of runs, paired by task and seed: better, worse or unclear",
       make_compare},
      {"report", "one HTML file about runs or a campaign, with its figures", make_report},
      {"baseline", "reference times, and the noise floor of an equal kernel", make_baseline},
      {"bench", "how fast parts of this program are", make_bench},
      {"config", "show, check or compare experiment files", make_config},
      {"completion", "a script with which bash, zsh or fish complete commands", make_completion},
  };
  return list;
}

}  // namespace vegttt::cli
