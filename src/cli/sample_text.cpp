#include "sample_text.h"

#include <fmt/format.h>

#include <iostream>

namespace vegttt::cli {

void print_sampling(const core::Json& r) {
  const auto number = [&](const char* key) { return r[key].get<double>(); };
  std::cout << fmt::format(
      "{}, rank {}, {} on {}\n"
      "{} rows of {} prompts of {} tokens, {} new: {:.0f} tokens/s, prompts included\n"
      "  first token  {:8.3f} s after the start, for all rows\n"
      "  step         {:8.3f} ms: {:.0f} tokens/s\n"
      "  bandwidth    {:8.1f} % of {:.0f} GB/s (a copy): {:.3f} GB of weights, {:.3f} of the "
      "adapter, {:.3f} of keys and values\n"
      "  arithmetic   {:8.1f} % of {:.2f} TFLOP/s (a product): {:.1f} GFLOP\n"
      "  memory       {:8.2f} GiB at most\n",
      r["model"].get<std::string>(),
      r["adapter_rank"].get<int>(),
      r["dtype"].get<std::string>(),
      r["device"].get<std::string>(),
      r["rows"].get<int>(),
      r["prompts"].get<int>(),
      r["prompt_tokens"].get<int>(),
      r["new_tokens"].get<int>(),
      number("tokens_per_s"),
      number("first_token_s"),
      number("step_ms"),
      number("decode_tokens_per_s"),
      100 * number("bandwidth_share"),
      number("copy_bytes_per_s") * 1e-9,
      number("step_weight_bytes") * 1e-9,
      number("step_adapter_bytes") * 1e-9,
      number("step_kv_bytes") * 1e-9,
      100 * number("arithmetic_share"),
      number("product_flops_per_s") * 1e-12,
      number("step_flops") * 1e-9,
      number("peak_memory_bytes") / (1 << 30));
  if (!r.contains("step_parts_us")) return;
  if (r["step_parts_us"].empty()) std::cout << "  parts        not told apart here\n";
  for (const auto& [part, us] : r["step_parts_us"].items())
    std::cout << fmt::format("  {:<14} {:9.1f} us\n", part, us.get<double>());
}

}  // namespace vegttt::cli
