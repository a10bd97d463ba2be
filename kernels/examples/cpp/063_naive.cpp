// L1/63, 2D convolution as it is defined.
void launch(const float* x, const float* weight, float* out, Workspace& ws) {
#pragma omp parallel for collapse(2) schedule(static)
  for (int64_t b = 0; b < BATCH; ++b)
    for (int64_t o = 0; o < COUT; ++o)
      for (int64_t i = 0; i < HO; ++i)
        for (int64_t j = 0; j < WO; ++j) {
          float sum = 0.0f;
          for (int64_t c = 0; c < CIN; ++c)
            for (int64_t y = 0; y < KH; ++y)
              for (int64_t z = 0; z < KW; ++z)
                sum += x[((b * CIN + c) * H + i + y) * W + j + z] * weight[((o * CIN + c) * KH + y) * KW + z];
          out[((b * COUT + o) * HO + i) * WO + j] = sum;
        }
}
