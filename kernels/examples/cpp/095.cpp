// L1/95, cross entropy: log of the sum of exponentials minus the target's score, mean over rows.
void launch(const float* predictions, const int64_t* targets, float* out, Workspace& ws) {
  float total = 0.0f;
#pragma omp parallel for schedule(static) reduction(+ : total)
  for (int64_t r = 0; r < ROWS; ++r) {
    const float* row = predictions + r * CLASSES;
    float largest = row[0];
    for (int64_t c = 1; c < CLASSES; ++c) largest = max(largest, row[c]);
    float sum = 0.0f;
    for (int64_t c = 0; c < CLASSES; ++c) sum += std::exp(row[c] - largest);
    total += std::log(sum) + largest - row[targets[r]];
  }
  out[0] = total / float(ROWS);
}
