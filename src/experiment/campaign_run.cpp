#include "vegttt/experiment/campaign_run.h"

#include <cmath>

#include "vegttt/core/clock.h"
#include "vegttt/core/error.h"
#include "vegttt/core/log.h"
#include "vegttt/core/stop.h"
#include "vegttt/experiment/after_run.h"

namespace vegttt::experiment {
namespace {

using core::fs::path;

// Time is kept for what makes the runs comparable: without it they say little.
constexpr double kShareOfRuns = 0.9;

class CampaignWork {
 public:
  CampaignWork(const Campaign& campaign,
               const CampaignRequest& request,
               const PartsFactory& make_parts,
               CampaignObserver& observer)
      : request_(request),
        make_parts_(make_parts),
        observer_(observer),
        folder_(campaign_path(campaign, request), campaign) {
    for (const auto& run : folder_.campaign().runs) {
      if (!request.wanted || request.wanted(run)) runs_.push_back(&run);
    }
    if (runs_.empty()) throw core::UserError("has no run that is asked for", campaign.file);
  }

  path run() {
    try {
      do_runs();
      do_what_lies_outside();
    } catch (const core::Stopped& stopped) {
      folder_.update();
      throw core::Stopped(stopped.code(), what_is_left(stopped));
    }
    folder_.update();
    require_complete();
    return folder_.path();
  }

 private:
  void do_runs() {
    int failed_in_a_row = 0;
    for (std::size_t i = 0; i < runs_.size() && !time_is_over_; ++i) {
      core::throw_if_stopped();
      const PlannedRun& run = *runs_[i];
      if (folder_.state(run) == RunState::kDone) continue;
      if (!folder_.can_begin(run)) {
        failure_ =
            run.folder + " begins with what " + run.init_from + " selects, which is not done";
        continue;
      }
      observer_.run_begins(run, i + 1, runs_.size());
      failed_in_a_row = do_run(run) ? 0 : failed_in_a_row + 1;
      folder_.update();
      if (failed_in_a_row == 2)
        throw core::MachineError("two runs in a row failed, the last one with: " + failure_ +
                                 ". When the cause is gone: vegttt resume " +
                                 folder_.path().string());
    }
  }

  // False when the machine failed it.
  bool do_run(const PlannedRun& run) {
    RunRequest request;
    request.out = folder_.path().string();
    request.name = run.folder;
    request.if_exists = "resume";
    request.threads = request_.threads;
    request.argv = request_.argv;
    if (request_.max_minutes > 0) {
      request.max_minutes = kShareOfRuns * request_.max_minutes - watch_.elapsed_s() / 60;
      if (request.max_minutes <= 0) return time_is_over_ = true;
    }
    try {
      run_experiment(folder_.experiment_of(run), request, make_parts_, observer_);
    } catch (const core::Stopped& stopped) {
      if (stopped.code() != core::ExitCode::kEndedEarly) throw;
      time_is_over_ = true;
    } catch (const core::MachineError& error) {
      failure_ = error.what();
      core::warn(run.folder + ": " + failure_ + "; the campaign goes on without it");
      return false;
    }
    return true;
  }

  void do_what_lies_outside() {
    std::vector<const PlannedRun*> done, compared;
    for (const auto* run : runs_) {
      if (folder_.state(*run) != RunState::kDone) continue;
      done.push_back(run);
      if (!run->held_out) compared.push_back(run);
    }
    const AfterRun work{
        folder_, make_parts_, observer_, [this] { check_stop(); }, request_.threads};
    probe_theta_0(work, compared);
    time_best_kernels(work, compared);
    list_outside_budget(work, done);
    if (time_is_over_) throw_time_is_over();
  }

  void check_stop() const {
    core::throw_if_stopped();
    if (request_.max_minutes > 0 && watch_.elapsed_s() > 60 * request_.max_minutes)
      throw_time_is_over();
  }

  [[noreturn]] static void throw_time_is_over() {
    throw core::Stopped(core::ExitCode::kEndedEarly, "time is over (--max-minutes)");
  }

  std::size_t done_runs() const {
    std::size_t done = 0;
    for (const auto* run : runs_) done += folder_.state(*run) == RunState::kDone;
    return done;
  }

  // A run's own message names the run; what goes on is the campaign.
  std::string what_is_left(const core::Stopped& stopped) const {
    const std::string why =
        stopped.code() == core::ExitCode::kEndedEarly ? "time is over (--max-minutes)" : "stopped";
    return why + ": " + std::to_string(done_runs()) + " of " + std::to_string(runs_.size()) +
           " runs complete. Saved. Continue with: vegttt resume " + folder_.path().string();
  }

  void require_complete() const {
    const std::size_t done = done_runs();
    if (done == runs_.size()) return;
    throw core::MachineError(std::to_string(runs_.size() - done) + " of " +
                             std::to_string(runs_.size()) +
                             " runs failed, the last one with: " + failure_ +
                             ". When the cause is gone: vegttt resume " + folder_.path().string());
  }

  const CampaignRequest& request_;
  const PartsFactory& make_parts_;
  CampaignObserver& observer_;
  CampaignFolder folder_;
  std::vector<const PlannedRun*> runs_;
  core::Stopwatch watch_;
  bool time_is_over_ = false;
  std::string failure_;
};

}  // namespace

path campaign_path(const Campaign& campaign, const CampaignRequest& request) {
  const std::string& name = request.name.empty() ? campaign.options.name : request.name;
  if (name.empty() || name.find('/') != std::string::npos || name == "." || name == "..")
    throw core::UserError("'" + name + "' cannot be the name of a folder", "name");
  return path(request.out) / name;
}

path run_campaign(const Campaign& campaign,
                  const CampaignRequest& request,
                  const PartsFactory& make_parts,
                  CampaignObserver& observer) {
  Campaign named = campaign;
  if (!request.name.empty()) named.options.name = request.name;
  return CampaignWork(named, request, make_parts, observer).run();
}

}  // namespace vegttt::experiment
