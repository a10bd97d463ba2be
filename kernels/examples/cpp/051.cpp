// L1/51, argmax over the middle axis; of equal values the first counts.
void launch(const float* x, int64_t* out, Workspace& ws) {
#pragma omp parallel for schedule(static)
  for (int64_t b = 0; b < BATCH; ++b)
    for (int64_t c = 0; c < COLS; ++c) {
      const float* column = x + b * ROWS * COLS + c;
      int64_t best = 0;
      for (int64_t r = 1; r < ROWS; ++r)
        if (column[r * COLS] > column[best * COLS]) best = r;
      out[b * COLS + c] = best;
    }
}
