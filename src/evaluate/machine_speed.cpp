#include "machine_speed.h"

#include <fmt/format.h>
#include <omp.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <vector>

#include "vegttt/core/clock.h"
#include "vegttt/core/text.h"

namespace vegttt::evaluate {
namespace {

constexpr double kGigahertz = 5.0;       // no server core sustains more under vector load
constexpr double kUnitsPerCore = 2 * 2;  // two units, each multiply and add
constexpr double kRateMargin = 1.02;
constexpr int kRounds = 12;
constexpr double kCoreRate = 25e3;  // bytes per us that any server core reaches from its caches: a
                                    // floor for a measurement that other programs disturbed

double second_level_bytes() {
  const long size = ::sysconf(_SC_LEVEL2_CACHE_SIZE);
  return size > 0 ? static_cast<double>(size) : 2.0 * 1024 * 1024;
}

double vector_lanes() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return 16;
  if (__builtin_cpu_supports("avx2")) return 8;
  return 4;
#else
  return 16;
#endif
}

using Words = std::vector<std::uint64_t>;

template <class Body>
double best_rate(double bytes, Body body) {
  double best = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = core::now_s();
    body();
    best = std::max(best, bytes / ((core::now_s() - start) * 1e6));
  }
  return best;
}

std::uint64_t sum_of(const Words& words, int threads) {
  std::uint64_t sum = 0;
#pragma omp parallel for simd reduction(+ : sum) num_threads(threads) schedule(static)
  for (std::size_t i = 0; i < words.size(); ++i) sum += words[i];
  return sum;
}

void copy_words(Words& to, const Words& from, int threads) {
#pragma omp parallel for simd num_threads(threads) schedule(static)
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from[i];
}

void fill_words(Words& words, std::uint64_t value, int threads) {
#pragma omp parallel for simd num_threads(threads) schedule(static)
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = value;
}

double measured_bytes_per_us(int threads, double cache_bytes) {
  const auto count = static_cast<std::size_t>(std::max(cache_bytes, 4e6)) / 8;
  Words a(count, 1), b(count, 2);
  const double bytes = static_cast<double>(count) * 8;
  volatile std::uint64_t sink = 0;
  const double read = best_rate(bytes, [&] { sink = sink + sum_of(a, threads); });
  const double copy = best_rate(2 * bytes, [&] { copy_words(a, b, threads); });
  const double write = best_rate(bytes, [&] { fill_words(a, sink, threads); });
  return std::max({read, copy, write, kCoreRate * threads});
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (core::starts_with(line, "model name"))
      return std::string(core::trim(line.substr(line.find(':') + 1)));
  return "processor";
}

double own_cpu_s() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

const MachineSpeed& machine_speed(int threads) {
  static std::mutex mutex;
  static std::map<int, MachineSpeed> known;
  const std::lock_guard lock(mutex);
  if (const auto found = known.find(threads); found != known.end()) return found->second;
  MachineSpeed speed;
  speed.cache_bytes = second_level_bytes() * threads;
  speed.bytes_per_us = measured_bytes_per_us(threads, speed.cache_bytes);
  speed.flops_per_us = threads * kGigahertz * 1e3 * kUnitsPerCore * vector_lanes();
  return known[threads] = speed;
}

double floor_us(const tasks::Work& work, const MachineSpeed& speed) {
  const double bytes = std::max(0.0, work.min_bytes - speed.cache_bytes);
  return std::max(bytes / (kRateMargin * speed.bytes_per_us), work.min_flops / speed.flops_per_us);
}

int usable_cores() {
  cpu_set_t set;
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

std::string machine_name(int threads) {
  return fmt::format("{}, {} thread{}", processor_name(), threads, threads == 1 ? "" : "s");
}

void scrub_caches(int threads) {
  static Words words;
  static std::uint64_t value = 0;
  const auto count = static_cast<std::size_t>(2 * second_level_bytes() * threads) / 8;
  if (words.size() != count) words.assign(count, 0);
  fill_words(words, ++value, threads);
  volatile std::uint64_t sink =
      sum_of(words, threads);  // read again: no dirty line is left to be written back
  (void)sink;
}

void wait_until_quiet() {
  constexpr double kSlice_s = 300e-6, kQuiet_s = 60e-6, kLimit_s = 30e-3;
  const double start = core::now_s();
  while (core::now_s() - start < kLimit_s) {
    const double before = own_cpu_s();
    const timespec slice{0, static_cast<long>(kSlice_s * 1e9)};
    ::nanosleep(&slice, nullptr);
    if (own_cpu_s() - before < kQuiet_s) return;
  }
}

}  // namespace vegttt::evaluate
