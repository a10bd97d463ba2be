// vegttt rescore: kernels of a finished run judged again, into a folder beside it.
#include "vegttt/experiment/rescore.h"

#include "launch.h"
#include "progress.h"
#include "subcommand.h"
#include "vegttt/core/log.h"
#include "vegttt/experiment/assemble.h"

namespace vegttt::cli {
namespace {

class Rescore : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("run", folder_, "folder of a finished run")->required();
    app.add_option("overrides", overrides_, "evaluate.key=value ...");
    app.add_option("--protocol", protocol_, "strict, paper-fast, paper-full or kernelbench")
        ->check(CLI::IsMember({"strict", "paper-fast", "paper-full", "kernelbench"}));
    app.add_option("--size", size_, "size set of the tasks: paper, small, tiny");
    app.add_option("--name", name_, "name of the folder beside the run");
    app.add_option("--progress", progress_, "auto, rich, plain or none")
        ->check(CLI::IsMember({"auto", "rich", "plain", "none"}));
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (!protocol_.empty()) overrides_.push_back("evaluate.protocol=" + protocol_);
    if (!size_.empty()) overrides_.push_back("tasks.size=" + size_);
    Progress progress(progress_, common.json);
    const auto folder = experiment::rescore(
        folder_, {overrides_, name_, common.threads, common.argv}, experiment::assemble, progress);
    print_tables(folder.string(), common);
    core::info("run    " + folder.string());
    return core::ExitCode::kDone;
  }

 private:
  std::string folder_, protocol_, size_, name_, progress_ = "auto";
  std::vector<std::string> overrides_;
};

}  // namespace

std::unique_ptr<Subcommand> make_rescore() { return std::make_unique<Rescore>(); }

}  // namespace vegttt::cli
