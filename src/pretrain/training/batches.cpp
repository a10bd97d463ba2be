#include "batches.h"

#include <algorithm>
#include <map>

namespace vegttt::pretrain {
namespace {

constexpr std::int64_t kLengthStep = 32;

std::int64_t padded(std::size_t length) {
  return (static_cast<std::int64_t>(length) + kLengthStep - 1) / kLengthStep * kLengthStep;
}

template <class T>
void shuffle(std::vector<T>& items, core::RandomStream& random) {
  for (std::size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1],
              items[static_cast<std::size_t>(random.below(static_cast<std::int64_t>(i)))]);
  }
}

}  // namespace

std::vector<std::vector<const TokenSample*>> group_by_length(const std::vector<TokenSample>& pool,
                                                             int longest,
                                                             int batch_tokens,
                                                             core::RandomStream random) {
  std::map<std::int64_t, std::vector<const TokenSample*>> by_length;
  for (const auto& sample : pool) {
    if (static_cast<int>(sample.tokens.size()) <= longest)
      by_length[padded(sample.tokens.size())].push_back(&sample);
  }
  std::vector<std::vector<const TokenSample*>> groups;
  std::vector<const TokenSample*> waiting;  // what is left of a class waits for the next longer one
  for (auto& [length, samples] : by_length) {
    shuffle(samples, random);
    waiting.insert(waiting.end(), samples.begin(), samples.end());
    const auto rows = static_cast<std::size_t>(std::max<std::int64_t>(1, batch_tokens / length));
    while (waiting.size() >= rows) {
      groups.emplace_back(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(rows));
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(rows));
    }
  }
  if (!waiting.empty()) groups.push_back(waiting);
  shuffle(groups, random);
  return groups;
}

Batch make_batch(const std::vector<const TokenSample*>& rows, double prompt_weight) {
  std::size_t longest = 0;
  for (const auto* row : rows) longest = std::max(longest, row->tokens.size());
  const auto B = static_cast<std::int64_t>(rows.size());
  const std::int64_t T = padded(longest);
  Batch batch;
  batch.tokens_BT = at::zeros({B, T}, at::kLong);
  batch.targets_BT = at::zeros({B, T}, at::kLong);
  batch.weights_BT = at::zeros({B, T}, at::kFloat);
  auto* tokens = batch.tokens_BT.mutable_data_ptr<std::int64_t>();
  auto* targets = batch.targets_BT.mutable_data_ptr<std::int64_t>();
  auto* weights = batch.weights_BT.mutable_data_ptr<float>();
  for (std::int64_t b = 0; b < B; ++b) {
    const TokenSample& row = *rows[static_cast<std::size_t>(b)];
    const auto n = static_cast<std::int64_t>(row.tokens.size());
    for (std::int64_t t = 0; t < n; ++t) {
      tokens[b * T + t] = row.tokens[static_cast<std::size_t>(t)];
      if (t + 1 == n) break;
      targets[b * T + t] = row.tokens[static_cast<std::size_t>(t) + 1];
      weights[b * T + t] = t + 1 < row.prompt ? static_cast<float>(prompt_weight) : 1.0f;
    }
    batch.tokens += n;
  }
  return batch;
}

}  // namespace vegttt::pretrain
