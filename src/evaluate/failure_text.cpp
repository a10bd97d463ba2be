#include "failure_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <bit>
#include <cmath>

namespace vegttt::evaluate {
namespace {

std::string worst_text(const records::InputCheck& check) {
  const std::string place = fmt::format("[{}]", fmt::join(check.at, ", "));
  if (!std::isfinite(check.got))
    return fmt::format("{} at {}, expected {:.6g}", check.got, place, check.expected);
  if (check.allowed == 0)
    return fmt::format("{:.0f} at {}, expected {:.0f}", check.got, place, check.expected);
  return fmt::format("largest error {:.3g} at {} (got {:.6g}, expected {:.6g}), allowed {:.2g}",
                     std::abs(check.got - check.expected),
                     place,
                     check.got,
                     check.expected,
                     check.allowed);
}

// Where the errors lie often tells why: a tail that was skipped, a tile that starts wrong.
std::string pattern_text(const FailureFacts& facts) {
  const std::int64_t n = facts.check.elements;
  if (facts.first_bad <= 0 || n < 2) return "";
  const int power = std::countr_zero(static_cast<std::uint64_t>(facts.first_bad));
  const bool contiguous = facts.last_bad - facts.first_bad + 1 == facts.check.bad;
  if (contiguous && facts.last_bad == n - 1)
    return fmt::format("; everything from flat index {} on", facts.first_bad);
  if (power >= 4)
    return fmt::format(
        "; first bad flat index {} is a multiple of {}", facts.first_bad, std::int64_t{1} << power);
  return fmt::format("; first bad flat index is {}", facts.first_bad);
}

}  // namespace

std::string failure_text(const FailureFacts& facts) {
  const records::InputCheck& check = facts.check;
  if (facts.untouched == check.elements) return "no element of out was written";
  if (check.bad == 0)
    return fmt::format(
        "errors too large on the whole: root mean square {:.2g} of the allowance, at most {:.2g}; "
        "operands "
        "rounded to less than float32?",
        facts.rms,
        facts.largest_rms);
  std::string text = worst_text(check) +
                     fmt::format("; {} of {} elements", check.bad, check.elements) +
                     pattern_text(facts);
  if (facts.untouched > 0) text += fmt::format("; {} elements were never written", facts.untouched);
  return text;
}

}  // namespace vegttt::evaluate
