// A stand-in for the system's bcryptprimitives.dll, which Wine 8 lacks: Rust's standard library
// takes random numbers from it.
#include <stdint.h>

int __stdcall SystemFunction036(void *buf, uint32_t len);  // RtlGenRandom

__declspec(dllexport) int ProcessPrng(void *buf, size_t len) {
  return SystemFunction036(buf, (uint32_t)len);
}
