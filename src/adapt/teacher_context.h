// What the teachers of sdpo and opsd read. The student's own code is never in it: not in the
// feedback (feedback.h), and a kernel that is shown is another text than the student's, also after
// normalisation.
#pragma once

#include "trainer.h"

namespace vegttt::adapt {

// sdpo: the prompt; with teacher.solution the first correct kernel of another rollout of the task;
// with teacher.context feedback the rollout's outcome; the instruction. Unscored rollouts have no
// teacher.
TeacherReading sdpo_reading(Context& context, const ScoredStep& scored);

// opsd: the prompt, the fastest correct kernel of the task in all rounds so far that is not the
// student's, the instruction. Without such a kernel there is no teacher.
TeacherReading opsd_reading(Context& context, const ScoredStep& scored);

}  // namespace vegttt::adapt
