// vegttt policy tokenize: needs the folder's tokenizer only, no weights.
#include <iostream>

#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/tokenizer.h"

namespace vegttt::cli {
namespace {

class PolicyTokenize : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option(
           "--policy", folder_, "folder with tokenizer.json, hub id in the local cache, or starter")
        ->capture_default_str();
    auto* text = app.add_option("--text", text_, "text file to encode");
    auto* ids = app.add_option("--ids", ids_, "JSON file with an array of token ids to decode");
    text->excludes(ids);
    app.add_option("--out", out_, "file to write instead of stdout");
  }

  core::ExitCode run(const CommonOptions&) override {
    if (text_.empty() == ids_.empty()) throw core::UsageError("name --text FILE or --ids FILE");
    const bool whole = core::fs::exists(core::fs::path(folder_) / "tokenizer.json");
    const auto tokenizer = policy::load_tokenizer(whole ? core::fs::path(folder_)
                                                        : policy::find_model_folder(folder_));
    write(text_.empty() ? decode(*tokenizer)
                        : core::dump_json(tokenizer->encode(core::read_file(text_))) + "\n");
    return core::ExitCode::kDone;
  }

 private:
  std::string decode(const policy::Tokenizer& tokenizer) const {
    const core::Json json = core::parse_json(core::read_file(ids_), ids_);
    try {
      return tokenizer.decode(json.get<std::vector<int>>(), /*skip_special=*/false);
    } catch (const nlohmann::json::exception&) {
      throw core::UserError("expected an array of token ids", ids_);
    }
  }

  void write(const std::string& result) const {
    if (out_.empty())
      std::cout << result;
    else
      core::write_file_atomically(out_, result);
  }

  std::string folder_ = "starter", text_, ids_, out_;
};

}  // namespace

std::unique_ptr<Subcommand> make_policy_tokenize() { return std::make_unique<PolicyTokenize>(); }

}  // namespace vegttt::cli
