// From a candidate's text to what the driver loads; needs no GPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "../../src/evaluate/compile_cache.h"
#include "../../src/evaluate/cuda/helpers.h"
#include "../../src/evaluate/cuda/readable_name.h"
#include "../../src/evaluate/device_compiler.h"
#include "../../src/evaluate/device_tools.h"
#include "vegttt/core/file.h"
#include "vegttt/core/hash.h"

namespace vegttt::evaluate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

DeviceCompileResult compiled(const std::string& code) {
  records::Candidate candidate;
  candidate.code = code;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\n#line 1 \"candidate\"\n" + code +
      "\nextern \"C\" __global__ void vegttt_record(void* const* buffers, Workspace* ws) {\n"
      "  launch((const float*)buffers[0], (float*)buffers[1], *ws);\n}\n";
  return compile_for_device(candidate, {30, "90a"});
}

const std::string kLaunch = "void launch(const float* x, float* out, Workspace& ws) ";

std::vector<std::string> labels(const DeviceCompileResult& result) {
  std::vector<std::string> list;
  for (const KernelInfo& kernel : result.kernels) list.push_back(kernel.label);
  std::sort(list.begin(), list.end());
  return list;
}

struct Case {
  std::string name, code;
};

class Compiles : public ::testing::TestWithParam<Case> {};

TEST_P(Compiles, ToACubinWithoutState) {
  const DeviceCompileResult result = compiled(GetParam().code);
  EXPECT_TRUE(result.ok) << result.log;
  EXPECT_GT(result.cubin.size(), 1000u);
}

INSTANTIATE_TEST_SUITE_P(
    CudaCompile,
    Compiles,
    ::testing::Values(
        Case{"Lambda",
             "template <class F> __global__ void each(float* out, F f) { out[threadIdx.x] = "
             "f(threadIdx.x); }\n" +
                 kLaunch +
                 "{ const float a = 2; each<<<1, 32>>>(out, [=](int i) { return a * i; }); }"},
        Case{"CooperativeGroups",
             "#include <cooperative_groups.h>\n#include <cooperative_groups/reduce.h>\nnamespace "
             "cg = cooperative_groups;\n"
             "__global__ void k(const float* x, float* out) { auto w = "
             "cg::tiled_partition<32>(cg::this_thread_block());\n"
             "  float s = cg::reduce(w, x[threadIdx.x], cg::plus<float>()); if (w.thread_rank() == "
             "0) out[0] = s; }\n" +
                 kLaunch + "{ k<<<1, 32>>>(x, out); }"},
        Case{"CubBlock",
             "#include <cub/cub.cuh>\n__global__ void k(const float* x, float* out) {\n"
             "  using R = cub::BlockReduce<float, 128>; __shared__ typename R::TempStorage t;\n"
             "  float s = R(t).Sum(x[threadIdx.x]); if (threadIdx.x == 0) out[0] = s; }\n" +
                 kLaunch + "{ k<<<1, 128>>>(x, out); }"},
        Case{
            "HalfAndBrainFloat",
            "#include <cuda_fp16.h>\n#include <cuda_bf16.h>\n__global__ void k(const float* x, "
            "float* out) {\n"
            "  half2 h = __floats2half2_rn(x[0], x[1]); __nv_bfloat16 b = __float2bfloat16(x[2]);\n"
            "  out[0] = __low2float(__hadd2(h, h)) + __bfloat162float(b); }\n" +
                kLaunch + "{ k<<<1, 1>>>(x, out); }"},
        Case{"TensorCores",
             "#include <mma.h>\n#include <cuda_fp16.h>\nusing namespace nvcuda;\n__global__ void "
             "k(const half* a, float* out) {\n"
             "  wmma::fragment<wmma::matrix_a, 16, 16, 16, half, wmma::row_major> fa;\n"
             "  wmma::fragment<wmma::matrix_b, 16, 16, 16, half, wmma::col_major> fb;\n"
             "  wmma::fragment<wmma::accumulator, 16, 16, 16, float> c; wmma::fill_fragment(c, "
             "0.0f);\n"
             "  wmma::load_matrix_sync(fa, a, 16); wmma::load_matrix_sync(fb, a, 16); "
             "wmma::mma_sync(c, fa, fb, c);\n"
             "  wmma::store_matrix_sync(out, c, 16, wmma::mem_row_major); }\n" +
                 kLaunch + "{ half* h = ws.alloc<half>(256); k<<<1, 32>>>(h, out); }"},
        Case{"InlinePtx",
             "__global__ void k(const float* x, float* out) { float v; asm "
             "volatile(\"ld.global.nc.f32 %0, [%1];\" : \"=f\"(v) : \"l\"(x)); *out = v; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(x, out); }"},
        Case{"ConstantTable",
             "__constant__ float table[4] = {1, 2, 3, 4};\n__global__ void k(float* out) { "
             "out[threadIdx.x] = table[threadIdx.x]; }\n" +
                 kLaunch + "{ k<<<1, 4>>>(out); }"},
        Case{"DynamicSharedMemory",
             "__global__ void k(float* out) { extern __shared__ float s[]; s[threadIdx.x] = 1; "
             "__syncthreads(); out[threadIdx.x] = s[31 - threadIdx.x]; }\n" +
                 kLaunch +
                 "{ cudaFuncSetAttribute(k, cudaFuncAttributeMaxDynamicSharedMemorySize, 100000); "
                 "k<<<1, 32, 100000>>>(out); }"},
        Case{"KernelsInATable",
             "template <int N> __global__ void k(float* out) { *out = N; }\n" + kLaunch +
                 "{ void (*const all[])(float*) = {k<1>, k<2>, k<3>}; for (auto f : all) f<<<1, "
                 "1>>>(out); }"},
        Case{
            "RuntimeCallsThatModelsWrite",
            "__global__ void k(float* out) { *out = 1; }\n" + kLaunch +
                "{ float* t; cudaMalloc(&t, 64); cudaMemset(t, 0, 64); cudaMemsetAsync(t, 0, 64);\n"
                "  cudaMemcpyAsync(t, out, 64, cudaMemcpyDeviceToDevice); cudaMemcpy(t, out, 4, "
                "cudaMemcpyDeviceToDevice);\n"
                "  cudaStream_t s; cudaStreamCreate(&s); k<<<1, 1, 0, s>>>(out); "
                "cudaStreamSynchronize(s);\n"
                "  int n; cudaDeviceGetAttribute(&n, cudaDevAttrMultiProcessorCount, 0);\n"
                "  k<<<n, 1>>>(out); if (cudaGetLastError() != cudaSuccess) return; "
                "cudaDeviceSynchronize(); cudaFree(t); }"},
        Case{
            "LaunchReadsATable",
            "__constant__ const int blocks[3] = {1, 2, 3};\n__global__ void k(float* out, int n) { "
            "out[n] = blocks[n % 3]; }\n" +
                kLaunch +
                "{ int n; cudaDeviceGetAttribute(&n, cudaDevAttrMultiProcessorCount, 0);\n"
                "  for (int i = 0; i < n; ++i) k<<<blocks[(n + i) % 3], 1>>>(out, i); }"},
        Case{"LaunchPrints",
             "#include <cstdio>\n__global__ void k(float* out) { *out = 1; }\n" + kLaunch +
                 "{ printf(\"%p %s\", x, \"text\"); k<<<1, 1>>>(out); }"},
        Case{"NoKernelAtAll",
             kLaunch + "{ cudaMemcpyAsync(out, x, 64, cudaMemcpyDeviceToDevice); }"},
        Case{"PrintfIsSilent",
             "#include <cstdio>\n__global__ void k(float* out) { printf(\"fast %f\", *out); *out = "
             "1; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"SineKeepsATable",
             "__global__ void k(const float* x, float* out) { *out = sinf(*x) + cosf(*x); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(x, out); }"}),
    [](const auto& info) { return info.param.name; });

TEST(CudaCompile, KernelsAreNumberedWithTheirArgumentsAndLimits) {
  const auto result = compiled(
      "struct Shape { int rows; float* to; double scale; };\n"
      "template <int N> __global__ void __launch_bounds__(128) first(const float* x, float* out, "
      "char c) { out[N] = x[c]; }\n"
      "__global__ void second(Shape s, short last) { *s.to = s.rows + last; }\n" +
      kLaunch +
      "{ first<3><<<1, 32>>>(x, out, 'c'); auto f = first<4>; f<<<1, 32>>>(x, out, 1); second<<<1, "
      "1>>>({1, out, 2.0}, 7); }");
  ASSERT_TRUE(result.ok) << result.log;
  EXPECT_THAT(labels(result), ElementsAre("first<3>", "first<4>", "second"));
  for (const KernelInfo& kernel : result.kernels) {
    const bool first = kernel.label != "second";
    EXPECT_EQ(kernel.argument_bytes, first ? 17u : 26u) << kernel.label;
    EXPECT_EQ(kernel.most_threads, first ? 128u : 1024u) << kernel.label;
  }
  EXPECT_FALSE(result.reload);
}

TEST(CudaCompile, NamesWithoutDecorationStayAsTheyAre) {
  const auto result = compiled("extern \"C\" __global__ void f(float* out) { *out = 1; }\n" +
                               kLaunch + "{ f<<<1, 1>>>(out); }");
  EXPECT_THAT(labels(result), ElementsAre("f")) << result.log;
}

TEST(CudaCompile, InitialisedTablesAreLoadedAfreshForEveryLaunch) {
  const auto result = compiled(
      "__device__ float table[2] = {1, 2};\n__global__ void k(float* out) { *out = "
      "table[threadIdx.x]; }\n" +
      kLaunch + "{ k<<<1, 2>>>(out); }");
  ASSERT_TRUE(result.ok) << result.log;
  EXPECT_TRUE(result.reload);
}

TEST(CudaCompile, ConstantTablesAreLoadedAfreshForEveryLaunch) {
  const std::string kernel =
      "__constant__ float table[2] = {1, 2};\n__global__ void k(float* out, int n) { *out = ";
  const std::string launch = kLaunch + "{ k<<<1, 2>>>(out, 1); }";
  EXPECT_TRUE(compiled(kernel + "table[n]; }\n" + launch).reload);
  EXPECT_FALSE(compiled(kernel + "n; }\n" + launch).reload);
}

TEST(CudaCompile, CodeWhoseAddressAKernelTakesIsLoadedAfreshForEveryLaunch) {
  const std::string function = "__device__ __noinline__ float f(float v) { return v * v; }\n";
  const std::string launch = kLaunch + "{ k<<<1, 2>>>(out); }";
  EXPECT_TRUE(compiled(function +
                       "__global__ void k(float* out) { float (*p)(float) = f; asm volatile(\"\" : "
                       "\"+l\"(p)); *out = p(*out); }\n" +
                       launch)
                  .reload);
  EXPECT_FALSE(
      compiled(function + "__global__ void k(float* out) { *out = f(*out); }\n" + launch).reload);
}

TEST(CudaCompile, AKernelThatKnowsWhereItIsIsLoadedAfreshForEveryLaunch) {
  EXPECT_TRUE(compiled("extern \"C\" __global__ void k(unsigned long long* out) {\n"
                       "  asm volatile(\"mov.u64 %0, k;\" : \"=l\"(*out)); }\n" +
                       kLaunch + "{ k<<<1, 1>>>((unsigned long long*)out); }")
                  .reload);
}

// Ten characters more, and the name stands for twice as much.
TEST(CudaCompile, NamesThatStandForMegabytesAreCutOff) {
  std::string name = "_Z1kI1AIiiE";
  for (const char digit : std::string("0123456789ABCDEFGHIJKLMNOP"))
    name += std::string("S_IS") + digit + "_S" + digit + "_E";
  EXPECT_LE(readable_name(name + "EvPf").size(), 200u);
  EXPECT_LE(readable_name(name.substr(0, 120) + "EEvPf").size(), 200u);
  EXPECT_EQ(readable_name("_Z1kILi64EEvPKfPf"), "k<64>");
}

// As a whole program an assembler may pass arguments in any register; nothing of the recorder is
// near the kernels.
TEST(CudaCompile, KernelsAreAProgramOfTheirOwn) {
  const auto result = compiled(
      "__device__ __noinline__ float twice(float v) { return v * v; }\n"
      "__global__ void k(float* out) { *out = twice(*out); }\n" +
      kLaunch + "{ k<<<1, 1>>>(out); }");
  ASSERT_TRUE(result.ok) << result.log;
  EXPECT_EQ(result.ptx.find("vegttt_"), std::string::npos);
  EXPECT_EQ(result.ptx.find(".visible .func"), std::string::npos);
  EXPECT_NE(result.ptx.find(".func"), std::string::npos);
  EXPECT_THAT(result.cubin, Not(HasSubstr("vegttt_record")));
  EXPECT_THAT(result.recorder, HasSubstr("vegttt_record"));
  EXPECT_THAT(result.recorder, Not(HasSubstr("_Z1kPf")));
}

TEST(CudaCompile, CodeIsForTheArchitectureThatIsAskedFor) {
  records::Candidate candidate;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\nextern \"C\" __global__ void k(float* out) { *out = 1; }\n"
      "extern \"C\" __global__ void vegttt_record(void* const*, Workspace*) {}\n";
  for (const std::string architecture : {"80", "86", "89", "90a", "100a", "120a"}) {
    const DeviceCompileResult result = compile_for_device(candidate, {30, architecture});
    EXPECT_TRUE(result.ok) << architecture << ": " << result.log;
    EXPECT_THAT(result.ptx, HasSubstr(".target sm_" + architecture + "\n"));
  }
}

// VEGTTT_CACHE is an empty folder for as long as this lives.
class OwnCache {
 public:
  OwnCache() { ::setenv("VEGTTT_CACHE", folder_.path().c_str(), 1); }
  ~OwnCache() { ::unsetenv("VEGTTT_CACHE"); }
  std::vector<core::fs::path> entries() const {
    std::vector<core::fs::path> files;
    for (const auto& entry : core::fs::recursive_directory_iterator(folder_.path()))
      if (entry.is_regular_file()) files.push_back(entry.path());
    return files;
  }

 private:
  core::TemporaryFolder folder_;
};

DeviceCompileResult compiled_with_cache(const std::string& body, const std::string& arch = "90a") {
  records::Candidate candidate;
  candidate.assembled =
      "#include \"vegttt_candidate.h\"\nextern \"C\" __global__ void k(float* out) { " + body +
      " }\nextern \"C\" __global__ void vegttt_record(void* const*, Workspace*) {}\n";
  return compile_for_device(candidate, {30, arch, true});
}

// One test: the folder is looked up once a process.
TEST(CudaCompile, EqualSourcesAreCompiledOnceAndDamagedEntriesNeverUsed) {
  const OwnCache cache;
  const DeviceCompileResult first = compiled_with_cache("*out = 1;");
  ASSERT_TRUE(first.ok && !first.cached) << first.log;
  ASSERT_EQ(cache.entries().size(), 1u);
  const DeviceCompileResult again = compiled_with_cache("*out = 1;");
  EXPECT_TRUE(again.ok && again.cached);
  EXPECT_EQ(again.cubin, first.cubin);
  EXPECT_EQ(again.recorder, first.recorder);
  EXPECT_EQ(again.kernels.size(), 1u);
  EXPECT_FALSE(compiled_with_cache("*out = 2;").cached);
  EXPECT_FALSE(compiled_with_cache("*out = 1;", "100a").cached);

  const DeviceCompileResult wrong = compiled_with_cache("*out = ;");
  const DeviceCompileResult wrong_again = compiled_with_cache("*out = ;");
  EXPECT_TRUE(!wrong.ok && !wrong.cached && !wrong_again.ok && wrong_again.cached);
  EXPECT_EQ(wrong.log, wrong_again.log);
  EXPECT_FALSE(wrong_again.machine_failed);

  for (const auto& entry : cache.entries()) {
    std::string bytes = core::read_file(entry);
    bytes[bytes.size() / 2] ^= 1;
    core::write_file_atomically(entry, bytes);
  }
  EXPECT_FALSE(compiled_with_cache("*out = 1;").cached);
  EXPECT_TRUE(compiled_with_cache("*out = 1;").cached) << "mended";
}

TEST(CudaCompile, TheCacheForgetsWhatWasUsedLeastRecently) {
  const core::TemporaryFolder folder;
  const CompileCache cache(folder.path(), 256 * 1000);
  const auto key = [](int i) { return "00" + core::sha256(std::to_string(i)).substr(2); };
  for (int i = 0; i < 5; ++i) {
    cache.keep(key(i), std::string(200, 'x'));
    const auto time = core::fs::file_time_type::clock::now() - std::chrono::seconds(100 - i);
    core::fs::last_write_time(folder.path() / "00" / key(i).substr(2), time);
    if (i == 2) {
      EXPECT_TRUE(cache.find(key(0))) << "used now, so 1 is the oldest";
    }
  }
  EXPECT_TRUE(cache.find(key(0)));
  EXPECT_FALSE(cache.find(key(1)));
  EXPECT_FALSE(cache.find(key(2))) << "264 bytes each, three fit";
  EXPECT_TRUE(cache.find(key(3)) && cache.find(key(4)));
}

// A program that says it is ptxas of some version.
std::string fake_ptxas(const core::TemporaryFolder& folder, const std::string& version) {
  const core::fs::path path = folder.path() / version;
  core::write_file_atomically(path,
                              "#!/bin/sh\necho 'release " + version + ", V" + version + ".1'\n");
  core::fs::permissions(path, core::fs::perms::owner_all);
  return path;
}

TEST(CudaCompile, AnAssemblerOlderThanTheCompilerIsPassedOver) {
  const core::TemporaryFolder folder;
  const std::string old = fake_ptxas(folder, "12.8"), other = fake_ptxas(folder, "13.0"),
                    later = fake_ptxas(folder, "13.2");
  std::string version;
  EXPECT_EQ(find_assembler({"/no/ptxas", old, later, other}, 13, 0, version), later);
  EXPECT_THAT(version, HasSubstr("13.2"));
  EXPECT_EQ(find_assembler({old, other}, 13, 1, version), "");
}

TEST(CudaCompile, TheJudgesOwnKernelsCompile) { EXPECT_GT(helpers_cubin().size(), 1000u); }

class Refuses : public ::testing::TestWithParam<Case> {};

// The expected message stands in the first line of the code, behind "// ".
TEST_P(Refuses, WithAMessageThatAModelCanActOn) {
  const std::string& code = GetParam().code;
  const DeviceCompileResult result = compiled(code);
  EXPECT_FALSE(result.ok);
  EXPECT_FALSE(result.machine_failed);
  EXPECT_THAT(result.log, HasSubstr(code.substr(3, code.find('\n') - 3)));
}

INSTANTIATE_TEST_SUITE_P(
    CudaCompile,
    Refuses,
    ::testing::Values(
        Case{"AGlobalVariable",
             "// the variable 'counter' outlives a launch\n__device__ int counter;\n"
             "__global__ void k(float* out) { *out = atomicAdd(&counter, 1); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AStaticVariable",
             "// outlives a launch\n__global__ void k(float* out) { static int calls; *out = "
             "++calls; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AManagedVariable",
             "// outlives a launch\n__device__ __managed__ int state;\n__global__ void k(float* "
             "out) { *out = ++state; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AVariableInInlineAssembly",
             "// variables that outlive a launch and other declarations\n__global__ void k(float* "
             "out) { "
             "int v;\n"
             "  asm volatile(\"{ .global .u32 hidden; ld.global.u32 %0, [hidden]; }\" : "
             "\"=r\"(v)); *out = v; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AVariableDeclaredOutsideByInlineAssembly",
             "// outlives a launch\n__global__ void k(float* out) { int v = 0;\n"
             "  asm volatile(\"ret; } .visible .global .u32 hidden; .visible .entry z() { "
             "st.global.u32 [hidden], 1;\"); *out = v; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"TheRecordersOwnVariable",
             "// outlives a launch\n__global__ void k(float* out) { *out = "
             "vegttt_recording->count++; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AKernelThatStartsAKernel",
             "// only `launch` may\n__global__ void a(float* out) { *out = 1; }\n"
             "__global__ void b(float* out) { a<<<1, 1>>>(out); }\n" +
                 kLaunch + "{ b<<<1, 1>>>(out); }"},
        Case{"MallocInAKernel",
             "// calls malloc, which kernels do not have here\n__global__ void k(float** out) { "
             "*out = (float*)malloc(4); }\n" +
                 kLaunch + "{ k<<<1, 1>>>((float**)out); }"},
        Case{"ArgumentsTooLong",
             "// are longer than 4096 bytes\nstruct Big { char b[5000]; };\n__global__ void k(Big "
             "big, float* out) { *out = big.b[threadIdx.x]; }\n" +
                 kLaunch + "{ Big big; big.b[0] = 1; k<<<1, 1>>>(big, out); }"},
        Case{"AProgramTooLarge",
             "// larger than 16 MiB\n__device__ float table[6 << 20] = {1};\n__global__ void "
             "k(float* out, int i) { *out = table[i]; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out, 3); }"},
        Case{"ADirectiveOfALineWithMoreOnIt",
             "// outlive a launch\n__global__ void k(float* out) {\n"
             "  asm volatile(\".loc 1 1 0 .global .b32 kept;\\n st.global.u32 [kept], 1;\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AFileDirectiveOutsideOfFunctions",
             "// outside of functions, at '.file'\n__global__ void k(float* out) {\n"
             "  asm volatile(\"ret; }\\n.file 1 \\\"x\\\" .global .b32 kept;\\n.visible .entry z() "
             "{ st.global.u32 [kept], 1;\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AListOfVariables",
             "// outside of functions, at ','\n__global__ void k(float* out) {\n"
             "  asm volatile(\"ret; } .global .b32 a = 1, kept; .visible .entry z() { "
             "st.global.u32 [kept], 1;\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AStringWithMoreThanWords",
             "// a string that is not closed or not plain words\n__global__ void k(float* out) {\n"
             "  asm volatile(\".pragma \\\"a; .global .b32 kept;\\\";\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"ACharacterThatPtxLacks",
             "// a character that PTX does not have\n__global__ void k(float* out) {\n"
             "  asm volatile(\".glo\\\\\\nbal .b32 kept;\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"ANameGrownToANumber",
             "// '0kept', which is not a number\n__global__ void k(float* out) {\n"
             "  asm volatile(\"mov.u64 %%rd1, 0kept;\" ::\"l\"(out)); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"BracketsThatDoNotMatch",
             "// outside of functions, at '}'\n__global__ void k(float* out) {\n"
             "  asm volatile(\"{ ( } )\"); }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"AManagedTable",
             "// a managed variable outlives a launch\n__device__ __managed__ int state = 1;\n"
             "__global__ void k(float* out) { *out = ++state; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"LaunchPassesATable",
             "// `launch` writes to 'table' or passes its address on\n__device__ float table[2] = "
             "{1, "
             "2};\n__global__ void k(const float* t, float* out) { *out = t[1]; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(table + 1, out); }"},
        Case{"LaunchUsesAVariableWithoutAValue",
             "// `launch` uses the variable 'scratch'\n__device__ float scratch[2];\n"
             "__global__ void k(const float* t, float* out) { *out = t[1]; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(scratch, out); }"},
        Case{"CopiesToASymbol",
             "// pass data by kernel arguments or the workspace\n__constant__ float table[2];\n"
             "__global__ void k(float* out) { *out = table[1]; }\n" +
                 kLaunch + "{ cudaMemcpyToSymbol(table, x, 8); k<<<1, 1>>>(out); }"},
        Case{
            "TooMuchSharedMemory",
            "// candidate: error: Entry function 'big<7>' uses too much shared data (400000 bytes\n"
            "template <int N> __global__ void big(float* out) { __shared__ float s[100000];\n"
            "  s[threadIdx.x] = out[0]; __syncthreads(); *out = s[N]; }\n" +
                kLaunch + "{ big<7><<<1, 1>>>(out); }"},
        Case{"TooMuchConstantMemory",
             "// too much global constant data\n__constant__ float t[20000] = {1};\n"
             "__global__ void k(float* out) { *out = t[int(*out)]; }\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"},
        Case{"ASourceThatCrashesTheCompiler",
             "// the compiler crashed on this source\n__global__ void k(float* out) { *out = " +
                 std::string(300000, '(') + "1" + std::string(300000, ')') + "; }\n" + kLaunch +
                 "{ k<<<1, 1>>>(out); }"},
        Case{"BadInlineAssembly",
             "// error: Not a name of any known instruction: 'no' in 'k'\n__global__ void k(float* "
             "out) { asm volatile(\"no.such.instruction;\"); "
             "}\n" +
                 kLaunch + "{ k<<<1, 1>>>(out); }"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace vegttt::evaluate
