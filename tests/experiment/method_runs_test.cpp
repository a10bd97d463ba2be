// Every method's run folder: it adds up to its ledger, and a stopped run goes on as if nothing had
// happened.
#include "run_fixture.h"

namespace vegttt::experiment {
namespace {

class MethodRuns : public test::RunFixture {
 protected:
  static std::vector<std::string> overrides(const std::string& method) {
    return {"adapt.method=" + method,
            "adapt.best_of_n_samples=6",
            "adapt.diagnostics=false",
            "adapt.epochs=2",
            "teacher.solution=true",
            "sampling.max_new_tokens=4",
            "power.blocks=2",
            "power.iterations=2",
            "discover.groups=2"};
  }
  core::fs::path whole(const std::string& method) { return run(method, overrides(method)); }
  // Stopped at the verdict of this number, then resumed.
  core::fs::path stopped(const std::string& method, int at) {
    const std::string name = method + "-stopped";
    int left = at;
    const PartsFactory breaking = [&](const PartsRequest& asked) {
      Parts parts = test::fake_parts(asked);
      static_cast<test::FakeEvaluator&>(*parts.evaluator).machine_fails = [&](const auto&) -> bool {
        if (--left == 0) throw core::Stopped(core::ExitCode::kEndedEarly, "stop");
        return false;
      };
      return parts;
    };
    EXPECT_THROW(run_experiment(config::parse_experiment(kYaml, "boa.yaml", overrides(method)),
                                request(name),
                                breaking,
                                observer_),
                 core::Stopped);
    return resume_experiment(folder_.path() / name, request(name), parts(), observer_);
  }
};

const std::vector<std::string> kMethods = {
    "base", "best_of_n", "power_sampling", "batch_ttt", "sdpo", "opsd", "discover", "rlvr"};

std::int64_t sum_of(const core::fs::path& file, const std::string& key) {
  std::int64_t sum = 0;
  core::for_each_json_line(
      file, [&](const core::Json& line) { sum += line.at(key).get<std::int64_t>(); });
  return sum;
}

TEST_F(MethodRuns, TokensOfTheLedgerAreThoseOfTheFiles) {
  for (const auto& method : kMethods) {
    SCOPED_TRACE(method);
    const auto folder = whole(method);
    const auto ledger =
        core::parse_json(text(folder, method + "_compute.json"), method + "_compute.json");
    // Chains pay for their requests, which stand in a file of their own.
    const auto sampled =
        folder / (method == "power_sampling" ? "proposals.jsonl" : "rollouts.jsonl");
    for (const std::string kind : {"prompt_tokens", "completion_tokens"}) {
      EXPECT_EQ(ledger.at("student_" + kind),
                sum_of(sampled, kind) + sum_of(folder / "reevaluation.jsonl", kind));
      EXPECT_EQ(ledger.at("teacher_" + kind), sum_of(folder / "teacher.jsonl", kind));
    }
    EXPECT_EQ(ledger.at("teacher_prompt_tokens") > 0, method == "sdpo" || method == "opsd");
  }
}

std::string without_seconds(core::Json summary) {
  if (summary.contains("budget")) summary["budget"]["spent"].erase("device_seconds");
  return summary.dump(1);
}

TEST_F(MethodRuns, AStoppedOneEndsAsIfNothingHadHappened) {
  for (const auto& method : kMethods) {
    SCOPED_TRACE(method);
    const auto a = whole(method), b = stopped(method, method == "base" ? 7 : 9);
    for (const char* file : {"rollouts.jsonl",
                             "rewards.jsonl",
                             "reevaluation.jsonl",
                             "teacher.jsonl",
                             "proposals.jsonl",
                             "boa_selected.json"}) {
      ASSERT_EQ(core::fs::exists(a / file), core::fs::exists(b / file)) << file;
      if (!core::fs::exists(a / file)) continue;
      EXPECT_EQ(text(a, file), text(b, file)) << file;
    }
    const std::string summary = method + "_summary.json";
    EXPECT_EQ(without_seconds(core::parse_json(text(a, summary), summary)),
              without_seconds(core::parse_json(text(b, summary), summary)));
  }
}

}  // namespace
}  // namespace vegttt::experiment
