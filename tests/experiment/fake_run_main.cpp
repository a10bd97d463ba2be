// experiment_fake_run run CONFIG OUT NAME DELAY_US | resume RUN DELAY_US
//                   | campaign FILE OUT NAME DELAY_US
// An experiment with scripted parts that a test may interrupt or kill.
#include <iostream>
#include <string>

#include "support/fake_parts.h"
#include "vegttt/core/error.h"
#include "vegttt/core/stop.h"
#include "vegttt/experiment/campaign_run.h"

int main(int argc, char** argv) {
  using namespace vegttt;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const unsigned delay_us = static_cast<unsigned>(std::stoul(words.back()));
  const auto make_parts = [&](const experiment::PartsRequest& request) {
    return test::fake_parts(request, delay_us);
  };
  experiment::CampaignObserver observer;
  experiment::RunRequest request;
  request.argv = words;
  core::install_stop_handlers();
  try {
    if (words[0] == "resume") {
      experiment::resume_experiment(words[1], request, make_parts, observer);
    } else if (words[0] == "campaign") {
      experiment::CampaignRequest campaign;
      campaign.out = words[2];
      campaign.name = words[3];
      experiment::run_campaign(experiment::load_campaign(words[1]), campaign, make_parts, observer);
    } else {
      request.out = words[2];
      request.name = words[3];
      experiment::run_experiment(
          config::load_experiment(words[1], {}), request, make_parts, observer);
    }
  } catch (const core::Error& e) {
    std::cerr << e.what() << "\n";
    return static_cast<int>(e.code());
  }
  return 0;
}
