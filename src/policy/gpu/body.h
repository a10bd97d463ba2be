// The layers of a decoder over rows of tokens, all but attention: a row is a sequence's next token
// while decoding, and any token of any prompt while prompts are read.
#pragma once

#include "gpu/gpu_model.h"

namespace vegttt::policy::gpu {

// What a layer's queries look at.
class Attention {
 public:
  virtual ~Attention() = default;
  // Where a layer's keys [rows, kv, length, D] and values [rows, kv, length / 32, D, 32] of the
  // rows go, each at its sequence's place. `length` is a multiple of 32, or 1: then values are
  // [rows, kv, D].
  struct Cache {
    void *keys, *values;
    int length;
  };
  virtual Cache cache(int layer) = 0;
  // q [rows, heads * D], after the rows' own keys and values were put there -> [rows, heads * D].
  virtual at::Tensor attend(int layer, const at::Tensor& q) = 0;
};

class Body {
 public:
  // Room for `rows` rows.
  Body(GpuModel& gpu, int rows);

  int capacity() const { return capacity_; }
  // Tokens and positions (prompt + place) are those of `sequences` (bytes of Sequence) -> hidden
  // states after the final norm [rows, hidden], until the next run. May be captured.
  at::Tensor run(const at::Tensor& sequences, int rows, Attention& attention);

 private:
  // The first rows of what lies between kernels.
  struct Rows {
    int count;
    at::Tensor x, turns, normed, heads, q, added, wide, hidden, mixture;
  };
  Rows first(int rows) const;
  // Adds `y`, a product of `linear` or (nullptr) a mixture, unless undefined, and normalises.
  void norm(Rows& rows, const at::Tensor& y, const FusedLinear* linear, const at::Tensor& weight);
  void self_attention(Rows& rows, const at::Tensor& sequences, int index, Attention& attention);
  void mlp(Rows& rows, int index);
  void mixture(Rows& rows, int index);

  GpuModel& gpu_;
  int capacity_;
  Rows all_;
};

}  // namespace vegttt::policy::gpu
