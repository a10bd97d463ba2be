// What `vegttt show` prints, from all runs of a folder down to one kernel.
#pragma once

#include <string>

#include "show/place.h"

namespace vegttt::cli {

void show_runs(const core::fs::path& folder, bool as_json);  // a line per run
void show_run(const core::fs::path& run);                    // its tables and what it has spent
void show_step(const Place& place);                          // statuses by task
void show_task(const Place& place);                          // a line per sample
void show_sample(const Place& place);                        // one kernel and its verdict

}  // namespace vegttt::cli
