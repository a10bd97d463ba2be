// NVRTC has the device side of the runtime built in.
