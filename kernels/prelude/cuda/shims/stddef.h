// size_t is built into NVRTC.
