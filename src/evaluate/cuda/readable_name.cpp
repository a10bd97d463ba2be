#include "readable_name.h"

#include <cxxabi.h>

#include <cstdlib>
#include <memory>

namespace vegttt::evaluate {
namespace {

// Nobody reads more of a name, and each ten characters of a decorated one can double what it
// stands for.
constexpr std::size_t kLongest = 200;

}  // namespace

std::string readable_name(const std::string& decorated) {
  if (decorated.compare(0, 2, "_Z") != 0 || decorated.size() > kLongest)  // "f" is not float
    return decorated.substr(0, kLongest);
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(decorated.c_str(), nullptr, nullptr, &status), &std::free);
  std::string result = status == 0 ? text.get() : decorated;
  // "k(float*)::calls"
  if (const auto local = result.rfind(")::"); local != std::string::npos)
    result.erase(0, local + 3);
  // "void k<64>(float const*, float*)"
  if (const auto paren = result.find('('); paren != std::string::npos && paren > 0)
    result.resize(paren);
  if (result.compare(0, 5, "void ") == 0) result.erase(0, 5);
  return result.substr(0, kLongest);
}

}  // namespace vegttt::evaluate
