// vegttt bench evaluate|sample|learn: how fast parts of this program are here.
#include "nested_verbs.h"

namespace vegttt::cli {

std::unique_ptr<Subcommand> make_bench_evaluate();
std::unique_ptr<Subcommand> make_bench_learn();
std::unique_ptr<Subcommand> make_bench_sample();

std::unique_ptr<Subcommand> make_bench() {
  return std::make_unique<NestedVerbs>(std::vector<Verb>{
      {"evaluate", "candidates per second, and seconds by stage", make_bench_evaluate},
      {"sample", "tokens per second of a policy that samples", make_bench_sample},
      {"learn", "tokens per second of a policy that learns", make_bench_learn},
  });
}

}  // namespace vegttt::cli
