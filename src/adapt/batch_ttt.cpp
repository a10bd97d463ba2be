// Batch test-time training with Best-of-Adaptation. Left out on purpose: adaptive learning rates,
// rollback and replay of the paper's later branch.
#include "step_loop.h"
#include "vegttt/adapt/methods.h"

namespace vegttt::adapt {

void run_batch_ttt(Context& context) { run_steps(context, {.method = "batch_ttt"}); }

}  // namespace vegttt::adapt
