#include "tokenizer/merges.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <queue>

namespace vegttt::policy {
namespace {

// Up to this many bytes a scan for the lowest rank beats a queue.
constexpr std::size_t kShort = 40;
constexpr int kNoRank = std::numeric_limits<int>::max();

std::size_t hash_of(int left, int right) {
  const std::uint64_t key = static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
                            static_cast<std::uint32_t>(right);
  const std::uint64_t mixed = key * 0x9E3779B97F4A7C15u;
  return mixed ^ mixed >> 32;
}

// A token of the word in a linked list; `id` -1 once it was swallowed by its left neighbour.
struct Symbol {
  int id, previous, next;
};

struct Candidate {
  int rank, at, id;
  bool operator<(
      const Candidate& other) const {  // the queue's top is the lowest rank, then the leftmost
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

}  // namespace

void Merges::reserve(std::size_t count) {
  const std::vector<Merge> old = std::move(slots_);
  slots_.assign(std::bit_ceil(std::max<std::size_t>(16, 2 * count)), {});
  count_ = 0;
  for (const Merge& merge : old) {
    if (merge.left >= 0) add(merge.left, merge.right, merge.rank, merge.id);
  }
}

void Merges::add(int left, int right, int rank, int merged) {
  if (2 * (count_ + 1) > slots_.size()) reserve(2 * (count_ + 1));
  std::size_t at = hash_of(left, right) & (slots_.size() - 1);
  for (; slots_[at].left >= 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].left == left && slots_[at].right == right) return;
  }
  slots_[at] = {left, right, rank, merged};
  ++count_;
}

const Merges::Merge* Merges::find(int left, int right) const {
  if (slots_.empty()) return nullptr;
  std::size_t at = hash_of(left, right) & (slots_.size() - 1);
  for (; slots_[at].left >= 0; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].left == left && slots_[at].right == right) return &slots_[at];
  }
  return nullptr;
}

void Merges::apply(std::string_view word, std::vector<int>& ids) const {
  return word.size() <= kShort ? apply_to_short(word, ids) : apply_to_long(word, ids);
}

void Merges::apply_to_short(std::string_view word, std::vector<int>& ids) const {
  int tokens[kShort];
  const Merge* pairs[kShort];  // of token i and its right neighbour
  std::size_t size = word.size();
  if (size == 0) return;
  for (std::size_t i = 0; i < size; ++i) tokens[i] = bytes_[static_cast<unsigned char>(word[i])];
  for (std::size_t i = 0; i + 1 < size; ++i) pairs[i] = find(tokens[i], tokens[i + 1]);
  while (true) {
    std::size_t best = size;
    int rank = kNoRank;
    for (std::size_t i = 0; i + 1 < size; ++i) {
      if (pairs[i] && pairs[i]->rank < rank) rank = pairs[i]->rank, best = i;
    }
    if (best == size) break;
    tokens[best] = pairs[best]->id;
    --size;
    std::copy(tokens + best + 2, tokens + size + 1, tokens + best + 1);
    if (best + 1 < size) {
      std::copy(pairs + best + 2, pairs + size, pairs + best + 1);
      pairs[best] = find(tokens[best], tokens[best + 1]);
    }
    if (best > 0) pairs[best - 1] = find(tokens[best - 1], tokens[best]);
  }
  ids.insert(ids.end(), tokens, tokens + size);
}

void Merges::apply_to_long(std::string_view word, std::vector<int>& ids) const {
  const int size = static_cast<int>(word.size());
  std::vector<Symbol> symbols;
  for (int i = 0; i < size; ++i) {
    symbols.push_back({bytes_[static_cast<unsigned char>(word[static_cast<std::size_t>(i)])],
                       i - 1,
                       i + 1 < size ? i + 1 : -1});
  }
  std::priority_queue<Candidate> queue;
  auto offer = [&](int at) {
    if (at < 0 || symbols[static_cast<std::size_t>(at)].next < 0) return;
    const Symbol& left = symbols[static_cast<std::size_t>(at)];
    const Merge* merge = find(left.id, symbols[static_cast<std::size_t>(left.next)].id);
    if (merge) queue.push({merge->rank, at, merge->id});
  };
  for (int i = 0; i + 1 < size; ++i) offer(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbols[static_cast<std::size_t>(best.at)];
    if (left.id < 0 || left.next < 0) continue;
    Symbol& right = symbols[static_cast<std::size_t>(left.next)];
    const Merge* merge = find(left.id, right.id);
    if (!merge || merge->id != best.id) continue;  // stale: one of the two has changed since
    left.id = best.id;
    left.next = right.next;
    right.id = -1;
    if (left.next >= 0) symbols[static_cast<std::size_t>(left.next)].previous = best.at;
    offer(left.previous);
    offer(best.at);
  }
  for (int i = 0; i >= 0; i = symbols[static_cast<std::size_t>(i)].next)
    ids.push_back(symbols[static_cast<std::size_t>(i)].id);
}

}  // namespace vegttt::policy
