// How far the student's distribution is from the teacher's, token by token and over the whole
// vocabulary (facts: algorithms 3 and 4). No top-k with a tail bucket: rows go through the head in
// chunks, so that memory is no reason for one.
#pragma once

#include <ATen/ATen.h>

namespace vegttt::learn {

// student [n, V] and teacher [n, V] are log-probabilities -> [n]. alpha 0: KL(teacher | student),
// 1: KL(student | teacher), between: (1 - alpha) KL(student | M) + alpha KL(teacher | M) with
// M = (1 - alpha) student + alpha teacher.
at::Tensor divergence(const at::Tensor& student, const at::Tensor& teacher, double alpha);

// The same from hidden states [n, H] behind the final norm, both over `temperature`; differentiable
// in `student` alone. The head must not learn.
at::Tensor token_divergence(const at::Tensor& student,
                            const at::Tensor& teacher,
                            const at::Tensor& head,
                            double temperature,
                            double alpha,
                            std::int64_t chunk = 256);

}  // namespace vegttt::learn
