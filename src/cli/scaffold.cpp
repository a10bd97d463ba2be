// vegttt scaffold TASK: what a policy reads, and what becomes of its answer.
#include <fmt/format.h>

#include <iostream>

#include "subcommand.h"
#include "vegttt/core/file.h"
#include "vegttt/core/json.h"
#include "vegttt/core/text.h"
#include "vegttt/policy/chat.h"
#include "vegttt/policy/local_policy.h"
#include "vegttt/policy/tokenizer.h"
#include "vegttt/scaffold/dialect.h"
#include "vegttt/scaffold/prompt.h"
#include "vegttt/tasks/catalogue.h"

namespace vegttt::cli {
namespace {

using core::ExitCode;

// The text a model folder's chat format makes of a prompt, and its tokens. Weights are not loaded.
struct Encoded {
  std::string text;
  std::vector<int> tokens;
};

Encoded encode(const std::string& policy_name,
               const std::string& reasoning,
               const records::Prompt& prompt) {
  const core::fs::path folder = policy::find_model_folder(policy_name);
  const std::unique_ptr<policy::Tokenizer> tokenizer = policy::load_tokenizer(folder);
  const policy::ChatFormat chat =
      policy::load_chat_format(folder, *tokenizer, policy::read_model_config(folder), reasoning);
  const std::string text = chat.render(prompt.system, prompt.user);
  return {text, tokenizer->encode(text)};
}

std::string numbered(const records::Candidate& candidate) {
  std::string text;
  const auto lines = core::lines_of(candidate.assembled);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const int own = i < candidate.line_map.size() ? candidate.line_map[i] : 0;
    text += fmt::format("{:>5} {:>5} | {}\n", i + 1, own > 0 ? std::to_string(own) : "", lines[i]);
  }
  return text;
}

class Scaffold : public Subcommand {
 public:
  void add(CLI::App& app) override {
    app.add_option("task", task_, "task id or task file")->required();
    app.add_option("--policy",
                   policy_,
                   "model folder, hub id in the local cache, or starter: prints the token ids");
    app.add_option(
           "--reasoning", reasoning_, "as policy.reasoning: auto, off, on, low, medium or high")
        ->check(CLI::IsMember({"auto", "off", "on", "low", "medium", "high"}))
        ->capture_default_str();
    app.add_option(
           "--frame", frame_, "full, compact or a folder; auto: what the policy was made for")
        ->capture_default_str();
    app.add_option("--size", size_, "size set of the task")->capture_default_str();
    app.add_option("--dialect", dialect_, "cpp or cuda")->capture_default_str();
    app.add_option("--fill",
                   fill_,
                   "an answer or a kernel: prints the assembled source with both line numbers");
  }

  ExitCode run(const CommonOptions& common) override {
    const tasks::Catalogue catalogue = tasks::Catalogue::load();
    const tasks::Task& task = catalogue.find(task_);
    const std::string frame_name =
        frame_ != "auto"  ? frame_
        : policy_.empty() ? "full"
                          : policy::preferred_frame(policy::find_model_folder(policy_));
    const scaffold::PromptFrame frame = scaffold::PromptFrame::load(frame_name);
    const records::Prompt prompt = frame.prompt(task, size_, dialect_);
    core::Json json = {{"task", task.id},
                       {"size", size_},
                       {"dialect", dialect_},
                       {"frame", frame_name},
                       {"frame_hash", frame.hash()},
                       {"prompt_hash", prompt.hash},
                       {"system", prompt.system},
                       {"user", prompt.user}};
    if (!common.json) print_prompt(frame_name, frame, prompt);
    if (!policy_.empty()) show_tokens(encode(policy_, reasoning_, prompt), common.json, json);
    const bool good = fill_.empty() || show_assembled(task, common.json, json);
    if (common.json) std::cout << core::dump_json(json) << "\n";
    return good ? ExitCode::kDone : ExitCode::kNotPassed;
  }

 private:
  static void print_prompt(const std::string& name,
                           const scaffold::PromptFrame& frame,
                           const records::Prompt& prompt) {
    std::cout << fmt::format("# frame {} ({}), prompt {}\n", name, frame.hash(), prompt.hash);
    if (!prompt.system.empty()) std::cout << "# system\n" << prompt.system << "\n";
    std::cout << "# user\n" << prompt.user << "\n";
  }

  static void show_tokens(const Encoded& encoded, bool as_json, core::Json& json) {
    json["text"] = encoded.text;
    json["tokens"] = encoded.tokens;
    if (!as_json)
      std::cout << fmt::format(
          "# {} tokens\n{}\n", encoded.tokens.size(), core::dump_json(encoded.tokens));
  }

  bool show_assembled(const tasks::Task& task, bool as_json, core::Json& json) const {
    const std::string code = scaffold::extract_code(core::read_file(fill_));
    const auto assembled = scaffold::dialect(dialect_).assemble(task, size_, code);
    if (!assembled) {
      json["scaffold_error"] = assembled.error();
      if (!as_json) std::cout << "# scaffold_error: " << assembled.error() << "\n";
      return false;
    }
    const records::Candidate& candidate = assembled.value();
    json["hash"] = candidate.hash;
    json["assembled"] = candidate.assembled;
    json["line_map"] = candidate.line_map;
    if (!as_json)
      std::cout << fmt::format("# assembled {} (line, line of the model | text)\n", candidate.hash)
                << numbered(candidate);
    return true;
  }

  std::string task_, policy_, reasoning_ = "auto", frame_ = "auto", size_ = "small",
                              dialect_ = "cpp", fill_;
};

}  // namespace

std::unique_ptr<Subcommand> make_scaffold() { return std::make_unique<Scaffold>(); }

}  // namespace vegttt::cli
