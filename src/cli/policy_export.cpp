// vegttt policy export: the model with its adapter merged into the weights, for programs that know
// no adapters.
#include <iostream>

#include "policy_options.h"
#include "subcommand.h"
#include "vegttt/core/error.h"
#include "vegttt/policy/export.h"

namespace vegttt::cli {
namespace {

class PolicyExport : public Subcommand {
 public:
  void add(CLI::App& app) override {
    flags_.add(app);
    app.add_option("--out", out_, "model folder to write")->required();
    app.add_option("--store", store_, "type of the weights there: bfloat16, float16 or float32")
        ->check(CLI::IsMember({"bfloat16", "float16", "float32"}))
        ->capture_default_str();
  }

  core::ExitCode run(const CommonOptions& common) override {
    if (flags_.options.init.empty())
      throw core::UsageError("nothing to merge", "--adapter", "name an adapter folder");
    const auto policy = flags_.load(common);
    const auto dtype = store_ == "float32"   ? at::kFloat
                       : store_ == "float16" ? at::kHalf
                                             : at::kBFloat16;
    policy::export_merged(policy::find_model_folder(flags_.options.folder),
                          *policy->model(),
                          *policy->adapter(),
                          out_,
                          dtype);
    if (!common.json) std::cout << "written to " << out_ << "\n";
    return core::ExitCode::kDone;
  }

 private:
  PolicyFlags flags_;
  std::string out_, store_ = "bfloat16";
};

}  // namespace

std::unique_ptr<Subcommand> make_policy_export() { return std::make_unique<PolicyExport>(); }

}  // namespace vegttt::cli
