#include "gpu.h"

#include "device_facts.h"
#include "helpers.h"

namespace vegttt::evaluate {

Gpu::Gpu(const EvaluatorOptions& options, const tasks::Catalogue& catalogue)
    : kernels(options.evaluate.device),
      pool(options.evaluate.device,
           helpers_cubin(cuda::device_architecture(options.evaluate.device))),
      tasks(options,
            protocol(options.evaluate.protocol),
            catalogue,
            kernels,
            options.evaluate.device),
      conditions(cuda::device_bus(options.evaluate.device)),
      name(cuda::device_name(options.evaluate.device)) {
  tasks.before_drop([this] { pool.forget(); });
}

}  // namespace vegttt::evaluate
