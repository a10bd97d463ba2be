#include "vegttt/adapt/context.h"

#include "recount.h"
#include "vegttt/adapt/methods.h"
#include "vegttt/core/error.h"

namespace vegttt::adapt {

const char* name_of(Stream stream) {
  switch (stream) {
    case Stream::kAdapt:
      return "adapt";
    case Stream::kFresh:
      return "fresh";
    case Stream::kProbe:
      return "probe";
  }
  VEGTTT_ASSERT(false, "every stream has a name");
  return "";
}

const char* name_of(Stage stage) {
  switch (stage) {
    case Stage::kSample:
      return "sample";
    case Stage::kEvaluate:
      return "evaluate";
    case Stage::kLearn:
      return "learn";
  }
  VEGTTT_ASSERT(false, "every stage has a name");
  return "";
}

std::string criterion_of(const config::ExperimentConfig& config) {
  if (config.adapt.criterion != "auto") return config.adapt.criterion;
  return evaluate::protocol(config.evaluate.protocol).strict_selection ? "fast_1_strict" : "fast_1";
}

void run_method(Context& context) {
  const std::string& method = context.config.adapt.method;
  recount(context);
  if (method == "base") return run_base(context);
  if (method == "best_of_n") return run_best_of_n(context);
  if (method == "power_sampling") return run_power_sampling(context);
  if (method == "discover") return run_discover(context);
  if (method == "batch_ttt") return run_batch_ttt(context);
  if (method == "sdpo") return run_sdpo(context);
  if (method == "opsd") return run_opsd(context);
  if (method == "rlvr") return run_rlvr(context);
  VEGTTT_ASSERT(false, "the config was checked for known methods");
}

}  // namespace vegttt::adapt
