// Everything that decides what an experiment computes. Circumstances (paths of output, verbosity,
// number of workers) are command-line flags instead.
#pragma once

#include "vegttt/config/fields.h"
#include "vegttt/config/visitor.h"

namespace vegttt::config {

// Which tasks, at which size.
struct TaskOptions {
  std::vector<std::string> ids;      // explicit ids; empty: taken from the split
  std::int64_t split_seed = 42;      // shuffles the catalogue as the paper's make_split does
  std::string split = "eval";        // train | eval | all
  int offset = 0;                    // first task of the subset within the split
  int count = 5;                     // tasks in the subset; 0 = all from offset on
  std::string size = "small";        // size set of the task files
  std::vector<std::string> folders;  // more folders with task files of one's own
  std::string reference =
      "";  // named alternative reference ("hf-2025") where a task has it; "" = main

  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("ids", s.ids, "task ids; empty takes them from the split");
    v.field("split_seed", s.split_seed, "seed of the train/eval shuffle");
    v.field("split", s.split, "train, eval or all");
    v.field("offset", s.offset, "first task of the subset within the split");
    v.field("count", s.count, "number of tasks in the subset; 0 means all from offset on");
    v.field("size", s.size, "size set of the task files: paper, small, tiny");
    v.field("folders", s.folders, "more folders with task files of your own");
    v.field("reference", s.reference, "named alternative reference where a task has one");
  }
};

struct LoraOptions {
  int rank = 16;
  double alpha = 32;  // the update is scaled by alpha / rank
  // Empty: all linear layers of a dense model; of gpt-oss those of attention, since an adapter of
  // every expert is large.
  std::vector<std::string> targets;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("rank", s.rank, "rank of the LoRA matrices");
    v.field("alpha", s.alpha, "LoRA scale is alpha / rank");
    v.field("targets", s.targets, "layers that get an adapter; empty takes the model's usual ones");
  }
};

struct PolicyOptions {
  std::string folder = "starter";  // a model folder, a hub id in the local cache, or "starter"
  std::string init = "";           // RUN/checkpoints/step_040: continue that adapter as step 0
  bool allow_leak = false;         // accept tasks that the `init` run trained on
  std::string device = "auto";     // auto | cpu | cuda:0
  std::string dtype = "auto";      // auto: float32 on cpu, bfloat16 on cuda
  // auto (as the model's template, but Qwen3 answers at once) | off | on | low | medium | high
  std::string reasoning = "auto";
  LoraOptions lora;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("folder", s.folder, "model folder, hub id in the local cache, or starter");
    v.field("init", s.init, "checkpoint folder whose adapter is step 0 and the KL reference");
    v.field("allow_leak", s.allow_leak, "accept tasks that the init run was trained on");
    v.field("device", s.device, "auto, cpu or cuda:N");
    v.field("dtype", s.dtype, "auto, float32 or bfloat16");
    v.field(
        "reasoning", s.reasoning, "auto, off, on (Qwen3, gpt-oss), low, medium or high (gpt-oss)");
    v.group("lora", s.lora, "the adapter");
  }
};

struct PromptOptions {
  std::string frame = "auto";  // auto: what the policy was made for | full | compact | a folder
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("frame", s.frame, "auto (what the policy was made for), full, compact, or a folder");
  }
};

struct SamplingOptions {
  int samples_per_task = 32;  // K
  double temperature = 0.8;
  double top_p = 1.0;
  int top_k = 0;       // 0 = off
  double min_p = 0.0;  // 0 = off
  int max_new_tokens = 1024;
  int slots = 32;  // decode slots; fixed, so that CPU tokens do not depend on the batch
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("samples_per_task", s.samples_per_task, "K, rollouts per task and step");
    v.field("temperature",
            s.temperature,
            "sampling temperature; log-probs are those of the scaled distribution");
    v.field("top_p", s.top_p, "nucleus mass; below 1 the trainer renormalises");
    v.field("top_k", s.top_k, "keep the k likeliest tokens; 0 is off");
    v.field("min_p", s.min_p, "keep tokens above min_p times the likeliest; 0 is off");
    v.field("max_new_tokens", s.max_new_tokens, "longest completion in tokens");
    v.field("slots", s.slots, "sequences decoded together");
  }
};

struct EvaluateOptions {
  std::string dialect = "cpp";      // cpp | cuda
  std::string protocol = "strict";  // strict | paper-fast | paper-full | kernelbench
  std::string precision = "task";   // task (what each task says) | fp32 | tf32 | bf16
  int threads = 0;  // cores for candidate and reference alike; 0 = all this process may use
  int device = 0;   // cuda: which GPU judges, counted as CUDA counts them
  double compile_timeout_s = 30;
  double run_timeout_s = 10;  // wall time of one launch, at least 100 reference times
  bool cache = true;          // reuse compiled objects of equal sources; never verdicts or times
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("dialect", s.dialect, "cpp or cuda");
    v.field("protocol", s.protocol, "strict, paper-fast, paper-full or kernelbench");
    v.field("precision", s.precision, "task (what each task says), fp32, tf32 or bf16");
    v.field("threads", s.threads, "cores for candidate and reference alike; 0 means all");
    v.field("device", s.device, "cuda: the GPU that judges; may differ from policy.device");
    v.field("compile_timeout_s", s.compile_timeout_s, "seconds a candidate may compile");
    v.field("run_timeout_s", s.run_timeout_s, "seconds one launch may take");
    v.field("cache", s.cache, "reuse compiled objects of equal sources");
  }
};

struct RewardOptions {
  std::string kind = "log_speedup";  // log_speedup | speedup | fast | correct | shuffled
  std::string normalizer =
      "none";  // none | frozen_median | running_median_32 (the paper's, order dependent)
  double correct_bonus = 0.3;  // added for a correct kernel
  double cap = 10;             // speedups above count as this much
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("kind", s.kind, "log_speedup, speedup, fast, correct or shuffled");
    v.field("normalizer", s.normalizer, "none, frozen_median or running_median_32");
    v.field("correct_bonus", s.correct_bonus, "added for a correct kernel");
    v.field("cap", s.cap, "speedups above this count as this");
  }
};

struct LearnOptions {
  double learning_rate = 1e-4;
  std::string advantage = "group";  // group | group_std | global_std | leave_one_out | none
  std::string loss = "importance_sampling";  // importance_sampling | ppo | cispo | reinforce
  std::string reduction = "tokens";  // sum | tokens (global token mean) | sequences | constant
  double clip_low = 0.2, clip_high = 0.2;  // ppo, cispo
  double kl_coefficient = 0.0;             // k3 against theta_0, 0 = off
  double max_grad_norm = 1.0;              // 0 = off
  double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weight_decay = 0.0;
  bool reset_optimizer = false;                  // fresh Adam state at every step (the paper's)
  std::string logprob_temperature = "sampling";  // sampling | one (the paper's)
  std::string truncated = "zero_reward";         // zero_reward | drop
  int micro_batch_tokens = 8192;  // packing limit; changes memory, never the result's definition
  int updates_per_step = 1;
  double logprob_tolerance =
      1e-4;  // largest |trainer - sampler| log-prob on CPU before the run aborts
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("learning_rate", s.learning_rate, "Adam step size");
    v.field("advantage", s.advantage, "group, group_std, global_std, leave_one_out or none");
    v.field("loss", s.loss, "importance_sampling, ppo, cispo or reinforce");
    v.field("reduction", s.reduction, "sum, tokens, sequences or constant");
    v.field("clip_low", s.clip_low, "ppo, cispo: lower ratio is 1 - clip_low");
    v.field("clip_high", s.clip_high, "ppo, cispo: upper ratio is 1 + clip_high");
    v.field("kl_coefficient", s.kl_coefficient, "k3 penalty against theta_0; 0 is off");
    v.field("max_grad_norm", s.max_grad_norm, "global gradient norm limit; 0 is off");
    v.field("beta1", s.beta1, "Adam");
    v.field("beta2", s.beta2, "Adam");
    v.field("epsilon", s.epsilon, "Adam");
    v.field("weight_decay", s.weight_decay, "AdamW");
    v.field("reset_optimizer", s.reset_optimizer, "fresh Adam state at every step");
    v.field(
        "logprob_temperature", s.logprob_temperature, "sampling, or one as the paper's code did");
    v.field("truncated", s.truncated, "zero_reward or drop");
    v.field("micro_batch_tokens", s.micro_batch_tokens, "tokens per forward pass");
    v.field("updates_per_step", s.updates_per_step, "gradient steps on one batch of rollouts");
    v.field("logprob_tolerance",
            s.logprob_tolerance,
            "largest allowed difference of trainer and sampler log-probs (CPU)");
  }
};

struct AdaptOptions {
  std::string method = "batch_ttt";  // base | best_of_n | batch_ttt | rlvr
  int steps = 5;                     // updates; theta_0 .. theta_steps are scored
  int early_stop = 0;                // P: stop after P scores below the best so far; 0 = off
  std::string criterion = "auto";    // fast_1 | fast_1_strict; auto follows the protocol
  int fixed_step = -1;               // reported beside the others; -1 = last
  int reevaluate_samples = 32;  // fresh rollouts per task from the selected checkpoint; 0 = off
  int best_of_n_samples = 64;   // N per task for best_of_n
  int tasks_per_batch = 8;      // rlvr: tasks per update
  int epochs = 4;               // rlvr: passes over the train tasks
  int save_every = 1;           // updates between checkpoints
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("method", s.method, "base, best_of_n, batch_ttt or rlvr");
    v.field("steps", s.steps, "updates; 0 .. steps are scored");
    v.field("early_stop", s.early_stop, "P: end the run after P scores below the best; 0 is off");
    v.field("criterion", s.criterion, "fast_1, fast_1_strict or auto");
    v.field("fixed_step", s.fixed_step, "step of the fixed strategy; -1 is the last");
    v.field("reevaluate_samples",
            s.reevaluate_samples,
            "fresh rollouts per task from the selected checkpoint");
    v.field("best_of_n_samples", s.best_of_n_samples, "N per task for best_of_n");
    v.field("tasks_per_batch", s.tasks_per_batch, "rlvr: tasks per update");
    v.field("epochs", s.epochs, "rlvr: passes over the train tasks");
    v.field("save_every", s.save_every, "updates between checkpoints");
  }
};

struct ExperimentConfig {
  std::string name = "";  // run name; empty: the config file's name and the seed
  std::string description = "";
  std::string preset =
      "default";  // default | paper: sets defaults of learn and reward before the file's keys
  std::int64_t seed = 42;  // sample seed
  TaskOptions tasks;
  PolicyOptions policy;
  PromptOptions prompt;
  SamplingOptions sampling;
  EvaluateOptions evaluate;
  RewardOptions reward;
  LearnOptions learn;
  AdaptOptions adapt;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("name", s.name, "run name; empty takes the file's name and the seed");
    v.field("description", s.description, "one line for people");
    v.field("preset", s.preset, "default, or paper: what the paper's code did");
    v.field("seed", s.seed, "seed of sampling, not of the task set");
    v.group("tasks", s.tasks, "which tasks, at which size");
    v.group("policy", s.policy, "the model that writes kernels");
    v.group("prompt", s.prompt, "what it reads");
    v.group("sampling", s.sampling, "how it writes");
    v.group("evaluate", s.evaluate, "how kernels are judged");
    v.group("reward", s.reward, "what a verdict is worth");
    v.group("learn", s.learn, "one update");
    v.group("adapt", s.adapt, "the loop around it");
  }
};

// A config as loaded: values, and where each dotted key came from.
struct LoadedExperiment {
  ExperimentConfig values;
  Origins origins;
  std::string file;
};

// Reads the file, then the overrides ("learn.learning_rate=1e-5"). Unknown keys, doubled keys,
// wrong types and values out of range are collected and thrown as one UserError that lists each
// with file:line and the nearest known key. `preset` is applied first.
LoadedExperiment load_experiment(const std::string& path,
                                 const std::vector<std::string>& overrides);
// The same from YAML text; `name` stands for the file in messages. What is `given` comes after the
// text's values and before the overrides.
LoadedExperiment parse_experiment(const std::string& yaml,
                                  const std::string& name,
                                  const std::vector<std::string>& overrides,
                                  const std::vector<Given>& given = {});
// YAML with each value's origin as a comment; reading it back gives the same values.
std::string show_experiment(const LoadedExperiment& loaded);
// Every field in the order of visit_fields: dotted key, value as YAML flow text, what it means.
std::vector<Field> fields_of(const ExperimentConfig& config);
// The "paper" preset written into `config` (facts: algorithms 1.1-1.3, 2.3).
void apply_preset(const std::string& preset, ExperimentConfig& config);

}  // namespace vegttt::config
