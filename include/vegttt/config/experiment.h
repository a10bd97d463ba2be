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
  // GPU: every product has the same shape whatever is sampled beside it, at the cost of full steps
  // for few rows and of prompts that are read one by one. A CPU's float32 always is.
  bool batch_invariant = false;
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
    v.field(
        "batch_invariant", s.batch_invariant, "GPU: rollouts do not depend on what runs beside");
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
  std::string duplicates =
      "judge";  // judge | copy: of equal code in one run, the first one's verdict
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
    v.field("duplicates",
            s.duplicates,
            "judge every sample, or copy the verdict of equal code that the run has judged");
  }
};

struct RewardOptions {
  // log_speedup | speedup | fast | correct | shuffled | inverse_runtime
  std::string kind = "log_speedup";
  // none | frozen_median | rank (of the step's correct rollouts of the task) | running_median_32
  // (the paper's, order dependent)
  std::string normalizer = "none";
  double correct_bonus = 0.3;      // added for a correct kernel
  double cap = 10;                 // speedups above count as this much
  double runtime_scale_us = 3000;  // inverse_runtime: this over the kernel's microseconds
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("kind", s.kind, "log_speedup, speedup, fast, correct, shuffled or inverse_runtime");
    v.field("normalizer", s.normalizer, "none, frozen_median, rank or running_median_32");
    v.field("correct_bonus", s.correct_bonus, "added for a correct kernel");
    v.field("cap", s.cap, "speedups above this count as this");
    v.field("runtime_scale_us",
            s.runtime_scale_us,
            "inverse_runtime: worth this over the kernel's microseconds");
  }
};

struct LearnOptions {
  double learning_rate = 1e-4;
  // group | group_std | batch_std | global_std | leave_one_out | mean_ratio | entropic |
  // entropic_constant | none
  std::string advantage = "group";
  double advantage_clip = 0;  // largest |advantage|; 0 = off
  double entropic_beta = 2;   // entropic_constant
  // importance_sampling | ppo | dual_clip | cispo | dro | dppo | gspo | reinforce
  std::string loss = "importance_sampling";
  // sum | tokens (global token mean) | sequences | sequence_sums | constant
  std::string reduction = "tokens";
  double clip_low = 0.2, clip_high = 0.2;  // ppo, dual_clip, cispo, dppo, gspo
  double dual_clip = 3;                    // dual_clip: a bad token counts at most this often
  double dro_beta = 0.05;                  // dro: weight of the squared log ratio
  double dppo_tau = 1e-3;                  // dppo: weight of the squared log ratio
  double ratio_cap = 0;             // trainer over sampler, weighed at most this much; 0 = off
  double sequence_mask = 0;         // drop sequences whose mean ratio is further from 1; 0 = off
  double token_veto = 0;            // drop sequences with a token of a smaller ratio; 0 = off
  double kl_coefficient = 0.0;      // against theta_0, 0 = off
  std::string kl_estimator = "k3";  // k1 | k2 | k3
  std::string kl_place = "loss";    // loss | advantage
  double max_grad_norm = 1.0;       // 0 = off
  double beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, weight_decay = 0.0;
  bool reset_optimizer = false;                  // fresh Adam state at every step (the paper's)
  std::string logprob_temperature = "sampling";  // sampling | one (the paper's)
  std::string truncated = "zero_reward";         // zero_reward | drop
  // Packing limit; changes memory, never the result's definition. 0: what fits, at most 16384 on a
  // GPU and 8192 on a CPU.
  int micro_batch_tokens = 0;
  std::string checkpointing = "auto";  // auto: layers are computed twice only where memory is short
  int updates_per_step = 1;
  double logprob_tolerance =
      1e-4;  // largest |trainer - sampler| log-prob on CPU before the run aborts
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("learning_rate", s.learning_rate, "Adam step size");
    v.field("advantage",
            s.advantage,
            "group, group_std, batch_std, global_std, leave_one_out, mean_ratio, entropic, "
            "entropic_constant or none");
    v.field("advantage_clip", s.advantage_clip, "largest size of an advantage; 0 is off");
    v.field("entropic_beta", s.entropic_beta, "entropic_constant: inverse temperature of rewards");
    v.field(
        "loss", s.loss, "importance_sampling, ppo, dual_clip, cispo, dro, dppo, gspo or reinforce");
    v.field("reduction", s.reduction, "sum, tokens, sequences, sequence_sums or constant");
    v.field("clip_low", s.clip_low, "ppo and its kin: lower ratio is 1 - clip_low");
    v.field("clip_high", s.clip_high, "ppo and its kin: upper ratio is 1 + clip_high");
    v.field("dual_clip", s.dual_clip, "dual_clip: a bad token counts at most this often");
    v.field("dro_beta", s.dro_beta, "dro: weight of the squared log ratio");
    v.field("dppo_tau", s.dppo_tau, "dppo: weight of the squared log ratio");
    v.field("ratio_cap", s.ratio_cap, "importance ratios count at most this much; 0 is off");
    v.field("sequence_mask",
            s.sequence_mask,
            "drop sequences whose geometric mean ratio is further from 1; 0 is off");
    v.field("token_veto", s.token_veto, "drop sequences with a smaller ratio; 0 is off");
    v.field("kl_coefficient", s.kl_coefficient, "KL penalty against theta_0; 0 is off");
    v.field("kl_estimator", s.kl_estimator, "k1, k2 or k3 (kl_place: loss)");
    v.field("kl_place", s.kl_place, "loss, or advantage (centred over the batch)");
    v.field("max_grad_norm", s.max_grad_norm, "global gradient norm limit; 0 is off");
    v.field("beta1", s.beta1, "Adam");
    v.field("beta2", s.beta2, "Adam");
    v.field("epsilon", s.epsilon, "Adam");
    v.field("weight_decay", s.weight_decay, "AdamW");
    v.field("reset_optimizer", s.reset_optimizer, "fresh Adam state at every step");
    v.field(
        "logprob_temperature", s.logprob_temperature, "sampling, or one as the paper's code did");
    v.field("truncated", s.truncated, "zero_reward or drop");
    v.field("micro_batch_tokens", s.micro_batch_tokens, "tokens per forward pass; 0: what fits");
    v.field(
        "checkpointing", s.checkpointing, "auto, on or off: layers forward again on the way back");
    v.field("updates_per_step", s.updates_per_step, "gradient steps on one batch of rollouts");
    v.field("logprob_tolerance",
            s.logprob_tolerance,
            "largest allowed difference of trainer and sampler log-probs (CPU)");
  }
};

// sdpo and opsd: the model itself, reading more than the student did, scores the student's tokens.
struct TeacherOptions {
  std::string context = "feedback";  // feedback | prompt_only; opsd shows the best kernel instead
  bool solution = false;  // sdpo: also show a correct kernel of another rollout of the same task
  std::string instruction = "Correctly solve the original question.";
  std::string weights = "ema";         // student | ema | frozen (theta_0)
  double ema_rate = 0.05;              // share of the student that the teacher takes per update
  std::string loss = "sampled_token";  // sampled_token | full
  double divergence = 1;     // full: 0 KL(teacher|student), 1 KL(student|teacher), else between
  double beta = 1;           // sampled_token: advantage = beta (log teacher - log student)
  double reward_weight = 0;  // sampled_token: share of the rewards' advantage in the sum
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("context", s.context, "feedback, or prompt_only (the instruction alone)");
    v.field("solution", s.solution, "sdpo: show a correct kernel of another rollout as well");
    v.field("instruction", s.instruction, "ends what the teacher reads");
    v.field("weights", s.weights, "student, ema or frozen");
    v.field("ema_rate", s.ema_rate, "ema: share of the student taken at every update");
    v.field("loss", s.loss, "sampled_token, or full (the whole distribution)");
    v.field("divergence",
            s.divergence,
            "full: 0 is KL(teacher|student), 1 KL(student|teacher), between them Jensen-Shannon");
    v.field("beta", s.beta, "sampled_token: strength of the teacher");
    v.field("reward_weight",
            s.reward_weight,
            "sampled_token: share of the rewards' advantage; 0 is the teacher alone");
  }
};

// discover: reuse of verified kernels as starting points.
struct DiscoverOptions {
  int groups = 1;          // starting points per task and step; samples_per_task are split
  double exploration = 1;  // PUCT's c
  int buffer = 1000;       // kernels kept per task
  int children = 2;        // best children kept per expansion
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("groups", s.groups, "starting points per task and step; samples are split among them");
    v.field("exploration", s.exploration, "PUCT's constant");
    v.field("buffer", s.buffer, "kernels kept per task");
    v.field("children", s.children, "best children kept of one starting point and step");
  }
};

// power_sampling: Metropolis-Hastings towards p(completion)^alpha, block by block.
struct PowerOptions {
  double alpha = 4;
  int blocks = 16;      // a completion of max_new_tokens has so many
  int iterations = 10;  // proposals per block
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("alpha", s.alpha, "exponent of the target; proposals have temperature 1 / alpha");
    v.field("blocks", s.blocks, "blocks of a completion of max_new_tokens");
    v.field("iterations", s.iterations, "proposals per block");
  }
};

// What a run may spend before it ends, whatever its method; 0 = no limit. Of several limits the
// first one that is reached counts. Fresh rollouts of what was selected, timing a selected kernel
// once more and diagnostics lie outside for every method (and are counted apart). A run never
// exceeds a limit that is counted: its last round has as many rollouts per task as are sure to fit.
struct BudgetOptions {
  std::int64_t rollouts = 0;
  std::int64_t sampled_tokens = 0;  // completion tokens of rollouts
  // Prompt and completion tokens of rollouts and of the teacher, scored and trained tokens.
  std::int64_t all_tokens = 0;
  std::int64_t evaluations = 0;  // verdicts asked of the judge
  double device_seconds = 0;     // sampling, judging, learning; kept by prediction, not exactly
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("rollouts", s.rollouts, "most rollouts of a run; 0 is no limit");
    v.field("sampled_tokens", s.sampled_tokens, "most completion tokens; 0 is no limit");
    v.field("all_tokens",
            s.all_tokens,
            "most tokens of prompts, completions, teacher and training; 0 is no limit");
    v.field("evaluations", s.evaluations, "most verdicts of the judge; 0 is no limit");
    v.field("device_seconds",
            s.device_seconds,
            "most seconds of sampling, judging and learning; 0 is no limit");
  }
};

struct AdaptOptions {
  // base | best_of_n | power_sampling | batch_ttt | sdpo | opsd | discover | rlvr
  std::string method = "batch_ttt";
  int steps = 5;                   // updates; theta_0 .. theta_steps are scored
  int early_stop = 0;              // P: stop after P scores below the best so far; 0 = off
  bool per_task_stop = false;      // early_stop ends tasks one by one, each by its own scores
  std::string criterion = "auto";  // fast_1 | fast_1_strict; auto follows the protocol
  int fixed_step = -1;             // reported beside the others; -1 = last
  int reevaluate_samples = 32;     // fresh rollouts per task from the selected checkpoint; 0 = off
  int best_of_n_samples = 64;      // N per task for best_of_n
  int evaluate_top = 0;            // best_of_n: judge only the m likeliest of each task; 0 = all
  int tasks_per_batch = 8;         // rlvr: tasks per update
  int epochs = 4;                  // rlvr: passes over the train tasks
  int save_every = 1;              // updates between checkpoints
  bool diagnostics = true;         // KL to theta_0 and entropy at every step; outside the budget
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("method",
            s.method,
            "base, best_of_n, power_sampling, batch_ttt, sdpo, opsd, discover or rlvr");
    v.field("steps", s.steps, "updates; 0 .. steps are scored");
    v.field("early_stop", s.early_stop, "P: end the run after P scores below the best; 0 is off");
    v.field("per_task_stop", s.per_task_stop, "early_stop ends each task by its own scores");
    v.field("criterion", s.criterion, "fast_1, fast_1_strict or auto");
    v.field("fixed_step", s.fixed_step, "step of the fixed strategy; -1 is the last");
    v.field("reevaluate_samples",
            s.reevaluate_samples,
            "fresh rollouts per task from the selected checkpoint");
    v.field("best_of_n_samples", s.best_of_n_samples, "N per task for best_of_n");
    v.field("evaluate_top",
            s.evaluate_top,
            "best_of_n: judge only the m likeliest of each task; 0 is all");
    v.field("tasks_per_batch", s.tasks_per_batch, "rlvr: tasks per update");
    v.field("epochs", s.epochs, "rlvr: passes over the train tasks");
    v.field("save_every", s.save_every, "rlvr: updates between checkpoints; the others keep each");
    v.field("diagnostics", s.diagnostics, "measure KL to theta_0 and entropy at every step");
  }
};

struct ExperimentConfig {
  std::string name = "";  // run name; empty: the config file's name and the seed
  std::string description = "";
  std::string preset =
      "default";  // default | paper | sdpo | opsd | discover: defaults before the file's keys
  std::int64_t seed = 42;  // sample seed
  TaskOptions tasks;
  PolicyOptions policy;
  PromptOptions prompt;
  SamplingOptions sampling;
  EvaluateOptions evaluate;
  RewardOptions reward;
  LearnOptions learn;
  TeacherOptions teacher;
  DiscoverOptions discover;
  PowerOptions power;
  AdaptOptions adapt;
  BudgetOptions budget;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("name", s.name, "run name; empty takes the file's name and the seed");
    v.field("description", s.description, "one line for people");
    v.field(
        "preset", s.preset, "default, paper (what the paper's code did), sdpo, opsd or discover");
    v.field("seed", s.seed, "seed of sampling, not of the task set");
    v.group("tasks", s.tasks, "which tasks, at which size");
    v.group("policy", s.policy, "the model that writes kernels");
    v.group("prompt", s.prompt, "what it reads");
    v.group("sampling", s.sampling, "how it writes");
    v.group("evaluate", s.evaluate, "how kernels are judged");
    v.group("reward", s.reward, "what a verdict is worth");
    v.group("learn", s.learn, "one update");
    v.group("teacher", s.teacher, "sdpo and opsd: who scores the student's tokens");
    v.group("discover", s.discover, "discover: reuse of verified kernels");
    v.group("power", s.power, "power_sampling");
    v.group("adapt", s.adapt, "the loop around it");
    v.group("budget", s.budget, "what ends a run of any method; 0 is no limit");
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
// A preset written into `config`: what paper or code of that name used where it differs from the
// defaults (facts: algorithms 1.1-1.3, 2.3, 3-5).
void apply_preset(const std::string& preset, ExperimentConfig& config);

}  // namespace vegttt::config
