#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "vegttt/core/error.h"

namespace vegttt::core {

// Why an operation that is expected to fail sometimes did fail.
struct Failure {
  std::string message;
};

// A value or the reason why there is none. For failures that are part of normal work;
// what ends the run is thrown instead (error.h).
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}            // NOLINT: implicit on purpose
  Result(Failure failure) : state_(std::move(failure)) {}  // NOLINT: implicit on purpose

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    VEGTTT_ASSERT(ok(), "value() of a failed Result");
    return std::get<T>(state_);
  }
  T&& value() && {
    VEGTTT_ASSERT(ok(), "value() of a failed Result");
    return std::get<T>(std::move(state_));
  }
  const std::string& error() const {
    VEGTTT_ASSERT(!ok(), "error() of a successful Result");
    return std::get<Failure>(state_).message;
  }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace vegttt::core
