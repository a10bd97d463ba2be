#include "tokenizer/merges.h"

#include <queue>

namespace vegttt::policy {
namespace {

std::uint64_t key_of(int left, int right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
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

void Merges::add(int left, int right, int rank, int merged) {
  merges_.emplace(key_of(left, right), Merge{rank, merged});
}

const Merges::Merge* Merges::find(int left, int right) const {
  const auto found = merges_.find(key_of(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::vector<int> Merges::apply(std::string_view word) const {
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
  std::vector<int> ids;
  for (int i = size > 0 ? 0 : -1; i >= 0; i = symbols[static_cast<std::size_t>(i)].next)
    ids.push_back(symbols[static_cast<std::size_t>(i)].id);
  return ids;
}

}  // namespace vegttt::policy
