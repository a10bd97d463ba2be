#pragma once

#include <vector>

#include "vegttt/evaluate/runner.h"

namespace vegttt::evaluate {

// The sealed buffers that a runner maps as its inputs. Memory of the last session is kept for the
// next one of the same sizes (fresh pages cost more than the copy), wiped before it is handed out.
class Staging {
 public:
  explicit Staging(const std::vector<std::size_t>& sizes);
  ~Staging();
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;

  const std::vector<SharedBuffer>& buffers() const { return buffers_; }
  // Read-only descriptors of the buffers; the caller closes them.
  std::vector<int> read_only_descriptors() const;
  void fill(const std::vector<const SharedBuffer*>& set);

 private:
  std::vector<SharedBuffer> buffers_;
};

}  // namespace vegttt::evaluate
