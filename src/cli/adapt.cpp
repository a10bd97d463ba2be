// vegttt adapt: test-time adaptation of one experiment, with its baselines as other methods.
#include "launch.h"
#include "subcommand.h"

namespace vegttt::cli {
namespace {

class Adapt : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("config", config_, "experiment file")->required();
    app.add_option("overrides", overrides_, "key=value ...");
    app.add_flag(
        "--boa", boa_, "batch test-time training with checkpoint selection: --method batch_ttt");
    app.add_option("--method",
                   method_,
                   "base, best_of_n, power_sampling, batch_ttt, sdpo, opsd or discover; otherwise "
                   "what the file says")
        ->check(CLI::IsMember(
            {"base", "best_of_n", "power_sampling", "batch_ttt", "sdpo", "opsd", "discover"}));
    app.add_option(
        "--probe", probe_, "only show what theta_0 can do, from this many rollouts per task");
    add_run_options(app, run_);
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (boa_ && !method_.empty() && method_ != "batch_ttt")
      throw core::UsageError("--boa means --method batch_ttt, and --method " + method_ +
                             " was given as well");
    if (boa_) method_ = "batch_ttt";
    if (!method_.empty()) overrides_.push_back("adapt.method=" + method_);
    const auto loaded = load(config_, overrides_, run_);
    if (loaded.values.adapt.method == "rlvr")
      throw core::UsageError(
          "this experiment trains (adapt.method: rlvr)", config_, "vegttt train " + config_);
    return probe_ > 0 ? probe_policy(loaded, probe_, run_, common) : launch(loaded, run_, common);
  }

 private:
  std::string config_, method_;
  std::vector<std::string> overrides_;
  bool boa_ = false;
  int probe_ = 0;
  RunOptions run_;
};

}  // namespace

std::unique_ptr<Subcommand> make_adapt() { return std::make_unique<Adapt>(); }

}  // namespace vegttt::cli
