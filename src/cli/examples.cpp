#include "examples.h"

#include <map>

namespace vegttt::cli {
namespace {

using Table = std::map<std::string, std::vector<Example>>;

// Every line is parsed by a test. Those of a new verb are named here as well.
const Table& table() {
  static const Table examples = {
      {"doctor", {{"vegttt doctor", "what this machine can do, with a remedy for what it cannot"}}},
      {"tasks", {{"vegttt tasks show L1/4", "one task: its reference, shapes and work"}}},
      {"tasks list",
       {{"vegttt tasks list --family matmul --size paper", "shapes of the public benchmark"}}},
      {"tasks show", {{"vegttt tasks show 4 --json", "every size set, for another program"}}},
      {"tasks split",
       {{"vegttt tasks split --seed 42 --count 5", "the tasks of the paper's first subset"},
        {"vegttt tasks split --check", "evaluation tasks that another seed trains on"}}},
      {"tasks reference",
       {{"vegttt tasks reference L1/4 --inputs in.safetensors --out out.safetensors",
         "what the judge takes for the truth, for a comparison elsewhere"}}},
      {"tasks lint",
       {{"vegttt tasks lint mine.yaml", "whether a task of your own can be cheated at"}}},
      {"scaffold",
       {{"vegttt scaffold L1/4 --policy starter", "the prompt and its tokens"},
        {"vegttt scaffold 4 --fill mine.cpp", "the source that would be compiled"}}},
      {"eval",
       {{"vegttt eval mine.cpp --task L1/4", "compile, check and time a kernel of your own"},
        {"vegttt eval mine.cu --task 4 --dialect cuda --until verify", "without timing it"},
        {"vegttt eval --jsonl < answers.jsonl > verdicts.jsonl", "the judge as a service"}}},
      {"report",
       {{"vegttt report runs/NAME", "runs/NAME/report.html, to be opened in a browser"},
        {"vegttt report runs/campaign -o c.html --figures figures", "figures as SVG and PDF too"}}},
      {"baseline",
       {{"vegttt baseline --tasks L1/4 L1/5", "reference times, and the bias of an equal kernel"}}},
      {"policy", {{"vegttt policy show --policy starter", "what the program made of a folder"}}},
      {"policy show",
       {{"vegttt policy show --policy starter --adapter runs/NAME/checkpoints/step_002",
         "a checkpoint's adapter with it"}}},
      {"policy tokenize",
       {{"vegttt policy tokenize --policy starter --text prompt.txt", "text to token ids"}}},
      {"policy logprobs",
       {{"vegttt policy logprobs --policy starter --tokens ids.json --out logprobs.safetensors",
         "of every token, for a comparison elsewhere"}}},
      {"policy generate",
       {{"vegttt policy generate --policy starter --prompt prompt.txt --samples 4",
         "four completions"}}},
      {"policy export",
       {{"vegttt policy export --adapter runs/NAME/checkpoints/step_002 --out merged",
         "a model folder that other programs read"}}},
      {"pretrain",
       {{"vegttt pretrain --out my-starter --max-minutes 5", "a small policy from nothing"}}},
      {"train",
       {{"vegttt train configs/experiments/rlvr_starter.yaml", "RLVR over the train tasks"},
        {"vegttt train configs/experiments/rlvr_starter.yaml --dry-run learn.learning_rate=5e-4",
         "the plan with another value, without doing it"}}},
      {"adapt",
       {{"vegttt adapt --boa configs/experiments/quickstart.yaml", "a whole experiment in minutes"},
        {"vegttt adapt --method best_of_n configs/experiments/quickstart.yaml seed=43",
         "its comparison, with another sample seed"},
        {"vegttt adapt --probe 4 configs/experiments/quickstart.yaml",
         "what theta_0 can do before anything is spent"}}},
      {"resume", {{"vegttt resume runs/quickstart-s42", "goes on after the last complete step"}}},
      {"rescore",
       {{"vegttt rescore runs/quickstart-s42 --protocol paper-full",
         "the same kernels under another protocol"}}},
      {"reproduce",
       {{"vegttt reproduce paper/table-5.1", "a table beside its published figures"},
        {"vegttt reproduce --from-counts paper/all --format markdown", "without a model or a run"},
        {"vegttt reproduce --dry-run", "which runs there are, and what the rest would take"}}},
      {"report", {{"vegttt report runs/quickstart-s42", "one HTML file to open from disk"}}},
      {"select",
       {{"vegttt select runs/quickstart-s42", "every strategy side by side"},
        {"vegttt select runs/quickstart-s42 --criterion fast_1 --patience 3",
         "by another score, with one more patience"}}},
      {"show",
       {{"vegttt show", "the runs below runs/"},
        {"vegttt show runs/quickstart-s42", "one run: its tables and what it has spent"},
        {"vegttt show runs/quickstart-s42/2/L1/4/0", "one kernel and why it has its status"},
        {"vegttt show runs/quickstart-s42/2 --json", "a step's rollouts, a line each"}}},
      {"watch",
       {{"vegttt watch runs/quickstart-s42", "a run in progress, from another terminal"},
        {"vegttt watch | tee steps.txt", "the newest run below runs/, a line per step"},
        {"vegttt watch runs/CAMPAIGN", "one run of a campaign after another"}}},
      {"compare",
       {{"vegttt compare runs/quickstart-s42 runs/quickstart-best_of_n-s42",
         "paired by task: better, worse or unclear"},
        {"vegttt compare sweep/a sweep/b --format latex", "folders of runs, paired by seed too"},
        {"vegttt compare runs/CAMPAIGN:base runs/CAMPAIGN:BoA", "by the labels of a campaign"}}},
      {"bench", {{"vegttt bench evaluate", "candidates per second of the judge"}}},
      {"bench evaluate",
       {{"vegttt bench evaluate --size tiny --tasks L1/19", "one task, where time means nothing"}}},
      {"bench sample", {{"vegttt bench sample --policy starter --batch 32", "tokens per second"}}},
      {"bench learn",
       {{"vegttt bench learn --shape qwen3-8b --device cuda:0", "a published shape"}}},
      {"config",
       {{"vegttt config show configs/experiments/quickstart.yaml", "every value and its origin"}}},
      {"config show",
       {{"vegttt config show", "every key with its default"},
        {"vegttt config show configs/experiments/quickstart.yaml seed=7 > mine.yaml",
         "a copy to edit"}}},
      {"config check", {{"vegttt config check mine.yaml", "every mistake at once, with its line"}}},
      {"config diff",
       {{"vegttt config diff configs/experiments/quickstart.yaml runs/quickstart-s42",
         "a file against what a run began with"}}},
      {"completion",
       {{"vegttt completion bash > ~/.local/share/bash-completion/completions/vegttt", "bash"},
        {"vegttt completion zsh > ~/.zfunc/_vegttt", "zsh, with ~/.zfunc in fpath before compinit"},
        {"vegttt completion fish > ~/.config/fish/completions/vegttt.fish", "fish"}}},
  };
  return examples;
}

}  // namespace

std::vector<Example> examples_of(const std::string& path) {
  const auto found = table().find(path);
  return found == table().end() ? std::vector<Example>{} : found->second;
}

std::string examples_text(const std::string& path) {
  const auto examples = examples_of(path);
  if (examples.empty()) return "";
  std::string text = "Examples:";
  for (const auto& one : examples) text += "\n  " + one.command + "\n      " + one.does;
  return text;
}

}  // namespace vegttt::cli
