#pragma once

#include <string>

#include "vegttt/config/visitor.h"

namespace vegttt::pretrain {

struct ShapeOptions {
  int vocabulary = 2048;
  int hidden = 384;
  int layers = 6;
  int heads = 6;
  int kv_heads = 2;
  int head_dim = 64;
  int ffn = 1024;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("vocabulary", s.vocabulary, "tokens, special ones included");
    v.field("hidden", s.hidden, "width of the residual stream");
    v.field("layers", s.layers, "transformer blocks");
    v.field("heads", s.heads, "query heads");
    v.field("kv_heads", s.kv_heads, "key and value heads");
    v.field("head_dim", s.head_dim, "width of a head");
    v.field("ffn", s.ffn, "width of the gated MLP");
  }
};

// How `vegttt pretrain` makes a policy from nothing.
struct PretrainOptions {
  std::int64_t seed = 1;
  ShapeOptions shape;
  std::int64_t samples = 1200000;  // distinct samples; passed over as often as `steps` needs
  double cuda_share = 0.3;         // of the samples, in dialect cuda; the others are cpp
  int tokenizer_samples = 4000;    // the first samples, from which the vocabulary is learnt
  int longest_sample = 1024;       // longer ones are left out
  std::int64_t steps = 7000;
  int batch_tokens = 65536;        // padding included
  double learning_rate = 1.5e-3;   // peak; linear warm-up, then cosine to a twentieth
  std::string optimizer = "muon";  // of the matrices inside the layers: muon or adamw
  double muon_learning_rate = 0.02;
  std::string dtype = "auto";  // arithmetic: float32, bfloat16; auto: bfloat16 on cuda
  int save_every = 500;        // updates between states on disk
  int warmup_steps = 200;
  double weight_decay = 0.1;  // matrices only
  double max_grad_norm = 1.0;
  double prompt_weight = 0.1;  // weight of a prompt token in the loss; a code token has 1
  int held_out = 512;          // samples of another seed for the loss by family
  int report_every = 100;
  template <class Self, class V>
  static void visit_fields(Self& s, V& v) {
    v.field("seed", s.seed, "corpus, initial weights and order");
    v.group("shape", s.shape, "the transformer");
    v.field("samples", s.samples, "distinct samples of the corpus");
    v.field("cuda_share", s.cuda_share, "share of the samples in dialect cuda; the others are cpp");
    v.field(
        "tokenizer_samples", s.tokenizer_samples, "samples from which the vocabulary is learnt");
    v.field("longest_sample", s.longest_sample, "in tokens; longer ones are left out");
    v.field("steps", s.steps, "updates");
    v.field("batch_tokens", s.batch_tokens, "tokens per update, padding included");
    v.field("learning_rate", s.learning_rate, "peak of the schedule");
    v.field("optimizer",
            s.optimizer,
            "of the matrices inside the layers: muon or adamw (embedding and norms: adamw)");
    v.field("muon_learning_rate", s.muon_learning_rate, "peak for muon");
    v.field("dtype", s.dtype, "auto, float32 or bfloat16 arithmetic; weights are float32");
    v.field("save_every",
            s.save_every,
            "updates between states on disk, from which a killed run continues");
    v.field("warmup_steps", s.warmup_steps, "linear warm-up, then cosine to a twentieth");
    v.field("weight_decay", s.weight_decay, "AdamW, matrices only");
    v.field("max_grad_norm", s.max_grad_norm, "global gradient norm limit");
    v.field("prompt_weight", s.prompt_weight, "weight of a prompt token in the loss");
    v.field("held_out", s.held_out, "samples of another seed for the loss by family");
    v.field("report_every", s.report_every, "updates between two lines of progress");
  }
};

// Throws UserError that lists every mistake. An empty path gives the defaults.
PretrainOptions load_pretrain_options(const std::string& path,
                                      const std::vector<std::string>& overrides);

}  // namespace vegttt::pretrain
