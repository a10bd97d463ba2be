#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "watch/screen.h"

namespace vegttt::cli {

std::string bar(double share, int cells, bool blocks) {
  static const char* const kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  share = std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0;
  const int eighths = static_cast<int>(std::lround(share * cells * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += blocks ? "█" : "#";
  int drawn = eighths / 8;
  if (blocks && eighths % 8 > 0) {
    text += kEighths[eighths % 8];
    ++drawn;
  }
  return text + std::string(static_cast<std::size_t>(cells - drawn), ' ');
}

std::string duration_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", seconds);
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace vegttt::cli
