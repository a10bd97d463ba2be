// vegttt reproduce: what the paper's tables need is run, and printed beside what was published.
#include "campaign.h"
#include "machine_facts.h"
#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/log.h"

namespace vegttt::cli {
namespace {

constexpr const char* kStarterCpu = "configs/experiments/paper/starter_cpu.yaml";
constexpr const char* kStarterGpu = "configs/experiments/paper/starter_gpu.yaml";

class Reproduce : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option(
        "list", list_, "ids like paper/table-5.1, or paper/all; none: the campaign's own tables");
    app.add_option(
        "--campaign", file_, "campaign file; otherwise the starter's, for a GPU or without");
    app.add_option("--tuned",
                   tuned_,
                   "tuned.yaml of a campaign that tunes: settings for the methods that it tuned");
    app.add_flag(
        "--from-counts", from_counts_, "from the published counts alone: no model, no run");
    app.add_flag(
        "--dry-run", dry_run_, "check everything, print the runs and their state, write nothing");
    app.add_option("-o,--out", flags_.out, "folder that holds the campaign's folder")
        ->capture_default_str();
    app.add_option("--name", flags_.name, "name of the campaign's folder");
    app.add_option("--device", device_, "cpu, cuda:0, ...; overrides policy.device");
    app.add_option(
           "--format", flags_.format, "of the tables on stdout: plain, markdown, latex, csv, json")
        ->check(CLI::IsMember({"plain", "markdown", "latex", "csv", "json"}));
    app.add_option("--figures",
                   flags_.figures,
                   "also draw the figures asked for, as SVG and PDF, into this folder");
    app.add_option("--progress", flags_.progress, "auto, rich, plain or none")
        ->check(CLI::IsMember({"auto", "rich", "plain", "none"}));
    app.add_option("--max-minutes",
                   flags_.max_minutes,
                   "end after this long, between runs or steps; exit code 6");
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (flags_.max_minutes < 0) throw core::UsageError("--max-minutes: expected 0 or more");
    const auto ids = paper_ids(list_);
    if (from_counts_) return print_from_counts(required(ids), flags_, common);
    auto campaign = experiment::load_campaign(file(), overrides(), tuned_);
    campaign.asked = list_;
    return dry_run_ ? plan_campaign(campaign, flags_, common)
                    : do_campaign(campaign, flags_, common);
  }

 private:
  static const std::vector<std::string>& required(const std::vector<std::string>& ids) {
    if (ids.empty())
      throw core::UsageError(
          "--from-counts needs a table", "", "vegttt reproduce paper/all --from-counts");
    return ids;
  }

  std::string file() const {
    if (!file_.empty()) return file_;
    const std::string chosen = gpu_facts().empty() ? kStarterCpu : kStarterGpu;
    if (!core::fs::exists(chosen))
      throw core::UsageError("no campaign is named, and " + chosen + " is not here",
                             "",
                             "--campaign FILE, or call it from the folder that holds configs/");
    core::info("campaign file " + chosen + " (another one: --campaign FILE)");
    return chosen;
  }

  std::vector<std::string> overrides() const {
    return device_.empty() ? std::vector<std::string>{}
                           : std::vector<std::string>{"policy.device=" + device_};
  }

  std::vector<std::string> list_;
  std::string file_, device_, tuned_;
  bool from_counts_ = false, dry_run_ = false;
  CampaignFlags flags_;
};

}  // namespace

std::unique_ptr<Subcommand> make_reproduce() { return std::make_unique<Reproduce>(); }

}  // namespace vegttt::cli
