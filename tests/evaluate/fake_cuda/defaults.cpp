// Every function of the driver's table, so that one which is added there is found here: it answers
// CUDA_ERROR_NOT_SUPPORTED. fake_cuda.cpp has the ones that do something.
#include "../../../src/evaluate/driver/driver.h"

extern "C" int fake_cuda_unused() { return CUDA_ERROR_NOT_SUPPORTED; }

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
#define ALIAS(name, function) \
  asm(".weak " TEXT(function) "\n.set " TEXT(function) ", fake_cuda_unused");
VEGTTT_DRIVER_FUNCTIONS(ALIAS)
