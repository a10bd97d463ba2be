#pragma once

#include <functional>

namespace vegttt::evaluate {

// Runs `work` on one thread that lives as long as this process, and waits for it. A runner dies
// with the *thread* that started it (PR_SET_PDEATHSIG), so that callers' threads, which may end
// earlier, must not start runners.
void on_spawner_thread(const std::function<void()>& work);

}  // namespace vegttt::evaluate
