#pragma once

#include <string>

namespace vegttt::cli {

// Starts this program anew with OMP_WAIT_POLICY=PASSIVE when `verb` times kernels and nobody chose
// a policy. The thread pool behind ATen otherwise spins for milliseconds after each run of a
// reference, on cores that the candidate needs next: equal kernels then looked half as fast (0.5x
// at 1 ms on two cores). libgomp reads the policy as it is loaded, so it is too late to set it from
// within.
void wait_passively(const std::string& verb, char** argv);

}  // namespace vegttt::cli
