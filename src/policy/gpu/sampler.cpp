#include "gpu/sampler.h"

#include <ATen/ATen.h>
#include <ATen/cuda/CUDAContext.h>
#include <c10/cuda/CUDAGuard.h>

#include <algorithm>
#include <map>

#include "vegttt/core/stop.h"

namespace vegttt::policy::gpu {
namespace {

// A prompt of requests that have not all ended; read when the first of them starts.
struct Waiting {
  ReadPrompt read;
  std::size_t requests = 0;
};

// One call of sample().
class Run {
 public:
  Run(GpuModel& gpu,
      Decoder& decoder,
      const std::vector<SampleRequest>& requests,
      const config::SamplingOptions& options,
      const std::vector<int>& end_tokens,
      const Sampler::Done& done)
      : gpu_(gpu),
        decoder_(decoder),
        requests_(requests),
        options_(options),
        end_tokens_(end_tokens),
        done_(done),
        rows_(static_cast<std::size_t>(decoder.rows())) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      ++prompts_[requests[i].prompt].requests;
      order_.push_back(i);
    }
    // Requests of a prompt behind each other, prompts in the order of their first request.
    std::map<std::vector<int>, std::size_t> first;
    for (std::size_t i = 0; i < requests.size(); ++i) first.emplace(requests[i].prompt, i);
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) {
      return first.at(requests[a].prompt) < first.at(requests[b].prompt);
    });
  }

  void run() {
    while (true) {
      core::throw_if_stopped();
      fill();
      const std::size_t active = gather();
      if (active == 0) return;
      const Decoder::Burst burst = decoder_.run(static_cast<int>(active));
      for (std::size_t row = 0; row < rows_.size(); ++row)
        if (rows_[row].active) take(row, burst);
    }
  }

 private:
  struct Row {
    bool active = false;
    std::size_t request = 0;
    Completion completion;
  };
  struct Start {
    std::size_t row, request;
  };

  // Until no row is free or no request waits: a first token may be the last.
  void fill() {
    while (true) {
      std::vector<Start> starts;
      for (std::size_t row = 0; row < rows_.size() && next_ < order_.size(); ++row)
        if (!rows_[row].active) starts.push_back({row, order_[next_++]});
      if (starts.empty()) return;
      read(starts);
      begin(starts);
    }
  }

  void read(const std::vector<Start>& starts) {
    std::vector<const Tokens*> tokens;
    std::vector<ReadPrompt*> places;
    for (const Start& start : starts) {
      const auto found = prompts_.find(requests_[start.request].prompt);
      ReadPrompt& place = found->second.read;
      if (place.logits.defined() || std::count(places.begin(), places.end(), &place) > 0) continue;
      tokens.push_back(&found->first);
      places.push_back(&place);
    }
    std::vector<ReadPrompt> read = read_prompts(gpu_, tokens, options_.batch_invariant);
    for (std::size_t i = 0; i < read.size(); ++i) *places[i] = std::move(read[i]);
  }

  void begin(const std::vector<Start>& starts) {
    std::vector<Decoder::First> firsts;
    for (const Start& start : starts)
      firsts.push_back({prompt_of(start.request).logits, requests_[start.request].stream.key()});
    const std::vector<Decoder::Chosen> chosen = decoder_.choose_first(firsts);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const auto [row, request] = starts[i];
      rows_[row] = {true, request, {}};
      if (append(rows_[row], chosen[i].token, chosen[i].logprob))
        end(row);
      else
        decoder_.assign(
            static_cast<int>(row), prompt_of(request).cache, firsts[i].key, chosen[i].token);
    }
  }

  ReadPrompt& prompt_of(std::size_t request) { return prompts_.at(requests_[request].prompt).read; }

  // Rows that are under way; once they fit into a smaller step they stand in front.
  std::size_t gather() {
    std::size_t active = 0, end = 0;
    for (std::size_t row = 0; row < rows_.size(); ++row)
      if (rows_[row].active) ++active, end = row + 1;
    const auto size_for = [&](std::size_t rows) {
      const std::vector<int>& sizes = decoder_.sizes();
      return *std::lower_bound(sizes.begin(), sizes.end(), static_cast<int>(rows));
    };
    if (active == 0 || size_for(active) == size_for(end)) return end;
    for (std::size_t to = 0, from = end - 1; to < active; ++to) {
      if (rows_[to].active) continue;
      while (!rows_[from].active) --from;
      decoder_.move(static_cast<int>(from), static_cast<int>(to));
      std::swap(rows_[to], rows_[from]);
    }
    return active;
  }

  void take(std::size_t row, const Decoder::Burst& burst) {
    const std::size_t place = rows_[row].completion.tokens.size() - 1;
    for (std::size_t k = place; k < place + Decoder::kBurst; ++k) {
      const std::size_t at = row * Decoder::kBurst + k % Decoder::kBurst;
      if (append(rows_[row], burst.tokens[at], burst.logprobs[at])) return end(row);
    }
  }

  // True when the completion is over.
  bool append(Row& row, int token, float logprob) const {
    Completion& completion = row.completion;
    completion.tokens.push_back(token);
    completion.logprobs.push_back(logprob);
    const bool ended =
        std::find(end_tokens_.begin(), end_tokens_.end(), token) != end_tokens_.end();
    completion.truncated =
        !ended && completion.tokens.size() >= static_cast<std::size_t>(options_.max_new_tokens);
    return ended || completion.truncated;
  }

  void end(std::size_t row) {
    decoder_.release(static_cast<int>(row));
    rows_[row].active = false;
    const auto prompt = prompts_.find(requests_[rows_[row].request].prompt);
    if (--prompt->second.requests == 0) prompts_.erase(prompt);
    done_(rows_[row].request, std::move(rows_[row].completion));
  }

  GpuModel& gpu_;
  Decoder& decoder_;
  const std::vector<SampleRequest>& requests_;
  const config::SamplingOptions& options_;
  const std::vector<int>& end_tokens_;
  const Sampler::Done& done_;
  std::vector<Row> rows_;
  std::vector<std::size_t> order_;
  std::size_t next_ = 0;
  std::map<std::vector<int>, Waiting> prompts_;
};

}  // namespace

void Sampler::sample(const std::vector<SampleRequest>& requests,
                     const config::SamplingOptions& options,
                     const std::vector<int>& end_tokens,
                     const Done& done) {
  at::cuda::getCurrentCUDAStream().synchronize();  // what an update has written
  if (!stream_) stream_ = at::cuda::getStreamFromPool();
  const c10::cuda::CUDAStreamGuard guard(*stream_);
  if (!gpu_ || !gpu_->has_room()) {
    decoder_.reset();
    gpu_.reset();
    gpu_ = std::make_unique<GpuModel>(model_);
  }
  const bool changed = gpu_->refresh();
  if (!decoder_ || !decoder_->serves(options)) {
    decoder_.reset();
    decoder_ = std::make_unique<Decoder>(*gpu_, options);
  }
  decoder_->begin(changed);
  Run(*gpu_, *decoder_, requests, options, end_tokens, done).run();
  at::cuda::getCurrentCUDAStream().synchronize();
}

}  // namespace vegttt::policy::gpu
