// vegttt resume: goes on where a run or a campaign ended; its config is the one it began with.
#include "campaign.h"
#include "launch.h"
#include "subcommand.h"
#include "vegttt/experiment/campaign_folder.h"

namespace vegttt::cli {
namespace {

class Resume : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("run", folder_, "folder of the run, or of a campaign")->required();
    add_resume_options(app, run_);
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (experiment::is_campaign(folder_)) return continue_campaign(common);
    return continue_run(folder_, run_, common);
  }

 private:
  core::ExitCode continue_campaign(const CommonOptions& common) const {
    const auto folder = (core::fs::path(folder_) / ".").lexically_normal().parent_path();
    CampaignFlags flags;
    flags.out = folder.has_parent_path() ? folder.parent_path().string() : ".";
    flags.name = folder.filename().string();
    flags.progress = run_.progress;
    flags.max_minutes = run_.max_minutes;
    return do_campaign(experiment::campaign_in(folder), flags, common);
  }

  std::string folder_;
  RunOptions run_;
};

}  // namespace

std::unique_ptr<Subcommand> make_resume() { return std::make_unique<Resume>(); }

}  // namespace vegttt::cli
