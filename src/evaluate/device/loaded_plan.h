#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../cuda/plan.h"
#include "module.h"

namespace vegttt::evaluate::device {

// A plan and its program in the context, ready to be launched any number of times.
class LoadedPlan {
 public:
  // Refuses what would be refused at the launch, with a message that says what to change: unknown
  // kernels, too much shared memory, too many threads for their registers, too large stacks.
  LoadedPlan(std::string cubin, Plan plan);

  std::size_t nodes() const { return plan_.nodes.size(); }
  // The largest stack of its kernels, bytes of a thread.
  std::uint64_t stack_bytes() const { return stack_bytes_; }

  // Everything that kernels may have changed of the program is as the compiler wrote it.
  void reload();
  // Where the buffers lie this time.
  void place(const std::function<CUdeviceptr(const PlanPointer&)>& address_of);
  void launch(CUstream stream);

 private:
  struct Prepared {
    CUfunction function = nullptr;
    std::vector<std::byte> arguments;
    CUdeviceptr destination = 0, source = 0;
  };
  void find_functions();
  void accept(const PlanNode& node, CUfunction function);
  void launch_node(const PlanNode& node, Prepared& prepared, CUstream stream);

  std::string cubin_;
  Plan plan_;
  Module module_;
  std::vector<Prepared> prepared_;
  std::uint64_t stack_bytes_ = 0;
};

}  // namespace vegttt::evaluate::device
