#pragma once

#include <memory>

#include "vegttt/core/file.h"
#include "vegttt/experiment/campaign.h"
#include "vegttt/experiment/run.h"

namespace vegttt::experiment {

// A campaign on disk, locked against a second process while this object lives: campaign.yaml and
// experiment.yaml as they were given, campaign.json, and a folder for each run.
class CampaignFolder {
 public:
  // Makes the folder, or takes the one there is. A campaign may have grown since (more seeds,
  // methods, subsets); throws UserError where a run that exists would be another one now.
  CampaignFolder(const core::fs::path& path, const Campaign& campaign);
  ~CampaignFolder();
  CampaignFolder(const CampaignFolder&) = delete;
  CampaignFolder& operator=(const CampaignFolder&) = delete;

  const core::fs::path& path() const { return path_; }
  const Campaign& campaign() const { return campaign_; }
  core::fs::path run_path(const PlannedRun& run) const { return path_ / run.folder; }
  RunState state(const PlannedRun& run) const { return state_of(run_path(run)); }
  // Whether what it begins with is there.
  bool can_begin(const PlannedRun& run) const;
  // With the checkpoint that it begins with: the one on disk where it has begun, else what the run
  // that it follows has selected (which must be done).
  config::LoadedExperiment experiment_of(const PlannedRun& run) const;
  // Writes campaign.json as things are now.
  void update() const;

 private:
  void lock();

  core::fs::path path_;
  Campaign campaign_;
  int lock_fd_ = -1;
};

bool is_campaign(const core::fs::path& folder);
// The campaign that a folder was made for. Throws UserError when it is none.
Campaign campaign_in(const core::fs::path& folder);

}  // namespace vegttt::experiment
