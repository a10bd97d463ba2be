// Trains the starter policy: next-token prediction over the procedural corpus, every weight, no
// LoRA.
#pragma once

#include <map>
#include <string>

#include "vegttt/pretrain/options.h"

namespace vegttt::pretrain {

// Circumstances, not part of what is computed, except `max_minutes`: it lowers the number of steps
// to what the device does in that time (measured over the first ones), and the schedule with it.
struct PretrainRun {
  std::string out;  // model folder to write
  std::string device =
      "cpu";  // cpu or cuda:N; bfloat16 arithmetic on cuda, float32 master weights everywhere
  double max_minutes = 0;  // 0 = no limit
  int threads = 0;         // that write samples; 0 = all cores but one
};

struct PretrainReport {
  std::int64_t steps = 0, tokens = 0, samples = 0;
  double seconds = 0;
  double train_loss = 0;                        // per code token, mean of the last reports
  std::map<std::string, double> held_out_loss;  // per code token, by family
  std::string corpus_hash;                      // over the texts of the samples used, in order
};

PretrainReport pretrain(const PretrainOptions& options, const PretrainRun& run);

}  // namespace vegttt::pretrain
