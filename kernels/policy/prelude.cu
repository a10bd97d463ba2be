// What the kernels of decoding have in common: numbers, tensor cores, and a row's place in its sequence. First in every
// program that is compiled from this folder's files, but for those that begin anew. No header is needed.
#ifndef ON_CPU
typedef unsigned int u32;
typedef unsigned long long u64;
typedef decltype(sizeof 0) size_t;
#define INFINITY __int_as_float(0x7f800000)

struct bf16 {
  unsigned short bits;
};
__device__ __forceinline__ float wide(bf16 v) { return __uint_as_float(u32(v.bits) << 16); }
__device__ __forceinline__ bf16 narrow(float v) {
  bf16 result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result.bits) : "f"(v));
  return result;
}
__device__ __forceinline__ u32 pair(float low, float high) {
  u32 both;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
  return both;
}
__device__ __forceinline__ void multiply(float (&c)[4], u32 a0, u32 a1, u32 a2, u32 a3, u32 b0, u32 b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
#endif

// A sequence that is being sampled: what changes from step to step, and where its keys lie.
struct Sequence {
  const bf16 *prompt_keys, *prompt_values;  // of layer 0: [layers, kv_heads, padded, D], values in chunks
  u64 key;                                  // of its random numbers
  int prompt, padded;                       // tokens; rounded up to 32
  int place;                                // number of the token that is read now, within the completion
  int token;                                // that token
};

// Where dimension `d` of a position's value lies among `length` ones. Values of 32 positions lie together, a chunk
// [D, 32], so that whoever reads them reads on; `length` is a multiple of 32, or 1.
__device__ __forceinline__ size_t value_at(int position, int d, int head_dim, int length) {
  return size_t(position / 32) * 32 * head_dim + size_t(d) * (length < 32 ? length : 32) + position % 32;
}

__device__ __forceinline__ float rounded(float v) { return wide(narrow(v)); }

__device__ __forceinline__ float sum_of_warp(float v) {
  for (int o = 16; o > 0; o >>= 1) v += __shfl_xor_sync(~0u, v, o);
  return v;
}

// Eight neighbours, 16 bytes.
struct Eight {
  float v[8];
};
__device__ __forceinline__ Eight widened(uint4 bits) {
  const u32 words[4] = {bits.x, bits.y, bits.z, bits.w};
  Eight result;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    result.v[2 * i] = __uint_as_float(words[i] << 16);
    result.v[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000u);
  }
  return result;
}
__device__ __forceinline__ Eight load_8(const bf16* from) { return widened(*reinterpret_cast<const uint4*>(from)); }
__device__ __forceinline__ void store_8(bf16* to, const Eight& e) {
  *reinterpret_cast<uint4*>(to) =
      uint4{pair(e.v[0], e.v[1]), pair(e.v[2], e.v[3]), pair(e.v[4], e.v[5]), pair(e.v[6], e.v[7])};
}
