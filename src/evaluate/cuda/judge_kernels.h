// The judge's own kernels in its own context: flushing, holding back, comparing. All on the legacy
// default stream, which LibTorch uses too.
#pragma once

#include <driver.h>

#include <cstdint>

namespace vegttt::evaluate {

struct DeviceTally {
  double sum_of_squares = 0;
  std::uint64_t bad = 0;
  std::uint32_t largest_bits = 0;  // of a float: the largest error over its allowance
  std::uint32_t others = 0;
  double largest() const;
};

class JudgeKernels {
 public:
  explicit JudgeKernels(int device);
  JudgeKernels(const JudgeKernels&) = delete;

  // As before a candidate's repetition: four times the cache written, half of it read twice.
  void flush();
  void spin(double microseconds);
  // `count` floats against truth and allowance; `margin_words` words in front of the output must
  // still be `pattern`.
  DeviceTally check(const void* out,
                    const void* truth,
                    const void* allowance,
                    std::uint64_t count,
                    std::uint64_t margin_words,
                    std::uint32_t pattern);
  // Only the words in front.
  DeviceTally check_margin(const void* out, std::uint64_t margin_words, std::uint32_t pattern);

  void begin();
  void end();
  double elapsed_us() const;  // after synchronize()
  void synchronize();

  std::uint64_t l2_bytes() const { return l2_bytes_; }
  // Best of several, bytes per microsecond.
  double read_rate();
  double write_rate();

 private:
  void launch(CUfunction function, unsigned grid, unsigned block, void** arguments);
  DeviceTally fetch();
  template <class Body>
  double best_us(Body body);

  CUmodule module_ = nullptr;
  CUfunction spin_ = nullptr, read_ = nullptr, check_ = nullptr, others_ = nullptr;
  CUevent begin_ = nullptr, end_ = nullptr;
  CUdeviceptr flush_ = 0, tally_ = 0;
  std::uint64_t flush_bytes_ = 0, l2_bytes_ = 0;
  unsigned processors_ = 0;
};

}  // namespace vegttt::evaluate
