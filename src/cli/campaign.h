// What reproduce and resume share: from a campaign to its runs and its tables.
#pragma once

#include "options.h"
#include "vegttt/core/error.h"
#include "vegttt/experiment/campaign.h"

namespace vegttt::cli {

// Circumstances of a campaign's runs.
struct CampaignFlags {
  std::string out = "runs", name, progress = "auto", format = "plain";
  std::string figures;  // folder for drawn figures; "": only the campaign's own
  double max_minutes = 0;
};

// Ids of the paper's tables and figures; `paper/all` stands for all of them. Throws UserError for
// an unknown one.
std::vector<std::string> paper_ids(const std::vector<std::string>& list);

// The tables from the published counts alone.
core::ExitCode print_from_counts(const std::vector<std::string>& ids,
                                 const CampaignFlags& flags,
                                 const CommonOptions& common);
// What is there and what would be run; writes nothing.
core::ExitCode plan_campaign(const experiment::Campaign& campaign,
                             const CampaignFlags& flags,
                             const CommonOptions& common);
// Does what campaign.asked needs and is missing, then prints the tables.
core::ExitCode do_campaign(const experiment::Campaign& campaign,
                           const CampaignFlags& flags,
                           const CommonOptions& common);

}  // namespace vegttt::cli
