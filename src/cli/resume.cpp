// vegttt resume: goes on where a run ended; its config is the one it began with.
#include "launch.h"
#include "subcommand.h"

namespace vegttt::cli {
namespace {

class Resume : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("run", folder_, "folder of the run")->required();
    add_resume_options(app, run_);
  }

  core::ExitCode run(const CommonOptions& common) override {
    return continue_run(folder_, run_, common);
  }

 private:
  std::string folder_;
  RunOptions run_;
};

}  // namespace

std::unique_ptr<Subcommand> make_resume() { return std::make_unique<Resume>(); }

}  // namespace vegttt::cli
