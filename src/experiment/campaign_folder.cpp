#include "vegttt/experiment/campaign_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "vegttt/core/error.h"
#include "vegttt/core/json.h"
#include "vegttt/records/rollout.h"

namespace vegttt::experiment {
namespace {

// Not tuned.yaml: that is what a campaign itself chooses.
constexpr const char* kGivenSettings = "tuned.given.yaml";

core::Json to_json(const Campaign& campaign, const CampaignFolder& folder) {
  core::Json runs = core::Json::array();
  for (const auto& run : campaign.runs)
    runs.push_back({{"label", run.label},
                    {"method", run.experiment.values.adapt.method},
                    {"subset", run.subset},
                    {"task_seed", run.task_seed},
                    {"sample_seed", run.sample_seed},
                    {"folder", run.folder},
                    {"state", name_of(folder.state(run))}});
  core::Json budget = core::Json::object();
  for (const auto& [kind, value] : campaign.budget) budget[kind] = value;
  return {{"schema_version", records::kSchemaVersion},
          {"name", campaign.options.name},
          {"title", campaign.options.title},
          {"budget", budget},
          {"estimand", campaign.options.estimand},
          {"tunes", campaign.options.tunes},
          {"tuned", campaign.tuned.file},
          {"file", campaign.file},
          {"overrides", campaign.overrides},
          {"asked", campaign.asked},
          {"runs", runs}};
}

std::string selected_checkpoint(const core::fs::path& run) {
  const auto file = run / "boa_selected.json";
  const auto json = core::parse_json(core::read_file(file), file.string());
  const auto name = core::get<std::string>(json, "selected_checkpoint", file.string());
  return core::fs::absolute(run / "checkpoints" / name).lexically_normal().string();
}

}  // namespace

CampaignFolder::CampaignFolder(const core::fs::path& path, const Campaign& campaign)
    : path_(path), campaign_(campaign) {
  if (core::fs::exists(path / "run.json"))
    throw core::UserError("is the folder of a run, not of a campaign", path.string());
  core::make_folder(path);
  lock();
  for (const auto& run : campaign_.runs) {
    if (state(run) != RunState::kMissing)
      require_same_experiment(run_path(run), experiment_of(run));
  }
  core::write_file_atomically(path / "experiment.yaml", campaign_.experiment_yaml);
  core::write_file_atomically(path / "campaign.yaml", campaign_.yaml);
  if (!campaign_.tuned.yaml.empty())
    core::write_file_atomically(path / kGivenSettings, campaign_.tuned.yaml);
  update();
}

CampaignFolder::~CampaignFolder() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

void CampaignFolder::lock() {
  const auto file = path_ / "lock";
  lock_fd_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock_fd_ < 0) throw core::MachineError(file.string() + ": " + std::strerror(errno), "open");
  if (::flock(lock_fd_, LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK)
    throw core::MachineError(file.string() + ": " + std::strerror(errno), "flock");
  throw core::UserError("another process is working on this campaign",
                        path_.string(),
                        "wait for it, or give this one another --name");
}

bool CampaignFolder::can_begin(const PlannedRun& run) const {
  return run.init_from.empty() || state_of(path_ / run.init_from) == RunState::kDone;
}

config::LoadedExperiment CampaignFolder::experiment_of(const PlannedRun& run) const {
  auto loaded = run.experiment;
  if (run.init_from.empty()) return loaded;
  const auto begun = run_path(run) / "config.yaml";
  loaded.values.policy.init = core::fs::exists(begun)
                                  ? config::load_experiment(begun.string(), {}).values.policy.init
                                  : selected_checkpoint(path_ / run.init_from);
  loaded.origins["policy.init"] = {config::Origin::Kind::kFile, campaign_.file + ": held_out"};
  return loaded;
}

void CampaignFolder::update() const {
  core::write_file_atomically(path_ / "campaign.json",
                              core::dump_json(to_json(campaign_, *this), 2) + "\n");
}

bool is_campaign(const core::fs::path& folder) {
  return core::fs::exists(folder / "campaign.json");
}

Campaign campaign_in(const core::fs::path& folder) {
  const auto file = folder / "campaign.json";
  if (!core::fs::exists(file))
    throw core::UserError("is not the folder of a campaign: campaign.json is missing",
                          folder.string(),
                          "name a folder like runs/NAME");
  const auto json = core::parse_json(core::read_file(file), file.string());
  TunedFile tuned{core::get_or<std::string>(json, "tuned", ""), ""};
  if (core::fs::exists(folder / kGivenSettings))
    tuned.yaml = core::read_file(folder / kGivenSettings);
  auto campaign =
      parse_campaign(core::read_file(folder / "campaign.yaml"),
                     core::get<std::string>(json, "file", file.string()),
                     core::read_file(folder / "experiment.yaml"),
                     core::get<std::vector<std::string>>(json, "overrides", file.string()),
                     tuned);
  campaign.options.name = core::get<std::string>(json, "name", file.string());
  campaign.asked = core::get_or<std::vector<std::string>>(json, "asked", {});
  return campaign;
}

}  // namespace vegttt::experiment
