// What the benchmarks of a policy share: which model, and what the device could do at best.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "options.h"
#include "vegttt/core/json.h"
#include "vegttt/policy/local_policy.h"

namespace vegttt::cli {

struct BenchFlags {
  config::PolicyOptions options;
  std::string shape;

  void add(CLI::App& app);
  // Throws UsageError unless exactly one of --policy and --shape was given.
  void check() const;
  at::Device device() const;
  at::ScalarType dtype() const;
  // The folder's weights, or random ones of the shape, with a random adapter that changes what the
  // model says. Has no tokenizer and no end tokens.
  std::shared_ptr<policy::LocalPolicy> load() const;
  // "model", "device", "dtype", "rank".
  core::Json facts(const policy::LocalPolicy& policy) const;
};

// Token ids that no two prompts share: prompt `i` of `length` tokens.
std::vector<int> random_tokens(int vocab, int length, std::uint64_t i);

// Bytes read and written per second by a copy far larger than the caches.
double copy_bytes_per_s(at::Device device);
// Of a large square product.
double product_flops_per_s(at::Device device, at::ScalarType dtype);

}  // namespace vegttt::cli
