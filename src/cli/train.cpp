// vegttt train: reinforcement learning from verified rewards over training tasks.
#include "launch.h"
#include "subcommand.h"

namespace vegttt::cli {
namespace {

class Train : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("config", config_, "experiment file")->required();
    app.add_option("overrides", overrides_, "key=value ...");
    add_run_options(app, run_);
  }

  core::ExitCode run(const CommonOptions& common) override {
    overrides_.push_back("adapt.method=rlvr");
    return launch(load(config_, overrides_, run_), run_, common);
  }

 private:
  std::string config_;
  std::vector<std::string> overrides_;
  RunOptions run_;
};

}  // namespace

std::unique_ptr<Subcommand> make_train() { return std::make_unique<Train>(); }

}  // namespace vegttt::cli
