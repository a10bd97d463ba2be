// The teacher's weights: the student's of the moment, theta_0's, or an average that follows the
// student. The average is taken of the matrices A and of the matrices B, each by itself; that is
// not the average of their products, which would have no low rank.
#pragma once

#include <optional>
#include <string>

#include "vegttt/config/experiment.h"
#include "vegttt/policy/lora.h"

namespace vegttt::learn {

class Teacher {
 public:
  // Which adapter teaches under `options`. A moving average begins at `start`.
  const policy::Adapter& adapter(const config::TeacherOptions& options,
                                 const policy::Adapter& student,
                                 const policy::Adapter& start);
  // After an update of the student: average <- (1 - rate) average + rate student.
  void follow(const policy::Adapter& student, const config::TeacherOptions& options);

  // teacher.safetensors; no file when there is no average.
  void save(const std::string& folder) const;
  void load(const std::string& folder, const policy::Adapter& like);

 private:
  std::optional<policy::Adapter> average_;
};

}  // namespace vegttt::learn
